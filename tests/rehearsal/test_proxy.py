"""The proxy answers by AWS's names, refuses what AWS does not have, and makes the weather that it is told to."""

from __future__ import annotations

import json
import time
import uuid

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from learner import until
from proxy_process import rules
from second_cloud import ACCOUNT, REGION

pytestmark = pytest.mark.nightly  # by day a rehearsal goes through it
RIGHTS = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
)


@pytest.fixture
def name() -> str:
    return f"weather-{uuid.uuid4()}"


def test_a_queue_has_awss_address_and_can_be_used_by_it(behind, name):
    _, client = behind()
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert url == f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=url)["Messages"]] == ["one"]


def test_a_bucket_is_reached_by_its_own_host(behind, name):
    _, client = behind()
    s3 = client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=name, Key="a/b c", Body=b"one")
    assert s3.get_object(Bucket=name, Key="a/b c")["Body"].read() == b"one"


def test_what_aws_does_not_have_is_refused(aws, behind):
    one, _ = behind()
    through = dict.fromkeys(("http", "https"), one.environment["HTTPS_PROXY"])
    there, elsewhere = (f"https://sqs.{region}.amazonaws.com" for region in (REGION, "us-west-2"))
    hosts = (aws.url, there, elsewhere, "https://example.com")
    paths = ("/_ministack/health", "/_ministack/sqs/messages", "/_aws/execute-api/abcdef12/prod/", "/health")
    for url in [host + path for host in hosts for path in paths]:
        answer = requests.get(url, proxies=through, verify=one.environment["REQUESTS_CA_BUNDLE"], timeout=20)
        assert answer.status_code == 502 and answer.text.startswith("AWS has no "), url
    assert [rule for rule, _ in one.notes()] == ["no such endpoint"] * len(hosts) * len(paths)


def test_an_api_that_there_is_not_is_asked_for_by_its_host(behind):
    one, _ = behind()
    url = f"https://abcdef1234.execute-api.{REGION}.amazonaws.com/prod/"
    through = {"https": one.environment["HTTPS_PROXY"]}
    answer = requests.get(url, proxies=through, verify=one.environment["REQUESTS_CA_BUNDLE"], timeout=20)
    assert answer.status_code in (403, 404) and not one.notes()


def test_every_rule_says_what_it_is():
    assert all(what.endswith(".") for what in rules().values())
    assert len(rules()) >= 20


# The weather


def test_calm_means_calm(behind, name):
    one, client = behind()
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert sqs.receive_message(QueueUrl=url)["Messages"]
    assert not one.notes()


def test_the_same_seed_makes_the_same_weather(behind, name):
    def missed(seed: int) -> list[bool]:
        _, client = behind("short polls", seed=seed)
        sqs = client("sqs")
        url = sqs.create_queue(QueueName=f"{name}-{seed}", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="one")
        return ["Messages" in sqs.receive_message(QueueUrl=url) for _ in range(20)]

    first = missed(1)
    assert first == missed(1) != missed(2)
    assert True in first and False in first


def test_a_receive_that_waits_misses_nothing(behind, name):
    one, client = behind("short polls")
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one")
    assert all("Messages" in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1) for _ in range(20))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"ReceiveMessageWaitTimeSeconds": "1"})
    assert all("Messages" in sqs.receive_message(QueueUrl=url) for _ in range(20))
    assert not one.notes()


def test_counts_are_of_some_time_ago_and_become_true(behind, name):
    _, client = behind("stale counts", factor=60)  # up to a second
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]

    def count() -> str:
        names = ["ApproximateNumberOfMessages"]
        return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]]

    seen = []
    for _ in range(5):
        sqs.send_message(QueueUrl=url, MessageBody="one")
        seen.append(count())
    assert seen != ["1", "2", "3", "4", "5"]
    until(lambda: count() == "5", seconds=10)


def test_a_setting_of_a_queue_comes_later(aws, behind, name):
    _, client = behind("queue attributes", factor=20)
    sqs, inside = client("sqs"), aws.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    here = inside.get_queue_url(QueueName=name)["QueueUrl"]

    def hidden() -> str:
        names = ["VisibilityTimeout"]
        return inside.get_queue_attributes(QueueUrl=here, AttributeNames=names)["Attributes"][names[0]]

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    assert hidden() == "30"
    until(lambda: hidden() == "7")


def test_rights_are_shown_at_once_and_come_later(aws, behind, name):
    one, client = behind("rights", factor=2)
    iam, inside = client("iam"), aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=RIGHTS)
    iam.put_role_policy(RoleName=name, PolicyName="one", PolicyDocument=RIGHTS)
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["one"]
    assert iam.get_role_policy(RoleName=name, PolicyName="one")["PolicyDocument"] == json.loads(RIGHTS)
    assert inside.list_role_policies(RoleName=name)["PolicyNames"] == []
    until(lambda: inside.list_role_policies(RoleName=name)["PolicyNames"] == ["one"])

    iam.delete_role_policy(RoleName=name, PolicyName="one")
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role_policy(RoleName=name, PolicyName="one")
    assert inside.list_role_policies(RoleName=name)["PolicyNames"] == ["one"]
    until(lambda: inside.list_role_policies(RoleName=name)["PolicyNames"] == [])
    assert not [what for _, what in one.notes() if what.startswith("FAILED")]


