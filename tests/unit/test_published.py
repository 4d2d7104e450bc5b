"""The notebooks as published: there for whoever asks first, also when several do."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbook.base.paths import NOTEBOOKS
from workbook.learning import published
from workbook.maintenance import copies

pytestmark = pytest.mark.slow

ASK = "from workbook.learning import published; print(len(published.chapters()), len(published.files_before(100)))"


def test_several_that_ask_at_once_all_get_the_whole_book():
    with copies.copy_of_the_tree() as copy:
        asking = [
            subprocess.Popen(
                [sys.executable, "-c", ASK],
                cwd=copy,
                env=copies.environment_of(copy),
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(6)
        ]
        told = {process.communicate(timeout=300)[0].strip() for process in asking}
    assert told == {f"{len(published.chapters())} {len(published.files_before(100))}"}


def test_without_git_the_book_is_as_it_was_found_first(monkeypatch, tmp_path):
    monkeypatch.setattr(published, "PUBLISHED", tmp_path / "published")
    monkeypatch.setattr(published, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(published, "_git", lambda *_: None)
    notebook = tmp_path / "notebooks" / "00_start_here.ipynb"
    notebook.parent.mkdir()
    notebook.write_bytes((NOTEBOOKS / notebook.name).read_bytes())
    assert [*published.chapters()] == [0]
    notebook.write_text("a learner's own")
    assert published.chapters()[0].read_bytes() == (NOTEBOOKS / notebook.name).read_bytes()
    assert [file.name for file in (tmp_path / "published").iterdir()] == ["as-found"]
