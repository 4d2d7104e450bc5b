"""What is deployed: stacks and their status, outputs, resources and templates, as CloudFormation has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import STATE, read_json
from workbook.cloud import local, target, whose

RECORD = STATE / "deploys.json"
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
WHOLE = (*GOOD, "UPDATE_ROLLBACK_COMPLETE")  # the last is as it was before an update that failed

_REST_API = re.compile(
    r"https://(?P<id>[a-z0-9]+)\.execute-api\.[a-z0-9.-]+(?::\d+)?/(?P<stage>[^/]+)/?(?P<path>.*)"
)
# Made by RestApi, and for another stack that refers to one.
_MADE_BY_CDK = re.compile(r"Endpoint[0-9A-F]{8}$|^ExportsOutput")


def resources(stack: str) -> list[dict[str, Any]]:
    """What CloudFormation lists of a deployed stack: for each resource its type, its logical and its physical id."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [resource for page in pages for resource in page["StackResourceSummaries"]]


def described_stacks() -> dict[str, dict[str, Any]]:
    """What CloudFormation says of all stacks that there are, by their names; on AWS, of those made from here."""
    pages = target.client("cloudformation").get_paginator("describe_stacks").paginate()
    there = (stack for page in pages for stack in page["Stacks"] if stack["StackStatus"] != "DELETE_COMPLETE")
    return {stack["StackName"]: stack for stack in there if target.is_local() or whose.stack_is_ours(stack)}


def described_stack(stack: str) -> dict[str, Any] | None:
    """What CloudFormation says of `stack`, or None if it is not there."""
    from botocore.exceptions import ClientError

    try:
        return target.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def status(stack: str) -> str | None:
    """CloudFormation's status of `stack`, or None if it is not deployed, or on AWS, not from here."""
    there = described_stack(stack)
    if not there or there["StackStatus"] == "DELETE_COMPLETE":
        return None
    return there["StackStatus"] if target.is_local() or whose.stack_is_ours(there) else None


def deployed_template(stack: str) -> dict[str, Any]:
    """The template that `stack` was deployed with; empty if it is not there."""
    from botocore.exceptions import ClientError

    try:
        body = target.client("cloudformation").get_template(StackName=stack)["TemplateBody"]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return json.loads(body) if isinstance(body, str) else dict(body)


def physical_names(stack: str, *types: str) -> list[str]:
    """The names of a deployed stack's resources of some types, such as `"AWS::DynamoDB::Table"`."""
    return [r["PhysicalResourceId"] for r in resources(stack) if r["ResourceType"] in types]


def recorded_stacks() -> list[str]:
    """The stacks that were deployed from this checkout, whether or not they are still there."""
    return list(read_json(RECORD, {}))


class Outputs(Mapping[str, str]):
    """The outputs of all deployed stacks, looked up afresh at each use: `outputs["ProductTable"]`.

    Every address among them answers from this machine.
    """

    def now(self) -> dict[str, str]:
        """All of them, looked up once."""
        if target.is_local():
            local.ensure()
        else:
            target.account()  # which says it in a sentence if nobody is signed in
        return outputs_of(stack for name, stack in described_stacks().items() if name != "CDKToolkit")

    def __getitem__(self, key: str) -> str:
        now = self.now()
        if key not in now:
            there = ", ".join(sorted(now)) or "none, because nothing is deployed"
            raise WorkbookError(f"There is no output {key!r}. There are: {there}.")
        return now[key]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.now()))

    def __len__(self) -> int:
        return len(self.now())

    def __contains__(self, key: object) -> bool:
        return key in self.now()

    def __repr__(self) -> str:
        return "\n".join(f"{k}: {v}" for k, v in sorted(self.now().items()))

    def _ipython_key_completions_(self) -> list[str]:
        return sorted(self.now())


outputs = Outputs()


def outputs_of(stacks: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The outputs of stacks, as CloudFormation describes them.

    Args:
        stacks: such as `described_stacks` gives.
    """
    found = {
        output["OutputKey"]: reachable(output["OutputValue"])
        for stack in stacks
        for output in stack.get("Outputs", [])
        if not _MADE_BY_CDK.search(output["OutputKey"])
    }
    return dict(sorted(found.items()))


def reachable(value: str) -> str:
    """An output's value, in which the address of a REST API is one that this machine can reach."""
    api = _REST_API.fullmatch(value)
    if api is None or not target.is_local():
        return value
    return local.api_url(api["id"], api["stage"]) + api["path"]
