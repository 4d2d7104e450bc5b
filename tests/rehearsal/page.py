"""Makes notebooks/rehearsed.md out of rehearsals: `python tests/rehearsal/page.py [FILE …]`.

Each file is what `workbook rehearse` leaves in .workbook/rehearsal; without one it is the last, if there is any. What
they say is recorded in rehearsed.json beside this file, by chapter, the latest of each, and the page is made of that.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbook.base.paths import NOTEBOOKS, STATE, read_json, write_json
from workbook.learning import published

PAGE = NOTEBOOKS / "rehearsed.md"
RECORD = Path(__file__).with_name("rehearsed.json")
LAST = STATE / "rehearsal" / "rehearsed.json"
HEAD = """\
# Rehearsed: the chapters as they run on AWS

No account was needed for this: each chapter was run with `WORKBOOK_TARGET=aws`, cell by cell, against a second cloud \
that plays AWS. It has another account, another region, AWS's addresses, and AWS's weather, which is below; and the \
chapter has the [rights of a learner](../workbook/cloud/learner.yaml), as far as that cloud can judge them, and no \
others. Each cell's output is compared with the published one, as strictly as in the tests. AWS's times were divided \
by {factor:g}.

What *not played* means: the second cloud cannot do there what AWS does, and the link leads to the difference. \
`python3 run.py rehearse 01 --seed 7` rehearses chapter 01 in the weather of seed 7, and \
`.venv/bin/python tests/rehearsal/page.py` then makes its row anew. A build each night rehearses in the weather of \
that day.

<!-- Made out of tests/rehearsal/rehearsed.json by `python tests/rehearsal/page.py`. -->

| chapter | cells | otherwise than published | not played | seed, day | what the weather did, times |
| --- | ---: | --- | --- | --- | --- |
"""
WEATHER = """
## The weather

What AWS may do, and the local cloud never does:

"""
FILLED_IN = """
## The learner's edition

With the published lines in its gaps it was rehearsed in the same way, by `python3 run.py rehearse 01 --learn`:

"""
Run = dict[str, Any]


def add(record: Run, runs: list[Run]) -> Run:
    """The record with these runs in it, of each chapter the latest.

    Args:
        record: `rules`, what each does by its name; `factor`; `chapters` and `learn`, by a chapter's number.
        runs: as `rehearse.py` leaves them, the oldest first.
    """
    record = {"chapters": {}, "learn": {}} | record
    for run in runs:
        record |= {"rules": run["rules"], "factor": run["factor"]}
        for chapter in run["chapters"]:
            of = record["learn" if run["learn"] else "chapters"]
            of[f"{chapter['chapter']:02}"] = chapter | {"seed": run["seed"], "day": run["day"]}
    return record


def page(record: Run) -> str:
    """The page.

    Args:
        record: as `add` leaves it.
    """
    rules = "".join(f"- **{name}**: {what}\n" for name, what in record["rules"].items())
    text = HEAD.format(factor=record["factor"])
    text += "".join(_row(number, record["chapters"].get(f"{number:02}")) for number in published.chapters())
    if record["learn"]:
        text += FILLED_IN + HEAD.partition("-->\n\n")[2]
        text += "".join(_row(int(number), chapter) for number, chapter in sorted(record["learn"].items()))
    return text + WEATHER + rules


def _row(number: int, chapter: Run | None) -> str:
    link = f"[{number:02} {published.title(number)}]({published.chapters()[number].name})"
    if chapter is None:
        return f"| {link} | | not rehearsed yet | | | |\n"
    not_played = "; ".join(f"[{_words(row)}]({row}): {cell}" for cell, row in chapter["not played"].items())
    weather = ", ".join(f"{rule} {times}" for rule, times in sorted(chapter["weather"].items()))
    cells = [
        link, str(chapter["cells"]), ", ".join(chapter["otherwise"]) or "none", not_played or "none",
        f"{chapter['seed']}, {chapter['day']}", weather or "none",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _words(row: str) -> str:
    return row.partition("#")[2].replace("-", " ")


if __name__ == "__main__":
    found = [read_json(Path(name), None) for name in sys.argv[1:] or [LAST] * LAST.exists()]
    if None in found:
        sys.exit("There is no such rehearsal. `python3 run.py rehearse` makes one.")
    made = add(read_json(RECORD, {}), found)
    write_json(RECORD, made)
    PAGE.write_text(page(made), encoding="utf-8")
