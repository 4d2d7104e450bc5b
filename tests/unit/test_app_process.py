"""A process that has loaded CDK leaves an app alone whose files are named like what it has loaded."""

from __future__ import annotations

import pytest

from workbook.deployment.app_process import shadows


@pytest.mark.parametrize(
    ("name", "would"), [("json.py", True), ("pathlib", True), ("app.py", False), ("shop", False), ("json.md", False)]
)
def test_a_file_that_would_take_the_place_of_a_loaded_module_is_seen(monkeypatch, tmp_path, name, would):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("")
    assert shadows() is would
