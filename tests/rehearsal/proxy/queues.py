"""The weather over SQS."""

from __future__ import annotations

import time
from collections import defaultdict

from calls import Call
from mitmproxy import http
from rule import Holding, Rule

COUNTS = tuple(f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed"))


def _name(call: Call) -> str:
    return call.parameters["QueueUrl"].rpartition("/")[2]


class ShortPolls(Rule):
    """A receive that does not wait asks some servers only, and may miss what is there."""

    name = "short polls"

    async def before(self, call: Call) -> http.Response | None:
        if call.operation != "ReceiveMessage" or await self._waits(call):
            return None
        if self.happens(0.3):
            self.say(f"nothing was found in {_name(call)}")
            return call.done()
        most = int(call.parameters.get("MaxNumberOfMessages", 1))
        call.change(MaxNumberOfMessages=self.random.randint((most + 1) // 2, most))
        return None

    @staticmethod
    async def _waits(call: Call) -> bool:
        """Whether the call says so, or its queue does."""
        if "WaitTimeSeconds" in call.parameters:
            return call.parameters["WaitTimeSeconds"] > 0
        asked = {"QueueUrl": call.parameters["QueueUrl"], "AttributeNames": ["ReceiveMessageWaitTimeSeconds"]}
        found = (await call.ask("GetQueueAttributes", **asked)).get("Attributes", {})
        return int(found.get("ReceiveMessageWaitTimeSeconds", 0)) > 0


class StaleCounts(Rule):
    """A queue's counts are those of up to a minute ago."""

    name = "stale counts"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._seen: dict[str, list[tuple[float, dict[str, str]]]] = defaultdict(list)

    async def before(self, call: Call) -> None:
        """Before anything is done to a queue, its counts are taken."""
        if call.service == "sqs" and "QueueUrl" in call.parameters:
            url = call.parameters["QueueUrl"]
            found = (await call.ask("GetQueueAttributes", QueueUrl=url, AttributeNames=COUNTS)).get("Attributes")
            if found:
                self._seen[_name(call)].append((time.monotonic(), found))

    async def after(self, call: Call) -> None:
        asked = {*COUNTS, "All"} & set(call.parameters.get("AttributeNames", []))
        if call.operation != "GetQueueAttributes" or not asked or not call.worked:
            return
        answer, then = call.answer, time.monotonic() - self.seconds(0, 60)
        known = self._seen[_name(call)]
        old = next((counts for when, counts in reversed(known) if when <= then), known[0][1] if known else {})
        shown = {name: old[name] for name in answer.get("Attributes", {}) if name in old}
        if any(answer["Attributes"][name] != count for name, count in shown.items()):
            self.say(f"{_name(call)}: {shown} instead of {[answer['Attributes'][name] for name in shown]}")
        answer["Attributes"] |= shown
        call.answer = answer


class QueueAttributes(Holding):
    """A queue's settings take effect up to a minute after they were changed; they are shown at once, or are not."""

    name = "queue attributes"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._told: dict[str, dict[str, str]] = {}

    async def before(self, call: Call) -> http.Response | None:
        if call.operation != "SetQueueAttributes":
            return None
        if not self.is_held(_name(call)):
            self._told[_name(call)] = {}
        self._told[_name(call)] |= call.parameters.get("Attributes", {})
        self.hold(call, _name(call), self.seconds(1, 60))
        return call.done()

    async def after(self, call: Call) -> None:
        if call.operation == "GetQueueAttributes" and call.worked and self.is_held(_name(call)) and self.happens(0.5):
            answer, told = call.answer, self._told[_name(call)]
            asked = set(call.parameters.get("AttributeNames", []))
            answer.setdefault("Attributes", {}).update(
                {k: v for k, v in told.items() if v and asked & {"All", k}}
            )  # fmt: skip
            call.answer = answer


class Duplicates(Rule):
    """A message that was deleted may come again."""

    name = "duplicates"

    async def before(self, call: Call) -> http.Response | None:
        if call.operation == "DeleteMessage" and self.happens(0.005):
            self.say(f"a message deleted from {_name(call)} comes again")
            return call.done()
        return None


class LateMessages(Rule):
    """A message may be overtaken by those sent after it."""

    name = "late messages"

    async def before(self, call: Call) -> None:
        if call.operation != "SendMessage" or "DelaySeconds" in call.parameters or _name(call).endswith(".fifo"):
            return
        if self.happens(0.2):
            call.change(DelaySeconds=1)
            self.say(f"a message sent to {_name(call)} can be seen a second later")


class DeletedNames(Rule):
    """The name of a deleted queue cannot be used for a minute."""

    name = "deleted queues"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._deleted: dict[str, float] = {}

    async def before(self, call: Call) -> http.Response | None:
        if call.operation == "CreateQueue" and call.service == "sqs":
            gone = self._deleted.get(call.parameters["QueueName"])
            if gone and time.monotonic() < gone + 60 / self.factor:
                self.say(f"CreateQueue of {call.parameters['QueueName']} is refused")
                return call.refusal(
                    "QueueDeletedRecently",
                    "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
                )
        return None

    async def after(self, call: Call) -> None:
        if call.operation == "DeleteQueue" and call.worked:
            self._deleted[_name(call)] = time.monotonic()


class Purges(Rule):
    """A queue can be purged once a minute."""

    name = "purges"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._purged: dict[str, float] = {}

    async def before(self, call: Call) -> http.Response | None:
        if call.operation != "PurgeQueue":
            return None
        name, now = _name(call), time.monotonic()
        if now < self._purged.get(name, -1e9) + 60 / self.factor:
            self.say(f"a second purge of {name} is refused")
            said = f"Only one PurgeQueue operation on {name} is allowed every 60 seconds."
            return call.refusal("PurgeQueueInProgress", said, 403)
        self._purged[name] = now
        return None


RULES = (StaleCounts, ShortPolls, QueueAttributes, Duplicates, LateMessages, DeletedNames, Purges)
