"""What a kernel in which a chapter is rehearsed has done first: consent is given, AWS's times are divided.

And what the cloud that plays AWS leaves out of a deployment is made up for, as the workbook does it for the local one.
"""

from __future__ import annotations

from typing import Any

from workbook.cloud import consent
from workbook.deployment import cdk, local_gaps
from workbook.observe import glances, taking_effect


def prepare(account: str, region: str, factor: float) -> None:
    """Prepare this process.

    Args:
        account: that is played.
        region: likewise.
        factor: what AWS's times are divided by.
    """
    consent.confirm_without_asking(account, region)
    consent.input = lambda question: "yes"  # to deleting, each time anew
    glances.SETTLED /= factor
    for what in taking_effect.LONGEST:
        taking_effect.LONGEST[what] /= factor
    cdk.deploy = _made_whole(cdk.deploy)


def _made_whole(deploy: Any) -> Any:
    def deploy_and_make_up(stacks: list[str], *more: Any) -> None:
        deploy(stacks, *more)
        for stack in stacks:
            local_gaps.make_up_for(stack)

    return deploy_and_make_up
