"""What the local cloud's CloudFormation leaves out, made up for with the API calls that AWS's would make."""

from __future__ import annotations

from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import resources
from workbook.deployment import assembly


def make_up_for(stack: str) -> None:
    """Do what is left to do after a stack was deployed to the local cloud; done again, it changes nothing.

    Args:
        stack: one that was just deployed.
    """
    wanted = assembly.template(stack).get("Resources", {})
    if _of(wanted, "AWS::ApiGateway::RequestValidator"):
        _add_request_validators(_ids(stack), wanted)
    for name, table in _of(wanted, "AWS::DynamoDB::Table").items():
        if expires := table.get("TimeToLiveSpecification"):
            _turn_on_time_to_live(_ids(stack)[name], expires)


def _ids(stack: str) -> dict[str, str]:
    """The physical ids of a stack's resources, by logical id."""
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources(stack)}


def _of(wanted: dict[str, Any], kind: str) -> dict[str, Any]:
    """The properties of a template's resources of a type, by logical id."""
    return {i: r.get("Properties", {}) for i, r in wanted.items() if r["Type"] == kind}


def _turn_on_time_to_live(table: str, wanted: dict[str, Any]) -> None:
    """The local CloudFormation does it for a new table, and not for one that is there."""
    client = target.client("dynamodb")
    if client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"] != "ENABLED":
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)


def _add_request_validators(ids: dict[str, str], wanted: dict[str, Any]) -> None:
    """Give methods the request validators that the template names: they work locally, but no template makes one."""
    gateway = target.client("apigateway")
    for logical_id, validator in _of(wanted, "AWS::ApiGateway::RequestValidator").items():
        api = ids[validator["RestApiId"]["Ref"]]
        there = {v["name"]: v["id"] for v in gateway.get_request_validators(restApiId=api)["items"]}
        made = there.get(logical_id) or _made(gateway, api, logical_id, validator)
        for properties in _of(wanted, "AWS::ApiGateway::Method").values():
            if properties.get("RequestValidatorId") == {"Ref": logical_id}:
                gateway.update_method(
                    restApiId=api,
                    resourceId=ids[properties["ResourceId"]["Ref"]],
                    httpMethod=properties["HttpMethod"],
                    patchOperations=[{"op": "replace", "path": "/requestValidatorId", "value": made}],
                )


def _made(gateway: Any, api: str, name: str, validator: dict[str, Any]) -> str:
    answer = gateway.create_request_validator(
        restApiId=api,
        name=name,
        validateRequestBody=validator.get("ValidateRequestBody", False),
        validateRequestParameters=validator.get("ValidateRequestParameters", False),
    )
    return answer["id"]
