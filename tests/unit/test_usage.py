"""Help and mistyped words: answered at once in a fresh clone, and exactly as the verbs are declared."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from workbook.command import cli, usage

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TYPERS = typer.main.get_command(cli.app)
PATIENCE = 300
PAGES = ("README.md", "workshop/README.md", "workshop/chapters.md")
WATCH = """
import os, runpy, sys
ACTS = {
    "subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.mkdir", "os.remove", "os.rename", "socket.connect",
}  # fmt: skip

def watch(event, arguments):
    if event in ACTS or event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        print(event, arguments, file=sys.__stderr__)
        os._exit(99)

sys.addaudithook(watch)
sys.argv[0] = "run.py"
runpy.run_path("run.py", run_name="__main__")
"""


def test_how_long_a_first_start_takes_is_said_everywhere_in_the_same_words():
    said = [(ROOT / "README.md").read_text(encoding="utf-8"), usage.FIRST_START, cli.setup.__doc__]
    assert all(usage.DURATION in " ".join(text.split()) for text in said)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """What is committed and may be looked at for an answer, in a path with a space; nothing is set up."""
    folder = tmp_path_factory.mktemp("a") / "wörk book"
    shutil.copytree(ROOT / "workbook", folder / "workbook", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("run.py", "pyproject.toml", "requirements.lock", "cdk_app/package-lock.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        (folder / "notebooks").mkdir(exist_ok=True)
        (folder / "notebooks" / notebook.name).touch()
    return folder


def typed(clone: Path, *words: str) -> subprocess.CompletedProcess:
    """run.py in the clone; it ends with 99 at once if it starts, makes, writes or connects to anything."""
    before = sorted(clone.rglob("*"))
    command = [getattr(sys, "_base_executable", sys.executable), "-c", WATCH, *words]
    home = {"PATH": "", "HOME": str(clone / "nobody")}
    done = subprocess.run(command, cwd=clone, env=home, capture_output=True, text=True, timeout=PATIENCE)
    assert sorted(clone.rglob("*")) == before
    return done


# In a fresh clone


@pytest.mark.parametrize("words", [[], ["help"], ["-h"], ["--help"]])
def test_the_overview_names_every_verb_with_what_it_does(clone, words):
    done = typed(clone, *words)
    assert (done.returncode, done.stderr) == (0, "")
    for name, command in TYPERS.commands.items():
        assert re.search(rf"^  {name} +{re.escape(command.help.splitlines()[0])}$", done.stdout, re.M)


ASKED = [(verb, verb, flag) for verb in TYPERS.commands for flag in ("--help", "-h")]
ASKED += [("up", "help", "up"), ("up", "--help", "up")]


@pytest.mark.parametrize(("verb", "first", "second"), ASKED)
def test_help_for_a_verb_is_about_that_verb(clone, verb, first, second):
    done = typed(clone, first, second)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: python3 run.py {verb} ")
    said = " ".join(done.stdout.split())
    for parameter in TYPERS.commands[verb].params:
        assert parameter.help in said
    assert " ".join(TYPERS.commands[verb].help.split()) in said


@pytest.mark.parametrize("words", ["up --chapter --help", "catch-up x -h", "test tests/unit --help"])
def test_help_wins_over_what_else_is_typed(clone, words):
    done = typed(clone, *words.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


def test_the_version_is_that_of_the_project(clone):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    done = typed(clone, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"workbook {version}\n", "")


MISTYPED = [
    ("labb", "There is no verb 'labb'; did you mean lab? python3 run.py names them all."),
    ("stauts", "There is no verb 'stauts'; did you mean status? python3 run.py names them all."),
    ("catchup 02", "There is no verb 'catchup'; did you mean catch-up? python3 run.py names them all."),
    ("help rset", "There is no verb 'rset'; did you mean reset? python3 run.py names them all."),
    ("--verison", "There is no verb '--verison'; did you mean --version? python3 run.py names them all."),
    ("qqq", "There is no verb 'qqq'; python3 run.py names them all."),
    ("up --chaptr 2", "up: there is no option --chaptr; did you mean --chapter? {} up --help says what it takes."),
    ("up --chap=2", "up: there is no option --chap; did you mean --chapter? {} up --help says what it takes."),
    (
        "lab --nobrowser",
        "lab: there is no option --nobrowser; did you mean --no-browser? {} lab --help says what it takes.",
    ),
    ("outputs --yaml", "outputs: there is no option --yaml. {} outputs --help says what it takes."),
    (
        "setup --help-me",
        "setup: there is no option --help-me; did you mean --help? {} setup --help says what it takes.",
    ),
    ("status now", "status: 'now' is one word too many. {} status --help says what it takes."),
    ("catch-up 2 3", "catch-up: '3' is one word too many. {} catch-up --help says what it takes."),
    ("catch-up two", "catch-up: argument NN: 'two' is not a whole number. {} catch-up --help says what it takes."),
    ("catch-up 77", "catch-up: argument NN: there is no chapter 77. {} catch-up --help says what it takes."),
    ("notebooks 0 77", "notebooks: argument NN: there is no chapter 77. {} notebooks --help says what it takes."),
    ("bench --checkouts 0", "bench: argument --checkouts: 0 is less than 1. {} bench --help says what it takes."),
]


@pytest.mark.parametrize(("words", "sentence"), MISTYPED)
def test_what_is_mistyped_is_said_with_what_was_probably_meant(clone, words, sentence):
    done = typed(clone, *words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == sentence.format("python3 run.py") + "\n"


@pytest.mark.parametrize("words", ["up --chapter", "catch-up", "bench --seed --short", "down --wipe=yes"])
def test_a_missing_or_needless_value_is_said_too(clone, words):
    done = typed(clone, *words.split())
    verb = words.split()[0]
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{verb}: .+\. python3 run\.py {verb} --help says what it takes\.\n", done.stderr)


def test_what_is_typed_rightly_goes_on_to_the_set_up(clone):
    assert typed(clone, "status").returncode == 99


# As declared


def test_the_verbs_are_those_that_typer_knows():
    assert [(verb.name, verb.panel) for verb in usage.declared()] == [
        (name, command.rich_help_panel) for name, command in TYPERS.commands.items()
    ]


@pytest.mark.parametrize("verb", usage.declared(), ids=lambda verb: verb.name)
def test_the_options_of_a_verb_are_those_that_typer_knows(verb):
    command = TYPERS.commands[verb.name]
    actions = [action for action in verb._actions if action.dest != "help"]
    assert [as_argparse_has_it(action) for action in actions] == [as_typer_has_it(p) for p in command.params]
    assert verb.passes_on == command.context_settings.get("ignore_unknown_options", False)
    assert " ".join(verb.description.split()) == " ".join(command.help.split())


def as_argparse_has_it(action: argparse.Action) -> dict[str, object]:
    return {
        "names": list(action.option_strings) or [action.dest],
        "help": action.help,
        "flag": action.nargs == 0,
        "metavar": action.metavar,
        "several": action.nargs in ("*", "+") or isinstance(action, argparse._AppendAction),
        "required": action.required and action.nargs != "*",
        "number": read(action, "7.5") is None and read(action, "x") is None,
        "too small": [n for n in range(-3, 3) if read(action, str(n)) is None] if action.metavar == "N" else [],
    }


def read(action: argparse.Action, text: str) -> object:
    try:
        return (action.type or str)(text)
    except argparse.ArgumentTypeError:
        return None


def as_typer_has_it(parameter) -> dict[str, object]:
    default = f" [default: {parameter.show_default}]" if isinstance(parameter.show_default, str) else ""
    option = parameter.param_type_name == "option"
    return {
        "names": [*parameter.opts, *parameter.secondary_opts] if option else [parameter.name],
        "help": parameter.help + default,
        "flag": option and parameter.is_flag,
        "metavar": parameter.metavar and parameter.metavar.strip("[]."),
        "several": parameter.nargs == -1 or parameter.multiple,
        "required": parameter.required,
        "number": "int" in str(parameter.type_descriptor.annotation),
        "too small": [n for n in range(-3, 3) if parameter.min is not None and n < parameter.min],
    }


RIGHT = """
lab --no-browser|lab --browser|lab --projector|lab --projector --no-browser
up|up --chapter 02 --yes|up --yes --chapter=2|outputs --json
catch-up 02 --yes|catch-up --yes 02
restore|restore x|restore -- x|reset --yes|down --wipe|notebooks|notebooks 1 02 3|test|test tests/unit -x -k product
test --lf --slow=3 -n 2 --quick|bench --faults --seed 3 --checkouts=7 --short --markdown
bench --faults --seed -3|status --|setup|setup --from x|stick x|stick x --for a --for=b
join x y z|leave
"""
WRONG = """
lab --no-browsr|lab --browser=3|lab --no|lab --no-projector|lab --projector=1
up --chap 2|up 2|up --chapter|up --chapter x|outputs --jso
catch-up|catch-up x|catch-up 1 2
restore x y|reset -y|down --wipe=1|notebooks x|notebooks 1 --yes|bench --checkouts 0
bench --seed 1.5|status now|setup now|setup --from|stick|stick x y|join x|join x y|leave x
"""


@pytest.mark.parametrize("line", re.split(r"[|\n]", f"{RIGHT.strip()}\n{WRONG.strip()}"))
def test_typer_and_run_py_take_and_refuse_the_same(line):
    verb, *words = line.split()
    right = line in re.split(r"[|\n]", RIGHT)
    assert taken(lambda: TYPERS.commands[verb].make_context(verb, list(words))) == right
    assert taken(lambda: usage.check([verb, *words])) == right


def taken(parse) -> bool:
    try:
        parse()
    except SystemExit as end:
        assert end.code == 2
        return False
    except Exception as error:
        assert error.exit_code == 2
        return False
    return True


def test_every_command_that_the_pages_name_is_understood():
    pages = re.sub(r"\[(cyan|/)\]", "`", cli.EXAMPLES)
    pages += "".join((ROOT / name).read_text(encoding="utf-8") for name in PAGES)
    lines = re.findall(r"(?:python3 run\.py|`workbook) ([a-z][a-z-]+(?: [^`\n ]+)*)", pages)
    assert len(lines) > 20
    for line in lines:
        usage.check(shlex.split(line.replace("NN", "00"), comments=True))
