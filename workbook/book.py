"""The chapters as published, and the files that their `%%writefile` cells write.

Replaying those cells in order, from nothing, gives exactly the code that is committed; that is all
that `catch-up` and `reset` need to know.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from workbook.errors import WorkbookError
from workbook.paths import KEPT, NOTEBOOKS, ROOT, STATE, shown

PUBLISHED = STATE / "published"
PLANTED = Path(__file__).parent / "lost_order"  # the files of chapter 08's exercise, with a mistake each
WRITES = re.compile(r"%%writefile\s+(?P<path>\S+)\s*\n(?P<body>.*)", re.DOTALL)
REMOVES = re.compile(r"^remove\(\"(?P<path>[^\"]+)\"\)", re.MULTILINE)
STACK_IN_APP = re.compile(r"^(?:\w+ = )?\w+\(app, \"(\w+)\"", re.MULTILINE)
APP = "cdk_app/app.py"
KEEPS = ("lambda_src", "cdk_app", "notebooks")  # what edits are kept of


def chapters() -> dict[int, Path]:
    """The published notebooks, by chapter number."""
    return {int(f.name[:2]): f for f in sorted(_published().glob("[0-9][0-9]_*.ipynb"))}


def title(number: int) -> str:
    """A chapter's title, from its first line."""
    first = "".join(_cells(chapters()[number])[0]["source"]).splitlines()[0]
    return first.lstrip("# ").strip()


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


def replay(number: int) -> Path | None:
    """Bring the files that the chapters write to how they stand at the start of a chapter.

    A file that holds something no chapter wrote is a person's own edit: it is kept aside first.
    Files that no chapter writes are not touched.

    Returns:
        Where edits were kept, or None if there were none.
    """
    wanted = files_before(number)
    aside = None
    for path in sorted(_every_version()):
        file = ROOT / path
        if path in wanted and file.exists() and file.read_text(encoding="utf-8") == wanted[path]:
            continue
        aside = keep_aside(file, aside) or aside
        if path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[path], encoding="utf-8")
        else:
            file.unlink(missing_ok=True)
            _remove_empty_folders(file.parent)
    return aside


def remove(path: str) -> None:
    """Remove a file that an earlier chapter wrote, and nobody needs any more; a person's own edit is kept aside.

    A cell that begins with it is part of the book: whoever comes in later has the file no more.

    Args:
        path: below the checkout, such as `lambda_src/basket/claims.py`.

    Raises:
        WorkbookError: no chapter wrote that file.
    """
    if path not in _every_version():
        raise WorkbookError(f"No chapter wrote {path!r}, so it stays.")
    if folder := keep_aside(ROOT / path):
        print(f"What stood in {path} was not from this book. It is kept in {shown(folder)}.")
    (ROOT / path).unlink(missing_ok=True)
    print(f"{path} is gone.")


def renew_notebooks() -> Path | None:
    """Bring the notebooks back to how they were published; what a person did in them is kept aside.

    Returns:
        Where it is kept, or None if there was nothing to keep.
    """
    aside = None
    for notebook in chapters().values():
        file = NOTEBOOKS / notebook.name
        if not file.exists() or file.read_bytes() != notebook.read_bytes():
            aside = keep_aside(file, aside) or aside
            shutil.copyfile(notebook, file)
    return aside


def keep_aside(file: Path, folder: Path | None = None) -> Path | None:
    """Copy a file that holds a person's own edit to a safe place.

    Args:
        file: any file; one that is absent, or as some chapter wrote it, is not kept.
        folder: where to keep it, if something else was already kept for the same reason.

    Returns:
        The folder it is kept in, or None if there was nothing to keep.
    """
    if not file.exists() or not file.is_relative_to(ROOT):
        return None
    path = file.relative_to(ROOT).as_posix()
    content = file.read_bytes()
    if content in _every_version().get(path, set()) or not content.strip():
        return None
    if folder is None:
        folder = new_folder_aside()
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, folder / path)
    return folder


def new_folder_aside() -> Path:
    """A new folder to keep things in, named for the time."""
    KEPT.mkdir(parents=True, exist_ok=True)
    name = time.strftime("%Y-%m-%d_%H-%M-%S_")
    return Path(tempfile.mkdtemp(prefix=name, dir=KEPT))


