"""`chapter(NN)`, `catch_up` and what is kept aside: every chapter starts from anywhere, and nothing is lost."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from calls import Api
from learner import NO_PROCESS, Kernel, Learner, until

from workbook.maintenance import copies

MINE = "def handler(event, context):\n    print('called')\n    return 'this is mine'\n"
APP = "cdk_app/app.py"
HELLO = "lambda_src/hello/app.py"
PRODUCT = "lambda_src/product/app.py"
GOING_BACK = (
    "To go to the start of chapter 02 removes the stack Product; rows and objects that it holds, and your own edits, "
    "are kept aside, and `python3 run.py restore` brings them back."
)


@pytest.fixture(scope="module")
def python(learner: Learner) -> Kernel:
    python = learner.kernel()
    python("from workbook import chapter, deploy, finish, invoke, outputs; from workbook.cloud import local")
    python("from workbook.learning import bookmark, chapters, learner_files, published")
    return python


def stacks(learner: Learner) -> set[str]:
    found = learner.client("cloudformation").describe_stacks()["Stacks"]
    return {s["StackName"] for s in found if s["StackStatus"].endswith(("CREATE_COMPLETE", "UPDATE_COMPLETE"))}


def kept(learner: Learner) -> dict[str, str]:
    """The files that are kept aside, by folder and path."""
    folder = learner.root / ".workbook" / "kept"
    return {
        f.relative_to(folder).as_posix(): f.read_text(encoding="utf-8")
        for f in sorted(folder.glob("**/*"))
        if f.is_file()
    }


# These follow one learner, in order.


def test_the_path_has_a_space_and_a_letter_that_is_not_ascii(learner):
    assert " " in str(learner.root) and not str(learner.root).isascii()  # and so all of this is tried in one


def test_chapter_02_on_a_fresh_copy_brings_what_it_needs(learner, python):
    assert not (learner.root / ".workbook" / "cloud" / "cloud.json").exists()
    python("chapter(2)")
    assert python.said.endswith("Chapter 02 is ready.\n")
    assert stacks(learner) == {"Hello", "Pricing"}
    assert "Product" not in learner.read(APP)
    assert not (learner.root / PRODUCT).exists()
    order = {"orderId": "1", "items": [{"price": 2, "quantity": 3}]}
    assert python(f"invoke(outputs['PricingFunction'], {order!r}).result['total']") == 6
    assert kept(learner) == {}  # what the book itself wrote is not an edit


def test_in_the_middle_of_a_chapter_everything_is_left_alone(learner, python):
    learner.write(HELLO, MINE)
    python("deploy('Hello'); chapter(2)")
    assert learner.read(HELLO) == MINE
    assert python("invoke(outputs['HelloFunction']).result") == "this is mine"
    assert kept(learner) == {}


def test_catching_up_keeps_an_edit_aside_and_deploys_the_books_code(learner, python):
    done = learner.cli("catch-up", "02")
    assert done.returncode == 0, done.stderr
    [path] = kept(learner)
    assert path.endswith(f"/{HELLO}") and kept(learner)[path] == MINE
    assert (
        f"Edits of your own are kept in .workbook/kept/{path.split('/')[0]}; `python3 run.py restore` brings them back."
        in done.stdout
    )
    assert python("invoke(outputs['HelloFunction'], {'name': 'Ada'}).result") == {"message": "Good to see you, Ada"}


def test_an_edit_comes_back_with_one_command(learner, python):
    done = learner.cli("restore")
    assert done.returncode == 0, done.stderr
    assert f": {HELLO}." in done.stdout
    assert learner.read(HELLO) == MINE
    python("_ = deploy('Hello')")
    assert python("invoke(outputs['HelloFunction']).result") == "this is mine"


def test_a_page_of_ones_own_is_renewed_by_catching_up_and_comes_back(learner):
    page = "learn/02_build_a_rest_service.ipynb"
    fresh = learner.read(page)
    mine = fresh.replace("# Your code: the key", "# My own words: the key")
    assert mine != fresh
    learner.write(page, mine)
    assert re.search(r"02 Build a REST service .* yours\n", re.sub(r" +\n", "\n", learner.cli("status").stdout))

    done = learner.cli("catch-up", "02")
    [folder] = re.findall(r"restore (\S+)` brings it back", done.stdout)
    assert learner.read(page) == fresh and f"{page} is new" in done.stdout
    assert done.stdout.endswith(f"Ready for chapter 02: open {page}.\n")

    assert page in learner.cli("restore", folder).stdout
    assert learner.read(page) == mine


def test_finished_and_started_over_the_rows_are_kept_aside(learner, python):
    end = python("published.files_before(3)")
    for path, content in end.items():
        learner.write(path, content)
    python("_ = deploy(); finish(2)")
    product = Api(python("outputs['ProductApiUrl']"))
    made = [product("POST", "/product", {"name": name, "price": 5}).body for name in ("Lamp", "Chair")]
    table = python("outputs['ProductTable']")

    assert python.refused("chapter(2)").startswith(
        f"{GOING_BACK} Nobody is there to confirm this, so nothing was removed."
    )
    assert "Product" in stacks(learner) and (learner.root / PRODUCT).exists()

    said = python("chapters.catch_up(2)")
    [rows] = [path for path in kept(learner) if path.endswith(f"{table}.json")]
    assert f"The rows of the tables of Product are kept in .workbook/kept/{rows.split('/')[0]}." in said
    assert "The stack Product was removed; the chapter makes it anew." in said
    by_id = {row["id"]["S"]: row for row in json.loads(kept(learner)[rows])}
    assert {number: (row["name"]["S"], row["price"]["N"]) for number, row in by_id.items()} == {
        it["id"]: (it["name"], "5") for it in made
    }
    assert stacks(learner) == {"Hello", "Pricing"}
    assert not (learner.root / PRODUCT).exists()
    assert table not in learner.client("dynamodb").list_tables()["TableNames"]


def test_rows_that_were_kept_aside_come_back_with_one_command(learner, python):
    told = learner.cli("restore")
    assert "Product has no " in told.stdout and "deploy Product, and then type `python3 run.py restore " in told.stdout
    for path, content in python("published.files_before(3)").items():
        learner.write(path, content)
    product = Api(python("deploy(); outputs['ProductApiUrl']"))
    assert product("GET", "/product").body["items"] == []

    done = learner.cli("restore")
    assert "Brought back into Product: 2 rows and objects." in done.stdout, done.stderr
    assert {item["name"] for item in product("GET", "/product").body["items"]} == {"Lamp", "Chair"}
    assert "Brought back" not in learner.cli("restore").stdout  # they are there already

    refused = learner.cli("catch-up", "02")
    assert (refused.returncode, "Product" in stacks(learner)) == (1, True)
    assert refused.stderr.startswith(GOING_BACK) and "type `python3 run.py catch-up 02 --yes`" in refused.stderr
    done = learner.cli("catch-up", "02", "--yes")
    assert done.returncode == 0, done.stderr
    assert stacks(learner) == {"Hello", "Pricing"}


def test_finishing_a_chapter_the_next_one_just_starts(learner, python):
    python("bookmark.move_to(1, 'end')")
    python(f"{NO_PROCESS}\nwith no_process: chapter(2)")
    assert stacks(learner) == {"Hello", "Pricing"}


def test_a_way_that_was_killed_is_told_by_status_and_finished_by_what_it_says(learner, python):
    """Here while it deploys: the code is the later chapter's already, and what is deployed is not."""
    command = [sys.executable, "-m", "workbook", "catch-up", "03"]
    way = subprocess.Popen(
        command, cwd=learner.root, env=copies.environment_of(learner.root), stdout=subprocess.DEVNULL
    )
    until(lambda: python("bookmark.position()") == [3, "half-way"] and (learner.root / PRODUCT).exists())
    way.kill()
    way.wait()
    said = " ".join(learner.cli("status", COLUMNS="200").stdout.split())
    [number] = re.findall(
        r"half-way to chapter 03, .*: that was stopped; `python3 run\.py catch-up (\d\d)` finishes it", said
    )
    done = learner.cli("catch-up", number)
    assert done.returncode == 0, done.stderr
    assert stacks(learner) == {"Hello", "Pricing", "Product"}
    assert "at the start of chapter 03" in learner.cli("status", COLUMNS="200").stdout


