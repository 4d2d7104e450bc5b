"""What a person may have made of a step, wrong and right: what its check says of each is tried without a cloud.

Each module has cases of some steps, found by changing what the chapter makes, one thing at a time:

- `WRONG`: the name of a check, words that it must say, and the case;
- `NOT_YET`: the name, and a case in which there is nothing to check yet;
- `RIGHT`: the name, and a case that is right, most of them in another form than the chapter's;
- `judge(patch, check, *case)`: what the check says of it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MODULES = [importlib.import_module(f"steps.{f.stem}") for f in sorted(Path(__file__).parent.glob("[a-z]*.py"))]


def tried(kind: str) -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """All cases of a kind, each with what lets a check look at it.

    Args:
        kind: `WRONG`, `NOT_YET` or `RIGHT`.
    """
    return ((module.judge, case) for module in MODULES for case in getattr(module, kind))
