"""What is made of a load: percentiles, backlog, whether the last orders took longer; and what a log says was used."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

from workbook.command import cli
from workbook.maintenance import copies
from workbook.maintenance import load as bench
from workbook.observe import usage as used
from workbook.observe.load import Load

RUN = Load(
    clients=2,
    calls=pd.DataFrame([("basket", 201, float(n)) for n in range(1, 101)], columns=["call", "status", "milliseconds"]),
    orders=pd.DataFrame({"accepted": [1.0, 2.0, 3.0, 4.0], "stored": [1.5, 3.5, 3.6, 4.4]}, index=list("abcd")),
    seconds=4.0, computed=1.0, cores=2.0,
)  # fmt: skip


def test_a_summary_has_rates_percentiles_and_the_last_order():
    found = RUN.summary
    assert (found["clients"], found["calls a second"], found["backlog"], found["last stored"]) == (2, 25, 2, 4.4)
    assert found["cores at work"] == pytest.approx(1 / 4.4)
    assert found["p50"] == pytest.approx(50.5) and found["p95"] == pytest.approx(95.05)


def test_the_backlog_is_what_was_accepted_and_is_not_yet_stored():
    assert [*RUN.backlog] == [1, 0, 1, 2, 1, 0, 1, 0]


@pytest.mark.parametrize(("pace", "ratio"), [(1.0, 1.0), (2.0, 2.0), (0.5, 0.5)])
def test_the_last_thousand_are_compared_with_the_first(pace, ratio):
    first = pd.Series(range(1, 1001)) / 10
    last = first.iloc[-1] + pd.Series(range(1, 1001)) * pace / 10
    assert bench.slower(pd.concat([first, last])) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({"lost": 0, "twice": 0}, True), ({"lost": 1, "twice": 0}, False), ({"lost": 0, "twice": 1}, False),
        ({"lost": 0, "twice": 0, "slower": 1.2}, True), ({"lost": 0, "twice": 0, "slower": 1.3}, False),
    ],
)  # fmt: skip
def test_a_load_is_held_if_nothing_is_lost_or_doubled_or_slower(row, held):
    assert bench.held(row) is held


def test_the_table_has_a_column_for_each_number():
    console = Console(record=True, width=150, file=open("/dev/null", "w"))
    console.print(bench.table([RUN.summary | {"lost": 0, "twice": 0, "MB": 812.4, "slower": 1.05}]))
    assert {"clients", "p99", "lost", "812", "1.05"} <= {*console.export_text().split()}


@pytest.mark.parametrize(
    ("words", "measured"),
    [
        (["--load"], ("load", [])), (["--load", "--orders", "10000"], ("load", ["--orders", "10000"])), ([], ()),
    ],
)  # fmt: skip
def test_the_command_measures_a_load(words, measured, monkeypatch):
    told = []
    monkeypatch.setattr(copies, "bench", lambda *given: told.append(given) or 3)
    assert CliRunner().invoke(cli.app, ["bench", *words]).exit_code == 3
    assert told == [measured]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--orders", "100"], "--orders belongs to --load"), (["--load", "--faults"], "does not go with --faults"),
        (["--load", "--seed", "7"], "add --faults"), (["--load", "--short"], "add --faults"),
    ],
)  # fmt: skip
def test_what_belongs_to_no_load_is_refused(words, why, monkeypatch):
    monkeypatch.setattr(copies, "bench", lambda *_: pytest.fail("measured all the same"))
    refused = CliRunner().invoke(cli.app, ["bench", *words])
    assert refused.exit_code == 1 and why in " ".join(refused.output.split())


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (1, 1)])
def test_a_lost_order_is_a_failure(lost, code, monkeypatch, capsys):
    monkeypatch.setattr(bench, "local", SimpleNamespace(ensure=lambda: None, memory=lambda: 8e8))
    monkeypatch.setattr(bench, "deploy", lambda: None)
    monkeypatch.setattr(bench, "load", lambda clients, orders, tell: replace(RUN, clients=clients))
    sets = {"accepted": range(200), "missing": range(lost), "dead": (), "twice": (), "unasked": ()}
    monkeypatch.setattr(bench, "ledger", lambda _: SimpleNamespace(**sets))
    assert bench.main([]) == code
    told = capsys.readouterr().out
    assert all(word in told for word in ("clients", "p99", "lost", "twice", "MB"))
    rows = [line.split() for line in told.splitlines() if line.strip()[:1].isdigit()]
    assert [row[0] for row in rows] == ["1", "2", "4", "8", "16"]


def test_usage_is_what_lambda_and_the_log_say(monkeypatch):
    lines = [
        "START RequestId: 1", '{"message": "Answered"}',
        "REPORT RequestId: 1\tDuration: 12.50 ms\tBilled Duration: 13 ms",
        "REPORT RequestId: 2\tInit Duration: 400.00 ms\tDuration: 7.50 ms",
    ]  # fmt: skip
    monkeypatch.setattr(used, "log_events", lambda *_: [{"message": line} for line in lines])
    monkeypatch.setattr(used, "local", SimpleNamespace(ensure=lambda: None))
    monkeypatch.setattr(used, "target", SimpleNamespace(is_local=lambda: True, client=lambda _: None))
    monkeypatch.setattr(used, "outputs", {"BasketFunction": "f"})
    found = used.usage(["BasketFunction"], datetime.now(UTC)).loc["BasketFunction"]
    assert found.calls == 2 and found.seconds == pytest.approx(0.02) and found.p50 == pytest.approx(0.01)
    assert found.bytes == sum(len(line) + 26 for line in lines)
