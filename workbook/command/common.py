"""What verbs have in common: to reach the cloud, to know a chapter, to list what is deployed."""

from __future__ import annotations

import sys

from workbook.base.errors import WorkbookError
from workbook.cloud import target


def reach(yes: bool) -> None:
    """Reach the cloud: start the local one, or have the use of an AWS account confirmed."""
    if target.is_local():
        from workbook.cloud import local, saved_state

        local.ensure()
        if sentence := saved_state.loss():
            print(sentence)
        return
    from workbook.cloud.consent import confirm_aws, confirm_without_asking

    if yes:
        confirm_without_asking(target.account(), target.region())
    confirm_aws()


def restored() -> None:
    """Say that what a hard kill took has been deployed again."""
    from workbook.cloud import saved_state

    if target.is_local():
        saved_state.restored()


def deployed_outputs() -> dict[str, str]:
    """The outputs of what is deployed. If nothing ever was, the local cloud is not started for it."""
    from workbook.cloud import local, saved_state
    from workbook.cloud.stacks import outputs as deployed
    from workbook.cloud.stacks import recorded_stacks

    if target.is_local():
        if local.running() is None and not recorded_stacks():
            return {}
        local.ensure()
        if sentence := saved_state.loss():
            print(f"{sentence} `python3 run.py up` deploys the shop again.", file=sys.stderr)
    return deployed.now()


def check_chapter(number: int) -> None:
    """Refuse the number of a chapter that there is not."""
    from workbook.learning import published

    there = published.chapters()
    if number not in there:
        raise WorkbookError(f"There is no chapter {number:02}. There are: {', '.join(f'{n:02}' for n in there)}.")


def need_the_local_cloud() -> None:
    """Refuse to go on when the target is AWS."""
    if not target.is_local():
        raise WorkbookError("This measures the local cloud. Set WORKBOOK_TARGET=local.")


def version() -> str:
    """The workbook's version, as pyproject.toml has it: where an environment is shared, nothing else tells it."""
    import tomllib

    from workbook.base.paths import ROOT

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
