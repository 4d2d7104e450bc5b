"""The five experiments of chapter 09's last exercise: what each makes of its planted mistake, of settings, of waiting.

Ways to mend the mistakes, wrong ones and right ones, are in `steps/lost_order.py`.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from steps.lost_order import LOOKS, find

from workbook.base.errors import WorkbookError
from workbook.clients.rest import Answer
from workbook.learning.exercises import NotRight, NotYet, Right
from workbook.learning.lost_order import experiments
from workbook.learning.lost_order.check import verdict_on
from workbook.learning.lost_order.experiments import Finding
from workbook.learning.lost_order.files import planted

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", LOOKS)
def test_a_planted_mistake_is_seen_as_such(monkeypatch, path):
    finding = find(monkeypatch, path, planted()[path].decode())
    assert finding.as_planted and not finding.mended, finding


def test_a_checkout_that_becomes_no_order_is_told(monkeypatch):
    def never(*_):
        raise WorkbookError("not yet")

    accepted = SimpleNamespace(post=lambda *_: Answer(202, {"checkoutId": "a-checkout"}, {}, 1))
    monkeypatch.setattr(experiments, "outputs", {"BasketApiUrl": "here"})
    monkeypatch.setattr(experiments, "Rest", lambda _: accepted)
    monkeypatch.setattr(experiments, "poll", never)
    assert experiments._bill([]) == "accepted, and no order after 10 s"


def test_a_message_is_a_checkout_that_costs_what_its_items_do():
    data = json.loads(experiments._message("ada", "a-checkout"))["detail"]["data"]
    assert data["totalPrice"] == sum(item["price"] * item["quantity"] for item in data["items"]) == 25


@pytest.mark.parametrize(
    ("seconds", "busy", "tries", "words"),
    [
        (6, 1, 5, "the worker had 5 s"), (30, 4, 5, "the worker had 5 s"), (10, 5, 5, "hidden for 10 s"),
        (29, 5, 5, "hidden for 29 s"), (30, 10, 5, "hidden for 30 s"), (30, 5, 1, "now it has 1"),
        (30, 5, "4", "now it has 4"), (30, 5, None, "no end of them"), (5, 5, 10, "hidden for 5 s"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_told(seconds, busy, tries, words):
    finding = experiments.judged_hiding(seconds, busy, tries)
    assert not finding.mended and not finding.as_planted and words in finding.saw


@pytest.mark.parametrize(("seconds", "busy", "tries"), [(30, 5, "5"), (60, 10, 5), (90, 5, 10), (43200, 900, 5)])
def test_settings_that_fit_are_right(seconds, busy, tries):
    assert experiments.judged_hiding(seconds, busy, tries).mended


def test_the_settings_of_the_broken_shop_are_those_that_are_planted():
    code = planted()["cdk_app/shop/ordering.py"].decode()
    assert f"visibility_timeout=Duration.seconds({experiments.HIDDEN})" in code
    assert f"max_receive_count={experiments.TRIES})" in code


def test_of_a_broken_shop_nothing_is_told_but_how_many_mistakes_there_are():
    planted_one = experiments.judged_hiding(5, 5, "5")
    assert planted_one.as_planted
    verdict = verdict_on([planted_one] * 5)
    assert isinstance(verdict, NotYet) and "5 of 5 mistakes remain" in verdict.todo
    assert planted_one.did not in verdict.todo and planted_one.saw not in verdict.todo


def test_what_was_found_is_told_and_what_was_not_is_not():
    mended, tried, hidden = Finding("a", "b", mended=True), Finding("c", "d"), Finding("e", "f", as_planted=True)
    verdict = verdict_on([mended, tried, hidden, hidden, hidden])
    assert isinstance(verdict, NotRight) and "4 of 5 mistakes remain" in verdict.mistake
    assert (verdict.expected, verdict.found) == ("5 mended", "1 mended")
    assert "a: b" in verdict.mistake and "c: d" in verdict.mistake and "e: f" not in verdict.mistake
    assert isinstance(verdict_on([mended] * 5), Right)
    assert "1 of 5 mistakes remains" in verdict_on([mended] * 4 + [hidden]).mistake