def test_back_to_the_beginning(learner, python):
    learner.write(HELLO, MINE)
    before = len(kept(learner))
    refused = learner.cli("reset")
    assert (refused.returncode, "type `python3 run.py reset --yes`" in refused.stderr, len(kept(learner))) == (
        1,
        True,
        before,
    )
    done = learner.cli("reset", "--yes")
    assert done.returncode == 0, done.stderr
    assert stacks(learner) == set()
    assert not (learner.root / HELLO).exists() and not (learner.root / APP).exists()
    assert len(kept(learner)) == before + 1 and MINE in kept(learner).values()
    assert learner.client("lambda").list_functions()["Functions"] == []
    assert learner.client("logs").describe_log_groups()["logGroups"] == []


def test_a_chapter_that_there_is_not(learner, python):
    assert (
        python.refused("chapter(42)")
        == "There is no chapter 42. There are: 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, 12, 13, 14, 99."
    )
    done = learner.cli("catch-up", "42")
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "There is no chapter 42. There are: 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, 12, 13, 14, 99.",
    )


# The guard of %%writefile

CELL = "%%writefile ../lambda_src/hello/app.py\ndef handler(event, context):\n    return 1\n"


@pytest.fixture
def write(python):
    """What the guard says before a cell runs."""
    python("import types")

    def guarded(cell: str) -> str:
        python(f"learner_files.guard_writefile(types.SimpleNamespace(raw_cell={cell!r}))")
        return python.said

    return guarded


