"""On AWS a cell waits for what takes effect later, though nothing says so; locally it does not wait at all."""

from __future__ import annotations

import pandas as pd
import pytest

from workbook.base.errors import WorkbookError
from workbook.observe import taking_effect
from workbook.observe.taking_effect import in_force, rule_in_force


@pytest.fixture
def aws(monkeypatch):
    """It is AWS, and quick."""
    monkeypatch.setattr(taking_effect.target, "is_local", lambda: False)
    monkeypatch.setattr(taking_effect, "AGAIN", 0)
    monkeypatch.setattr(taking_effect, "LONGEST", {"archive": 0.2})


@pytest.fixture
def bodies(monkeypatch) -> list[str | None]:
    """What is in the rule's queue."""
    there: list[str | None] = []
    monkeypatch.setattr(taking_effect, "queue", lambda url: pd.DataFrame({"body": there}, dtype=object))
    return there


def test_a_rule_is_in_force_when_its_own_event_has_come(aws, bodies):
    published = []

    def publish(word):
        bodies[:] = ["another one", None, f'{{"user": "{word}"}}'] if len(published) == 3 else ["another one", None]
        published.append(word)

    rule_in_force(publish, "url")
    assert len(published) == 4 and {word[:6] for word in published} == {"probe-"}


def test_locally_nothing_is_published_and_nothing_waited_for(monkeypatch):
    monkeypatch.setattr(taking_effect.target, "is_local", lambda: True)
    monkeypatch.setattr(taking_effect, "_wait", None)
    rule_in_force(None, "url")
    in_force("archive")


def test_what_nothing_tells_of_has_its_whole_time(aws):
    started = taking_effect.time.monotonic()
    in_force("archive")
    assert taking_effect.time.monotonic() - started >= 0.2


def test_what_is_unknown_is_said(aws):
    with pytest.raises(WorkbookError, match="no 'moon' to wait for; there are: archive"):
        in_force("moon")
