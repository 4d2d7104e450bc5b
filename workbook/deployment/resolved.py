"""A template's properties with what its functions stand for: names, ARNs, account and region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

VARIABLE = re.compile(r"\$\{([^}!]+)\}")
# The ARN of a resource by its type, after partition, region and account; the formats are in AWS's service authorization
# reference. A bucket's and a role's name no region, a bucket's no account either.
ARNS = {
    "AWS::DynamoDB::GlobalTable": "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    "AWS::DynamoDB::Table": "arn:{partition}:dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::EventBus": "arn:{partition}:events:{region}:{account}:event-bus/{name}",
    "AWS::Events::Rule": "arn:{partition}:events:{region}:{account}:rule/{name}",
    "AWS::IAM::Role": "arn:{partition}:iam::{account}:role/{name}",
    "AWS::Lambda::Function": "arn:{partition}:lambda:{region}:{account}:function:{name}",
    "AWS::S3::Bucket": "arn:{partition}:s3:::{name}",
    "AWS::SQS::Queue": "arn:{partition}:sqs:{region}:{account}:{name}",
}


class Unknown(Exception):
    """What a template's function stands for cannot be told from here."""


@dataclass(frozen=True)
class Deployed:
    """A deployed stack, as far as its template's functions ask for it.

    Attributes:
        stack_id: the ARN of the stack, which has partition, region and account.
        resources: the template's, by logical id.
        ids: their physical ids, likewise.
        streams: the ARNs of the streams of tables, likewise.
    """

    stack_id: str
    resources: dict[str, dict[str, Any]]
    ids: dict[str, str]
    streams: dict[str, str]

    def resolved(self, value: Any) -> Any:
        """A value of the template, without functions.

        Raises:
            Unknown: it has one that cannot be told.
        """
        if isinstance(value, list):
            return [self.resolved(one) for one in value]
        if not isinstance(value, dict):
            return value
        match next(iter(value.items()), None):
            case ("Ref", str(name)):
                return self._ref(name)
            case ("Fn::GetAtt", [name, attribute]):
                return self._attribute(name, attribute)
            case ("Fn::Join", [str(between), parts]):
                return between.join(map(str, self.resolved(parts)))
            case ("Fn::Sub", str(text)):
                return VARIABLE.sub(lambda found: self._ref(found[1]), text)
            case (str(name), _) if name.startswith("Fn::"):
                raise Unknown(name)
        return {key: self.resolved(one) for key, one in value.items()}

    def name(self, logical_id: str) -> str:
        """The name of a resource: of a queue, what its address ends in; of a rule, without its bus."""
        return re.split(r"[/|]", self.ids[logical_id])[-1]

    def _ref(self, name: str) -> str:
        _, partition, _, region, account, path = self.stack_id.split(":", 5)
        pseudo = {
            "AWS::AccountId": account, "AWS::Partition": partition, "AWS::Region": region,
            "AWS::StackId": self.stack_id, "AWS::StackName": path.split("/")[1],
            "AWS::URLSuffix": "amazonaws.com",
        }  # fmt: skip
        if name in pseudo or name in self.ids:
            return pseudo.get(name) or self.ids[name]
        raise Unknown(name)

    def _attribute(self, logical_id: str, attribute: str) -> str:
        kind = self.resources.get(logical_id, {}).get("Type")
        if logical_id in self.ids and attribute == "Arn" and kind in ARNS:
            return self._arn(logical_id, ARNS[kind])
        if logical_id in self.ids and attribute == "QueueName":
            return self.name(logical_id)
        if logical_id in self.streams and attribute == "StreamArn":
            return self.streams[logical_id]
        raise Unknown(f"{logical_id}.{attribute}")

    def _arn(self, logical_id: str, form: str) -> str:
        name = self.name(logical_id)
        if bus := self.resources[logical_id].get("Properties", {}).get("EventBusName"):
            name = f"{self.resolved(bus)}/{name}"
        _, partition, _, region, account, _ = self.stack_id.split(":", 5)
        return form.format(partition=partition, region=region, account=account, name=name)
