"""What may follow `python3 run.py`, known before anything is set up: help, and what is mistyped.

The verbs are declared once, in cli.py, classes.py and book.py, for Typer. Here these pages are read and not run,
since running them would take the packages; their declarations become parsers of Python's own library. run.py loads
this file by its path, and nothing else of the package.
"""

from __future__ import annotations

import argparse
import ast
import sys
import textwrap
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

PAGES = [Path(__file__).with_name(name) for name in ("cli.py", "classes.py", "book.py")]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PROGRAM = "python3 run.py"
ASKING = ("-h", "--help")
WIDTH = 80
DURATION = "one to five minutes where network and two cores are free, and longer on a busy machine"
FIRST_START = f"The first start sets everything up: about 2 GB, {DURATION}.\nAfter that no network is needed."


class Verb(argparse.ArgumentParser):
    """The parser of one verb. What it does not understand it says in a sentence, and ends the program.

    Args:
        name: the verb.
        panel: the heading that it stands under.
        text: what it does; the first paragraph is one line.
        passes_on: whether what it does not know is for another program.
    """

    def __init__(self, name: str, panel: str, text: str, passes_on: bool) -> None:
        self.name, self.panel, self.passes_on, self.options = name, panel, passes_on, list(ASKING)
        self.summary, *more = text.split("\n\n")
        super().__init__(
            prog=f"{PROGRAM} {name}",
            description="\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in (self.summary, *more)),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def check(self, words: list[str]) -> None:
        """Print help if `words` ask for it, or say what is wrong with them, and end; return if all is well."""
        if any(word in ASKING for word in words[: words.index("--") if "--" in words else None]):
            self.print_help()
            sys.exit(0)
        if self.passes_on:
            self.parse_known_args(words)
            return
        for word in self.parse_known_intermixed_args(words)[1]:
            option = word.partition("=")[0]
            if not word.startswith("-"):
                self.error(f"{word!r} is one word too many")
            elif word != "--":
                self.error(f"there is no option {option}{_near(option, self.options)}")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words after the verb, and end."""
        end = "" if message.endswith("?") else "."
        _refuse(f"{self.name}: {message}{end} {self.prog} --help says what it takes.")


def check(words: list[str]) -> None:
    """Answer what needs nothing set up, and end: help, and what is mistyped. Return if all is well.

    Args:
        words: what was typed after `run.py`.
    """
    verbs = {verb.name: verb for verb in declared()}
    first, *rest = words or ["help"]
    if first in ("help", *ASKING):
        if not rest:
            print(_overview(verbs.values()))
            sys.exit(0)
        first, rest = rest[0], ["--help"]
    if first not in verbs:
        near = _near(first, [*verbs, "help", "--help", "--version"]) or ";"
        _refuse(f"There is no verb {first!r}{near} {PROGRAM} names them all.")
    verbs[first].check(rest)


def declared() -> list[Verb]:
    """The verbs as the pages declare them, in their order."""
    constants, verbs = _Constants(), []
    for node in [node for page in PAGES for node in ast.parse(page.read_text(encoding="utf-8")).body]:
        match constants.visit(node):
            case ast.Assign(targets=[ast.Name(name)], value=value):
                constants.values[name] = value
            case ast.Assign(targets=[ast.Tuple(names)], value=ast.Tuple(values)):
                constants.values |= {name.id: value for name, value in zip(names, values, strict=True)}
            case ast.FunctionDef(decorator_list=[ast.Call(ast.Attribute(attr="command")) as command]):
                verbs.append(_verb(node, command))
    return verbs


class _Constants(ast.NodeTransformer):
    """Puts in place of a name what the page has said it stands for."""

    def __init__(self) -> None:
        self.values: dict[str, ast.expr] = {}

    def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: N802
        return self.values.get(node.id, node)


def _verb(function: ast.FunctionDef, command: ast.Call) -> Verb:
    name = ast.literal_eval(command.args[0]) if command.args else function.name
    passes_on = _setting(command, "context_settings", {}).get("ignore_unknown_options", False)
    verb = Verb(name, _setting(command, "rich_help_panel"), ast.get_docstring(function), passes_on)
    required = len(function.args.args) - len(function.args.defaults)
    for place, argument in enumerate(function.args.args):
        match argument.annotation:
            case ast.Subscript(
                ast.Name("Annotated"), ast.Tuple([kind, ast.Call(ast.Attribute(attr="Option")) as call])
            ):
                _add_option(verb, argument.arg, ast.unparse(kind), call)
            case ast.Subscript(ast.Name("Annotated"), ast.Tuple([kind, ast.Call() as call])):
                _add_argument(verb, argument.arg, ast.unparse(kind), call, place < required)
    return verb


def _add_option(verb: Verb, name: str, kind: str, call: ast.Call) -> None:
    names = [ast.literal_eval(word) for word in call.args] or [f"--{name}"]
    how = _value(kind, call)
    if kind == "bool":  # Typer writes --browser/--no-browser where argparse makes the second of the first
        how = {"help": how["help"], "action": argparse.BooleanOptionalAction if "/" in names[0] else "store_true"}
    elif "list" in kind:
        how["action"] = "append"
    verb.options += verb.add_argument(names[0].split("/")[0], *names[1:], **how).option_strings


def _add_argument(verb: Verb, name: str, kind: str, call: ast.Call, required: bool) -> None:
    several = "list" in kind
    count = {(False, True): None, (False, False): "?", (True, True): "+", (True, False): "*"}[several, required]
    verb.add_argument(name, nargs=count, **_value(kind, call))


def _value(kind: str, call: ast.Call) -> dict[str, Any]:
    """How a value is called, explained and read."""
    metavar, default = _setting(call, "metavar", "").strip("[]."), _setting(call, "show_default")
    text = _setting(call, "help", "") + (f" [default: {default}]" if isinstance(default, str) else "")
    read = _chapter if metavar == "NN" else _whole_number(_setting(call, "min")) if "int" in kind else str
    return {"metavar": metavar or None, "help": text.replace("%", "%%"), "type": read}


def _setting(call: ast.Call, name: str, default: Any = None) -> Any:
    """The value of a keyword argument of a call."""
    return next((ast.literal_eval(word.value) for word in call.keywords if word.arg == name), default)


def _whole_number(least: int | None = None) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if least is not None and number < least:
            raise argparse.ArgumentTypeError(f"{number} is less than {least}")
        return number

    return read


def _chapter(text: str) -> int:
    number = _whole_number()(text)
    if not list(NOTEBOOKS.glob(f"{number:02}_*.ipynb")):
        raise argparse.ArgumentTypeError(f"there is no chapter {text}")
    return number


def _overview(verbs: Iterable[Verb]) -> str:
    """All verbs, under their headings."""
    lines, panel = [f"Usage: {PROGRAM} VERB [OPTIONS]      (VERB --help says more)"], ""
    for verb in verbs:
        if verb.panel != panel:
            panel = verb.panel
            lines += ["", panel]
        lines.append(f"  {verb.name:<11}  {verb.summary}")
    return "\n".join([*lines, "", FIRST_START])


def _near(word: str, words: Iterable[str]) -> str:
    """A question that names the word which was probably meant; empty if none is near."""
    near = get_close_matches(word, words, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _refuse(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(2)
