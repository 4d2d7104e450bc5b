"""An alias with weights sends each version its share of calls; without them, all go to the first one."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from workbook.cloud.engine import weights

WEIGHTED = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1, "3": 0.2}}}


@pytest.mark.parametrize(
    ("alias", "at", "version"),
    [
        (WEIGHTED, 0.05, "2"),
        (WEIGHTED, 0.1, "3"),
        (WEIGHTED, 0.29, "3"),
        (WEIGHTED, 0.31, None),
        (WEIGHTED, 0.99, None),
        ({"FunctionVersion": "1"}, 0.0, None),
        ({"FunctionVersion": "1", "RoutingConfig": {}}, 0.0, None),
        ({}, 0.0, None),
    ],
)
def test_chance_chooses_a_version_by_its_weight(alias, at, version):
    assert weights.chosen(alias, at) == version


@pytest.mark.parametrize("named", [("live", {}), (None, {"Qualifier": ["live"]})], ids=["in the path", "in the query"])
def test_calls_of_an_alias_are_shared_and_calls_of_others_are_not(monkeypatch, named):
    called = []

    async def invoke(name, event, headers, qualifier=None, query=None):
        called.append((name, qualifier))

    functions = SimpleNamespace(
        _invoke=invoke,
        _functions={"hello": {"aliases": {"live": WEIGHTED}}},
        _qp_first=lambda query, key: query.get(key, [None])[0],
    )
    chances = iter([0.05, 0.2, 0.9])
    monkeypatch.setattr(weights.random, "random", lambda: next(chances, 0.0))
    weights.follow(functions)
    qualifier, query = named
    calls = [("hello", qualifier, query)] * 3 + [("hello", "2", {}), ("hello", None, {}), ("not there", "live", {})]
    for name, qualified, asked in calls:
        with pytest.raises(StopIteration):  # it ends, without a loop: in a browser's test one runs already
            functions._invoke(name, {}, {}, qualified, asked).send(None)
    assert Counter(called) == Counter(
        [("hello", "2"), ("hello", "3"), ("hello", qualifier), ("hello", "2"), ("hello", None), ("not there", "live")]
    )
