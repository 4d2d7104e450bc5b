"""How alarms are evaluated where CloudWatch does not do it: each measure, and what is made of it."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pytest

from workbook.observe import alarms

NUMBER = itertools.count()


def alarm(**more):
    made = {
        "AlarmName": f"alarm-{next(NUMBER)}", "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold",
        "StateValue": "OK",
        "Statistic": "Average", "EvaluationPeriods": 1, "TreatMissingData": "notBreaching",
    }  # fmt: skip
    return made | more


def states(one, *periods):
    return [alarms._judge(one, list(samples))[0] for samples in periods]


def test_a_value_at_the_threshold_is_not_beyond_it():
    assert states(alarm(), [5], [5.1], [4.9]) == ["OK", "ALARM", "OK"]


@pytest.mark.parametrize(
    ("statistic", "state"),
    [("Average", "OK"), ("Maximum", "ALARM"), ("Minimum", "OK"), ("Sum", "ALARM"), ("SampleCount", "OK")],
)
def test_the_statistic_decides(statistic, state):
    assert states(alarm(Statistic=statistic), [1, 2, 9]) == [state]


@pytest.mark.parametrize(
    ("missing", "state"),
    [("notBreaching", "OK"), ("breaching", "ALARM"), ("missing", "INSUFFICIENT_DATA"), ("ignore", "ALARM")],
)
def test_what_a_missing_value_means_is_the_alarms_to_say(missing, state):
    assert states(alarm(TreatMissingData=missing, StateValue="ALARM"), []) == [state]


def test_all_periods_must_breach_or_as_many_as_the_alarm_says():
    assert states(alarm(EvaluationPeriods=3), [9], [9], [9], [1], [9], [9], [9]) == [
        "OK",
        "OK",
        "ALARM",
        "OK",
        "OK",
        "OK",
        "ALARM",
    ]
    two_of_three = alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    assert states(two_of_three, [9], [1], [9], [1], [1]) == ["OK", "OK", "ALARM", "OK", "OK"]


def test_the_reason_names_the_value_and_the_threshold():
    assert "[7]" in alarms._judge(alarm(), [7])[1] and "(5)" in alarms._judge(alarm(), [7])[1]


def test_errors_are_counted_for_each_call(monkeypatch):
    lines = ["REPORT a", "[ERROR] KeyError", "REPORT b", "Order stored", "REPORT c"]
    random.Random(10).shuffle(lines)
    monkeypatch.setattr(alarms, "logs", lambda *_, **__: pd.DataFrame({"message": lines}))
    assert sorted(alarms._errors("a-function", 0)) == [0, 0, 1]


def test_tries_that_fail_are_counted_from_the_workers_own_metrics(monkeypatch):
    frame = pd.DataFrame({"message": ["Metrics", "Not stored", "Metrics"], "NotStored": [[1.0, 1.0], None, [1.0]]})
    monkeypatch.setattr(alarms, "logs", lambda *_, **__: frame)
    monkeypatch.setattr(alarms, "outputs", {"OrderingWorker": "a-worker"})
    assert alarms._not_stored("ordering", 0) == [2, 1]


def test_only_answers_of_the_server_are_errors_of_an_api(monkeypatch):
    frame = pd.DataFrame({"message": ["Answered"] * 4 + ["Unexpected error"], "status": [200, 404, 500, 503, 500]})
    monkeypatch.setattr(alarms, "logs", lambda *_, **__: frame)
    monkeypatch.setattr(alarms, "outputs", {"ProductFunction": "a-function"})
    assert alarms._server_errors("Product", 0) == [0, 0, 1, 1]


def test_one_waits_until_all_of_the_alarms_are_in_a_state(monkeypatch):
    seen = iter([{"a": "OK", "b": "OK"}, {"a": "ALARM", "b": "OK"}, {"a": "ALARM", "b": "ALARM"}])
    evaluated = []
    monkeypatch.setattr(alarms, "evaluate_alarms", lambda: evaluated.append(1))
    monkeypatch.setattr(alarms, "alarm_states", lambda *names: next(seen))
    alarms.alarms_become("ALARM", "a", "b")
    assert len(evaluated) == 3 and list(seen) == []


@pytest.mark.parametrize("state", ["OK", "ALARM", "INSUFFICIENT_DATA"])
def test_here_one_look_says_whether_an_alarm_goes_off(monkeypatch, state):
    looked = []
    monkeypatch.setattr(alarms, "evaluate_alarms", lambda: looked.append(1))
    monkeypatch.setattr(alarms, "alarm_states", lambda name: {name: state})
    assert alarms.goes_off("canary") == (state == "ALARM") and looked == [1]


@pytest.mark.parametrize(("states", "goes"), [(["OK", "OK", "ALARM"], True), (["OK"] * 9, False)])
def test_on_aws_an_alarm_has_its_time_to_go_off(monkeypatch, states, goes):
    told = iter(states)
    monkeypatch.setattr(alarms.target, "is_local", lambda: False)
    monkeypatch.setitem(alarms.LONGEST, "alarm", 0.0 if not goes else 60.0)
    monkeypatch.setattr(alarms, "alarm_states", lambda name: {name: next(told)})
    assert alarms.goes_off("canary") == goes