def test_a_rule_is_shown_at_once_and_works_later(aws, behind, name):
    one, client = behind("rules", factor=4)
    events, inside = client("events"), aws.client("events")
    pattern = json.dumps({"source": ["a"]})
    events.put_rule(Name=name, EventPattern=pattern)
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}])
    told = events.describe_rule(Name=name)
    assert (told["EventPattern"], told["State"]) == (pattern, "ENABLED")
    assert [rule["Name"] for rule in events.list_rules(NamePrefix=name)["Rules"]] == [name]
    assert [target["Id"] for target in events.list_targets_by_rule(Rule=name)["Targets"]] == ["1"]
    assert inside.list_rules(NamePrefix=name)["Rules"] == []
    until(lambda: inside.list_rules(NamePrefix=name)["Rules"] and inside.list_targets_by_rule(Rule=name)["Targets"])
    assert inside.describe_rule(Name=name)["Arn"] == told["Arn"]

    events.disable_rule(Name=name)
    assert events.describe_rule(Name=name)["State"] == "DISABLED"
    events.remove_targets(Rule=name, Ids=["1"])
    events.delete_rule(Name=name)
    assert events.list_rules(NamePrefix=name)["Rules"] == []
    assert inside.list_rules(NamePrefix=name)["Rules"] != []
    until(lambda: inside.list_rules(NamePrefix=name)["Rules"] == [])
    assert not [what for _, what in one.notes() if what.startswith("FAILED")]


def test_a_bus_goes_after_what_is_held_of_its_rules(behind, name):
    one, client = behind("rules", factor=20)
    events = client("events")
    events.create_event_bus(Name=name)
    events.put_rule(Name="a", EventBusName=name, EventPattern='{"source": ["a"]}')
    events.delete_rule(Name="a", EventBusName=name)
    events.delete_event_bus(Name=name)
    assert [what for _, what in one.notes() if "takes effect" in what] and len(one.notes()) == 2


def test_a_signed_call_of_an_api_keeps_its_host(aws, behind):
    """Which was signed, so the cloud has to know the API by that name."""
    one, client = behind()
    api = client("apigateway").create_rest_api(name="signed")["id"]
    host, through = f"{api}.execute-api.{REGION}.amazonaws.com", {"https": one.environment["HTTPS_PROXY"]}
    request = AWSRequest("GET", f"https://{host}/prod/")
    SigV4Auth(Credentials(ACCOUNT, "secret"), "execute-api", REGION).add_auth(request)
    ways = {"verify": one.environment["REQUESTS_CA_BUNDLE"], "proxies": through, "timeout": 20}
    signed, plain = (requests.get(request.url, headers=headers, **ways) for headers in (dict(request.headers), {}))
    assert signed.status_code == plain.status_code and signed.text == plain.text


def test_a_deleted_queues_name_is_blocked_for_a_while(behind, name):
    _, client = behind("deleted queues", factor=60)
    sqs = client("sqs")
    sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName=name)["QueueUrl"])
    with pytest.raises(sqs.exceptions.QueueDeletedRecently):
        sqs.create_queue(QueueName=name)
    time.sleep(1)
    sqs.create_queue(QueueName=name)


def test_a_second_purge_is_refused_for_a_while(behind, name):
    _, client = behind("purges")
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sqs.purge_queue(QueueUrl=url)
    with pytest.raises(sqs.exceptions.PurgeQueueInProgress):
        sqs.purge_queue(QueueUrl=url)


def test_who_asks_again_gets_through_throttling(behind):
    one, client = behind("throttling")
    iam = client("iam", attempts=5)
    for _ in range(100):
        iam.list_roles()
    assert {rule for rule, _ in one.notes()} == {"throttling"}


def test_log_lines_come_late_and_pages_may_be_empty(aws, behind, name):
    one, client = behind("late log lines", "empty log pages", factor=4)
    logs, inside = client("logs"), aws.client("logs")
    inside.create_log_group(logGroupName=name)
    inside.create_log_stream(logGroupName=name, logStreamName="one")
    event = {"timestamp": int(time.time() * 1000), "message": "a line"}
    inside.put_log_events(logGroupName=name, logStreamName="one", logEvents=[event])
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        list(logs.get_paginator("filter_log_events").paginate(logGroupName=name))

    def lines() -> list[str]:
        try:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            return [event["message"] for page in pages for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []

    until(lambda: lines() == ["a line"])
    assert all(lines() == ["a line"] for _ in range(20)), "a line that was there is gone"
    assert {rule for rule, _ in one.notes()} == {"late log lines", "empty log pages"}


def test_a_read_may_be_of_a_moment_ago_unless_it_asks_for_more(behind, name):
    _, client = behind("eventual reads")
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip

    def right(**how) -> list[bool]:
        found = []
        for number in range(30):
            dynamodb.put_item(TableName=name, Item={"id": {"S": "a"}, "n": {"N": str(number)}})
            item = dynamodb.get_item(TableName=name, Key={"id": {"S": "a"}}, **how)["Item"]
            found.append(item["n"]["N"] == str(number))
        return found

    assert not all(right())
    assert all(right(ConsistentRead=True))


def test_quotas_are_told_and_a_budget_is_kept(behind, name):
    _, client = behind()
    [concurrency] = client("service-quotas").list_service_quotas(ServiceCode="lambda")["Quotas"]
    assert (concurrency["QuotaName"], concurrency["Value"]) == ("Concurrent executions", 1000)
    limit = {"Amount": "5", "Unit": "USD"}
    budget = {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    client("budgets").create_budget(AccountId=ACCOUNT, Budget=budget)
    found = client("budgets").describe_budget(AccountId=ACCOUNT, BudgetName=name)
    assert found["Budget"]["BudgetLimit"] == limit
