"""How far a learner is: the chapter they are in, those they finished, the checks they passed, what they guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from workbook.base.paths import STATE, read_json, write_json
from workbook.learning import joined

RECORD = STATE / "progress.json"
START, WITHIN, END = "start", "within", "end"
PAUSE = timedelta(minutes=30)  # whoever checks nothing for longer does something else
HALF_WAY = "half-way"  # on the way to the start of a chapter; it stays if that was stopped


def position() -> tuple[int | None, str]:
    """The chapter that the machine is at, and where in it: at its start, within it, at its end; or half-way to it."""
    record = read_json(RECORD, {})
    return record.get("chapter"), record.get("at", START)


def files_of() -> int | None:
    """The chapter whose files stand here; on the way to another one, that which is being left."""
    record = read_json(RECORD, {})
    return record.get("left" if record.get("at") == HALF_WAY else "chapter")


def finished() -> list[int]:
    """The numbers of the chapters that were finished at least once."""
    return read_json(RECORD, {}).get("finished", [])


def passed() -> list[str]:
    """The checks that were passed at least once."""
    return read_json(RECORD, {}).get("passed", [])


def move_to(chapter: int, at: str) -> None:
    """Record where the machine is now."""
    left = {"left": files_of()} if at == HALF_WAY else {}
    record = read_json(RECORD, {}) | left | {"chapter": chapter, "at": at}
    if at == END:
        record["finished"] = sorted({*record.get("finished", []), chapter})
    _remember(record)


def tries() -> dict[str, dict[str, Any]]:
    """What was tried, by the name of the check: how often (`tries`), when for the first and the last time (`first`,
    `last`: ISO 8601, UTC), and whether it was right the last time (`right`). What was not attempted is not among it.
    """
    return read_json(RECORD, {}).get("tries", {})


def minutes() -> dict[str, float]:
    """How long each chapter was worked in, by its number in two digits: from its first check to its last one, but for
    pauses of more than half an hour.
    """
    return {number: worked["seconds"] / 60 for number, worked in read_json(RECORD, {}).get("worked", {}).items()}


def record_try(check: str, *, right: bool, at: datetime | None = None) -> None:
    """Record that a check was tried.

    Args:
        check: its name, which begins with the chapter's number.
        right: what it said.
        at: when; now by default.
    """
    now, record = at or datetime.now(UTC), read_json(RECORD, {})
    told, number = now.isoformat(timespec="seconds"), check[:2]
    before = record.get("tries", {}).get(check, {})
    this = {"tries": before.get("tries", 0) + 1, "first": before.get("first", told), "last": told, "right": right}
    worked = record.get("worked", {}).get(number, {"last": told, "seconds": 0})
    since = (now - datetime.fromisoformat(worked["last"])).total_seconds()
    spent = worked["seconds"] + (since if 0 <= since <= PAUSE.total_seconds() else 0)
    record["tries"] = record.get("tries", {}) | {check: this}
    record["worked"] = record.get("worked", {}) | {number: {"last": told, "seconds": spent}}
    if right:
        record["passed"] = sorted({*record.get("passed", []), check})
    _remember(record)


def whole() -> dict[str, Any]:
    """All that is remembered, as it is stored."""
    return read_json(RECORD, {})


def _remember(record: dict[str, Any]) -> None:
    write_json(RECORD, record)
    joined.tell(record)


def guesses() -> dict[str, dict[str, Any]]:
    """What was guessed, by the name of the prediction, and in each by the name of its part."""
    return read_json(RECORD, {}).get("guesses", {})


def record_guess(name: str, guess: dict[str, Any]) -> None:
    """Record what was guessed, in place of an earlier guess."""
    write_json(RECORD, read_json(RECORD, {}) | {"guesses": guesses() | {name: guess}})


def forget_guess(name: str) -> None:
    """Forget what was guessed."""
    write_json(RECORD, read_json(RECORD, {}) | {"guesses": {k: v for k, v in guesses().items() if k != name}})


def forget() -> None:
    """Back to the beginning."""
    RECORD.unlink(missing_ok=True)


def leave() -> None:
    """Forget where the machine is, not what was finished and passed: the next chapter starts at its start."""
    record = read_json(RECORD, {})
    write_json(RECORD, {k: v for k, v in record.items() if k not in ("chapter", "at")})
