"""Every operation of AWS that the workbook and its chapters call, found in their code."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import botocore.session
from botocore import xform_name
from IPython.core.inputtransformer2 import TransformerManager

from workbook.base.paths import NOTEBOOKS, ROOT

SERVICES = (
    "apigateway", "budgets", "cloudformation", "cloudwatch", "dynamodb", "dynamodbstreams", "events", "iam", "lambda",
    "logs", "resourcegroupstaggingapi", "s3", "scheduler", "service-quotas", "sns", "sqs", "ssm", "sts",
)  # fmt: skip
# What never runs with AWS as the target.
LOCAL_ONLY = ("workbook/maintenance", "workbook/cloud/engine", "workbook/deployment/local_gaps.py")
NOT_BOTO3 = {"create_connection", "publish"}  # of `socket`, and of CDK's toolkit
PLANTED = "workbook/learning/lost_order/planted"  # code of functions, which have roles of their own


def operations() -> dict[str, list[tuple[str, str]]]:
    """Service and operation of all that those services have, by boto3's name of it."""
    session, found = botocore.session.Session(), {}
    for service in SERVICES:
        for operation in session.get_service_model(service).operation_names:
            found.setdefault(xform_name(operation), []).append((service, operation))
    return found


def called() -> set[tuple[str, str]]:
    """Service and operation of all that is called; of a name that several services have, all of them."""
    there = operations()
    names = {name for code in _sources() for name in _names(ast.parse(code))} & there.keys()
    return {one for name in names - NOT_BOTO3 for one in there[name]}


def _names(tree: ast.AST) -> Iterator[str]:
    """What is called as a method, or handed over as a text: `get_paginator("list_roles")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        if isinstance(node, ast.Call | ast.Tuple):
            for part in node.args if isinstance(node, ast.Call) else node.elts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def _sources() -> Iterator[str]:
    for file in sorted((ROOT / "workbook").rglob("*.py")):
        if not file.relative_to(ROOT).as_posix().startswith((*LOCAL_ONLY, PLANTED)):
            yield file.read_text(encoding="utf-8")
    yield from (file.read_text(encoding="utf-8") for file in sorted((NOTEBOOKS / "solutions").glob("*.py")))
    for page in sorted(NOTEBOOKS.glob("*.ipynb")):
        yield from _cells(page)


def _cells(page: Path) -> Iterator[str]:
    for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]:
        code = "".join(cell["source"])
        if cell["cell_type"] == "code" and not code.startswith("%%"):
            yield TransformerManager().transform_cell(code)
