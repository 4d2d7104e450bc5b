"""What is deployed: stacks and their status, outputs, resources and templates, as CloudFormation has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import STATE, read_json
from workbook.cloud import local, target

RECORD = STATE / "deploys.json"
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
WHOLE = (*GOOD, "UPDATE_ROLLBACK_COMPLETE")  # the last is as it was before an update that failed

_REST_API = re.compile(
    r"https://(?P<id>[a-z0-9]+)\.execute-api\.[a-z0-9.-]+(?::\d+)?/(?P<stage>[^/]+)/?(?P<path>.*)"
)
# Made by RestApi, and for another stack that refers to one.
_MADE_BY_CDK = re.compile(r"Endpoint[0-9A-F]{8}$|^ExportsOutput")


def stack_outputs(stack: str) -> dict[str, str]:
    """The outputs of one deployed stack; empty if it is not there."""
    return _outputs_of(target.client("cloudformation").describe_stacks(StackName=stack)["Stacks"])


def resources(stack: str) -> list[dict[str, Any]]:
    """What CloudFormation lists of a deployed stack: for each resource its type, its logical and its physical id."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [resource for page in pages for resource in page["StackResourceSummaries"]]


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
    """CloudFormation's status of `stack`, or None if it is not deployed."""
    there = described_stack(stack)
    return there["StackStatus"] if there and there["StackStatus"] != "DELETE_COMPLETE" else None


def deployed_template(stack: str) -> dict[str, Any]:
    """The template that `stack` was deployed with; empty if it is not there."""
    if status(stack) is None:
        return {}
    body = target.client("cloudformation").get_template(StackName=stack)["TemplateBody"]
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

    def _now(self) -> dict[str, str]:
        if target.is_local():
            local.ensure()
        else:
            target.account()  # which says it in a sentence if nobody is signed in
        client = target.client("cloudformation")
        pages = client.get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"]]
        return _outputs_of(s for s in stacks if s["StackName"] != "CDKToolkit")

    def __getitem__(self, key: str) -> str:
        now = self._now()
        if key not in now:
            there = ", ".join(sorted(now)) or "none, because nothing is deployed"
            raise WorkbookError(f"There is no output {key!r}. There are: {there}.")
        return now[key]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._now()))

    def __len__(self) -> int:
        return len(self._now())

    def __contains__(self, key: object) -> bool:
        return key in self._now()

    def __repr__(self) -> str:
        return "\n".join(f"{k}: {v}" for k, v in sorted(self._now().items()))

    def _ipython_key_completions_(self) -> list[str]:
        return sorted(self._now())


outputs = Outputs()


def _outputs_of(stacks: Iterator[dict] | list[dict]) -> dict[str, str]:
    found = {
        output["OutputKey"]: reachable(output["OutputValue"])
        for stack in stacks
        if stack["StackStatus"] != "DELETE_COMPLETE"
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
