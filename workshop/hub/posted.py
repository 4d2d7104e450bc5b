"""What learners post of their progress: those on laptops and those in pods, whose files the teacher's page cannot read.

It is held in memory only. A laptop's clock may be wrong: its times are put right by what it says of now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from class_progress import Learner, Record, learner
from pydantic import AwareDatetime, BaseModel, StringConstraints

MOST = 200  # laptops


class Told(BaseModel):
    """What is posted: by a laptop its learner's name, and an id that nobody else has; by both when, and progress."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] = "unknown"
    id: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")] = "0" * 32
    sent: AwareDatetime
    progress: Record


@dataclass
class Posted:
    """What was posted last, and when it came: by laptops, by their ids, and by users of the Hub, by their names."""

    laptops: dict[str, tuple[Told, datetime]] = field(default_factory=dict)
    users: dict[str, tuple[Told, datetime]] = field(default_factory=dict)

    def take(self, body: bytes, now: datetime, user: str | None = None) -> None:
        """Take what was posted, unless something newer of the same learner is there.

        Args:
            body: what was posted.
            now: the time, in UTC.
            user: the Hub's user who posted it; None for a laptop.

        Raises:
            ValueError: it is no progress, or there are too many laptops.
        """
        told = Told.model_validate_json(body)
        those, who = (self.laptops, told.id) if user is None else (self.users, user)
        if who not in those and len(those) >= MOST:
            raise ValueError("There are too many of them.")
        if who not in those or those[who][0].sent <= told.sent:
            those[who] = (_by_our_clock(told, now), now)

    def of_laptops(self, now: datetime) -> list[Learner]:
        """The learners on laptops.

        Args:
            now: the time, in UTC.
        """
        return [_learner(f"{told.name} (laptop)", told, came, now) for told, came in self.laptops.values()]

    def of_user(self, name: str, seen: datetime | None, now: datetime) -> Learner | None:
        """A user of the Hub; None if nothing was posted by them.

        Args:
            name: the user's.
            seen: when the Hub saw them at work for the last time.
            now: the time, in UTC.
        """
        if name not in self.users:
            return None
        told, came = self.users[name]
        return _learner(name, told, max(seen or came, came), now)


def _by_our_clock(told: Told, now: datetime) -> Told:
    late = now - told.sent
    try:
        tries = {
            check: one.model_copy(update={"first": one.first + late, "last": one.last + late})
            for check, one in told.progress.tries.items()
        }
    except OverflowError:
        raise ValueError("These times cannot be.") from None
    return told.model_copy(update={"progress": told.progress.model_copy(update={"tries": tries})})


def _learner(name: str, told: Told, alive: datetime, now: datetime) -> Learner:
    return learner(name, told.progress.model_dump_json(), alive, now)
