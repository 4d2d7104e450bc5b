"""Exercise 08-1: points that are given once for each event.

The function is called with a table of its own and with clients that bring about what seldom happens: it is
killed around a call, another one comes in between, DynamoDB fails, and a token is no longer remembered.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

Give = Callable[[Any, str, dict], Any]


class _Killed(BaseException):
    """As if the process were gone: no `except Exception` stops it."""


def judged(give: Give) -> Verdict:
    """Points are added once for each event, under duplicates, at the same time, and when killed around any call."""
    import boto3

    name = f"checked-{uuid.uuid4()}"
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip
    try:
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        return _judge(give, boto3.resource("dynamodb").Table(name))
    finally:
        dynamodb.delete_table(TableName=name)


def _judge(give: Give, points: Any) -> Verdict:
    calls: list[str] = []
    client = _client()
    client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    try:
        event = _event("mia")
        give(client, points.name, event)
        if not calls:
            return NotYet("Write the function; it has no code yet.")
        each = len(calls)
        if (found := _total(points, "mia")) != 5:
            return NotRight(
                '{"id": "mia", "points": 5} after one event of 5',
                f"points: {found}",
                "the user's item has the id userName, and its points are added up there.",
            )
        if verdict := _told_again(give, client, points, event) or _many_events(give, client, points, event):
            return verdict
        looks = (_killed_at, _fails_at, _comes_between, _another_between)
        tries = [(look, at) for look in looks for at in range(1, 2 * each + 1)]
        for look, at in tries:
            if verdict := look(give, points, at):
                return verdict
        if verdict := _named_like_a_user(give, points):
            return verdict
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight("no error", f"{type(error).__name__}: {error}", "the function raised an error of its own.")
    return _forgotten_tokens(give, points) or Right("Once for each event, whoever dies, and whenever.")


def _told_again(give: Give, client: Any, points: Any, event: dict[str, Any]) -> Verdict | None:
    try:
        give(client, points.name, event)
    except Exception as error:  # whatever a learner's own code may raise
        again = "a repetition is no error: catch it, for the work is done."
        own = "the function raised an error of its own."
        mistake = again if _total(points, event["userName"]) == 5 else own
        return NotRight("no error", f"{type(error).__name__}: {error}", mistake)
    if (found := _total(points, event["userName"])) != 5:
        return NotRight(
            "5 points after the same event twice",
            str(found),
            "the second time adds again: nothing says that this event was there before.",
        )
    return None


def _many_events(give: Give, client: Any, points: Any, event: dict[str, Any]) -> Verdict | None:
    """Other events count, and old ones do not."""
    for _ in range(2):
        give(client, points.name, _event("mia", 7))
    if (found := _total(points, "mia")) != 19:
        return NotRight(
            "19 points after 5, 7 and 7",
            str(found),
            "two events with the same points are two events: the eventId tells them apart, and every one counts.",
        )
    give(client, points.name, event)
    if (found := _total(points, "mia")) != 19:
        return NotRight(
            "19 points, an old event having come again",
            str(found),
            "it is not enough to remember the last event: an older one may come again.",
        )
    return None


def _named_like_a_user(give: Give, points: Any) -> Verdict | None:
    """Let an event have an id that is also a user's name: nobody is taken for an event."""
    client, named = _client(), str(uuid.uuid4())
    give(client, points.name, _event(named))
    give(client, points.name, {"eventId": named, "userName": "nora", "points": 3})
    give(client, points.name, _event(named))
    found = (_total(points, "nora"), _total(points, named))
    if found != (3, 10):
        return NotRight(
            "3 points for an event whose eventId is also the name of a user with 10", f"{found[0]} and {found[1]}",
            "the event's item has an id that a user can have: give it a prefix, such as \"event \".",
        )  # fmt: skip
    return None


def _killed_at(give: Give, points: Any, at: int) -> Verdict | None:
    """Kill the function before, or after, its call number `at`, then call it again."""
    for moment in ("before", "after"):
        event, seen = _event(), []

        def die(model: Any, seen: list[str] = seen, **_: Any) -> None:
            seen.append(model.name)
            if len(seen) == at:
                raise _Killed

        try:
            give(_client(**{f"{moment}-call.dynamodb": die}), points.name, event)
        except _Killed:
            give(_client(), points.name, event)
        found = _total(points, event["userName"])
        where = f"killed {moment} {seen[-1] if seen else 'its call'}, and called again"
        if found > 5:
            mistake = "the points were added, and the event was not yet marked: two writes, one after the other."
            return NotRight(f"5 points, {where}", str(found), mistake)
        if found < 5:
            mistake = "the event was marked as done, and its points were not yet added: two writes, one by one."
            return NotRight(f"5 points, {where}", str(found), mistake)
    return None


