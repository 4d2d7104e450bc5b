"""A rule of the weather: one row of what AWS is loose about."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from calls import Call
from mitmproxy import http


class Rule:
    """What AWS may do to a call, and the local cloud never does. The docstring's first line says it.

    Args:
        seed: of all that is left to chance here.
        factor: what AWS's times are divided by.
        note: is told the rule's name, and what it did.
    """

    name = ""

    def __init__(self, seed: int, factor: float, note: Callable[[str, str], None]) -> None:
        self.random, self.factor = random.Random(f"{seed} {self.name}"), factor
        self.say = lambda what: note(self.name, what)

    def seconds(self, least: float, most: float) -> float:
        """A time that AWS may take, as the rehearsal has it."""
        return self.random.uniform(least, most) / self.factor

    def happens(self, probability: float) -> bool:
        """Whether it does, this time."""
        return self.random.random() < probability

    async def before(self, call: Call) -> http.Response | None:
        """May change a call that is to be sent on, or answer it instead."""

    async def after(self, call: Call) -> None:
        """May change the answer."""

    async def clear_up(self) -> None:
        """Nothing more will come."""


class Holding(Rule):
    """A rule under which calls that change something are answered at once, and take effect later, in their order."""

    def __init__(self, seed: int, factor: float, note: Callable[[str, str], None]) -> None:
        super().__init__(seed, factor, note)
        self._held: dict[Hashable, list[asyncio.Task[None]]] = {}
        self._due: dict[Hashable, float] = {}

    def is_held(self, what: Hashable) -> bool:
        """Whether a change of this is still to take effect."""
        return any(not task.done() for task in self._held.get(what, []))

    def hold(self, call: Call, what: Hashable, seconds: float) -> None:
        """Send a call on after some seconds, and after all others about the same thing."""
        due = self._due[what] = max(self._due.get(what, 0.0), time.monotonic() + seconds)
        earlier = list(self._held.get(what, []))
        self._held.setdefault(what, []).append(asyncio.create_task(self._later(call, due, earlier)))
        self.say(f"{call.operation} of {what} takes effect in {seconds:.1f} s")

    async def _later(self, call: Call, due: float, earlier: list[asyncio.Task[None]]) -> None:
        await asyncio.sleep(due - time.monotonic())
        await asyncio.gather(*earlier)
        status, said = await call.send_on()
        if status >= 400:
            self.say(f"FAILED: {call.operation} was answered as done, and is refused with {status}: {said[:300]!r}")

    async def overtake(self, whats: Iterable[Hashable]) -> None:
        """Wait for all changes of these that are held."""
        await asyncio.gather(*(task for what in whats for task in self._held.get(what, [])))

    async def clear_up(self) -> None:
        await self.overtake(list(self._held))


class Pending:
    """Things that are in a state of transition for a while."""

    def __init__(self) -> None:
        self._until: dict[Any, float] = {}

    def start(self, what: Any, seconds: float) -> None:
        """From now on, for so long."""
        self._until[what] = time.monotonic() + seconds

    def __contains__(self, what: Any) -> bool:
        return time.monotonic() < self._until.get(what, 0.0)
