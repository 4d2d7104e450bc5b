"""The learner's own edition: made from the published one, renewed where nobody has touched it, and nothing is lost."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from difflib import ndiff

import pytest
from ipykernel.ipkernel import IPythonKernel

from workbook.base.paths import NOTEBOOKS
from workbook.command import saved_pages
from workbook.learning import edition, gaps, learner_files, predictions, published

pytestmark = pytest.mark.slow

FIRST = "00_start_here.ipynb"
CHAPTERS = pytest.mark.parametrize("number", sorted(published.chapters()))


@pytest.fixture
def tree(monkeypatch, tmp_path):
    """A checkout of its own, with a book of two chapters."""
    monkeypatch.setattr(edition, "LEARN", tmp_path / "learn")
    monkeypatch.setattr(edition, "RECORD", tmp_path / ".workbook" / "learn.json")
    for name, value in {"ROOT": tmp_path, "KEPT": tmp_path / "kept", "ANSWERS": tmp_path / "kept" / "answers"}.items():
        monkeypatch.setattr(learner_files, name, value)
    book = {}
    for number, chapter in list(published.chapters().items())[:2]:
        book[number] = tmp_path / "book" / chapter.name
        book[number].parent.mkdir(exist_ok=True)
        book[number].write_bytes(chapter.read_bytes())
    monkeypatch.setattr(published, "chapters", lambda: book)
    edition.renew()
    return tmp_path


def change(file, text="# A line of one's own\n", outputs=False):
    page = json.loads(file.read_text(encoding="utf-8"))
    cell = next(cell for cell in page["cells"] if cell["cell_type"] == "code")
    if outputs:
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["ran\n"]}]
        cell["execution_count"] = 1
    else:
        cell["source"] = [text, *cell["source"]]
    file.write_text(json.dumps(page, indent=1), encoding="utf-8")
    return file.read_text(encoding="utf-8")


def test_a_page_has_no_outputs_and_the_published_one_is_one_click_away(tree):
    page = json.loads((tree / "learn" / FIRST).read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in page["cells"])
    assert f"](../notebooks/{FIRST})" in "".join(page["cells"][0]["source"])


@CHAPTERS
def test_it_says_how_gaps_are_filled_if_it_has_some(number):
    written, opening = gaps.cells_of(number), "".join(edition.made(number)["cells"][0]["source"])
    assert ("*Your code*" in opening) == bool(written)
    assert all(f'hint("{cell.check}")' in opening for cell in [*written.values()][:1])


@CHAPTERS
def test_its_links_lead_somewhere_and_to_chapters_of_its_own(number):
    book = {file.name for file in published.chapters().values()}
    for cell in edition.made(number)["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        for link in edition.LINK.finditer("".join(cell["source"])):
            assert link[2].partition("#")[0] in book, link[0]  # what is not led back is a chapter
        for part in "".join(cell["source"]).split("](")[1:]:
            target = part.split(")")[0].partition("#")[0]
            if target.startswith("../"):
                assert (NOTEBOOKS / target).resolve().exists(), target


@CHAPTERS
def test_it_differs_from_the_published_one_only_in_gaps_guesses_links_and_outputs(number):
    written = gaps.cells_of(number)
    chapter = json.loads(published.chapters()[number].read_text(encoding="utf-8"))
    for made, cell in zip(edition.made(number)["cells"], chapter["cells"], strict=True):
        others = {name: value for name, value in made["metadata"].items() if name != "jupyter"}
        assert (made["id"], made["cell_type"], others) == (cell["id"], cell["cell_type"], cell["metadata"])
        if cell["cell_type"] == "code":
            same, source = "".join(made["source"]) == "".join(cell["source"]), "".join(cell["source"])
            assert same == (cell["id"] not in written and predictions.unsaid(source) == source)


def test_it_names_its_language_as_the_kernel_does():
    assert edition.language() == IPythonKernel.language_info


def test_an_untouched_page_is_renewed_when_the_chapter_changes(tree):
    change(tree / "book" / FIRST, "# New in the book\n")
    assert edition.renew() == []
    assert "# New in the book" in (tree / "learn" / FIRST).read_text(encoding="utf-8")


def test_outputs_do_not_touch_a_page_and_are_kept_when_it_is_renewed(tree):
    ran = change(tree / "learn" / FIRST, outputs=True)
    assert edition.state_of(0) == "" and edition.renew() == []
    assert (tree / "learn" / FIRST).read_text(encoding="utf-8") == ran

    change(tree / "book" / FIRST, "# New in the book\n")
    [said] = edition.renew()
    [kept] = (tree / "kept").glob("*/learn/*.ipynb")
    assert kept.read_text(encoding="utf-8") == ran and f"restore {kept.parents[1].name}`" in said
    assert edition.renew() == []


def test_a_touched_page_is_left_alone_and_it_is_said_that_the_chapter_has_changed(tree):
    mine = change(tree / "learn" / FIRST)
    assert edition.state_of(0) == edition.TOUCHED and edition.renew() == []

    change(tree / "book" / FIRST, "# New in the book\n")
    [said] = edition.renew()
    assert "has changed since you began" in said and "catch-up 00" in said
    assert edition.state_of(0) == edition.OLD
    assert (tree / "learn" / FIRST).read_text(encoding="utf-8") == mine


def test_what_is_no_notebook_any_more_is_left_alone_too(tree):
    (tree / "learn" / FIRST).write_text("{", encoding="utf-8")
    assert edition.renew() == [] and (tree / "learn" / FIRST).read_text(encoding="utf-8") == "{"
    assert edition.state_of(0) == edition.TOUCHED


def test_a_touched_page_is_renewed_where_it_was_asked_for_and_comes_back(tree):
    fresh = (tree / "learn" / FIRST).read_text(encoding="utf-8")
    mine = change(tree / "learn" / FIRST)
    [said] = edition.renew(touched=[0])
    assert "kept in" in said and (tree / "learn" / FIRST).read_text(encoding="utf-8") == fresh
    assert edition.state_of(0) == ""

    _, paths, _ = learner_files.bring_back()
    assert paths == [f"learn/{FIRST}"] and (tree / "learn" / FIRST).read_text(encoding="utf-8") == mine


def test_an_untouched_page_is_renewed_without_a_word(tree):
    assert edition.renew(touched=[0, 1]) == []
    assert not (tree / "kept").exists()


def test_a_page_that_was_deleted_is_made_again(tree):
    (tree / "learn" / FIRST).unlink()
    assert edition.renew() == [] and (tree / "learn" / FIRST).exists()


def test_a_page_whose_chapter_has_another_name_now_goes_and_what_one_had_there_is_kept(tree, monkeypatch):
    book = dict(published.chapters())
    mine, gone = change(tree / "learn" / book[1].name), book.pop(1)
    monkeypatch.setattr(published, "chapters", lambda: book)
    (tree / "learn" / "of_ones_own.ipynb").write_text("{}")

    [said] = edition.renew()

    [kept] = (tree / "kept").glob("*/learn/*.ipynb")
    assert kept.read_text(encoding="utf-8") == mine and kept.parents[1].name in said
    assert {file.name for file in (tree / "learn").iterdir()} == {FIRST, "of_ones_own.ipynb"}
    assert edition.renew() == [] and gone.exists()


def test_a_page_that_nobody_touched_goes_with_its_chapter_without_a_word(tree, monkeypatch):
    book = dict(published.chapters())
    gone = book.pop(1)
    monkeypatch.setattr(published, "chapters", lambda: book)
    assert edition.renew() == [] and not (tree / "learn" / gone.name).exists()
    assert not (tree / "kept").exists()


def test_what_jupyterlab_draws_is_not_saved():
    data = {"text/vnd.mermaid": "flowchart", "image/svg+xml": "<svg/>", "text/plain": "a diagram"}
    output = {"output_type": "display_data", "data": data, "metadata": {"text/vnd.mermaid": {"version": "11"}}}
    plot = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>"}, "metadata": {}}
    cells = [{"cell_type": "code", "outputs": [output, plot]}]
    page = {"cells": cells, "metadata": {"language_info": edition.language()}}
    model = {"type": "notebook", "content": page}

    saved_pages.leave_out_what_was_drawn(model=model, path=f"learn/{FIRST}", contents_manager=None)
    assert [*output["data"]] == ["text/vnd.mermaid", "text/plain"] and output["metadata"] == {}
    assert plot["data"] == {"image/svg+xml": "<svg/>"}
    assert page["metadata"]["language_info"] == edition.language()

    saved_pages.leave_out_what_was_drawn(model=model, path=f"/notebooks/{FIRST}", contents_manager=None)
    assert page["metadata"]["language_info"] == {"name": "python"}


def test_a_published_chapter_keeps_the_drawings_that_it_has(monkeypatch, tmp_path):
    def page(*diagrams):
        kinds = ("text/vnd.mermaid", "image/svg+xml")
        outputs = [{"output_type": "display_data", "data": dict(zip(kinds, d)), "metadata": {}} for d in diagrams]
        return {"cells": [{"cell_type": "code", "outputs": outputs}], "metadata": {}}

    monkeypatch.setattr(saved_pages, "ROOT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    stored = page((["flowchart\n", "A"], "<svg>stored</svg>"), ("new",))
    (tmp_path / "notebooks" / FIRST).write_text(json.dumps(stored), encoding="utf-8")

    drawn = page(("flowchart\nA", "<svg>drawn here</svg>"), ("new", "<svg>drawn here</svg>"))
    saved_pages.leave_out_what_was_drawn(model={"type": "notebook", "content": drawn}, path=f"notebooks/{FIRST}")
    assert drawn == page(("flowchart\nA", "<svg>stored</svg>"), ("new",))


@pytest.mark.parametrize("model", [{"type": "file", "content": "text"}, {"type": "notebook", "content": None}])
def test_other_files_are_none_of_its_business(model):
    before = dict(model)
    saved_pages.leave_out_what_was_drawn(model=model, path="notebooks/differences.md")
    assert model == before


@CHAPTERS
def test_only_a_rewrite_without_gaps_is_folded_and_none_of_which_more_than_a_third_is_new(number):
    book, files = published.chapters()[number], published.files_before(number)
    written, cells = gaps.cells_of(number), {cell["id"]: cell for cell in edition.made(number)["cells"]}
    for cell in published.cells(book):
        folded = cells[cell["id"]]["metadata"].get("jupyter", {}).get("source_hidden", False)
        match = published.WRITES.match("".join(cell["source"]))
        if not match or cell["cell_type"] != "code":
            assert not folded
            continue
        path = published.path_of(match)
        before, now = files.get(path, "").splitlines(), match["body"].splitlines()
        new = [line for line in ndiff(before, now) if line.startswith("+ ")]
        if cell["id"] in written or not before or len(now) < edition.SHORT:
            assert not folded, cell["id"]
        elif len(new) != len(now) / 3:  # there the two ways to compare may differ by a line
            assert folded == (len(new) < len(now) / 3), cell["id"]
        files[path] = match["body"]


def test_of_several_that_make_the_pages_at_once_none_takes_another_ones_for_touched(tree):
    for _ in range(5):
        shutil.rmtree(edition.LEARN)
        edition.RECORD.unlink()
        with ThreadPoolExecutor(4) as pool:
            assert [said.result() for said in [pool.submit(edition.renew) for _ in range(4)]] == [[]] * 4
        assert edition.renew() == [] and {edition.state_of(number) for number in published.chapters()} == {""}
