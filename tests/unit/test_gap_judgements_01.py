"""What the checks of chapter 01 make of a call, an answer, a destination and a queue: wrong things are told why."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from workbook.clients.invoke import Invocation
from workbook.learning import exercises
from workbook.learning.checks import questions_01
from workbook.learning.checks.judging import pricing_calls
from workbook.learning.checks.judging.pricing_calls import judged_batch_handling, judged_caller, judged_result
from workbook.learning.exercises import NotRight, NotYet, Right

pytestmark = pytest.mark.slow  # it is about checks, and few change those


def told(verdict: Any) -> str:
    assert isinstance(verdict, NotRight), verdict
    return f"{verdict.mistake}\n{verdict.expected}\n{verdict.found}"


PRICED = {"orderId": "checked", "total": 5.0}


def caller(status: int = 200, payload: Any = b"", waited: float = 310, dry: int = 204, **more: Any) -> Any:
    answer = {"StatusCode": status, "Payload": payload or json.dumps(PRICED).encode()} | more
    return lambda order, kind="RequestResponse": ({"StatusCode": dry} if kind == "DryRun" else answer, waited)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda order, kind="": None, "two things"),
        (lambda order, kind="": {"StatusCode": 200}, "two things\na dict"),
        (lambda order, kind="": ({}, 1, 2), "return answer"),
        (caller(202), "nobody waits"),
        (caller(dry=200), "InvocationType is kind"),
        (caller(payload=SimpleNamespace()), "a stream"),
        (caller(payload=b'{"errorMessage": "orderId"}', FunctionError="Unhandled"), "the payload is the order"),
        (caller(payload=b'{"orderId": "other"}'), "the payload is the order"),
        (caller(waited=0.31), "perf_counter counts seconds"),
        (caller(waited=0.01), "before the call, and after it"),
    ],
)
def test_a_call_that_is_wrong(call, words):
    assert words in told(judged_caller(call))


@pytest.mark.parametrize("call", [caller(), caller(waited=91), caller(payload=json.dumps(PRICED))])
def test_a_call_that_is_right(call):
    assert judged_caller(call) is None


def not_written(*_: Any) -> None:
    raise NotImplementedError("call Pricing")


@pytest.mark.parametrize("name", ["01-sync", "01-error", "01-q1", "01-q2", "01-q3"])
def test_a_function_in_which_nothing_was_written(monkeypatch, name):
    module = exercises._find(name).look.__globals__
    monkeypatch.setitem(module, "outputs", dict.fromkeys(questions_01.NEEDED, "here"))
    monkeypatch.setattr(questions_01, "invoke", lambda *_: Invocation(200, {}, None, 1))
    monkeypatch.setattr(questions_01, "target", SimpleNamespace(client=lambda _: CLIENT))
    assert exercises._looked_at(name, (not_written,)) == NotYet("Still to be written: call Pricing.")


GOAL = {"DestinationConfig": {"OnFailure": {"Destination": "arn:failures"}}}
CLIENT = SimpleNamespace(
    list_function_event_invoke_configs=lambda FunctionName: {  # noqa: N803
        "FunctionEventInvokeConfigs": [GOAL] if FunctionName == "Pricing" else []
    },
    get_queue_attributes=lambda QueueUrl, **_: {  # noqa: N803
        "Attributes": {"RedrivePolicy": '{"maxReceiveCount": 2}'} if QueueUrl == "orders" else {}
    },
)


@pytest.fixture
def asked(monkeypatch):
    """What a question says to a learner's function."""
    names = {
        "HelloFunction": "Hello", "PricingFunction": "Pricing",
        "PricingOrders": "orders", "PricingFailures": "failures",
    }  # fmt: skip
    monkeypatch.setattr(questions_01, "outputs", names)
    monkeypatch.setattr(questions_01, "target", SimpleNamespace(client=lambda _: CLIENT))
    monkeypatch.setattr(
        questions_01, "invoke", lambda _, event: Invocation(200, None, None if event else "'name'", 1)
    )
    return lambda name, function: exercises._looked_at(name, (function,))


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("01-q1", lambda event: "Unhandled", "Which one, the payload says"),
        ("01-q1", lambda event: 200, "the text of the error"),
        ("01-q1", lambda event: None, "returns nothing"),
        ("01-q1", lambda event: "'name'", "there is no error"),
        ("01-q1", lambda event: "'name'" if not event else {}["errorMessage"], "None is returned for it"),
        ("01-q1", lambda event: 1 / 0, "ends with an error"),
        ("01-q2", lambda function: GOAL, "the ARN of the queue"),
        ("01-q2", lambda function: "arn:failures", "of the function that is given"),
        ("01-q2", lambda function: "arn:failures" if function == "Pricing" else [][0], "the list is empty"),
        ("01-q2", lambda function: [][0], "ends with an error"),
        ("01-q3", lambda url: '{"maxReceiveCount": 2}', "one number in it"),
        ("01-q3", lambda url: "2", "one number in it"),
        ("01-q3", lambda url: 3, "of the queue that is given"),
        ("01-q3", lambda url: 2, "None is returned"),
        ("01-q3", lambda url: {}["RedrivePolicy"], "ends with an error"),
    ],
)
def test_an_answer_to_a_question_that_is_wrong(asked, name, function, words):
    assert words in told(asked(name, function))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("01-q1", lambda event: None if event else "'name'"),
        ("01-q2", lambda function: {"Pricing": "arn:failures"}.get(function)),
        ("01-q3", lambda url: {"orders": 2}.get(url)),
    ],
)
def test_an_answer_to_a_question_that_is_right(asked, name, function):
    assert isinstance(asked(name, function), Right)