def _fails_at(give: Give, points: Any, at: int) -> Verdict | None:
    """Let DynamoDB refuse call number `at` for the moment; whoever calls tries again if the function fails."""
    from botocore.exceptions import ClientError

    event, seen = _event(), []

    def fail(model: Any, **_: Any) -> None:
        seen.append(model.name)
        if len(seen) != at:
            return
        if model.name in ("TransactWriteItems", "ExecuteTransaction"):
            reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
            answer = {"Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}}
            raise client.exceptions.TransactionCanceledException(answer | {"CancellationReasons": reasons}, model.name)
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "not now"}}, model.name)

    client = _client(**{"before-call.dynamodb": fail})
    try:
        give(client, points.name, event)
        said = "and the function ended as if all were well"
    except Exception:  # so it is called again
        give(_client(), points.name, event)
        said = "and the function was called again"
    if (found := _total(points, event["userName"])) == 5:
        return None
    return NotRight(
        f"5 points, {seen[-1] if seen else 'a call'} having been refused once, {said}",
        str(found),
        "only a repetition is done. After any other error, also a transaction that was in another's way, the event "
        "must come again: catch no more than that, and let the rest out.",
    )


def _comes_between(give: Give, points: Any, at: int) -> Verdict | None:
    """Let the same event be worked on by another process, just before call number `at`."""
    event = _event()
    _give_with_a_visitor(give, points, event, at, event)
    if (found := _total(points, event["userName"])) == 5:
        return None
    return NotRight(
        "5 points, two processes having worked on the same event at the same time",
        str(found),
        "between looking and writing there is time for another: the condition must be part of the write itself.",
    )


def _another_between(give: Give, points: Any, at: int) -> Verdict | None:
    """Let another event of the same user be worked on, just before call number `at`."""
    event = _event()
    came = _give_with_a_visitor(give, points, event, at, {**_event(), "userName": event["userName"]})
    if (found := _total(points, event["userName"])) == (10 if came else 5):
        return None
    return NotRight(
        "10 points, another event of 5 having come in between",
        str(found),
        "points that were read before were written: let DynamoDB add, with ADD, and write no sum of your own.",
    )


def _give_with_a_visitor(give: Give, points: Any, event: dict[str, Any], at: int, other: dict[str, Any]) -> bool:
    """Work on an event, and just before call number `at` on another one; whether there was such a call."""
    seen: list[str] = []

    def visit(model: Any, **_: Any) -> None:
        seen.append(model.name)
        if len(seen) == at:
            give(_client(), points.name, other)

    try:
        give(_client(**{"before-call.dynamodb": visit}), points.name, event)
    except Exception:  # it lost the race, says so, and is called again
        give(_client(), points.name, event)
    return len(seen) >= at


def _forgotten_tokens(give: Give, points: Any) -> Verdict | None:
    """Let ten minutes go by between two deliveries: so long DynamoDB remembers a ClientRequestToken."""

    def forget(params: dict[str, Any], **_: Any) -> None:
        if "ClientRequestToken" in params:
            params["ClientRequestToken"] = str(uuid.uuid4())

    event = _event()
    give(_client(), points.name, event)
    client = _client(**{"before-parameter-build.dynamodb": forget})
    try:
        give(client, points.name, event)
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight("no error", f"{type(error).__name__}: {error}", "a repetition is no error: catch it.")
    if (found := _total(points, event["userName"])) == 5:
        return None
    return NotRight(
        "5 points, the same event having come again an hour later",
        str(found),
        "a ClientRequestToken is remembered for ten minutes only: what was done must stand in the table.",
    )


def _client(**hooks: Callable[..., None]) -> Any:
    """A client as the exercise has it, and what is to happen around its calls."""
    import boto3

    client = boto3.resource("dynamodb").meta.client
    for name, hook in hooks.items():
        client.meta.events.register(name, hook)
    return client


def _event(user: str = "", number: int = 5) -> dict[str, Any]:
    return {"eventId": str(uuid.uuid4()), "userName": user or f"nia-{uuid.uuid4()}", "points": number}


def _total(points: Any, user: str) -> Any:
    return points.get_item(Key={"id": user}, ConsistentRead=True).get("Item", {}).get("points", 0)
