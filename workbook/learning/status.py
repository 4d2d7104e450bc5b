"""`python3 run.py status`: how far one is, what is deployed, and what waits, on one screen."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from workbook.base.paths import CLOUD
from workbook.cloud import local, saved_state, target
from workbook.cloud.stacks import described_stacks, recorded_stacks
from workbook.learning import bookmark, edition, progress, published
from workbook.learning.mending import CURE, changed_by_hand

PLACES = {bookmark.START: "at the start of", bookmark.WITHIN: "in the middle of", bookmark.END: "at the end of"}


def overview() -> Group:
    """The whole screen, for Rich. The local cloud is not started for it."""
    parts: list[Any] = [_where(), _chapters()]
    if target.is_local() and local.running() is None:
        if local.was_killed():
            parts.append(
                "The local cloud was killed. The next chapter(…) or `python3 run.py up` puts back what it can."
            )
        elif stacks := recorded_stacks():
            parts.append(f"Deployed, and there again at the next start: {', '.join(stacks)}.")
    else:
        parts += [_stacks(), _queues(), _changed()]
    return Group(*(line for part in parts if part for line in (part, "")))


def held() -> str:
    """What the local cloud of this checkout holds, in words."""
    files = [f for folder in saved_state.STATE_FOLDERS for f in (CLOUD / folder).glob("**/*") if f.is_file()]
    size = f"{sum(f.stat().st_size for f in files) / 1e6:.1f} MB of rows, messages and logs"
    stacks = recorded_stacks()
    if not files and not stacks:
        return "nothing, as there was nothing"
    return f"the stacks {', '.join(stacks)}; {size}" if stacks else size


def _where() -> Table:
    table = Table.grid(padding=(0, 2))
    if target.is_local():
        running = local.running()
        said = (
            f"running at {running.url}, process {running.pid}, {local.memory() / 1e6:.0f} MB"
            if running
            else "not running; `python3 run.py lab` or `python3 run.py up` starts it"
        )
        table.add_row("local cloud", said)
        if sentence := saved_state.loss():
            table.add_row("", Text(f"{sentence} The next chapter(…) or `python3 run.py up` puts it back."))
    else:
        table.add_row("target", f"AWS, account {target.account()}, region {target.region()}")
    table.add_row("you are", Text(_place()))
    return table


def _place() -> str:
    """Where one is in the book, in words; what to type, if the way there was stopped."""
    chapter, at = bookmark.position()
    if chapter is None:
        return "at the beginning"
    there = published.chapters()
    name = f"chapter {chapter:02}, {published.title(chapter)}" if chapter in there else "the end of the book"
    if at != bookmark.HALF_WAY:
        return f"{PLACES[at]} {name}" if chapter in there else f"at {name}"
    if chapter in there:
        return f"half-way to {name}: that was stopped; `python3 run.py catch-up {chapter:02}` finishes it"
    last = max(number for number in there if number < chapter)
    return f"half-way to {name}: that was stopped; `python3 run.py up --chapter {last:02}` finishes it"


def _chapters() -> Table:
    table = Table("", box=None, pad_edge=False)
    table.add_column("chapter", no_wrap=True, max_width=30)
    for head in ("steps", "gaps", "exercises", "questions", "min"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("page")
    for number in published.chapters():
        far = progress.in_chapter(number)
        mark = "[green]✓[/]" if far.finished else "·"
        parts = [far.part(kind, "/") for kind in (progress.STEP, progress.GAPS, progress.EXERCISE, progress.QUESTION)]
        minutes = "" if far.minutes is None else f"{far.minutes:.0f}"
        table.add_row(mark, f"{number:02} {published.title(number)}", *parts, minutes, edition.state_of(number))
    return table


def _stacks() -> Table | str:
    known = {*recorded_stacks(), *published.all_stacks()}
    found = [stack for name, stack in described_stacks().items() if name in known]
    if not found:
        return "Nothing is deployed."
    table = Table("stack", "status", "since", box=None, pad_edge=False)
    for stack in sorted(found, key=lambda s: s["CreationTime"]):
        changed = stack.get("LastUpdatedTime", stack["CreationTime"])
        colour = "green" if stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else "red"
        table.add_row(
            stack["StackName"], f"[{colour}]{stack['StackStatus']}[/]", f"{changed.astimezone():%d %b %H:%M}"
        )
    return table


def _queues() -> Table | None:
    client = target.client("sqs")
    urls = [url for page in client.get_paginator("list_queues").paginate() for url in page.get("QueueUrls", [])]
    prefixes = tuple(f"{stack}-" for stack in {*recorded_stacks(), *published.all_stacks()})
    table = Table("queue", "waiting", "in flight", box=None, pad_edge=False)
    for url in sorted(urls):
        name = url.rsplit("/", 1)[-1]
        if target.is_local() or name.startswith(prefixes):
            waiting, flying = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
            answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=[waiting, flying])["Attributes"]
            table.add_row(name, answer[waiting], answer[flying])
    return table if table.row_count else None


def _changed() -> Table | None:
    """What is not as the templates say, a line for each."""
    if not (changed := changed_by_hand()):
        return None
    table = Table("changed by hand", box=None, pad_edge=False)
    for line in (*changed, CURE):
        table.add_row(Text(line))
    return table
