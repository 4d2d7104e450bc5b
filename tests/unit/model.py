"""The model of chapter 13, as its cells define it: what stands on the page is what is tested."""

from __future__ import annotations

import functools
from typing import Any

from workbook.learning import published
from workbook.learning.definitions import definitions

SETTINGS = {
    "account": 10_000, "concurrency": 1_000, "write units": 4_000, "stage": 1_000, "burst": 2_000,
    "publisher's batch": 10, "parallel": 1, "Ordering": 5, "EventLog": 2, "Report": 2,
}  # fmt: skip
WANTED = {
    "Bucket", "Function", "poll", "grown", "mapping", "Shop", "customer", "patient", "simulate", "summary", "TIMES",
    "here", "ceiling", "ceilings",
}  # fmt: skip


@functools.cache
def _compiled() -> list[Any]:
    import ast

    found = []
    for code in published.code_of(13):
        statements = definitions(code)
        names = {getattr(it, "name", "") for it in statements}
        imports = [it for it in statements if isinstance(it, ast.Import | ast.ImportFrom)]
        imports = [it for it in imports if getattr(it, "module", "") != "workbook"]
        if names & WANTED:
            found.append(compile(ast.Module(statements, []), "<chapter 13>", "exec"))
        elif imports:
            found.append(compile(ast.Module(imports, []), "<chapter 13>", "exec"))
    return found


def model() -> dict[str, Any]:
    """A new copy of the model's names; how far a simulation is, nobody is told."""
    names: dict[str, Any] = {"progress": lambda items, _: items}
    for code in _compiled():
        exec(code, names)
    return names