def test_writefile_keeps_an_edit_aside_first(learner, write):
    learner.write(HELLO, MINE)
    before = set(kept(learner))
    said = write(CELL)
    [path] = set(kept(learner)) - before
    assert kept(learner)[path] == MINE
    assert said.startswith(
        f"What stood in {HELLO} was not from this book. It is kept in .workbook/kept/{path.split('/')[0]};"
    )


def test_writefile_says_nothing_of_what_the_book_wrote(learner, python, write):
    before = kept(learner)
    learner.write(HELLO, python("published.files_before(3)")[HELLO])
    assert write(CELL) == ""
    learner.write(HELLO, CELL.split("\n", 1)[1])
    assert write(CELL) == ""  # the very same once more
    assert kept(learner) == before


def test_writefile_makes_the_folder_it_needs(learner, write):
    write("%%writefile ../lambda_src/a_new_one/app.py\nx = 1\n")
    assert (learner.root / "lambda_src" / "a_new_one").is_dir()


@pytest.mark.parametrize(
    "cell", ["", "1 + 1", "%%writefile /tmp/elsewhere.py\nx = 1\n", "%%bash\ntrue\n", "%%writefile\n"]
)
def test_other_cells_are_none_of_its_business(learner, write, cell):
    before = kept(learner)
    assert write(cell) == ""
    assert kept(learner) == before


# README


def test_what_the_readme_tells_a_learner_to_type_works(learner, python):
    """The rows of its table, in their order; `lab` is tested by itself, and `catch-up` above."""
    section = learner.read("README.md").partition("## For the learner")[2].partition("\n## ")[0]
    told = [row.split() for row in re.findall(r"^\|.*\| `python3 run\.py ([^`]+)`", section, re.MULTILINE)]
    tried = [arguments for arguments in told if arguments[0] not in ("lab", "catch-up")]
    assert len(tried) >= 6
    for arguments in tried:
        done = learner.cli(*arguments, WORKBOOK_TESTING="1")
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


@pytest.mark.nightly
def test_who_goes_back_has_no_setting_of_a_later_chapter(newcomer):
    """EventLog's mapping reports single messages from chapter 12 on; the local cloud does not take that back."""
    for number in ("99", "12"):
        done = newcomer.cli("catch-up", number, "--yes")
        assert done.returncode == 0, done.stderr
    assert "by hand" not in newcomer.cli("status").stdout
