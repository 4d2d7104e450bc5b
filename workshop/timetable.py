"""The timetables of `workshop/README.md`, by the rule that gives each chapter's minutes; this brings them up to it:

    .venv/bin/python workshop/timetable.py

A class works for an hour and a half at most, and then has a break of a quarter of an hour; the first break after
half past eleven is an hour, for lunch. A chapter that is longer than what is left until a break goes on after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from workbook.base.paths import write_text
from workbook.learning import published
from workbook.maintenance.minutes import minutes

PAGE = Path(__file__).with_name("README.md")
BLOCK = re.compile(r"(<!-- timetable: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
BEGIN = datetime(2000, 1, 1, 9, 0)
LUNCH_FROM = datetime(2000, 1, 1, 11, 30)
WORK, BREAK, LUNCH = (timedelta(minutes=length) for length in (90, 15, 60))
SCRAP = timedelta(minutes=10)  # so little of a chapter is not left for after a break, and not begun before it


def table(chapters: Sequence[int]) -> str:
    """A day's timetable in Markdown.

    Args:
        chapters: the numbers of those that are worked through, in order.
    """
    lines = ["| from | to | |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {begin:%H:%M} | {end:%H:%M} | {what} |" for begin, end, what in day(chapters)), ""])


def day(chapters: Sequence[int]) -> Iterator[tuple[datetime, datetime, str]]:
    """The parts of a day: when each begins and ends, and what it is.

    Args:
        chapters: the numbers of those that are worked through, in order.
    """
    now, worked, had_lunch = BEGIN, timedelta(), False
    for number in chapters:
        whole = left = timedelta(minutes=minutes(number))
        while left:
            if WORK - worked < min(SCRAP, left):
                length = LUNCH if now >= LUNCH_FROM and not had_lunch else BREAK
                had_lunch = had_lunch or length == LUNCH
                yield now, now + length, "lunch" if length == LUNCH else "break"
                now, worked = now + length, timedelta()
            part = left if left <= WORK - worked + SCRAP else WORK - worked
            yield now, now + part, _what(number, whole, left, part)
            now, worked, left = now + part, worked + part, left - part


def _what(number: int, whole: timedelta, left: timedelta, part: timedelta) -> str:
    """A chapter, and how much of it."""
    name = f"{number:02} {published.title(number)}"
    if part == whole:
        return name
    return f"{name}, {'to be gone on with' if left == whole else 'the rest' if part == left else 'more of it'}"


def up_to_date(page: str) -> str:
    """A page with its timetables as the rule gives them.

    Args:
        page: its text, in which a comment before each timetable names the chapters, such as `00 01 02`.
    """
    return BLOCK.sub(lambda found: f"{found[1]}{table([int(number) for number in found[2].split()])}{found[3]}", page)


if __name__ == "__main__":
    write_text(PAGE, up_to_date(PAGE.read_text(encoding="utf-8")))
