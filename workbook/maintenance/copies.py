"""Tests, notebooks and measurements run in a copy of the tree, on a local cloud of the copy's own.

So they touch neither a learner's cloud nor their files, whatever happens, and leave nothing behind.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbook.base.environment import of_jupyter, tools_on_path, without_git, without_jupyter
from workbook.base.errors import WorkbookError
from workbook.base.paths import CACHE, NOTEBOOKS, ROOT, STATE, read_code, read_json, shown, write_json
from workbook.base.processes import end_all_in, run, signals_as_interrupt
from workbook.cloud import target
from workbook.deployment import lint
from workbook.learning.learner_files import keep_aside

# The copy's path has a space and a letter that is not ASCII: so everything is tested in such a path.
PREFIX = "wörkbook copy "
NOT_COPIED = {
    ".git", ".venv", ".workbook", ".hypothesis", ".ipynb_checkpoints", ".pytest_cache", ".ruff_cache",
    "__pycache__", "cdk.out", "learn", "node_modules",
}  # fmt: skip
SHARED = Path("cdk_app/node_modules")
SUITES = ("notebooks", "rehearsal", "browser", "integration", "infrastructure", "unit")  # what takes long comes first
QUICK_SUITES = ("infrastructure", "unit")
BUSY = 4
PROCESSES, QUICK_PROCESSES = "3", "2"  # on two cores; half of the time is waiting, but among the quick ones none
# A copy's cloud has a port that no other copy's takes while it is stopped for a moment: what is still
# connected would speak to the wrong one. Below those that the operating system gives to callers.
PORTS = range(20_000, 30_000)
EXECUTED = Path(".workbook/executed.json")
REHEARSED = (Path(".workbook/rehearsed.json"), Path(".workbook/proxy/weather.txt"))
FAILED = STATE / "failed"


@contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    """A copy of the checkout in a temporary folder; gone in the end, with every process in it."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    try:
        with signals_as_interrupt():
            for path in tracked_files():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, folder / path)
            if (ROOT / SHARED).exists():
                (folder / SHARED).symlink_to((ROOT / SHARED).resolve())
            for name in ("tmp", "jupyter"):
                (folder / ".workbook" / name).mkdir(parents=True)
            write_json(folder / ".workbook" / "cloud" / "port.json", random.choice(PORTS))
            yield folder
    finally:
        end_all_in(folder)
        shutil.rmtree(folder, ignore_errors=True)


def tracked_files() -> list[Path]:
    """The files of the checkout: what git tracks or would track, without git what is not made by running."""
    if (ROOT / ".git").exists():
        try:
            listed = subprocess.run(
                ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                capture_output=True,
                env=without_git(os.environ),
                check=True,
            )
            names = {Path(name) for name in os.fsdecode(listed.stdout).split("\0") if name}
            return sorted(n for n in names if (ROOT / n).is_file() and not NOT_COPIED & set(n.parts))
        except (OSError, subprocess.CalledProcessError):
            pass
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in NOT_COPIED]
        found += [Path(folder, file).relative_to(ROOT) for file in files]
    return sorted(found)


