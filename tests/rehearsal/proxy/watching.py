"""The weather over what is looked at: logs, archives, tables."""

from __future__ import annotations

import json
import random
import time

from calls import Call
from mitmproxy import http
from rule import Pending, Rule


class LogLines(Rule):
    """A line of a log can be seen up to ten seconds after it was written, its group with the first line."""

    name = "late log lines"

    def __init__(self, seed: int, *settings) -> None:
        super().__init__(seed, *settings)
        self._seed, self._there = seed, set()

    async def after(self, call: Call) -> None:
        if call.operation not in ("FilterLogEvents", "GetLogEvents") or not call.worked:
            return
        answer, group = call.answer, call.parameters.get("logGroupName") or call.parameters.get("logGroupIdentifier")
        now = time.time()
        seen = [event for event in answer.get("events", []) if self._is_visible(event, call, now)]
        if late := len(answer.get("events", [])) - len(seen):
            self.say(f"{late} lines of {group} are not there yet")
        if late and not seen and group not in self._there:
            call.flow.response = call.refusal("ResourceNotFoundException", "The specified log group does not exist.")
            return
        self._there.add(group)
        call.answer = answer | {"events": seen}

    def _is_visible(self, event: dict, call: Call, now: float) -> bool:
        """Whether a stream has been flushed since the line was written; each stream takes its time, always the same."""
        stream = event.get("logStreamName") or call.parameters.get("logStreamName")
        late = random.Random(f"{self._seed} {stream}").uniform(1, 10) / self.factor
        return event["timestamp"] / 1000 + late < now


class LogPages(Rule):
    """A page of log lines may be empty, and still not be the last one."""

    name = "empty log pages"
    TOKEN = "weather"

    async def before(self, call: Call) -> http.Response | None:
        if call.operation != "FilterLogEvents":
            return None
        if call.parameters.get("nextToken") == self.TOKEN:
            del call.parameters["nextToken"]
            call.change()
        elif "nextToken" not in call.parameters and self.happens(0.3):
            self.say(f"an empty page of {call.parameters.get('logGroupName')}")
            return call.done({"events": [], "searchedLogStreams": [], "nextToken": self.TOKEN})
        return None


class ArchiveCounts(Rule):
    """How many events an archive holds is known a day later."""

    name = "archive counts"

    async def after(self, call: Call) -> None:
        if call.operation not in ("DescribeArchive", "ListArchives") or not call.worked:
            return
        answer = call.answer
        for archive in [answer, *answer.get("Archives", [])]:
            if archive.get("EventCount"):
                self.say(f"{archive.get('ArchiveName')} seems to be empty")
            archive |= {key: 0 for key in ("EventCount", "SizeBytes") if key in archive}
        call.answer = answer


class Replays(Rule):
    """A replay starts after a while, and lacks what came into the archive in the last ten minutes."""

    name = "replays"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._starting = Pending()

    async def before(self, call: Call) -> None:
        if call.operation == "StartReplay":
            last = time.time() - 600 / self.factor
            if call.parameters["EventEndTime"] > last:
                self.say(f"what came in the last {600 / self.factor:.0f} s is not in the archive yet")
            call.change(EventEndTime=max(call.parameters["EventStartTime"], min(call.parameters["EventEndTime"], last)))
            self._starting.start(call.parameters["ReplayName"], self.seconds(10, 60))

    async def after(self, call: Call) -> None:
        if call.operation == "DescribeReplay" and call.worked and call.parameters["ReplayName"] in self._starting:
            call.answer = call.answer | {"State": "STARTING"}


class EventualReads(Rule):
    """A read that does not ask for more may be as of a second before; one of an index may always."""

    name = "eventual reads"
    SECONDS = 1.0  # not divided: AWS says usually within one second

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._last: dict[str, tuple[float, bytes]] = {}

    async def after(self, call: Call) -> None:
        if call.service != "dynamodb" or call.operation not in ("GetItem", "Query", "Scan") or not call.worked:
            return
        if call.parameters.get("ConsistentRead"):
            return
        asked, now, fresh = json.dumps(call.parameters, sort_keys=True), time.monotonic(), call.flow.response.content
        when, before = self._last.get(asked, (0.0, b""))
        self._last[asked] = now, fresh
        if before and before != fresh and now < when + self.SECONDS and self.happens(0.3):
            self.say(f"{call.operation} of {call.parameters['TableName']} is as before")
            call.flow.response.content = before


RULES = (LogLines, LogPages, ArchiveCounts, Replays, EventualReads)
