"""A learner's own files: nothing that no chapter wrote is overwritten before it is kept aside."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from pathlib import Path

from workbook.base.errors import WorkbookError
from workbook.base.paths import KEPT, LEARN, NOTEBOOKS, ROOT, read_code, shown
from workbook.learning import bookmark, gaps
from workbook.learning.published import WRITES, chapters, ending_in_newline, every_version, files_before

KEEPS = ("lambda_src", "cdk_app", "tests", "notebooks", "learn")  # what edits are kept of
ANSWERS = KEPT / "answers"  # what was written in gaps, and had to make room: nobody is told of each
DATA = "data"  # where rows and objects are kept, beside them
FOLDER = re.compile(r"(?P<day>[\d-]+)_(?P<hour>\d\d)-(?P<minute>\d\d)-\d\d_(?:chapter-(?P<chapter>\d\d)_)?")


def replay(number: int, folder: Path | None = None) -> Path | None:
    """Bring the files that the chapters write to how they stand at the start of a chapter.

    A file that holds something no chapter wrote is a person's own edit: it is kept aside first.
    Files that no chapter writes are not touched.

    Args:
        number: the chapter's.
        folder: where to keep edits, if something else was already kept for the same reason.

    Returns:
        Where edits were kept, or None if there were none.
    """
    wanted = files_before(number)
    aside = None
    for path in sorted(every_version()):
        file = ROOT / path
        if path in wanted and file.exists() and read_code(file) == wanted[path]:
            continue
        aside = keep_aside(file, aside or folder) or aside
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
    if path not in every_version():
        raise WorkbookError(f"No chapter wrote {path!r}, so it stays.")
    if folder := keep_aside(ROOT / path):
        print(f"What stood in {path} was not from this book. It is kept in {shown(folder)}.")
    (ROOT / path).unlink(missing_ok=True)
    print(f"{path} is gone.")


def renew_notebooks() -> list[str]:
    """Bring the notebooks back to how they were published; what a person did in them is kept aside.

    Returns:
        A sentence that says where it is kept, if there was something to keep.
    """
    aside = None
    for notebook in chapters().values():
        file = NOTEBOOKS / notebook.name
        if not file.exists() or file.read_bytes() != notebook.read_bytes():
            aside = keep_aside(file, aside) or aside
            shutil.copyfile(notebook, file)
    if aside is None:
        return []
    return [f"Your notebooks are kept in {shown(aside)}; `python3 run.py restore {aside.name}` brings them back."]


def keep_aside(file: Path, folder: Path | None = None) -> Path | None:
    """Copy a file that holds a person's own edit to a safe place.

    Args:
        file: any file; one that is absent, or as some chapter wrote it, perhaps with empty gaps, is not kept.
        folder: where to keep it, if something else was already kept for the same reason.

    Returns:
        The folder it is kept in, or None if there was nothing to keep.
    """
    if not file.exists() or not file.is_relative_to(ROOT):
        return None
    path = file.relative_to(ROOT).as_posix()
    content = file.read_bytes()
    if content in every_version().get(path, set()) | gaps.empty_versions(path) or not content.strip():
        return None
    if folder is None:
        folder = new_folder_aside()
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, folder / path)
    return folder


def new_folder_aside(below: Path | None = None) -> Path:
    """A new folder to keep things in, named for the time and for the chapter whose files stand here.

    Args:
        below: where; with everything else that is kept by default.
    """
    below = below or KEPT
    below.mkdir(parents=True, exist_ok=True)
    chapter = bookmark.files_of()
    name = time.strftime("%Y-%m-%d_%H-%M-%S_") + (f"chapter-{chapter:02}_" if chapter is not None else "")
    return Path(tempfile.mkdtemp(prefix=name, dir=below))


def remove_if_empty(folder: Path) -> None:
    """Remove a folder in which nothing had to be kept."""
    if not any(folder.iterdir()):
        folder.rmdir()


def bring_back(name: str | None = None) -> tuple[Path, list[str], Path | None]:
    """Put files that were kept aside back where they came from.

    What stands there now is kept aside in its turn, if it is a person's own. Before anything is replaced, it is said
    what, by what, and from which chapter that is.

    Args:
        name: the folder's name below `.workbook/kept`; the newest with something of a learner's by default, but
            for answers in gaps.

    Returns:
        The folder; the paths that were put back; where the files they replaced are now kept.

    Raises:
        WorkbookError: nothing was kept, or not under that name.
    """
    folders = [*sorted(ANSWERS.glob("*"), key=_age), *sorted(KEPT.glob("*"), key=_age)]
    kept = [folder for folder in folders if any((folder / name).exists() for name in (*KEEPS, DATA))]
    there = {folder.relative_to(KEPT).as_posix(): folder for folder in kept}
    if not there:
        raise WorkbookError("Nothing has been kept aside, so there is nothing to bring back.")
    if name is not None and name not in there:
        raise WorkbookError(f"There is no {name!r}. There are: {', '.join(there)}.")
    folder = there[name] if name else list(there.values())[-1]
    paths = [path for path in _files_in(folder) if not _is_there(folder / path, ROOT / path)]
    if paths:
        print(_what_comes_back(folder, [path for path in paths if (ROOT / path).exists()]))
    aside = None
    for path in paths:
        aside = keep_aside(ROOT / path, aside) or aside
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / path, ROOT / path)
    return folder, paths, aside


def _files_in(folder: Path) -> list[str]:
    """The learner's files that a folder keeps."""
    found = (file for room in KEEPS for file in (folder / room).glob("**/*") if file.is_file())
    return sorted(file.relative_to(folder).as_posix() for file in found)


def _is_there(kept: Path, file: Path) -> bool:
    return file.exists() and file.read_bytes() == kept.read_bytes()


def _what_comes_back(folder: Path, replaced: list[str]) -> str:
    """When and where it stood that is brought back, and what it replaces."""
    named, here = FOLDER.match(folder.name), bookmark.files_of()
    then = int(named["chapter"]) if named and named["chapter"] else None
    when = f", on {named['day']} at {named['hour']}:{named['minute']}" if named else ""
    said = f"These files stood here{' in chapter ' + format(then, '02') if then is not None else ''}{when}."
    if replaced:
        said += f" They replace {', '.join(replaced)}."
    if then is not None and here in chapters() and then != here:
        said += (
            f" You are in chapter {here:02} now, and its cells may not fit them: `python3 run.py catch-up {then:02}` "
            f"goes to where they belong, `python3 run.py catch-up {here:02}` undoes this."
        )
    return said


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
    body = ending_in_newline(match["body"]).encode()
    if file.exists() and file.read_bytes() == body:
        return
    if Path.cwd() == LEARN and gaps.is_written_in_gaps(file.relative_to(ROOT).as_posix()):
        _keep_answer(file)
    elif folder := keep_aside(file):
        print(
            f"What stood in {shown(file)} was not from this book. It is kept in {shown(folder)}; "
            "`python3 run.py restore` brings it back."
        )


def _keep_answer(file: Path) -> None:
    """Keep what a learner has written in the gaps of a file."""
    folder = new_folder_aside(ANSWERS)
    keep_aside(file, folder)
    remove_if_empty(folder)


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns


def _remove_empty_folders(folder: Path) -> None:
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    if folder != ROOT and folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
