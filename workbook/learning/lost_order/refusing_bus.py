"""Run Basket's publisher with a bus that refuses some events, and no cloud at all; say what came of it.

A script of its own, for a process of its own: `refusing_bus.py JSON`, with `lambda_src/basket` and the
layer on the path. The JSON has two lists: the ids of the events, and for each try those that the bus
refuses. The last line that it prints is JSON: for each try, what the handler raised, what is left in the outbox,
and what the bus took.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

from botocore.client import BaseClient


def main(events: list[str], tries: list[list[str]]) -> None:
    told = [tried(events, refused) for refused in tries]
    print()
    print(json.dumps(told))


def tried(events: list[str], refused: list[str]) -> dict[str, Any]:
    """What the handler raised, what is left in the outbox, and what was taken, with a bus that refuses some events."""
    left, taken = dict.fromkeys(events), []

    def answer(_: BaseClient, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """What AWS would answer, as far as a publisher may ask."""
        match operation:
            case "PutEvents":
                if len(request["Entries"]) > 10:
                    raise ValueError("PutEvents takes ten entries at most")
                ids = [json.loads(entry["Detail"])["data"]["checkoutId"] for entry in request["Entries"]]
                taken.extend(i for i in ids if i not in refused)
                entries = [_refusal() if i in refused else {"EventId": i} for i in ids]
                return {"FailedEntryCount": sum("ErrorCode" in entry for entry in entries), "Entries": entries}
            case "BatchWriteItem":
                for changes in request["RequestItems"].values():
                    for change in changes:
                        left.pop(_id(change["DeleteRequest"]["Key"]), None)
                return {"UnprocessedItems": {}}
            case "DeleteItem":
                left.pop(_id(request["Key"]), None)
                return {}
            case "TransactWriteItems":
                for item in request["TransactItems"]:
                    left.pop(_id(item["Delete"]["Key"]), None)
                return {}
        raise NotImplementedError(operation)

    BaseClient._make_api_call = answer
    raised = None
    try:
        import publisher

        publisher.handler({"Records": [_record(i) for i in events]}, _context())
    except Exception as error:  # whatever a learner's own code may raise
        raised = f"{type(error).__name__}: {error}"
    return {"raised": raised, "left": list(left), "taken": taken}


def _refusal() -> dict[str, str]:
    return {"ErrorCode": "InternalFailure", "ErrorMessage": "The bus could not take this one."}


def _id(key: dict[str, Any]) -> str:
    """A row's id, as a resource of boto3's has it or as a client has it."""
    found = key["checkoutId"]
    return found["S"] if isinstance(found, dict) else found


def _record(checkout_id: str) -> dict[str, Any]:
    event = json.dumps(
        {"metadata": {"eventId": checkout_id, "correlationId": "check"}, "data": {"checkoutId": checkout_id}}
    )
    image = {"checkoutId": {"S": checkout_id}, "event": {"S": event}, "acceptedAt": {"S": "2026-01-31T09:30:00.000Z"}}
    stream = {"Keys": {"checkoutId": {"S": checkout_id}}, "NewImage": image, "StreamViewType": "NEW_IMAGE"}
    return {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": stream}


def _context() -> SimpleNamespace:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:publisher"
    return SimpleNamespace(
        function_name="publisher", memory_limit_in_mb=256, invoked_function_arn=arn, aws_request_id="a-request"
    )


if __name__ == "__main__":
    main(*json.loads(sys.argv[1]))
