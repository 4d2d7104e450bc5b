"""How long a chapter takes a person, by a rule: `python -m workbook.maintenance.minutes` brings what is said up to it.

Words are read at 150 a minute, and code that is new at 12 lines a minute; a gap takes 3 minutes, and an exercise 10.
What a rewrite leaves as it was is not read again, and a gap's lines are written instead of read.
"""

from __future__ import annotations

import json
import re
from itertools import combinations, pairwise

from workbook.base.display import enumerated
from workbook.base.paths import NOTEBOOKS, ROOT, write_text
from workbook.learning import gaps, published

WORDS, LINES = 150, 12  # a minute
GAP, EXERCISE = 3, 10  # minutes
ROUNDED = 5  # minutes
BEGINS_A_SITTING = ("Step ", "Exercise ", "Questions")
HOUR = 60  # minutes, after which it is time for a break
README = ROOT / "README.md"
SAID = re.compile(r"\*\*(\d+) minutes(?:\.\*\*|\*\*, with [^.]*\.)")
BEFORE_A_HEADING = re.compile(r"^(?=## )", re.MULTILINE)
ROW = re.compile(r"^(\| \[(\d\d) .*\| )(\d+)( \|)$", re.MULTILINE)
NO_WORDS = re.compile(r"```.*?```|!\[[^]]*\]|\]\([^)]*\)", re.DOTALL)  # listings, what pictures show, addresses


def minutes(number: int) -> int:
    """How long a chapter takes by the rule, in minutes, rounded to five.

    Args:
        number: the chapter's.
    """
    return max(round(sum(_sections(number).values()) / ROUNDED), 1) * ROUNDED


def lines(number: int) -> int:
    """How many lines of a chapter must be read as code: what is new, and is not the reader's to write.

    Args:
        number: the chapter's.
    """
    files, written = published.files_before(number), gaps.cells_of(number)
    found = (cell for cell in published.cells(published.chapters()[number]) if cell["cell_type"] == "code")
    return sum(_to_be_read(cell, files, written) for cell in found)


def sittings(number: int) -> list[str]:
    """The headings with which a chapter's sittings begin, but for the first: as few as can be, none of over an hour.

    Args:
        number: the chapter's.
    """
    sections = _sections(number)
    headings, taken = list(sections), list(sections.values())

    def longest(breaks: tuple[int, ...]) -> float:
        return max(sum(taken[begin:end]) for begin, end in pairwise((0, *breaks, len(taken))))

    places = [place for place, heading in enumerate(headings) if place and heading.startswith(BEGINS_A_SITTING)]
    for count in range(len(places) + 1):
        best = min(combinations(places, count), key=longest)
        if longest(best) <= max(HOUR, longest(tuple(places))):
            break
    return [headings[place] for place in best]


def to_be_said(number: int) -> str:
    """What the opening of a chapter has to say of its minutes, and where one may take a break."""
    taken, places = minutes(number), [heading.split(". ")[0].split(": ")[0] for heading in sittings(number)]
    if not places:
        return f"**{taken} minutes.**"
    named = enumerated([place[0].lower() + place[1:] for place in places])
    return f"**{taken} minutes**, with {'a break' if len(places) == 1 else 'breaks'} before {named}."


def said(number: int) -> str:
    """What it says."""
    return SAID.search(_opening(published.chapters()[number]))[0]


def in_readme() -> dict[int, int]:
    """How many minutes README says that each chapter takes, by its number."""
    return {int(number): int(taken) for _, number, taken, _ in ROW.findall(README.read_text(encoding="utf-8"))}


def main() -> None:
    """Have each chapter, and README, say what the rule gives for the chapters as they are committed."""
    for number, chapter in published.chapters().items():
        file = NOTEBOOKS / chapter.name
        notebook = json.loads(file.read_text(encoding="utf-8"))
        first = notebook["cells"][0]
        source = SAID.sub(to_be_said(number), "".join(first["source"]), count=1)
        first["source"] = source.splitlines(keepends=True)
        write_text(file, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    text = README.read_text(encoding="utf-8")
    write_text(README, ROW.sub(lambda row: f"{row[1]}{minutes(int(row[2]))}{row[4]}", text))


def _sections(number: int) -> dict[str, float]:
    """The minutes of each of a chapter's sections, by its heading; the opening counts to the first one."""
    files, written = published.files_before(number), gaps.cells_of(number)
    taken: dict[str, float] = {}
    heading = ""
    for cell in published.cells(published.chapters()[number]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            new, to_write = _to_be_read(cell, files, written), len(_gaps_in(cell, written))
            solved = sum(tag.startswith("exercise-") for tag in cell["metadata"].get("tags", []))
            taken[heading] = taken.get(heading, 0) + new / LINES + to_write * GAP + solved * EXERCISE
            continue
        for part in BEFORE_A_HEADING.split(source):
            if part.startswith("## "):
                heading = part.partition("\n")[0].removeprefix("## ")
            taken[heading] = taken.get(heading, 0) + len(NO_WORDS.sub("", part).split()) / WORDS
    opening = taken.pop("", 0)
    first = next(iter(taken), "")
    return taken | {first: opening + taken.get(first, 0)}


def _gaps_in(cell: dict, written: dict[str, gaps.Cell]) -> list[gaps.Gap]:
    return written[cell["id"]].gaps if cell["id"] in written else []


def _to_be_read(cell: dict, files: dict[str, str], written: dict[str, gaps.Cell]) -> int:
    """The lines of a code cell that are new, but for those of its gaps."""
    return _new_lines("".join(cell["source"]), files) - sum(len(gap.lines) for gap in _gaps_in(cell, written))


def _new_lines(source: str, files: dict[str, str]) -> int:
    """The lines of a cell that are to be read: of a file that is written anew, those that are new in it."""
    match = published.WRITES.match(source)
    if not match:
        return len([line for line in source.splitlines() if line.strip()])
    path = published.path_of(match)
    before, files[path] = files.get(path, ""), match["body"]
    return sum(last - first for first, last in gaps.stretches(before.split("\n"), match["body"].split("\n")))


def _opening(file: object) -> str:
    return "".join(published.cells(file)[0]["source"])


if __name__ == "__main__":
    main()
