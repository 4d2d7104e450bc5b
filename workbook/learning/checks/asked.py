"""What a learner's function answers to a question of a chapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.learning.exercises import NotRight


def asked(ask: Callable[..., Any], *given: Any) -> Any:
    """What a learner's function returns; or what is wrong with that, if it ends with an error or returns nothing.

    Raises:
        NotImplementedError: nothing was written in it yet.
    """
    try:
        found = ask(*given)
    except NotImplementedError:
        raise
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight("an answer", f"{type(error).__name__}: {error}", "the function ended with an error.")
    if found is None:
        return NotRight("an answer", "None", "the function returns nothing: return what was found.")
    return found