def raising(error: Exception) -> Any:
    raise error


def result(failed: Any, good: Any = lambda answer: json.loads(answer["Payload"])) -> Any:
    return lambda answer: failed(answer) if "FunctionError" in answer else good(answer)


@pytest.mark.parametrize(
    ("result_of", "words"),
    [
        (result(lambda _: None), "goes on as if"),
        (result(lambda _: raising(RuntimeError("failed"))), "should hear why"),
        (result(lambda _: None, lambda answer: answer["Payload"]), "json.loads makes"),
        (result(lambda _: None, lambda _: raising(RuntimeError("failed"))), "by nothing else"),
        (lambda _: None, "json.loads makes"),
    ],
)
def test_an_error_that_is_taken_for_a_result_or_a_result_for_an_error(result_of, words):
    assert words in told(judged_result(result_of))


def test_an_error_and_a_result_that_are_told_apart():
    failed = result(lambda answer: raising(ValueError(json.loads(answer["Payload"])["errorMessage"])))
    assert judged_result(failed) is None


@pytest.fixture
def cloud(monkeypatch):
    """What the cloud answers: where failures go (`config`), and the queue's policy (`policy`)."""
    answers: dict[str, Any] = {}
    client = SimpleNamespace(
        list_function_event_invoke_configs=lambda **_: {"FunctionEventInvokeConfigs": answers["config"]},
        get_queue_attributes=lambda QueueUrl, **_: {  # noqa: N803
            "Attributes": {"QueueArn": f"arn:{QueueUrl}"} | answers.get("policy", {})
        },
    )
    monkeypatch.setattr(pricing_calls, "target", SimpleNamespace(client=lambda _: client, is_local=lambda: True))
    return answers


def goal(kind: str, to: str, **more: Any) -> list[dict[str, Any]]:
    return [{"DestinationConfig": {kind: {"Destination": to}}} | more]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ([], "no event gets into it"),
        ([{"DestinationConfig": {}}], "no event gets into it"),
        (goal("OnSuccess", "arn:failures"), "on_failure"),
        (goal("OnFailure", "arn:other"), "arn:other"),
        (goal("OnFailure", "arn:failures.fifo"), "a standard queue"),
        (goal("OnFailure", "arn:failures", MaximumRetryAttempts=0), "tries twice more"),
    ],
)
def test_failures_that_go_elsewhere(cloud, config, words):
    cloud["config"] = config
    assert words in told(pricing_calls.judged_destination("Pricing", "failures"))


@pytest.mark.parametrize("more", [{}, {"MaximumRetryAttempts": 2}])
def test_failures_that_are_kept(cloud, more):
    cloud["config"] = goal("OnFailure", "arn:failures", **more)
    assert pricing_calls.judged_destination("Pricing", "failures") is None


def policy(to: str, most: Any) -> dict[str, str]:
    return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": to, "maxReceiveCount": most})}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "a dead-letter queue\nnone"),
        (policy("arn:failures", 2), "the one for it is dead_letters"),
        (policy("arn:dead", 3), "2 receives\n3"),
    ],
)
def test_messages_that_come_back_too_often_or_go_elsewhere(cloud, found, words):
    cloud["policy"] = found
    assert words in told(pricing_calls.judged_redriving("orders", "dead"))


@pytest.mark.parametrize("most", [2, "2"])
def test_messages_that_are_moved_away(cloud, most):
    cloud["policy"] = policy("arn:dead", most)
    assert pricing_calls.judged_redriving("orders", "dead") is None


@pytest.mark.parametrize(
    ("error", "priced", "words"),
    [("'orderId'", 0, "JSON text in the body"), (None, 1, "two orders priced\n1"), (None, 0, "two orders priced\n0")],
)
def test_a_batch_of_which_not_all_is_priced(cloud, monkeypatch, error, priced, words):
    assert words in told(handled(monkeypatch, error, priced))


def test_a_batch_of_which_all_is_priced(cloud, monkeypatch):
    assert handled(monkeypatch, None, 2) is None


def handled(monkeypatch: pytest.MonkeyPatch, error: str | None, priced: int) -> Any:
    lines: list[str] = []

    def invoke(_: str, event: dict[str, Any]) -> Invocation:
        orders = [json.loads(record["body"])["orderId"] for record in event["Records"]]
        lines.extend(f"{name} costs 5.0 (polled)" for name in orders[:priced])
        return Invocation(200, None, error, 1)

    monkeypatch.setattr(pricing_calls, "invoke", invoke)
    monkeypatch.setattr(pricing_calls, "soon", lambda look, _: look())
    monkeypatch.setattr(pricing_calls, "logs", lambda _: SimpleNamespace(message=lines))
    return judged_batch_handling("Pricing")
