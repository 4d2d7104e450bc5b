"""In the learner's edition, a `%%writefile` cell that writes a file anew first shows what changes in it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from workbook.base.display import GREEN, GREY, RED
from workbook.base.paths import LEARN, ROOT, read_code, shown
from workbook.learning.published import WRITES, ending_in_newline

CONTEXT = 1  # lines before and after what changes
COLOURS = {"+": GREEN, "-": RED, " ": GREY, "…": GREY}
CHANGED = " border-left:3px solid; padding-left:5px"  # no shade behind it, which would take from the contrast
STAYS = " padding-left:8px"


def show_changes(info: Any) -> None:
    """Show how a cell's file will differ from what stands there.

    For IPython's `pre_run_cell` event. It is HTML alone, which is not compared when a notebook is tested.
    """
    match = WRITES.match(getattr(info, "raw_cell", "") or "")
    if not match or Path.cwd() != LEARN:
        return
    file = (Path.cwd() / match["path"]).resolve()
    if not file.is_file() or not file.is_relative_to(ROOT):
        return
    lines = list(changes(read_code(file), ending_in_newline(match["body"])))
    if lines:
        from IPython.display import display

        display({"text/html": markup(shown(file), lines)}, raw=True)


def changes(before: str, now: str) -> Iterator[tuple[str, str]]:
    """The lines that go and come, each with its sign, and a line of context around them.

    Args:
        before: the file as it stands.
        now: as it will be.

    Yields:
        `-` with a line that goes, `+` with one that comes, a blank with one that stays; `…` where lines are left out.
    """
    old, new = before.splitlines(), now.splitlines()
    shown_to = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        if group[0][1] > shown_to:
            yield "…", ""
        for operation, first, last, start, end in group:
            if operation == "equal":
                yield from ((" ", line) for line in old[first:last])
                continue
            yield from (("-", line) for line in old[first:last])
            yield from (("+", line) for line in new[start:end])
        shown_to = group[-1][2]
    if 0 < shown_to < len(old):
        yield "…", ""


def markup(path: str, lines: list[tuple[str, str]]) -> str:
    """Changed lines as HTML, by sign and by colour.

    Args:
        path: the file's.
        lines: such as `changes` gives.
    """
    rows = "".join(
        f'<div style="color:{COLOURS[sign]};{CHANGED if sign in "+-" else STAYS}">{sign} {html.escape(line)}</div>'
        for sign, line in lines
    )
    title = f'<p style="color:{GREY}">What changes in {html.escape(path)}:</p>'
    return f'{title}<pre style="line-height:1.4; margin:0">{rows}</pre>'
