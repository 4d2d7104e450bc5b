"""What takes AWS a while to take effect, with nothing that says when it is done; the local cloud does it at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from workbook.base.display import Progress
from workbook.base.errors import WorkbookError
from workbook.base.patience import ON_AWS
from workbook.base.waiting import poll
from workbook.cloud import target
from workbook.observe.frames import queue

LONGEST = {  # seconds, as AWS documents them
    "archive": 600.0,  # for an event to get into it (eb-archive); its own count is a day late
    "alarm": 300.0,  # for a failure to set one off: a period of a minute, metrics that come late, and some patience
    "queue settings": 60.0,  # API_SetQueueAttributes; they are shown before they are in force
}
AGAIN = 1.0  # seconds between two tries


def rule_in_force(publish: Callable[[str], object], url: str) -> None:
    """Wait until a rule that was made or changed is so for events, which takes AWS up to a minute or two.

    Only an event can tell. Locally there is nothing to wait for, and nothing is published.

    Args:
        publish: publishes an event that the rule wants now, and did not want before; is given a word, `probe-` and
            more, that has to stand in it.
        url: the address of the queue that is the rule's target.
    """
    if target.is_local():
        return
    probe = f"probe-{uuid.uuid4()}"

    def arrived() -> bool:
        publish(probe)
        time.sleep(AGAIN)
        return any(probe in body for body in queue(url).body if body)

    _wait(arrived, "the rule", ON_AWS)


def in_force(what: str) -> None:
    """Wait as long as AWS says that something may take of which nothing tells that it is done. Locally not at all.

    Args:
        what: one of `LONGEST`.

    Raises:
        WorkbookError: it is none of them.
    """
    if what not in LONGEST:
        raise WorkbookError(f"There is no {what!r} to wait for; there are: {', '.join(LONGEST)}.")
    if not target.is_local():
        over = time.monotonic() + LONGEST[what]
        _wait(lambda: time.monotonic() > over, f"the {what}", 2 * LONGEST[what])


def _wait(look: Callable[[], bool], what: str, seconds: float) -> None:
    with Progress(f"On AWS, waiting for {what} to be in force") as progress:
        poll(look, f"{what} to be in force", seconds, lambda waited: progress(f"{waited:.0f} s"))
