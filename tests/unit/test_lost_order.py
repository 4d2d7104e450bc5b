"""The five planted mistakes: each file is that of chapter 09's shop but for its mistake, so that none can rot."""

from __future__ import annotations

import difflib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.base.paths import CDK_APP, LAMBDA_SRC, SOLUTIONS
from workbook.learning import published
from workbook.learning.lost_order import shop
from workbook.learning.lost_order.experiments import EXPERIMENTS, TRY_OUT
from workbook.learning.lost_order.files import PLANTED, planted
from workbook.learning.lost_order.shop import LETTERS

pytestmark = pytest.mark.slow

CHANGED = {  # by path: lines that go, lines that come, what the mistake is about
    "cdk_app/shop/ordering.py": (1, 1, "visibility_timeout"),
    "lambda_src/basket/publisher.py": (14, 7, "put_events"),
    "lambda_src/basket/rules.py": (1, 1, "price"),
    "lambda_src/ordering/orders.py": (7, 3, "put_item"),
    "lambda_src/ordering/worker.py": (4, 4, "Not stored"),
}
SHOP = published.files_before(10)  # as chapter 09 leaves it, where the exercise stands


def changes(path: str) -> list[str]:
    """The lines that differ between the shop's file and the planted one."""
    found = difflib.unified_diff(SHOP[path].splitlines(), planted()[path].decode().splitlines(), lineterm="", n=0)
    return [line for line in found if line[:1] in "+-" and line[:3] not in ("+++", "---") and line[1:].strip()]


def test_there_are_five_and_a_letter_and_an_experiment_for_each() -> None:
    assert set(planted()) == set(CHANGED)
    assert len(CHANGED) == len(LETTERS) == len(EXPERIMENTS) == 5


@pytest.mark.parametrize("path", CHANGED)
def test_a_planted_file_differs_in_its_mistake_only(path: str) -> None:
    went, came, about = CHANGED[path]
    lines = changes(path)
    assert [sum(line[0] == sign for line in lines) for sign in "-+"] == [went, came]
    assert any(about in line for line in lines)


@pytest.mark.parametrize("path", CHANGED)
def test_a_planted_file_compiles_and_does_not_give_itself_away(path: str) -> None:
    text = planted()[path].decode()
    compile(text, path, "exec")
    new = " ".join(line[1:].lower() for line in changes(path) if line[0] == "+")
    assert not any(word in new for word in ("planted", "mistake", "defect", "bug", "todo", "wrong"))


def test_the_solution_makes_the_shop_of_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the letter: so whatever changes in the shop must change in the planted files, too."""
    for path, content in planted().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    runpy.run_path(str(SOLUTIONS / "09-1.py"))
    for path in planted():
        assert (tmp_path / path).read_text(encoding="utf-8") == SHOP[path], path


@pytest.mark.parametrize("path", CHANGED)
def test_a_planted_file_is_nobodys_own_edit(path: str) -> None:
    """So that neither `%%writefile` nor `catch-up` keeps it aside as if it were."""
    assert planted()[path] in published.every_version()[path]


def left_in_outbox(folder: Path, *refused: str) -> dict:
    """What a publisher leaves in the outbox, what the bus took, and whether it raised, with a bus that refuses some."""
    environment = {
        "PYTHONPATH": os.pathsep.join([str(folder), str(CDK_APP / "layer")]), "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
        "OUTBOX_NAME": "outbox", "BUS_NAME": "bus",
    }  # fmt: skip
    order = json.dumps([["first", "refused", "last"], [list(refused)]])
    done = subprocess.run([sys.executable, "-P", str(TRY_OUT), order], env=environment, capture_output=True, text=True)
    [told] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_an_order_that_was_to_get_lost_and_arrives_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """On AWS a rule that is off, or a right that is gone, works for a while yet; the books tell of five checkouts."""
    made, taken_back = iter(("never told", "arrives", "gets lost")), []
    monkeypatch.setattr(shop.target, "is_local", lambda: False)
    monkeypatch.setattr(shop, "_check_out", lambda *_: next(made))
    monkeypatch.setattr(shop, "soon", lambda look, _: look())
    monkeypatch.setattr(shop, "_order", lambda _, checkout_id: checkout_id == "arrives")
    monkeypatch.setattr(shop, "_take_back", lambda *order: taken_back.append(order))
    assert shop._never_arrives("mia", shop.LAMPS, lambda checkout_id: checkout_id != "never told") == "gets lost"
    assert taken_back == [("mia", "never told"), ("mia", "arrives")]


def test_a_refused_event_stays_with_the_shops_publisher_and_is_lost_with_the_planted_one() -> None:
    shops, planted_one = LAMBDA_SRC / "basket", PLANTED / "lambda_src" / "basket"
    all_taken = {"raised": None, "left": [], "taken": ["first", "refused", "last"]}
    assert left_in_outbox(shops) == left_in_outbox(planted_one) == all_taken
    taken = {"taken": ["first", "last"]}
    assert left_in_outbox(shops, "refused") == {"raised": "NotPublished: 1 of 3", "left": ["refused"]} | taken
    assert left_in_outbox(planted_one, "refused") == {"raised": None, "left": []} | taken
