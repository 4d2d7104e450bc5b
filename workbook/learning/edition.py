"""The learner's own edition: `learn/NN_….ipynb`, made from the published chapters, with gaps, without outputs or
guesses.

A page is touched once the sources of its cells are others than those that were made; what JupyterLab stores of
outputs does not count. A touched page is renewed only where that was asked for, and what has to make room is kept.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from filelock import FileLock

from workbook.base.display import enumerated
from workbook.base.paths import LEARN, STATE, read_json, shown, write_json, write_text
from workbook.learning import gaps, predictions, published
from workbook.learning.learner_files import keep_aside

RECORD = STATE / "learn.json"  # the digests of the pages as they were made
# What stands beside the published chapters, and not above them: everything but an address, a heading, a path.
LINK = re.compile(r"(\]\(|\b(?:src|href)=\")(?![a-z]+:|[#/]|\.\./)([^)\s\"]+)")
AS_IT_RAN = "[The published edition of this chapter](../notebooks/{}): complete, and as it looked when it ran."
HOW_TO_FILL = (
    "Where a cell says *Your code*, or raises `NotImplementedError`, the lines are yours to write. Run the cells down "
    "to the next check: it says whether they are right, and if not, why not. `hint(\"{0}\")` gives a hint, and "
    "`solution(\"{0}\")` shows the published lines; so it is with each gap, by the name of its check."
)
SHORT = 15  # lines; fewer are not folded
TOUCHED, OLD = "yours", "yours; the published one has changed since"


def renew(*, touched: Iterable[int] = (), pages: Iterable[int] | None = None) -> list[str]:
    """Make the pages that are missing, and anew those whose published chapter has changed.

    Args:
        touched: the chapters whose pages are renewed in any case; what a learner has in them is kept aside.
        pages: the chapters to look at; all by default.

    Returns:
        Sentences on what was kept aside, and on touched pages that are older than the published ones.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    with FileLock(STATE / "learn.lock"):  # a page that another lab has just made would be taken for touched
        return _renewed(set(touched), published.chapters() if pages is None else pages)


def _renewed(anyway: set[int], numbers: Iterable[int]) -> list[str]:
    digests, aside, kept, old = read_json(RECORD, {}), None, [], []
    for number in numbers:
        page, file = made(number), page_of(number)
        now, there = digest(page), _read(file)
        if file.exists() and number not in anyway:
            if there and digest(there) == now:
                digests[file.name] = now
                continue
            if not there or digest(there) != digests.get(file.name):
                old += [number] if digests.get(file.name) != now else []
                continue
        mine = there is None or digest(there) not in (now, digests.get(file.name)) or _has_outputs(there)
        if file.exists() and mine:
            aside = keep_aside(file, aside) or aside
            kept.append(number)
        write_text(file, _text(page))
        digests[file.name] = now
    said = _without_pages_of_no_chapter(digests)
    write_json(RECORD, digests)
    if aside:
        those, them = (f"{_named(kept)} are", "them") if len(kept) > 1 else (f"{_named(kept)} is", "it")
        back = f"`python3 run.py restore {aside.name}` brings {them} back"
        tab = f"In a tab that is open, File → Reload Notebook from Disk shows {them}."
        said.append(f"{those} new; what you had there is kept in {shown(aside)}, and {back}. {tab}")
    if old:
        stays, each = ("stay", " the first, the others likewise") if len(old) > 1 else ("stays", " it")
        said.append(
            f"The published edition has changed since you began {_named(old)}, which {stays} as you have it: "
            f"`python3 run.py catch-up {old[0]:02}` renews{each}, and keeps yours aside."
        )
    return said


def _without_pages_of_no_chapter(digests: dict[str, str]) -> list[str]:
    """Remove the pages that were made of chapters that go by another name now; sentences on those that are kept aside.

    Args:
        digests: those of the pages as they were made; in the end, without theirs.
    """
    said = []
    for name in sorted({*digests} - {chapter.name for chapter in published.chapters().values()}):
        made_then, file = digests.pop(name), LEARN / name
        there = _read(file)
        aside = None
        if there is None or digest(there) != made_then or _has_outputs(there):
            aside = keep_aside(file)
        file.unlink(missing_ok=True)
        if aside:
            there = f"what you had there is kept in {shown(aside)}"
            said.append(f"There is no {shown(file)} in the book any more; {there}.")
    return said


