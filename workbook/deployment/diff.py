"""`diff("Product")`: what a deployment would change, and nothing is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.base.display import Progress, in_notebook
from workbook.cloud import local, target
from workbook.deployment import cdk
from workbook.deployment.assembly import template
from workbook.deployment.assets import with_keys_of_now
from workbook.deployment.changes import as_frame, changes_between, differ
from workbook.deployment.lint import lint

if TYPE_CHECKING:
    import pandas as pd


def diff(*stacks: str) -> pd.DataFrame:
    """What `deploy` would change, and nothing is deployed: what `cdk diff` tells, as a frame.

    Args:
        stacks: names, such as `"Product"`; none means all that `cdk_app/app.py` has.

    Returns:
        A row for each construct and kind of change: construct, change, resources; and first the
        stack, if there are several. What CDK only notes about its resources does not count.

    Raises:
        WorkbookError: the code or the template is wrong.
    """
    if target.is_local():
        local.ensure()
    try:
        with Progress("Comparing " + (", ".join(stacks) or "everything") + " with what is deployed"):
            names = cdk.synthesized(stacks or None)
            before = {name: with_keys_of_now(name) for name in names}
            lint(name for name in names if differ(before[name], template(name)))
            return as_frame({name: changes_between(name, before[name], template(name)) for name in names})
    finally:
        if in_notebook():
            cdk.make_ready()  # for the deployment that will follow
