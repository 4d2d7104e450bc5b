"""The chapters as published, and the files that their `%%writefile` cells write.

Replaying those cells in order, from nothing, gives exactly the code that is committed; that is all
that `catch-up` and `reset` need to know.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import tempfile
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from workbook.base.paths import NOTEBOOKS, ROOT, STATE
from workbook.learning.lost_order.files import PLANTED, planted_paths

PUBLISHED = STATE / "published"
CHECK = re.compile(r"^check\(\"([^\"]+)\"", re.MULTILINE)
WRITES = re.compile(r"%%writefile\s+(?P<path>\S+)\s*\n(?P<body>.*)", re.DOTALL)
REMOVES = re.compile(r"^remove\(\"(?P<path>[^\"]+)\"\)", re.MULTILINE)
STACK_IN_APP = re.compile(r"^(?:\w+ = )?\w+\(app, \"(\w+)\"", re.MULTILINE)
APP = "cdk_app/app.py"


def chapters() -> dict[int, Path]:
    """The published notebooks, by chapter number."""
    return {int(f.name[:2]): f for f in sorted(_published().glob("[0-9][0-9]_*.ipynb"))}


def title(number: int) -> str:
    """A chapter's title, from its first line."""
    first = "".join(cells(chapters()[number])[0]["source"]).splitlines()[0]
    return first.lstrip("# ").strip()


def code_of(number: int) -> list[str]:
    """The Python of a published chapter's cells, one after the other, without magics."""
    sources = ["".join(cell["source"]) for cell in cells(chapters()[number]) if cell["cell_type"] == "code"]
    return [
        "\n".join(line for line in s.replace("\\\n", " ").splitlines() if not line.startswith(("%", "!")))
        for s in sources  # in which a command may go on in the next line
        if not s.startswith("%%")
    ]


def checks_of(number: int) -> list[str]:
    """The names of the checks that a chapter's cells call, in its order."""
    return list(dict.fromkeys(name for code in code_of(number) for name in CHECK.findall(code)))


def files_before(number: int) -> dict[str, str]:
    """The files as they stand at the start of a chapter: their contents by path below the checkout."""
    files: dict[str, str] = {}
    for chapter, notebook in chapters().items():
        if chapter < number:
            for path, body in _writes(notebook):
                if body is None:
                    files.pop(path, None)
                else:
                    files[path] = body
    return files


def stacks_before(number: int) -> list[str]:
    """The stacks of the CDK app as it stands at the start of a chapter."""
    return STACK_IN_APP.findall(files_before(number).get(APP, ""))


def all_stacks() -> list[str]:
    """The stacks that any chapter makes, in the order in which the latest one has them.

    So what depends on another stack comes after it.
    """
    found = [
        stack
        for notebook in reversed(chapters().values())
        for path, body in reversed(_writes(notebook))
        if path == APP and body
        for stack in STACK_IN_APP.findall(body)
    ]
    return list(dict.fromkeys(found))


def _published() -> Path:
    """The folder of the notebooks as published, whatever a learner has saved in their own since.

    It appears whole or not at all, and stays: several kernels, or tests, may be the first to ask for it.
    """
    return _published_in(PUBLISHED, int(time.monotonic()))


@functools.lru_cache(maxsize=1)
def _published_in(parent: Path, _second: int) -> Path:
    """The same, and git is asked once in a second: to bring a machine to a chapter takes a hundred answers."""
    tree = _git("rev-parse", "--verify", "HEAD:notebooks")
    if tree is None and (made := sorted(parent.glob("[!.]*"), key=lambda folder: folder.stat().st_mtime)):
        return made[-1]
    folder = parent / (tree.decode().strip() if tree else "as-found")
    if folder.exists():
        return folder
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=parent) as temporary:
        new = Path(temporary, "notebooks")
        if tree is None:
            shutil.copytree(NOTEBOOKS, new, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            with ZipFile(BytesIO(_git("archive", "--format=zip", "HEAD:notebooks") or b"")) as archive:
                archive.extractall(new)
        try:
            new.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was first
                raise
    return folder


def _git(*arguments: str) -> bytes | None:
    """What git prints, or None where there is no git or this is not a checkout of its own."""
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def cells(notebook: Path) -> list[dict]:
    """The cells of a notebook, as its file has them."""
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def _writes(notebook: Path) -> list[tuple[str, str | None]]:
    """The files that a notebook's cells write, in order, None for one removed; exercises are the learner's own."""
    return list(_writes_of(notebook, notebook.stat().st_mtime_ns))


@functools.cache
def _writes_of(notebook: Path, _changed: int) -> tuple[tuple[str, str | None], ...]:
    found = []
    for cell in cells(notebook):
        if cell["cell_type"] != "code" or any(t.startswith("exercise-") for t in cell["metadata"].get("tags", [])):
            continue
        source = "".join(cell["source"])
        if match := WRITES.match(source):
            found.append((path_of(match), ending_in_newline(match["body"])))
        else:
            found += [(match["path"], None) for match in REMOVES.finditer(source)]
    return tuple(found)


def path_of(match: re.Match[str]) -> str:
    """The path below the checkout of the file that a cell writes.

    Args:
        match: of `WRITES`, in the cell's source.
    """
    return (NOTEBOOKS / match["path"]).resolve().relative_to(ROOT).as_posix()


def ending_in_newline(body: str) -> str:
    """What `%%writefile` makes of a cell's body."""
    return body if body.endswith("\n") else body + "\n"


def every_version() -> dict[str, set[bytes]]:
    """Every content that the book gives to each file."""
    versions: dict[str, set[bytes]] = {}
    for notebook in chapters().values():
        for path, body in _writes(notebook):
            if body is not None:
                versions.setdefault(path, set()).add(body.encode())
    for path in planted_paths():
        versions.setdefault(path, set()).add((PLANTED / path).read_bytes())
    return versions


def is_from_the_book(file: Path) -> bool:
    """Whether a file is as some chapter wrote it, and is not one with a planted mistake."""
    path, content = file.relative_to(ROOT).as_posix(), file.read_bytes()
    own = {body.encode() for notebook in chapters().values() for p, body in _writes(notebook) if p == path and body}
    return content in own
