"""The whole shop with `WORKBOOK_TARGET=aws`, on a second cloud with another account and another region.

The address of an API is AWS's own there, and cannot be reached from here: its function is called with
the event that the API would send. Everything else goes the way it goes on AWS.
"""

from __future__ import annotations

import pytest
from learner import until
from second_cloud import ACCOUNT, BUCKET, REGION, second_cloud

CALL = """
import json
from workbook import clean_up, deploy, invoke, leftovers, ledger, logs, outputs, queue, table
def call(function, method, path, body=None):
    event = {"httpMethod": method, "path": path, "headers": {}, "requestContext": {}, "body": body and json.dumps(body)}
    answer = invoke(outputs[function], event).result
    return [answer["statusCode"], json.loads(answer["body"])]
"""
BASKET = {"userName": "ada", "items": [{"productId": "1", "productName": "Chair", "quantity": 2, "price": 49.9}]}
ADA = {
    "userName": "ada",
    "firstName": "Ada",
    "lastName": "Example",
    "email": "ada@example.com",
    "address": "1 Main Street",
    "paymentMethod": "card",
}


@pytest.fixture(scope="module")
def aws(learner):
    with second_cloud(learner) as one:
        one.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield one


@pytest.fixture(scope="module")
def python(aws, learner):
    """A person's Python, signed in; the use of the account was confirmed."""
    run = learner.kernel(**aws.signed_in)
    run(f"from workbook.cloud.consent import confirm_without_asking; confirm_without_asking('{ACCOUNT}', '{REGION}')")
    run(CALL)
    return run


def test_it_deploys_in_that_account_and_region(aws, python):
    python("_ = deploy()")
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert {"EventBus", "Product", "Basket", "Ordering", "EventLog"} <= {stack["StackName"] for stack in stacks}
    assert {stack["StackId"].split(":")[3:5] == [REGION, ACCOUNT] for stack in stacks} == {True}
    assert python("outputs['BasketApiUrl']").endswith(f".execute-api.{REGION}.amazonaws.com/prod/")
    assert python("repr(deploy())").endswith("nothing to change")


def test_a_checkout_becomes_an_order_there(python):
    assert python(f"call('BasketFunction', 'POST', '/basket', {BASKET!r})")[0] == 201
    status, accepted = python(f"call('BasketFunction', 'POST', '/basket/checkout', {ADA!r})")
    assert (status, accepted["totalPrice"]) == (202, 99.8)
    order = f"/order/ada/{accepted['checkoutId']}"
    until(lambda: python(f"call('OrderingFunction', 'GET', {order!r})")[0] == 200)
    assert python("repr(ledger())").splitlines() == [
        "1 accepted = 1 stored + 0 dead letters + 0 in flight",
        "It balances.",
    ]
    until(lambda: python("list(table(outputs['EventLogTable']).get('source', []))") == ["shop.basket"])
    until(lambda: python("queue(outputs['OrderingQueue']).empty.__bool__()"))
    until(lambda: "Order stored" in python("logs(outputs['OrderingWorker']).message.tolist()"))


def test_the_local_cloud_was_never_needed(learner, python):
    assert not (learner.root / ".workbook" / "cloud" / "cloud.json").exists()


def test_it_is_cleaned_up_there(aws, python):
    python(
        "import builtins; builtins.input = lambda question: 'yes'; "
        "import sys; sys.stdin.isatty = lambda: True; clean_up()"
    )
    assert python("len(leftovers())") == 0
    assert not aws.client("cloudformation").describe_stacks()["Stacks"]
    assert not aws.client("lambda").list_functions()["Functions"]
    assert [bus["Name"] for bus in aws.client("events").list_event_buses()["EventBuses"]] == ["default"]
