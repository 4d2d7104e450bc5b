"""Weights: of the calls of an alias, the share that its weights say goes to its other version.

MiniStack keeps the weights, and sends every call to the first version.
"""

from __future__ import annotations

import random
from typing import Any


def follow(functions: Any) -> None:
    """Let calls of an alias go to the versions that its weights name.

    Args:
        functions: MiniStack's module of Lambda.
    """
    invoke = functions._invoke

    async def weighted(name: str, event: Any, headers: Any, qualifier: Any = None, query: Any = None) -> Any:
        wanted = qualifier or functions._qp_first(query or {}, "Qualifier")
        alias = functions._functions.get(name, {}).get("aliases", {}).get(wanted, {})
        return await invoke(name, event, headers, chosen(alias, random.random()) or qualifier, query)

    functions._invoke = weighted


def chosen(alias: dict[str, Any], at: float) -> str | None:
    """The other version that a call of an alias goes to; None if it goes to the first one.

    Args:
        alias: as Lambda keeps it.
        at: where chance puts the call, between 0 and 1.
    """
    for version, weight in (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {}).items():
        if at < weight:
            return version
        at -= weight
    return None
