"""Which statements of a cell only import or define: to run them again calls nothing, and writes nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

HARMLESS = {
    "boto3.Session", "boto3.client", "boto3.resource", "config.register_lambda_context", "contextmanager",
    "idempotent_function", "sys.path.append",
}  # fmt: skip
NOT_HARMLESS = {"Popen"}  # looks like a class that only holds something, and starts a program
BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPOUND = (ast.For, ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.Try, ast.While, ast.With)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def definitions(code: str) -> list[ast.stmt]:
    """The statements of some Python that import, define a function or a class, or name a constant or a client.

    Args:
        code: a cell's, without magics; what is no Python has none.
    """
    return [part for statement in _statements(code) for part in _parts(statement) if _defines(part)]


def bound(statements: list[ast.stmt]) -> set[str]:
    """The names that statements give to something."""
    return {name for statement in statements for name in _bound(statement)}


def bound_by(code: str) -> set[str]:
    """The names that some Python gives to something."""
    return bound(_statements(code))


def needed(code: str) -> set[str]:
    """The names that some Python reads before it gives them to anything, those in its functions included."""
    there: set[str] = set()
    read: set[str] = set()
    for statement in _statements(code):
        names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
        read |= {name.id for name in names if isinstance(name.ctx, ast.Load)} - there - set(_local(statement))
        there |= set(_bound(statement))
    return read


def _statements(code: str) -> list[ast.stmt]:
    try:
        return ast.parse(code).body
    except (SyntaxError, ValueError):
        return []


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, BLOCKS):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, (ast.Lambda, *COMPREHENSIONS)):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _local(statement: ast.stmt) -> Iterator[str]:
    """The names that are a statement's own business: parameters, and what it gives a name to inside."""
    for node in ast.walk(statement):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, (*COMPREHENSIONS, *COMPOUND)):
            yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _parts(statement: ast.stmt) -> list[ast.stmt]:
    """`a, b = 1, call()` as two statements: one of them may define, and the other not."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            pairs = zip(names, values, strict=True)
            return [ast.copy_location(ast.Assign([name], value), statement) for name, value in pairs]
    return [statement]


def _defines(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            arguments = statement.args
            return all(
                map(_harmless, [*statement.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)])
            )
        case ast.ClassDef():
            return all(map(_harmless, [*statement.decorator_list, *statement.bases]))
        case ast.Assign():
            return all(map(_names_only, statement.targets)) and _harmless(statement.value)
        case ast.Expr(value=ast.Call()):
            return ast.unparse(statement.value.func) in HARMLESS and _harmless(statement.value)
    return False


def _names_only(target: ast.expr) -> bool:
    return not any(isinstance(node, ast.Attribute | ast.Subscript) for node in ast.walk(target))


def _harmless(value: ast.AST) -> bool:
    """Whether to evaluate this only looks up and puts together; what a lambda does is done when it is called."""
    if isinstance(value, ast.Lambda):
        return True
    if isinstance(value, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
        return False
    if isinstance(value, ast.Call) and not _makes(value):
        return False
    return all(map(_harmless, ast.iter_child_nodes(value)))


def _makes(call: ast.Call) -> bool:
    """Whether a call makes a client, or an object of a class: by custom, only classes have a capital letter."""
    name = ast.unparse(call.func)
    if name == "map":
        return bool(call.args) and ast.unparse(call.args[0]) in HARMLESS
    last = name.rpartition(".")[2]
    return name in HARMLESS or (last[:1].isupper() and last not in NOT_HARMLESS)
