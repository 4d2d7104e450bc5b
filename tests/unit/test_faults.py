"""The fault campaign's judge can say no, and its plan follows from the seed. (One that cannot fail proves nothing.)"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from ledgers import books
from typer.testing import CliRunner

from workbook.command import cli
from workbook.maintenance import copies
from workbook.maintenance.faults.campaign import Result, disagreements, plan
from workbook.maintenance.faults.judge import Evidence, Order, wrongs
from workbook.maintenance.faults.report import markdown
from workbook.maintenance.faults.shop import cost_of
from workbook.observe.ledger import checkout_of

KINDS = [f"kind {n}" for n in range(14)]


def order(id: str, user: str = "ada", total: str = "5", cost: str | None = None) -> Order:
    return Order(id, user, Decimal(total), Decimal(cost or total))


FINE = Evidence(
    told=[("a", Decimal(5)), ("a", Decimal(5)), ("b", Decimal(5))],
    accepted={"a": Decimal(5), "b": Decimal(5), "unheard": Decimal(5)},
    orders=[order("a"), order("unheard", "ben")],
    dead=["b"],
    once=frozenset({"ada", "ben"}),
    poison_sent=["bad"],
    poison_dead=["bad"],
)


def test_each_202_one_order_or_one_dead_letter_is_right():
    assert wrongs(FINE) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"orders": [order("unheard")]}, "1 × neither an order nor a dead letter: a"),
        ({"orders": [order("a")]}, "1 × neither an order nor a dead letter: unheard"),
        ({"dead": []}, "1 × neither an order nor a dead letter: b"),
        ({"orders": [*FINE.orders, order("b", "cleo")]}, "1 × both an order and a dead letter: b"),
        ({"orders": [*FINE.orders, order("a", "cleo")]}, "1 × two orders: a"),
        ({"dead": ["b", "b"]}, "1 × two dead letters: b"),
        ({"orders": [*FINE.orders, order("x", "cleo")]}, "1 × an order that nobody asked for: x"),
        ({"dead": ["b", "x"]}, "1 × a dead letter that nobody asked for: x"),
        (
            {"told": [*FINE.told, ("x", Decimal(5))], "dead": ["b", "x"]},
            "1 × answered with 202, but not among the accepted checkouts: x",
        ),
        ({"orders": [order("a"), order("unheard")]}, "1 × one basket, two orders: the user: ada"),
        ({"orders": [order("a", total="6"), order("unheard", "ben")]}, "1 × the order's total is not the answer's: a"),
        ({"orders": [order("a", cost="6"), order("unheard", "ben")]},
         "1 × the order's total is not what its items cost: a"),
        ({"told": [("a", Decimal(6))]}, "1 × the answer's total is not the accepted one: a"),
        ({"waiting": ["b"]}, "1 × still on its way: b"),
        ({"poison_dead": []}, "1 × poison that is not one dead letter: bad"),
        ({"poison_dead": ["bad", "bad"]}, "1 × poison that is not one dead letter: bad"),
    ],
)  # fmt: skip
def test_whatever_breaks_the_promise_is_said_and_nothing_else(change, said):
    assert wrongs(replace(FINE, **change)) == [said]


def test_a_ledger_that_agrees_is_no_wrong_and_one_that_does_not_is():
    agreed = {"accepted": {"a", "b", "unheard"}, "stored": {"a", "unheard"}, "dead": {"b"}}
    assert disagreements(FINE, books(**agreed)) == []
    assert disagreements(FINE, books(**agreed | {"stored": {"a"}})) == ["ledger() has other stored: ['unheard']"]
    assert "does not balance" in disagreements(FINE, books(**agreed, missing={"a"}))[0]


def test_a_plan_follows_from_its_seed_and_has_every_kind():
    steps = plan(7, 300, KINDS, longest=2)
    assert steps == plan(7, 300, KINDS, longest=2) != plan(8, 300, KINDS, longest=2)
    assert sorted(step.fault for step in steps) == sorted(KINDS)
    assert [step.at for step in steps] == sorted(step.at for step in steps) and steps[-1].at < 300
    assert len(plan(7, 3000, KINDS, longest=2)) > 100


def test_a_failing_run_names_the_command_that_runs_it_again():
    result = Result(7, 300, False, 1.5, 310, 300, 10, ["1 × two orders: a"], [("a fault", 2, "it held")])
    assert result.verdict.splitlines() == [
        "The promise was broken. Again: python3 run.py bench --faults --seed 7 --checkouts 300", "1 × two orders: a",
    ]  # fmt: skip
    assert "--short" in replace(result, short=True).command
    assert markdown(result).splitlines()[1:] == ["| --- | ---: | --- |", "| a fault | 2 | it held |"]
    assert "the promise held (seed 7)" in replace(result, wrongs=[]).verdict


@pytest.mark.parametrize("body", ["poison", '"text"', "[]", '{"detail": "text"}', '{"detail": {"data": {}}}'])
def test_what_is_no_checkout_has_no_id(body):
    assert checkout_of(body) is None


def test_items_cost_what_they_cost_to_the_cent():
    assert cost_of(
        [{"price": Decimal("0.1"), "quantity": Decimal(3)}, {"price": Decimal(45), "quantity": 1}]
    ) == Decimal("45.3")


def test_the_command_line_hands_a_campaign_its_seed(monkeypatch):
    given = []
    monkeypatch.setattr(copies, "faults", lambda arguments: given.append(arguments) or 0)
    assert CliRunner().invoke(cli.app, ["bench", "--faults", "--seed", "7", "--checkouts", "30"]).exit_code == 0
    assert given == [["--seed", "7", "--checkouts", "30"]]
    refused = CliRunner().invoke(cli.app, ["bench", "--seed", "7"])
    assert refused.exit_code == 1 and "--faults" in refused.output
