"""Makes notebooks/rehearsed.md out of what rehearsals have left: `python tests/rehearsal/page.py [FILE …]`.

Without a file it takes what `run.py rehearse` left last. Of what was rehearsed several times, the last time counts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbook.base.paths import NOTEBOOKS, STATE, read_json
from workbook.learning import published

PAGE = NOTEBOOKS / "rehearsed.md"
LAST = STATE / "rehearsal" / "rehearsed.json"
HEAD = """\
# Rehearsed: the chapters as they run on AWS

Each chapter was run with `WORKBOOK_TARGET=aws`, cell by cell, against a second cloud that plays AWS: another account, \
another region, AWS's addresses, and AWS's weather, by chance from a seed. Each cell's output is compared with the \
published one. AWS's times were divided by {factor:g}. `python3 run.py rehearse 01 --seed {seed}` repeats a row.

<!-- Made out of rehearsals by `python tests/rehearsal/page.py`. -->

| chapter | cells | otherwise than published | not played | seed, day | what the weather did |
| --- | ---: | --- | --- | --- | --- |
"""
WEATHER = """
## The weather

What AWS may do, and the local cloud never does:

"""


def page(files: list[Path]) -> str:
    """The page, of these files, the oldest first.

    Args:
        files: as `rehearse.py` leaves them.
    """
    runs = [run for file in files if (run := read_json(file, {}))]
    chapters = {chapter["chapter"]: (run, chapter) for run in runs for chapter in run["chapters"]}
    rules = {name: what for run in runs for name, what in run["rules"].items()}
    rows = [_row(run, chapter) for _, (run, chapter) in sorted(chapters.items())]
    head = HEAD.format(factor=runs[-1]["factor"], seed=runs[-1]["seed"])
    return head + "\n".join(rows) + "\n" + WEATHER + "\n".join(f"- **{name}**: {rules[name]}" for name in rules) + "\n"


def _row(run: dict[str, Any], chapter: dict[str, Any]) -> str:
    name = published.chapters()[chapter["chapter"]].name
    not_played = "; ".join(f"{cell}: [{_words(row)}]({row})" for cell, row in chapter["not played"].items())
    weather = ", ".join(f"{rule} {times}" for rule, times in sorted(chapter["weather"].items()))
    otherwise = [*chapter["otherwise"], *chapter["untrue"]]
    cells = [
        f"[{chapter['chapter']:02} {chapter['title']}]({name})", str(chapter["cells"]),
        ", ".join(otherwise) or "none", not_played or "none", f"{run['seed']}, {run['day']}", weather or "none",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _words(row: str) -> str:
    return row.partition("#")[2].replace("-", " ")


if __name__ == "__main__":
    PAGE.write_text(page([Path(name) for name in sys.argv[1:]] or [LAST]), encoding="utf-8")