def environment_of(copy: Path) -> dict[str, str]:
    """The environment in which `workbook` is the copy's, and nothing leads anywhere else."""
    base = without_jupyter(without_git(target.local_environment(target.NOT_STARTED)))
    for name in ("PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "VIRTUAL_ENV", "WORKBOOK_TESTING"):
        base.pop(name, None)
    base["WORKBOOK_CACHE"] = str(CACHE)
    return tools_on_path(base) | of_jupyter(copy / ".workbook" / "jupyter") | {
        "PYTHONPATH": str(copy),
        "TMPDIR": str(copy / ".workbook" / "tmp"),  # so that a copy of the copy goes with it
        "WORKBOOK_TARGET": "local",
    }


def run_in(copy: Path, command: Sequence[str], **more: str) -> int:
    """Run a command in the copy; its exit code.

    Args:
        copy: a copy of the tree.
        command: the program and its arguments.
        more: further environment variables.
    """
    return run(command, folder=copy, environment=environment_of(copy) | more)


def test(arguments: Sequence[str] = (), *, quick: bool = False, everything: bool = False, busy: bool = False) -> int:
    """Run the tests in a copy of the tree, and name the ten that took longest; pytest's exit code.

    Args:
        arguments: pytest's; without a path among them, all tests run but those for the night.
        quick: only those of handlers, helpers and templates, in about a minute.
        everything: those for the night, too.
        busy: beside processes that do nothing but compute, as on a machine that others use.
    """
    with copy_of_the_tree() as copy, _computing(BUSY if busy else 0):
        command = [sys.executable, "-m", "pytest", "-rs", "--durations=10", "-o", f"cache_dir={STATE / 'pytest'}"]
        if not any((copy / a.split("::")[0]).exists() for a in arguments if not a.startswith("-")):
            suites = QUICK_SUITES if quick else SUITES
            command += [f"tests/{suite}" for suite in suites if (copy / "tests" / suite).is_dir()]
            command += ["-n", QUICK_PROCESSES if quick else PROCESSES, "--dist", "loadgroup", "--no-loadscope-reorder"]
        leave_out = [mark for mark, wanted in (("nightly", everything), ("slow", not quick)) if not wanted]
        command += ["-m", " and ".join(f"not {mark}" for mark in leave_out)] if leave_out else []
        profile = "quick" if quick else "thorough" if everything else "repeatable"
        return run_in(copy, [*command, *arguments], HYPOTHESIS_PROFILE=profile)


@contextmanager
def _computing(processes: int) -> Iterator[None]:
    """Meanwhile, some processes do nothing but compute."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def bench(module: str = "bench", arguments: Sequence[str] = ()) -> int:
    """Measure in a copy of the tree, which has CDK unpacked, and has linted nothing itself; the exit code.

    Args:
        module: what measures, a module of this room.
        arguments: its own.
    """
    with copy_of_the_tree() as copy:
        command = [sys.executable, "-m", f"workbook.maintenance.{module}", *arguments]
        return run_in(copy, command, **_caches_of(copy))


def _caches_of(copy: Path) -> dict[str, str]:
    """The environment of a copy that remembers nothing, but has CDK unpacked."""
    caches = {"WORKBOOK_CACHE": copy / ".workbook" / "cache", "JSII_RUNTIME_PACKAGE_CACHE_ROOT": CACHE / "jsii"}
    return {name: str(folder) for name, folder in caches.items()}


def faults(arguments: Sequence[str]) -> int:
    """Run a fault campaign in a copy of the tree; the exit code.

    Args:
        arguments: those of `python -m workbook.maintenance.faults`.
    """
    with copy_of_the_tree() as copy:
        return run_in(copy, [sys.executable, "-m", "workbook.maintenance.faults", *arguments])


def rehearse(arguments: Sequence[str]) -> int:
    """Run chapters in a copy of the tree as they run on AWS, on a cloud that plays it; the exit code.

    What came of it, and what the weather did, is then in `.workbook/rehearsal`.

    Args:
        arguments: those of tests/rehearsal/rehearse.py.
    """
    with copy_of_the_tree() as copy:
        try:
            return run_in(copy, [sys.executable, "tests/rehearsal/rehearse.py", *arguments], WORKBOOK_TESTING="1")
        finally:  # of one that was interrupted, the chapters that it had rehearsed
            for file in REHEARSED:
                if (copy / file).exists():
                    (STATE / "rehearsal").mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(copy / file, STATE / "rehearsal" / file.name)


def notebooks(numbers: Sequence[int] = ()) -> None:
    """Execute notebooks in a copy of the tree, and store their outputs here if all went well.

    The code that these chapters leave to the book's end is brought to how their cells write it.

    Args:
        numbers: the chapters, in order; none means all.

    Raises:
        WorkbookError: a cell raised an error, or did not raise the one it should.
    """
    shutil.rmtree(FAILED, ignore_errors=True)
    with copy_of_the_tree() as copy:
        write_json(copy / lint.OF_THE_BOOK.relative_to(ROOT), {})  # here they are all checked
        command = [sys.executable, "-m", "workbook.maintenance.notebooks", *map(str, numbers)]
        code = run_in(copy, command, WORKBOOK_TESTING="1", **_caches_of(copy))
        done = read_json(copy / EXECUTED, {})
        if code:
            if name := done.get("failed"):
                FAILED.mkdir(parents=True, exist_ok=True)
                shutil.copy2(copy / "notebooks" / name, FAILED / name)
                raise WorkbookError(f"Nothing was stored. The notebook as far as it got: {shown(FAILED / name)}.")
            raise WorkbookError("Nothing was stored.")
        for name in done["notebooks"]:
            _put(copy / "notebooks" / name, NOTEBOOKS / name)
        _put_code(done["files"])
        write_json(lint.OF_THE_BOOK, _linted(read_json(lint.OF_THE_BOOK, {}), done["linted"]))


def _linted(before: dict[str, list[str]], now: dict[str, list[str]]) -> dict[str, list[str]]:
    """The digests of what was linted, by chapter: each of them where the book has it first."""
    merged, earlier = {}, set()
    for chapter, digests in sorted((before | now).items()):
        merged[chapter] = sorted(set(digests) - earlier)
        earlier |= set(digests)
    return merged


def _put(source: Path, goal: Path) -> None:
    """Put a file in place in one step."""
    half = goal.with_name(f".{goal.name}.{os.getpid()}.part")
    shutil.copyfile(source, half)
    half.replace(goal)


def _put_code(files: dict[str, str]) -> None:
    """Bring the code to how the book leaves it; what no chapter wrote is kept aside."""
    aside = None
    for path, content in files.items():
        file = ROOT / path
        if file.exists() and read_code(file) == content:
            continue
        aside = keep_aside(file, aside) or aside
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        print(f"{path} is now as the notebooks write it.")
    if aside:
        print(f"What stood there is kept in {shown(aside)}.")
