"""Before what a learner has built is removed, a person is asked; before it costs something, it is said how much."""

from __future__ import annotations

import builtins
from collections.abc import Callable

import pytest

from workbook.base.errors import WorkbookError
from workbook.cloud import consent

WHAT, WAY = "This removes the stack Basket.", "python3 run.py catch-up 02 --yes"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Asks in a notebook where a person answers; the questions that were put."""
    monkeypatch.delenv("WORKBOOK_TESTING", raising=False)
    monkeypatch.setattr(consent, "in_notebook", lambda: True)

    def ask(answer: Callable[[], str]) -> list[str]:
        questions: list[str] = []
        monkeypatch.setattr(builtins, "input", lambda question: (questions.append(question), answer())[1])
        consent.confirm_going_back(WHAT, WAY)
        return questions

    return ask


def raises(error: BaseException) -> str:
    raise error


@pytest.mark.parametrize("answer", ["yes", " YES "])
def test_who_says_yes_goes_back(asked, capsys, answer):
    assert len(asked(lambda: answer)) == 1
    assert capsys.readouterr().out == f"{WHAT}\n"


@pytest.mark.parametrize("answer", ["", "no", "y", "yes please"])
def test_whatever_is_not_yes_removes_nothing(asked, answer):
    with pytest.raises(WorkbookError, match="^Nothing was removed. Do the same again"):
        asked(lambda: answer)


@pytest.mark.parametrize("error", [EOFError(), NotImplementedError("no frontend")])
def test_where_a_program_executes_the_notebook_it_says_what_to_type(asked, error):
    with pytest.raises(WorkbookError, match=f"so nothing was removed. If you want it, type `{WAY}`."):
        asked(lambda: raises(error))


def test_tests_are_not_asked(asked, monkeypatch):
    monkeypatch.setenv("WORKBOOK_TESTING", "1")
    consent.confirm_going_back(WHAT, WAY)


def test_what_it_costs_is_said_by_service_and_adds_up():
    head, _, below, *lines, last = consent.costs().splitlines()
    assert head.startswith("What the whole shop costs, in US dollars, at the prices of us-east-1 as of 20")
    assert below.split() == ["learning", "not", "free*", "idle", "not", "free*"]
    rows = {line[:14].strip(): [float(cell) for cell in line[14:].split()] for line in lines}
    assert {*rows} == {"API Gateway", "CloudWatch", "DynamoDB", "EventBridge", "Lambda", "SQS"}
    for column in range(4):
        together = float(last.split()[1 + column])
        assert sum(row[column] for row in rows.values()) == pytest.approx(together, abs=0.03)
    day, day_not_free, idle, idle_not_free = map(float, last.split()[1:])
    assert 0 < day < day_not_free and 0 < idle < idle_not_free
