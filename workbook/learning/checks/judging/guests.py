"""What a check puts into the cloud for a moment, so that nobody knows the answer to its question who has not asked."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from workbook.base.waiting import poll
from workbook.cloud import target
from workbook.cloud.roles import rights, role_of
from workbook.cloud.stacks import outputs

STRANGERS = ("BasketFunction", "EventLogFunction", "ProductFunction")
POLICY = "asked-by-a-check"
PATIENCE = 30  # seconds until what was changed can be seen
ASK = "that has come a moment ago, for this check: ask the cloud each time, instead of writing down what it says today."


@contextmanager
def one_more_may(action: str, resource: str) -> Iterator[str]:
    """One of the functions that have no business with the orders, by chance, may do something more; its name.

    Args:
        action: what it may do.
        resource: the ARN of what it may do that with.
    """
    iam, guest = target.client("iam"), random.choice(STRANGERS)
    role = role_of(outputs[guest])
    statement = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document)
    try:
        poll(lambda: (action, resource) in rights(outputs[guest]), "the right", PATIENCE)
        yield guest
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName=POLICY)


@contextmanager
def one_more_rings(queue: str, stack: str) -> Iterator[str]:
    """One more alarm looks at a queue; its name, which begins as those of its stack do.

    Args:
        queue: the queue's name.
        stack: the stack's.
    """
    client, name = target.client("cloudwatch"), f"{stack}-{uuid.uuid4()}"
    client.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SQS",
        MetricName="NumberOfMessagesSent",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1e9,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
        ActionsEnabled=False,
    )
    try:
        poll(lambda: client.describe_alarms(AlarmNames=[name])["MetricAlarms"], "the alarm", PATIENCE)
        yield name
    finally:
        client.delete_alarms(AlarmNames=[name])