def state_of(number: int) -> str:
    """What is to be said of a learner's page: that it is theirs, and perhaps older than the published one; or nothing.

    Args:
        number: the chapter's.
    """
    file = page_of(number)
    if not file.exists():
        return ""
    now, made_then, there = digest(made(number)), read_json(RECORD, {}).get(file.name), _read(file)
    if there and digest(there) in (now, made_then):
        return ""
    return TOUCHED if made_then == now else OLD


def page_of(number: int) -> Path:
    """The file of a chapter in the learner's edition."""
    return LEARN / published.chapters()[number].name


def where(number: int) -> str:
    """The same file, as a person reads it."""
    return shown(page_of(number))


def made(number: int) -> dict[str, Any]:
    """A chapter as the learner gets it, as a notebook's JSON.

    Args:
        number: the chapter's.
    """
    book = published.chapters()
    file, beside, written = book[number], {chapter.name for chapter in book.values()}, gaps.cells_of(number)
    page, files = json.loads(file.read_text(encoding="utf-8")), published.files_before(number)
    for place, cell in enumerate(page["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            if _is_mostly_known(source, files) and cell["id"] not in written:
                cell["metadata"].setdefault("jupyter", {})["source_hidden"] = True
            if cell["id"] in written:
                source = _with_gaps(source, written[cell["id"]])
            source = predictions.unsaid(source)
        else:
            source = LINK.sub(lambda link: _led_back(link, beside), source)
            if place == 0:
                source = "\n\n".join([source, *_said_first(file.name, written)])
        cell["source"] = source.splitlines(keepends=True)
    page["metadata"]["language_info"] = language()
    return page


def _is_mostly_known(source: str, files: dict[str, str]) -> bool:
    """Whether a cell writes a long file anew of which two thirds stay: what changes is shown when it runs.

    Args:
        source: the cell's.
        files: as they stand before it; as they stand after it, on return.
    """
    if not (match := published.WRITES.match(source)):
        return False
    path, now = published.path_of(match), match["body"].splitlines()
    before, files[path] = files.get(path, "").splitlines(), match["body"]
    if not before or len(now) < SHORT:
        return False
    stays = sum(block.size for block in SequenceMatcher(None, before, now, autojunk=False).get_matching_blocks())
    return stays >= len(now) * 2 / 3


def _said_first(name: str, written: dict[str, gaps.Cell]) -> list[str]:
    """What a page says below its opening: where its published edition is, and how gaps are filled if it has some."""
    how = [HOW_TO_FILL.format(next(iter(written.values())).check)] if written else []
    return [*how, AS_IT_RAN.format(name)]


def language() -> dict[str, Any]:
    """The language as this environment's kernel describes it: with another description, JupyterLab changes the page."""
    return {
        "codemirror_mode": {"name": "ipython", "version": sys.version_info.major},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    }


def digest(page: dict[str, Any]) -> str:
    """What tells a page from another one: the kinds and the sources of its cells."""
    sources = [[cell["cell_type"], "".join(cell["source"])] for cell in page["cells"]]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _with_gaps(source: str, cell: gaps.Cell) -> str:
    head = source.split("\n", 1)[0] + "\n" if cell.path else ""
    return head + cell.empty()


def _led_back(link: re.Match[str], beside: set[str]) -> str:
    """A link as it leads to the same place from `learn/`, where other chapters stand beside it, too."""
    return link[1] + ("" if link[2].partition("#")[0] in beside else "../notebooks/") + link[2]


def _read(file: Path) -> dict[str, Any] | None:
    """A page as it stands; None if it is absent, or no notebook any more."""
    page = read_json(file, None)
    whole = isinstance(page, dict) and isinstance(page.get("cells"), list)
    return page if whole and all({"cell_type", "source"} <= {*cell} for cell in page["cells"]) else None


def _has_outputs(page: dict[str, Any]) -> bool:
    return any(cell.get("outputs") for cell in page["cells"])


def _text(page: dict[str, Any]) -> str:
    return json.dumps(page, indent=1, ensure_ascii=False, sort_keys=True) + "\n"  # as JupyterLab writes it


def _named(numbers: list[int]) -> str:
    return enumerated([where(number) for number in numbers])


if __name__ == "__main__":
    for sentence in renew():
        print(sentence)
