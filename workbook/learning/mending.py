"""`mend()`: the deployed shop as its templates say, and nothing of the chapters' own left over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from workbook.base.errors import WorkbookError
from workbook.base.paths import shown
from workbook.cloud.stacks import recorded_stacks
from workbook.deployment.drift import ABSENT, Difference, differences
from workbook.learning import published
from workbook.learning.by_hand import Leftover, chapter_of, leftovers_by_hand
from workbook.learning.learner_files import new_folder_aside, remove_if_empty

CURE = "A chapter in work may mean it so; if not, `python3 run.py mend` puts it back."
BUS = "EventBus"  # its stack
GONE = re.compile("NoSuch|NotFound|NonExistent|DoesNotExist")  # in the code of an error
BY_HAND = "by_hand"  # where policies and patterns are kept, below the folder that keeps things aside


def changed_by_hand(within: int | None = None) -> list[str]:
    """What of the deployed shop is not as its templates say, and what the chapters have left; a phrase for each.

    Args:
        within: the chapter in work, whose own things are no leftovers yet.
    """
    return [_named(one) for one in differences()] + left_over(within)


def left_over(within: int | None = None) -> list[str]:
    """What the chapters have left, but for the one in work; a phrase for each."""
    return [str(one) for one in _left(within)]


def listed(these: Sequence[object]) -> str:
    """Several of them in one sentence."""
    return "; ".join(map(str, these))


def mend(within: int | None = None) -> list[str]:
    """Put what was changed by hand back as the templates say, and remove what the chapters have left.

    Messages and rows stay, and so does what a person made that is not the book's. A policy or a pattern of a
    person's own is kept aside first.

    Args:
        within: the chapter in work, whose own things are no leftovers yet.

    Returns:
        Sentences that say what was done; none if there was nothing to do.

    Raises:
        WorkbookError: AWS refuses.
    """
    different, left = differences(), _left(within)
    if not different and not left:
        return []
    aside = new_folder_aside()
    said = _kept(different, aside)
    remove_if_empty(aside)
    back = [one for one in different if one.found is not None]
    for one in (*back, *left):
        _put_right(one)
    if back:
        said.append(f"Changed by hand, and put back as the template says: {listed(back)}.")
    if left:
        said.append(f"Removed what was left over: {listed(left)}.")
    return said + [f"{_named(one)}." for one in different if one.found is None]


def _left(within: int | None) -> list[Leftover]:
    if BUS not in recorded_stacks():  # no chapter makes anything by hand before there is the bus
        return []
    return [one for one in leftovers_by_hand() if one.chapter != within]


def _put_right(one: Difference | Leftover) -> None:
    from botocore.exceptions import ClientError

    try:
        one.mend() if isinstance(one, Difference) else one.remove()
    except ClientError as error:
        if GONE.search(error.response["Error"]["Code"]):  # on AWS, a queue is listed a minute longer than it is there
            return
        raise WorkbookError(
            f"This could not be put right: {one}. The reason is: {error.response['Error']['Message']} "
            "Try `python3 run.py mend` again in a minute."
        ) from None


def _kept(different: list[Difference], aside: Path) -> list[str]:
    """Write policies and patterns that are neither the template's nor the book's to files, before they go."""
    files = {
        f"{one.where} {name}".replace("/", "-") + ".json": found
        for one in different
        for name, found, _ in one.parts()
        if str(found).startswith("{") and found is not ABSENT and not _of_the_book(name)
    }
    for name, text in files.items():
        (aside / BY_HAND).mkdir(parents=True, exist_ok=True)
        (aside / BY_HAND / name).write_text(str(text), encoding="utf-8")
    return [f"Kept in {shown(aside / BY_HAND)}: {', '.join(files)}."] if files else []


def _of_the_book(name: str) -> bool:
    """Whether a setting is a policy that a chapter attaches to a role."""
    return name.startswith("Policies.") and chapter_of("policy", name.removeprefix("Policies.")) is not None


def _named(one: Difference) -> str:
    """What differs; and of what is gone, how it comes back."""
    if one.found is not None:
        return str(one)
    before = [number for number in published.chapters() if one.stack not in published.stacks_before(number)]
    return (
        f"{one}, and only comes back with its stack, {one.stack}: "
        f"`python3 run.py catch-up {max(before, default=0):02}` removes it, and your chapter makes it anew"
    )
