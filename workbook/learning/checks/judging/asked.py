"""Questions that a learner answers with a function: it is called, once or several times, and what it returns judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from workbook.learning.exercises import NotRight, Verdict

Case = tuple[str, Any, Any]  # what the function is given, in words; the same; what it is to return
NOTHING = "the function returns nothing: a line that begins with return says what."
ENDED = "the call, or what follows it, ends with an error, which says why."


def judged_answers(
    function: Callable[[Any], Any], cases: Iterable[Case], mistake: Callable[[Any, Any], str]
) -> Verdict | None:
    """What is wrong with a learner's function, if anything.

    Args:
        function: takes one thing.
        cases: what it is tried with.
        mistake: what an answer that is not right looks like, told what was returned, or raised, and what was to be;
            nothing, if there is no more to say of an error than that it is one.

    Raises:
        NotImplementedError: nothing was written in the function yet.
    """
    for words, given, right in cases:
        try:
            found = function(given)
        except NotImplementedError:
            raise
        except Exception as error:  # whatever a learner's own code may raise
            why = mistake(error, right) or ENDED
            return NotRight(f"{right!r} for {words}", f"{type(error).__name__}: {error}", why)
        if type(found) is not type(right) or found != right:
            why = NOTHING if found is None else mistake(found, right)
            return NotRight(f"{right!r} for {words}", repr(found), why)
    return None


def called(function: Callable[..., Any], *given: Any) -> Any:
    """What a learner's function returns; or what is wrong with it, if it ends with an error.

    Raises:
        NotImplementedError: nothing was written in it yet.
    """
    try:
        return function(*given)
    except NotImplementedError:
        raise
    except Exception as error:  # whatever a learner's own code may raise
        return NotRight("an answer", f"{type(error).__name__}: {error}", "the function ended with an error.")


def asked(ask: Callable[..., Any], *given: Any) -> Any:
    """What a learner's function returns; or what is wrong with that, if it ends with an error or returns nothing.

    Raises:
        NotImplementedError: nothing was written in it yet.
    """
    found = called(ask, *given)
    if found is None:
        return NotRight("an answer", "None", "the function returns nothing: return what was found.")
    return found
