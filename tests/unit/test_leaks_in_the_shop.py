"""`leaks_in_the_shop` looks at each place where the shop keeps text, and says which of them leaks."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

from workbook.observe import leaks

CARD = "4111" + " 1111" * 3  # put together here, so that the file itself has none
PLACES = ["code", "environments", "logs", "events", "orders", "notebooks' outputs"]


@pytest.fixture
def shop(monkeypatch, tmp_path):
    """A shop with one function, and the text in each of its places."""
    texts = dict.fromkeys(PLACES, "nothing")
    pages = lambda: [{"Functions": [
        {"FunctionName": "shop-1", "Environment": {"Variables": {"NOTE": texts["environments"]}}},
        {"FunctionName": "another-1", "Environment": {"Variables": {"NOTE": CARD}}},
    ]}]  # fmt: skip
    client = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=pages))
    monkeypatch.setattr(leaks.target, "client", lambda _: client)
    tables = {"OrderingTable": "orders", "EventLogTable": "events"}
    monkeypatch.setattr(leaks, "outputs", {"ShopFunction": "shop-1", **{name: name for name in tables}})
    monkeypatch.setattr(leaks, "table", lambda name: pd.DataFrame([{"note": texts[tables[name]]}]))
    logged = lambda name: texts["logs"] if name == "shop-1" else CARD
    monkeypatch.setattr(leaks, "logs", lambda name: pd.DataFrame([{"note": logged(name)}]))
    monkeypatch.setattr(leaks, "LAMBDA_SRC", tmp_path / "lambda_src")
    monkeypatch.setattr(leaks, "CDK_APP", tmp_path / "cdk_app")
    monkeypatch.chdir(tmp_path)

    def look(**found):
        texts.update(found)
        shutil.rmtree(tmp_path / "lambda_src", ignore_errors=True)
        (tmp_path / "lambda_src" / "basket").mkdir(parents=True)
        (tmp_path / "lambda_src" / "basket" / "app.py").write_text(f"NOTE = {texts['code']!r}", encoding="utf-8")
        cell = {"source": CARD, "outputs": [{"text": texts["notebooks' outputs"]}]}
        (tmp_path / "12_a.ipynb").write_text(json.dumps({"cells": [{"source": "words"}, cell]}), encoding="utf-8")
        found = leaks.leaks_in_the_shop()
        assert list(found["in"]) == PLACES
        return {place: kinds for place, kinds in zip(found["in"], found.leaks, strict=True) if kinds != "none"}

    return look


def test_a_shop_without_leaks(shop):
    assert shop() == {}


@pytest.mark.parametrize("place", PLACES)
def test_a_leak_is_found_where_it_is(shop, place):
    assert shop(**{place: f"card {CARD}"}) == {place: ["card number"]}
