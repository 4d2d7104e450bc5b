"""What is deleted stays gone: MiniStack tries a failed event again after its function is gone, and logs it anew."""

from __future__ import annotations

from typing import Any


def stay_gone(service: Any) -> None:
    """Let MiniStack neither run a function that was deleted nor write its log.

    On AWS a last line may come later and make the log group anew; here nobody need wait for that.

    Args:
        service: MiniStack's module that is Lambda.
    """
    execute, emit = service._execute_function, service._emit_lambda_logs

    def name_if_gone(function: dict[str, Any]) -> str | None:
        name = (function.get("config") or function).get("FunctionName")
        functions = [*service._functions._data]  # at once, for others may come or go meanwhile
        return None if any(there == name for *_, there in functions) else name

    def executed(function: dict[str, Any], event: Any) -> dict[str, Any]:
        if not (name := name_if_gone(function)):
            return execute(function, event)
        said = {"errorType": "ResourceNotFoundException", "errorMessage": f"Function not found: {name}"}
        return {"body": said, "error": True, "log": ""}

    def emitted(function: dict[str, Any], *what: Any, **more: Any) -> None:
        if not name_if_gone(function):
            emit(function, *what, **more)

    service._execute_function, service._emit_lambda_logs = executed, emitted
