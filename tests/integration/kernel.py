"""What runs in a learner's Python: pieces of code, one JSON text a line, and what came of each."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
import traceback


def main() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        said = io.StringIO()
        answer = {"value": None, "error": None, "traceback": ""}
        try:
            with contextlib.redirect_stdout(said):
                answer["value"] = run(json.loads(line), names)
        except BaseException as error:
            answer["error"] = {"type": type(error).__name__, "message": str(error)}
            answer["traceback"] = traceback.format_exc()
        print(json.dumps(answer | {"said": said.getvalue()}, default=repr), file=answers, flush=True)


def run(code: str, names: dict[str, object]) -> object:
    """Run code; the value of its last statement if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


if __name__ == "__main__":
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False))  # noqa: SIM115
    main()
