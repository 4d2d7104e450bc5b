"""In a kernel, an interrupt, a cloud that does not answer, or a function that is still to be written is a sentence,
whichever cell it comes up in. Of other errors, what libraries did on the way from or to a cell is left out.
"""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any

from workbook.cloud import target


def speak_in(shell: Any) -> None:
    """Let a shell of IPython show a sentence in place of a traceback, where a traceback would teach nothing.

    Args:
        shell: the kernel's.
    """
    from botocore.exceptions import ConnectionError, HTTPClientError

    def handle(
        shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, tb_offset: int | None = None
    ) -> list[str]:
        if isinstance(error, KeyboardInterrupt | ConnectionError | HTTPClientError):  # no answer, not even a refusal
            said = [sentence(error)]
        elif to_be_written := _to_be_written(error, trace, shell.user_ns):
            said = [to_be_written]
        elif isinstance(error, SyntaxError) and not _comes_from_a_cell(trace, shell.user_ns):
            shell.showsyntaxerror()  # it is the cell's own, none of which has run
            return []
        else:
            shell.showtraceback((kind, error, _in_cells(error, trace, shell.user_ns)), running_compiled_code=True)
            return []
        shell._showtraceback(kind, error, said)
        return said

    shell.set_custom_exc((KeyboardInterrupt, Exception), handle)


def _to_be_written(error: BaseException, trace: TracebackType, names: dict[str, Any]) -> str:
    """What a function of a cell is to do in which nothing was written yet; nothing if the error is another."""
    [*_, (frame, _)] = traceback.walk_tb(trace)
    if type(error) is not NotImplementedError or not str(error) or frame.f_globals is not names:
        return ""
    return f"{frame.f_code.co_name} is still to be written: {error}."


def _comes_from_a_cell(trace: TracebackType, names: dict[str, Any]) -> bool:
    return any(frame.f_globals is names for frame, _ in traceback.walk_tb(trace))


def _in_cells(error: BaseException, trace: TracebackType, names: dict[str, Any]) -> TracebackType:
    """A traceback without what libraries did between two functions of cells, or before AWS refused a call."""
    from botocore.exceptions import ClientError, ParamValidationError

    [(first, at), *frames] = traceback.walk_tb(trace)  # the first is IPython's, which leaves it out
    last = max((i for i, (frame, _) in enumerate(frames) if frame.f_globals is names), default=-1)
    after = [] if isinstance(error, ClientError | ParamValidationError) and last >= 0 else frames[last + 1 :]
    kept = None
    for frame, line in [(first, at), *(it for it in frames[: last + 1] if it[0].f_globals is names), *after][::-1]:
        kept = TracebackType(kept, frame, frame.f_lasti, line)
    return kept or trace


def sentence(error: BaseException) -> str:
    """What an interrupt, or a call to the cloud that got no answer, means for whoever made it."""
    from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

    if isinstance(error, KeyboardInterrupt):
        return "Stopped. What was done stands; run this cell again to go on. The first cell mends what it broke."
    where = "the local cloud" if target.is_local() else "AWS"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return f"There was no answer of {where} in time: it is busy. Wait a little, and run this cell again."
    if isinstance(error, EndpointConnectionError):
        cure = (
            "Run the chapter's first cell again: it starts it."
            if target.is_local()
            else "Is there a network? Then run this cell again."
        )
        return f"There is no way to reach {where}. {cure}"
    return f"The connection to {where} broke before the answer was there. Run this cell again."
