"""Where the local cloud is not like AWS, as far as chapter 03 touches it: a second service; see `differences.py`."""

from __future__ import annotations

import json
import uuid

from differences import differs
from learner import until


@differs("such an update is accepted; only deleting the whole stack is refused")
def test_an_export_that_is_imported_cannot_be_taken_away(shop):
    """CloudFormation refuses to take an export away as long as another stack imports it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    """
    client, name = shop.client("cloudformation"), f"test-{uuid.uuid4()}"
    queue = {"Queue": {"Type": "AWS::SQS::Queue"}}
    exported = {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": name}}}
    imported = {"Arn": {"Value": {"Fn::ImportValue": name}}}

    def status(of: str) -> str:
        return client.describe_stacks(StackName=of)["Stacks"][0]["StackStatus"]

    def create(stack: str, outputs: dict) -> None:
        client.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": queue, "Outputs": outputs}))
        until(lambda: status(stack) == "CREATE_COMPLETE")

    try:
        create(name, exported)
        create(f"{name}-importer", imported)
        client.update_stack(StackName=name, TemplateBody=json.dumps({"Resources": queue}))
        until(lambda: not status(name).endswith("IN_PROGRESS"))
        assert status(name) == "UPDATE_ROLLBACK_COMPLETE"
    finally:
        client.delete_stack(StackName=f"{name}-importer")
        client.delete_stack(StackName=name)
