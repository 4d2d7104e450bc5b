"""In which order a chapter that starts over removes the stacks of later ones."""

from __future__ import annotations

import pytest

from workbook.deployment import teardown


def template(*imports: str) -> dict:
    return {"Resources": {name: {"Fn::ImportValue": f"{name}:ExportsOutput"} for name in imports}}


@pytest.mark.parametrize("stacks", [["Basket", "Ordering", "Product"], ["Ordering", "Product", "Basket"]])
def test_a_stack_goes_before_the_one_that_it_imports_from(monkeypatch, stacks):
    templates = {"Basket": template("Ordering"), "Ordering": template(), "Product": template()}
    monkeypatch.setattr(teardown, "deployed_template", templates.__getitem__)
    order = teardown.importers_first(stacks)
    assert sorted(order) == sorted(stacks)
    assert order.index("Basket") < order.index("Ordering")


def test_an_import_from_a_stack_that_stays_is_no_matter(monkeypatch):
    monkeypatch.setattr(teardown, "deployed_template", lambda _: template("Product"))
    assert teardown.importers_first(["Basket"]) == ["Basket"]