def bring_back(name: str | None = None) -> tuple[Path, list[str], Path | None]:
    """Put files that were kept aside back where they came from.

    What stands there now is kept aside in its turn.

    Args:
        name: the folder's name below `.workbook/kept`; the newest with files by default.

    Returns:
        The folder; the paths that were put back; where the files they replaced are now kept.

    Raises:
        WorkbookError: nothing was kept, or not under that name.
    """
    there = {f.name: f for f in sorted(KEPT.glob("*"), key=_age) if any((f / name).exists() for name in KEEPS)}
    if not there:
        raise WorkbookError("Nothing has been kept aside, so there is nothing to bring back.")
    if name is not None and name not in there:
        raise WorkbookError(f"There is no {name!r}. There are: {', '.join(there)}.")
    folder = there[name] if name else list(there.values())[-1]
    aside, paths = None, []
    for kept in sorted(f for f in folder.glob("**/*") if f.is_file()):
        path = kept.relative_to(folder)
        if (ROOT / path).exists() and (ROOT / path).read_bytes() == kept.read_bytes():
            continue
        aside = keep_aside(ROOT / path, aside) or aside
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(kept, ROOT / path)
        paths.append(path.as_posix())
    return folder, paths, aside


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns


def guard_writefile(info: object) -> None:
    """Before a `%%writefile` cell runs: make its folder, and keep aside what it would overwrite.

    For IPython's `pre_run_cell` event.
    """
    match = WRITES.match(getattr(info, "raw_cell", "") or "")
    if not match:
        return
    file = (Path.cwd() / match["path"]).resolve()
    if not file.is_relative_to(ROOT):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    body = _ending_in_newline(match["body"]).encode()
    if file.exists() and file.read_bytes() == body:
        return
    if folder := keep_aside(file):
        print(
            f"What stood in {shown(file)} was not from this book. It is kept in {shown(folder)}; "
            "`python3 run.py restore` brings it back."
        )


def _published() -> Path:
    """The folder of the notebooks as published, whatever a learner has saved in their own since.

    It appears whole or not at all, and stays: several kernels, or tests, may be the first to ask for it.
    """
    tree = _git("rev-parse", "--verify", "HEAD:notebooks")
    if tree is None and (made := sorted(PUBLISHED.glob("[!.]*"), key=lambda folder: folder.stat().st_mtime)):
        return made[-1]
    folder = PUBLISHED / (tree.decode().strip() if tree else "as-found")
    if folder.exists():
        return folder
    PUBLISHED.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=PUBLISHED) as temporary:
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


def _cells(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def _writes(notebook: Path) -> list[tuple[str, str | None]]:
    """The files that a notebook's cells write, in order, None for one that is removed; exercises are the learner's own."""
    return list(_writes_of(notebook, notebook.stat().st_mtime_ns))


@functools.cache
def _writes_of(notebook: Path, _changed: int) -> tuple[tuple[str, str | None], ...]:
    found = []
    for cell in _cells(notebook):
        if cell["cell_type"] != "code" or any(t.startswith("exercise-") for t in cell["metadata"].get("tags", [])):
            continue
        source = "".join(cell["source"])
        if match := WRITES.match(source):
            path = (NOTEBOOKS / match["path"]).resolve().relative_to(ROOT).as_posix()
            found.append((path, _ending_in_newline(match["body"])))
        else:
            found += [(match["path"], None) for match in REMOVES.finditer(source)]
    return tuple(found)


def _ending_in_newline(body: str) -> str:
    return body if body.endswith("\n") else body + "\n"


def _every_version() -> dict[str, set[bytes]]:
    """Every content that the book gives to each file."""
    versions: dict[str, set[bytes]] = {}
    for notebook in chapters().values():
        for path, body in _writes(notebook):
            if body is not None:
                versions.setdefault(path, set()).add(body.encode())
    for path in planted_paths():
        versions.setdefault(path, set()).add((PLANTED / path).read_bytes())
    return versions


def planted_paths() -> list[str]:
    """The files that chapter 08 puts a mistake into: their paths below the checkout."""
    return sorted(f.relative_to(PLANTED).as_posix() for f in PLANTED.glob("**/*.py"))


def is_from_the_book(file: Path) -> bool:
    """Whether a file is as some chapter wrote it, and is not one with a planted mistake."""
    path, content = file.relative_to(ROOT).as_posix(), file.read_bytes()
    own = {body.encode() for notebook in chapters().values() for p, body in _writes(notebook) if p == path and body}
    return content in own


def _remove_empty_folders(folder: Path) -> None:
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    if folder != ROOT and folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
