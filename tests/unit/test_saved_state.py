"""What is changed in the saved state of the local cloud before it starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbook.cloud import saved_state


def test_a_stream_is_read_from_its_beginning_which_is_empty_after_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a mapping waits until as many records have come as it had read before."""
    monkeypatch.setattr(saved_state, "CLOUD", tmp_path)
    file = tmp_path / "state" / "lambda.json"
    file.parent.mkdir()
    saved = {
        "__ministack_format__": 2,
        "payload": {"esms": {"kept": 1}, "dynamodb_stream_positions": {"data": {"a mapping": 7}}},
    }
    file.write_text(json.dumps(saved), encoding="utf-8")

    saved_state.rewind_streams()

    saved["payload"]["dynamodb_stream_positions"]["data"]["a mapping"] = 0
    assert json.loads(file.read_text(encoding="utf-8")) == saved


def test_a_cloud_that_never_saved_anything_has_nothing_to_rewind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_state, "CLOUD", tmp_path)
    saved_state.rewind_streams()
    assert not list(tmp_path.iterdir())
