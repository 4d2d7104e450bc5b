"""Templates are checked with cfn-lint before CloudFormation sees them."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.base.errors import WorkbookError
from workbook.cloud import target
from workbook.deployment.assembly import ASSEMBLY, template
from workbook.deployment.failures import described


def lint(stacks: Iterable[str]) -> None:
    """Check the synthesized templates of `stacks` with cfn-lint.

    Raises:
        WorkbookError: naming the resource, the reason and the line of CDK code, for each error.
    """
    from cfnlint.api import lint_file
    from cfnlint.config import ManualArgs

    problems = []
    for stack in stacks:
        file = ASSEMBLY / f"{stack}.template.json"
        found = lint_file(file, config=ManualArgs(regions=[target.region()], ignore_checks=["W", "I"]))
        resources = template(stack).get("Resources", {})
        for match in found:
            logical_id = str(match.path[1]) if match.path and len(match.path) > 1 else ""
            problems.append(f"{described(stack, logical_id, resources)}: {match.message} ({match.rule.id}).")
    if problems:
        raise WorkbookError("Not deployed, because the template is wrong. " + "\n".join(problems))


def preload() -> None:
    """Import cfn-lint, so that linting does not wait for it."""
    import cfnlint.api  # noqa: F401
