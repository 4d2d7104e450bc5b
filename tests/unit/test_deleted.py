"""A deleted function does not run in the local cloud, writes no log, and what is meant for it is no success either."""

from __future__ import annotations

from types import SimpleNamespace

from workbook.cloud.engine import deleted

HELLO = {"config": {"FunctionName": "hello"}}


def test_a_function_runs_and_writes_while_it_is_there():
    ran, written = [], []

    def execute(function, event):
        ran.append(event)
        return {"body": "done"}

    def emit(function, request, text, error=False):
        written.append(text)

    functions = SimpleNamespace(_data={("1", "eu-west-1", "hello"): {}})
    service = SimpleNamespace(_functions=functions, _execute_function=execute, _emit_lambda_logs=emit)
    deleted.stay_gone(service)
    assert service._execute_function(HELLO, 1) == {"body": "done"}
    assert service._execute_function(HELLO["config"], 2) == {"body": "done"}
    service._emit_lambda_logs(HELLO, "id", "there", error=True)

    functions._data.clear()
    after = service._execute_function(HELLO, 3)
    assert after["error"]
    assert after["body"]["errorMessage"] == "Function not found: hello"
    service._emit_lambda_logs(HELLO, "id", "gone")
    assert (ran, written) == ([1, 2], ["there"])
