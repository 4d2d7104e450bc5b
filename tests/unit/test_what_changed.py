"""What a cell changes in a file: in the learner's edition it is shown before the file is written."""

from __future__ import annotations

from types import SimpleNamespace

import IPython.display
import pytest

from workbook.learning import learner_files, what_changed
from workbook.learning.what_changed import changes, markup

BEFORE = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"


@pytest.fixture
def learn(monkeypatch, tmp_path):
    """A folder of a learner's pages, beside one with a file."""
    (tmp_path / "learn").mkdir()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(BEFORE, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "learn")
    monkeypatch.setattr(what_changed, "ROOT", tmp_path)
    monkeypatch.setattr(what_changed, "LEARN", tmp_path / "learn")
    return tmp_path


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append(data))
    return shown


def run(cell):
    what_changed.show_changes(SimpleNamespace(raw_cell=cell))


def test_what_goes_and_comes_has_a_line_of_context_on_each_side():
    now = BEFORE.replace("four", "FOUR").replace("seven\n", "seven\neight\n")
    assert list(changes(BEFORE, now)) == [
        ("…", ""), (" ", "three"), ("-", "four"), ("+", "FOUR"), (" ", "five"),
        ("…", ""), (" ", "seven"), ("+", "eight"),
    ]  # fmt: skip


@pytest.mark.parametrize("now", [BEFORE, BEFORE.strip()])
def test_what_stays_is_not_shown(now):
    assert list(changes(BEFORE, now)) == []


def test_at_the_beginning_nothing_is_left_out():
    assert list(changes(BEFORE, "zero\n" + BEFORE)) == [("+", "zero"), (" ", "one"), ("…", "")]


def test_signs_are_said_by_a_character_too_and_code_is_no_html():
    page = markup("app.py", [("+", "<b>"), ("-", "old")])
    assert "+ &lt;b&gt;</div>" in page and "- old</div>" in page and "<b>" not in page


def test_before_a_cell_overwrites_a_file_its_changes_are_shown_as_html_alone(learn, displayed):
    run("%%writefile ../code/app.py\n" + BEFORE.replace("four", "FOUR"))
    [data] = displayed
    assert [*data] == ["text/html"] and "+ FOUR" in data["text/html"] and "code/app.py" in data["text/html"]


@pytest.mark.parametrize(
    "cell",
    ["%%writefile ../code/new.py\none\n", f"%%writefile ../code/app.py\n{BEFORE}", "print(1)", None],
    ids=["a new file", "nothing changes", "no file", "no cell"],
)
def test_else_nothing_is_shown(learn, displayed, cell):
    run(cell)
    assert displayed == []


def test_in_the_published_edition_nothing_is_shown(learn, displayed, monkeypatch):
    monkeypatch.chdir(learn / "code")
    run("%%writefile ../code/app.py\nzero\n")
    assert displayed == []


@pytest.mark.parametrize("path", ["cdk_app/shop/function.py", "cdk_app/shop/layer.py"])
def test_an_answer_in_a_gap_that_has_to_make_room_is_kept_without_a_word(monkeypatch, tmp_path, capsys, path):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text("my_own = 1\n", encoding="utf-8")
    (tmp_path / "learn").mkdir()
    monkeypatch.chdir(tmp_path / "learn")
    for name, value in {"ROOT": tmp_path, "LEARN": tmp_path / "learn", "KEPT": tmp_path / "kept"}.items():
        monkeypatch.setattr(learner_files, name, value)
    monkeypatch.setattr(learner_files, "ANSWERS", tmp_path / "kept" / "answers")

    learner_files.guard_writefile(SimpleNamespace(raw_cell=f"%%writefile ../{path}\nsomething = 'else'\n"))

    quiet = path.endswith("function.py")
    [kept] = (tmp_path / "kept").glob("**/*.py")
    assert kept.read_text(encoding="utf-8") == "my_own = 1\n"
    assert kept.is_relative_to(tmp_path / "kept" / "answers") == quiet
    assert (capsys.readouterr().out == "") == quiet
    folder = kept.parents[2].relative_to(tmp_path / "kept").as_posix()
    file.write_text("something = 'else'\n", encoding="utf-8")
    assert learner_files.bring_back(folder)[1] == [path]
    assert file.read_text(encoding="utf-8") == "my_own = 1\n"
