"""Which stacks could not be deployed when it was last tried: what is there of them is older than their code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from workbook.base.errors import WorkbookError
from workbook.base.paths import STATE, read_json, write_json

RECORD = STATE / "not_deployed.json"


@contextmanager
def noted(*stacks: str) -> Iterator[None]:
    """Remember of a deployment that fails, what it was to deploy and why it did not.

    Args:
        stacks: their names.
    """
    try:
        yield
    except WorkbookError as error:
        write_json(RECORD, reasons() | dict.fromkeys(stacks, error.message))
        raise


def forget(stacks: Iterable[str]) -> None:
    """These stacks are as their code says, or gone."""
    if before := reasons():
        write_json(RECORD, {name: why for name, why in before.items() if name not in stacks})


def reasons() -> dict[str, str]:
    """Why the last deployment failed, for each stack of which it did."""
    return read_json(RECORD, {})
