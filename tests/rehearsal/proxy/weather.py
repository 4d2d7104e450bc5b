"""The weather as a whole: which rules there are, which of them are switched on, and what they did."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import control
import queues
import watching
from calls import Call
from mitmproxy import http
from rule import Rule

RULES: dict[str, type[Rule]] = {rule.name: rule for room in (control, queues, watching) for rule in room.RULES}


class Weather:
    """The rules that are switched on.

    Args:
        settings: `seed`; `factor`, by which AWS's times are divided; `on`, the names of the rules; `log`, the file
            that has a line for each thing that a rule does.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._log = Path(settings["log"]).open("a", encoding="utf-8", buffering=1)
        self._began = time.monotonic()
        self.rules = [RULES[name](settings["seed"], settings["factor"], self.note) for name in settings["on"]]

    def note(self, rule: str, what: str) -> None:
        """Write down what was done."""
        self._log.write(f"{time.monotonic() - self._began:8.2f} {rule}: {what}\n")

    async def before(self, call: Call) -> http.Response | None:
        """An answer that the weather gives instead of the cloud; the call may be changed."""
        for rule in self.rules:
            if (answer := await rule.before(call)) is not None:
                return answer
        return None

    async def after(self, call: Call) -> None:
        """Change the cloud's answer as the weather has it."""
        if not call.flow.metadata.get("answered"):
            for rule in self.rules:
                await rule.after(call)

    async def clear_up(self) -> None:
        """Send on all that was held."""
        for rule in self.rules:
            await rule.clear_up()
        self._log.close()
