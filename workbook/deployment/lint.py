"""Templates are checked with cfn-lint before CloudFormation sees them; one that was right once is not checked again.

Nor are the book's own, as its cells write them: they were checked when its outputs were stored, and `linted.json`
says which they are. It holds digests, so a template that differs in anything is checked.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import CACHE, read_json, write_json
from workbook.cloud import target
from workbook.deployment.assembly import ASSEMBLY
from workbook.deployment.assets import cdk_digest
from workbook.deployment.failures import described

RECORD = CACHE / "linted.json"
OF_THE_BOOK = Path(__file__).with_name("linted.json")  # by chapter; `run.py notebooks` writes it
REMEMBERED = 1000  # digests, of 64 characters
CODE = re.compile(r"\b[0-9a-f]{64}\b")  # what CDK calls a function's code by: another code makes no other template


def lint(stacks: Iterable[str]) -> None:
    """Check the synthesized templates of `stacks` with cfn-lint.

    Raises:
        WorkbookError: naming the resource, the reason and the line of CDK code, for each error.
    """
    problems = []
    for stack in stacks:
        text = (ASSEMBLY / f"{stack}.template.json").read_text(encoding="utf-8")
        resources = json.loads(text).get("Resources", {})
        for match in errors(text, target.region()):
            logical_id = str(match.path[1]) if match.path and len(match.path) > 1 else ""
            problems.append(f"{described(stack, logical_id, resources)}: {match.message} ({match.rule.id}).")
    if problems:
        raise WorkbookError("Not deployed, because the template is wrong. " + "\n".join(problems))
    if not _known(code := cdk_digest()):
        _remember(code)


def preload() -> None:
    """Load cfn-lint and its rules, so that linting does not wait for them, if this CDK code was not linted yet."""
    if not _known(cdk_digest()):
        _runner(target.region())


def errors(template: str, region: str) -> list[Any]:
    """What is wrong with a template.

    Args:
        template: its text.
        region: the region that it is for.

    Returns:
        cfn-lint's matches of its errors, and not of its warnings; each with path, message and rule.
    """
    digest = hashlib.sha256(f"{metadata.version('cfn-lint')} {region} {CODE.sub('', template)}".encode()).hexdigest()
    if _known(digest):
        return []
    found = _found(template, region)
    if not found:
        _remember(digest)
    return found


def _known(digest: str) -> bool:
    """Whether what has this digest was right before: here, or where the book's outputs were stored."""
    return digest in read_json(RECORD, []) or any(digest in ones for ones in read_json(OF_THE_BOOK, {}).values())


def _remember(digest: str) -> None:
    write_json(RECORD, [*read_json(RECORD, []), digest][-REMEMBERED:])


def _found(template: str, region: str) -> list[Any]:
    from cfnlint.decode.decode import decode_str

    decoded, unreadable = decode_str(template)
    return unreadable or list(_runner(region).validate_template(decoded))


@functools.cache
def _runner(region: str) -> Any:
    """cfn-lint with its rules, which take longer to load than most templates to check."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn(regions=[region], ignore_checks=["W", "I"]))
