"""A way to a chapter that was stopped: `status` says so, and what to type, and that goes all the way."""

from __future__ import annotations

import re

import pytest

from workbook.deployment.deploy import Deployment
from workbook.learning import bookmark, chapters, published, status

pytestmark = pytest.mark.slow

STAGES = ("mend", "replay", "importers_first", "destroy", "_clear_buckets_that_go", "deploy")


@pytest.fixture
def steps(monkeypatch, tmp_path):
    """`catch_up` with a bookmark of its own, and steps that do nothing: a way to stop it in each."""
    monkeypatch.setattr(bookmark, "RECORD", tmp_path / "progress.json")
    pretend = {
        "mend": list, "importers_first": lambda stacks: stacks,
        "described_stacks": lambda: dict.fromkeys(published.all_stacks()),
        "keep_contents": lambda *_: [],
        "destroy": lambda stack: None, "_clear_buckets_that_go": lambda *_: [],
        "deploy": lambda *names: Deployment({name: [] for name in names}),
    }  # fmt: skip
    for name, function in pretend.items():
        monkeypatch.setattr(chapters, name, function)
    monkeypatch.setattr(chapters.learner_files, "replay", lambda *_: False)

    def stop_in(stage: str, error: type[BaseException]) -> pytest.MonkeyPatch:
        def stopped(*_):
            raise error

        patch = pytest.MonkeyPatch()
        patch.setattr(chapters.learner_files if stage == "replay" else chapters, stage, stopped)
        return patch

    return stop_in


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_wherever_it_was_stopped_status_says_so_and_what_to_type(steps, stage, error):
    bookmark.move_to(3, bookmark.END)
    patch = steps(stage, error)
    with pytest.raises(error):
        chapters.catch_up(5)
    assert status._place() == (
        f"half-way to chapter 05, {published.title(5)}: that was stopped; `python3 run.py catch-up 05` finishes it"
    )
    patch.undo()
    chapters.catch_up(5)
    assert status._place() == f"at the start of chapter 05, {published.title(5)}"
    assert bookmark.finished() == [3]


def test_what_to_type_is_a_chapter_that_there_is(steps):
    for number in range(101):
        bookmark.move_to(number, bookmark.HALF_WAY)
        [typed] = re.findall(r"`python3 run\.py (?:catch-up|up --chapter) (\d+)`", status._place())
        assert int(typed) in published.chapters()
    assert status._place().startswith("half-way to the end of the book")


@pytest.mark.parametrize("place", [bookmark.START, bookmark.WITHIN])
def test_a_chapter_goes_on_only_where_its_start_was_reached(steps, monkeypatch, place):
    caught_up = []
    monkeypatch.setattr(chapters, "catch_up", lambda number, deployed: caught_up.append((number, deployed)) or [])
    monkeypatch.setattr(chapters, "_reach_the_cloud", lambda confirm: None)
    monkeypatch.setattr(chapters, "ask_before_going_back", lambda number: None)
    monkeypatch.setattr(chapters.saved_state, "restored", lambda: None)
    bookmark.move_to(5, place)
    chapters.chapter(5)
    assert caught_up == []
    bookmark.move_to(5, bookmark.HALF_WAY)
    chapters.chapter(5)
    assert caught_up == [(5, True)]


@pytest.mark.parametrize("deployed", [True, False])
def test_a_chapter_that_deploys_by_itself_needs_no_stack_at_its_start(steps, monkeypatch, deployed):
    caught_up, asked = [], []
    monkeypatch.setattr(chapters, "catch_up", lambda number, deployed: caught_up.append(number) or [])
    monkeypatch.setattr(chapters, "_reach_the_cloud", lambda confirm: asked.append(confirm))
    monkeypatch.setattr(chapters, "ask_before_going_back", lambda number: None)
    monkeypatch.setattr(chapters, "described_stacks", dict)
    monkeypatch.setattr(chapters, "mend", list)
    monkeypatch.setattr(chapters.saved_state, "restored", lambda: None)
    bookmark.move_to(13, bookmark.END)
    chapters.chapter(14, deployed=deployed)
    assert caught_up == ([14] if deployed else []) and asked == [deployed]
