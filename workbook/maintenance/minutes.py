"""How long a chapter takes a person, by a rule: `python -m workbook.maintenance.minutes` brings what is said up to it.

Words are read at 150 a minute, and code that is new at 12 lines a minute; a gap takes 3 minutes, and an exercise 10.
What a rewrite leaves as it was is not read again, and a gap's lines are written instead of read.
"""

from __future__ import annotations

import json
import re

from workbook.base.paths import NOTEBOOKS, ROOT, write_text
from workbook.learning import gaps, published
from workbook.learning.exercises import exercises

WORDS, LINES = 150, 12  # a minute
GAP, EXERCISE = 3, 10  # minutes
ROUNDED = 5  # minutes
README = ROOT / "README.md"
SAID = re.compile(r"\*\*(\d+) minutes")
ROW = re.compile(r"^(\| \[(\d\d) .*\| )(\d+)( \|)$", re.MULTILINE)
NO_WORDS = re.compile(r"```.*?```|\]\([^)]*\)", re.DOTALL)  # drawings, addresses


def minutes(number: int) -> int:
    """How long a chapter takes by the rule, in minutes, rounded to five.

    Args:
        number: the chapter's.
    """
    words, lines = 0, 0
    files, written = published.files_before(number), gaps.cells_of(number)
    for cell in published.cells(published.chapters()[number]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            words += len(NO_WORDS.sub("", source).split())
        elif cell["cell_type"] == "code":
            lines += _new_lines(source, files)
            lines -= sum(len(gap.lines) for gap in written[cell["id"]].gaps) if cell["id"] in written else 0
    to_write = sum(len(cell.gaps) for cell in written.values())
    to_solve = sum(name.startswith(f"{number:02}-") for name in exercises())
    taken = words / WORDS + max(lines, 0) / LINES + to_write * GAP + to_solve * EXERCISE
    return max(round(taken / ROUNDED), 1) * ROUNDED


def said(number: int) -> int:
    """How many minutes a chapter says that it takes."""
    return int(SAID.search(_opening(published.chapters()[number]))[1])


def in_readme() -> dict[int, int]:
    """How many minutes README says that each chapter takes, by its number."""
    return {int(number): int(taken) for _, number, taken, _ in ROW.findall(README.read_text(encoding="utf-8"))}


def main() -> None:
    """Have each chapter, and README, say what the rule gives for the chapters as they are committed."""
    for number, chapter in published.chapters().items():
        file = NOTEBOOKS / chapter.name
        notebook = json.loads(file.read_text(encoding="utf-8"))
        first = notebook["cells"][0]
        source = SAID.sub(f"**{minutes(number)} minutes", "".join(first["source"]), count=1)
        first["source"] = source.splitlines(keepends=True)
        write_text(file, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    text = README.read_text(encoding="utf-8")
    write_text(README, ROW.sub(lambda row: f"{row[1]}{minutes(int(row[2]))}{row[4]}", text))


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
