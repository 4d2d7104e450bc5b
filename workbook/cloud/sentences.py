"""In a kernel, an interrupt or a cloud that does not answer is said in a sentence, whichever cell it comes up in."""

from __future__ import annotations

from typing import Any

from workbook.cloud import target


def speak_in(shell: Any) -> None:
    """Let a shell of IPython show a sentence in place of a traceback, where a traceback would teach nothing.

    Args:
        shell: the kernel's.
    """
    from botocore.exceptions import ConnectionError, HTTPClientError

    def handle(
        shell: Any, kind: type[BaseException], error: BaseException, _trace: Any, tb_offset: int | None = None
    ) -> list[str]:
        said = [sentence(error)]
        shell._showtraceback(kind, error, said)
        return said

    shell.set_custom_exc(
        (KeyboardInterrupt, ConnectionError, HTTPClientError), handle
    )  # the latter: no answer, not even a refusal


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
