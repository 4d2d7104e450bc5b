"""What the chapters break by hand in the deployed shop is named, and put back: by chapter(), catch-up and mend."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from differences import packed
from jupyter_client.manager import start_new_kernel
from learner import Kernel, Learner, until

from workbook.maintenance import copies

BUS = "ShopEventBus"
CHAPTER = 12
NAMED = "from workbook.learning import bookmark, chapters, mending; from workbook.cloud.stacks import outputs"
DENY = {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"}


class Shop:
    """The deployed shop, and what breaks it.

    Args:
        learner: whose it is.
        outputs: of its stacks.
    """

    def __init__(self, learner: Learner, outputs: dict[str, str]) -> None:
        self.learner, self.outputs = learner, outputs

    def __getattr__(self, service: str) -> Any:
        return self.learner.client(service.rstrip("_"))

    def role(self, function: str) -> str:
        configuration = self.lambda_.get_function_configuration(FunctionName=self.outputs[function])
        return configuration["Role"].split("/")[-1]

    def mapping(self) -> str:
        found = self.lambda_.list_event_source_mappings(FunctionName=self.outputs["OrderingWorker"])
        return found["EventSourceMappings"][0]["UUID"]

    def arn(self, queue: str) -> str:
        found = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        return found["Attributes"]["QueueArn"]

    def rule(self) -> str:
        return self.events.list_rules(EventBusName=BUS, NamePrefix="Ordering-")["Rules"][0]["Name"]


def deny(shop: Shop, name: str = "outage") -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [DENY]})
    shop.iam.put_role_policy(RoleName=shop.role("OrderingWorker"), PolicyName=name, PolicyDocument=document)


def take_a_right(shop: Shop) -> None:
    role = shop.role("ProductFunction")
    [name] = shop.iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = shop.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for statement in document["Statement"]:
        statement["Action"] = [a for a in statement["Action"] if a != "dynamodb:DeleteItem"] or statement["Action"]
    shop.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def reserve(shop: Shop) -> None:
    shop.lambda_.put_function_concurrency(FunctionName=shop.outputs["OrderingWorker"], ReservedConcurrentExecutions=0)


def let_it_die(shop: Shop) -> None:
    name = shop.outputs["BasketFunction"]
    variables = shop.lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    settings = {"Handler": "dies.handler", "Environment": {"Variables": {**variables, "DIES_AT": "now"}}}
    shop.lambda_.update_function_configuration(FunctionName=name, **settings)


def hide_and_give_up(shop: Shop) -> None:
    redrive = {"deadLetterTargetArn": shop.arn(shop.outputs["OrderingDeadLetters"]), "maxReceiveCount": 100}
    attributes = {"VisibilityTimeout": "7", "RedrivePolicy": json.dumps(redrive), "DelaySeconds": "2"}
    shop.sqs.set_queue_attributes(QueueUrl=shop.outputs["OrderingQueue"], Attributes=attributes)


def shut_the_queue(shop: Shop) -> None:
    shop.sqs.set_queue_attributes(QueueUrl=shop.outputs["OrderingQueue"], Attributes={"Policy": ""})


def pause(shop: Shop) -> None:
    how = {"Enabled": False, "ScalingConfig": {"MaximumConcurrency": 2}}
    shop.lambda_.update_event_source_mapping(UUID=shop.mapping(), **how)


def turn_off(shop: Shop) -> None:
    shop.events.disable_rule(Name=shop.rule(), EventBusName=BUS)


def lead_elsewhere(shop: Shop) -> None:
    [target] = shop.events.list_targets_by_rule(Rule=shop.rule(), EventBusName=BUS)["Targets"]
    target["Arn"] = shop.arn(shop.outputs["OrderingDeadLetters"])
    extra = {"Id": "another", "Arn": target["Arn"]}
    shop.events.put_targets(Rule=shop.rule(), EventBusName=BUS, Targets=[target, extra])


def ring_early(shop: Shop) -> None:
    fields = shop.cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    [alarm] = shop.cloudwatch.describe_alarms(AlarmNames=["Ordering-Queue-Age"])["MetricAlarms"]
    changed = {k: v for k, v in alarm.items() if k in fields} | {"Threshold": 2}
    shop.cloudwatch.put_metric_alarm(**changed)


def a_rule(shop: Shop) -> None:
    url = shop.sqs.create_queue(QueueName=f"chapter-07-{uuid.uuid4()}")["QueueUrl"]
    name = "chapter-07-target-gone"
    shop.events.put_rule(Name=name, EventBusName=BUS, EventPattern='{"source": ["chapter-07"]}')
    shop.events.put_targets(Rule=name, EventBusName=BUS, Targets=[{"Id": "queue", "Arn": shop.arn(url)}])


def an_audit(shop: Shop) -> None:
    url = shop.sqs.create_queue(QueueName="audit")["QueueUrl"]
    rule = shop.events.put_rule(Name="audit", EventBusName=BUS, EventPattern='{"source": ["shop.basket"]}')
    may = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": shop.arn(url), "Condition": {"ArnEquals": {"aws:SourceArn": rule["RuleArn"]}},
    }  # fmt: skip
    shop.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [may]})})


def archives(shop: Shop) -> None:
    arn = shop.events.describe_event_bus(Name=BUS)["Arn"]
    for name in ("shop", "chapter-12", f"user-{uuid.uuid4()}"):
        shop.events.create_archive(ArchiveName=name, EventSourceArn=arn, RetentionDays=1)


def a_table(shop: Shop) -> None:
    shop.dynamodb.create_table(
        TableName="vouchers-08", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )  # fmt: skip


def a_fifo_queue(shop: Shop) -> None:
    shop.sqs.create_queue(QueueName=f"states-{uuid.uuid4()}.fifo", Attributes={"FifoQueue": "true"})


def an_intruder(shop: Shop) -> None:
    victim = shop.lambda_.get_function_configuration(FunctionName=shop.outputs["ProductFunction"])
    code = packed("def handler(event, context):\n    print('in')\n")
    how = {name: victim[name] for name in ("Role", "Runtime")}
    name = "chapter-12-intruder"
    shop.lambda_.create_function(FunctionName=name, Handler="app.handler", Code={"ZipFile": code}, **how)
    shop.logs.create_log_group(logGroupName=f"/aws/lambda/{name}")


def a_layer(shop: Shop) -> None:
    shop.lambda_.publish_layer_version(LayerName="dies", Content={"ZipFile": packed("x = 1\n")})


# What each changes, as it is named.
SABOTAGE: dict[Callable[[Shop], None], tuple[str, ...]] = {
    deny: ("Ordering/Worker/ServiceRole: Policies.outage is not in the template",),
    take_a_right: ("Product/Function/ServiceRole: Policies.", " is another than in the template"),
    reserve: ("Ordering/Worker: ReservedConcurrentExecutions is not in the template (0)",),
    let_it_die: ("Basket/Function: Environment.Variables.DIES_AT is not", "Handler is dies.handler, not app.handler"),
    hide_and_give_up: ("Ordering/Queue: DelaySeconds is 2, not 0", "maxReceiveCount is 100, not ", "is 7, not 30"),
    shut_the_queue: ("Ordering/Queue: Policy is missing",),
    pause: ("Ordering/Worker/SqsEventSource: Enabled is False, not True", "MaximumConcurrency is 2, not "),
    turn_off: ("Ordering/Rule: State is DISABLED, not ENABLED",),
    lead_elsewhere: ("Ordering/Rule: Targets.Target0.Arn is another", "Targets.another is not in the template"),
    ring_early: ("Ordering/Alarms/Ordering-Queue-Age: Threshold is 2.0, not ",),
    a_rule: ("the rule chapter-07-target-gone of chapter 07", "the queue chapter-07-"),
    an_audit: ("the queue audit of chapter 04", "the rule audit of chapter 04"),
    archives: ("archive shop of chapter 04", "archive chapter-12 of chapter 12", "the archive user-"),
    a_table: ("the table vouchers-08 of chapter 08",),
    a_fifo_queue: ("the queue states-",),
    an_intruder: ("the function chapter-12-intruder", "the log group /aws/lambda/chapter-12-intruder"),
    a_layer: ("the layer dies of chapter 09",),
}
# Two ways to break the same thing are not tried at once.
ALL = [one for one in SABOTAGE if one not in (shut_the_queue, lead_elsewhere)]


@pytest.fixture(scope="module")
def python(learner: Learner) -> Kernel:
    python = learner.kernel()
    python(f"{NAMED}; from workbook import chapter; chapter({CHAPTER})")
    return python


@pytest.fixture(scope="module")
def shop(learner: Learner, python: Kernel) -> Shop:
    return Shop(learner, python("dict(outputs)"))


@pytest.fixture
def broken(shop: Shop) -> None:
    for sabotage in ALL:
        sabotage(shop)


def named(python: Kernel) -> list[str]:
    return python("mending.changed_by_hand()")


def missing(text: str) -> list[str]:
    """What of all that was broken a text does not name."""
    squeezed = " ".join(text.split())
    return [part for one in ALL for part in SABOTAGE[one] if part.strip() not in squeezed]


def test_what_was_just_deployed_is_as_its_templates_say(python):
    assert named(python) == []
    assert python("mending.mend()") == []


def test_to_look_takes_next_to_nothing(python):
    """In time of the processor, whatever else the machine has to do; on one with nothing else it is not much longer."""
    look = "import time; started = time.process_time(); mending.mend(); time.process_time() - started"
    assert min(python(look) for _ in range(3)) < 0.3


def test_every_setting_of_the_shop_can_be_told(python):
    """What cannot be told from a template is not compared: of the shop, that is nothing."""
    untold = """
from workbook.deployment import drift
[f"{r['where']} {k}" for rs in drift._expected().values() for r in rs
 for k in drift.KINDS[r["kind"]].defaults if k not in r["settings"]]
"""
    assert python(untold) == []
    assert python("sorted({r['kind'] for rs in drift._expected().values() for r in rs}) == sorted(drift.KINDS)")


@pytest.mark.parametrize("sabotage", SABOTAGE)
def test_each_kind_of_sabotage_is_named_and_put_back(shop, python, sabotage):
    sabotage(shop)
    found = "; ".join(named(python))
    assert [part for part in SABOTAGE[sabotage] if part not in found] == []
    said = " ".join(python("mending.mend()"))
    assert [part for part in SABOTAGE[sabotage] if part not in said] == []
    assert named(python) == []


def test_doctor_and_status_name_it_and_one_command_mends_it(learner, python, broken):
    doctor, status = learner.cli("doctor", COLUMNS="4000"), learner.cli("status", COLUMNS="4000")
    assert (doctor.returncode, missing(doctor.stdout)) == (1, [])
    assert missing(status.stdout) == []
    assert "`python3 run.py mend` puts it back" in doctor.stdout and "`python3 run.py mend`" in status.stdout

    mended = learner.cli("mend")
    assert (mended.returncode, missing(mended.stdout)) == (0, []), mended.stderr
    assert named(python) == []
    assert learner.cli("mend").stdout == "The deployed shop is as its templates say.\n"


def test_catching_up_mends_it(learner, python, broken):
    done = learner.cli("catch-up", str(CHAPTER))
    assert (done.returncode, missing(done.stdout)) == (0, []), done.stderr
    assert named(python) == []


@pytest.mark.parametrize("way", ["the chapter before is finished", "the chapter before was left in the middle"])
def test_the_next_chapter_begins_with_the_shop_as_its_templates_say(python, broken, way):
    at = "end" if way.endswith("finished") else "within"
    python(f"bookmark.move_to({CHAPTER - 1}, {at!r}); chapter({CHAPTER})")
    assert named(python) == []
    assert python("bookmark.position()") == [CHAPTER, "within"]


def test_in_the_middle_of_a_chapter_what_its_cells_changed_stays_and_is_named(shop, python):
    python(f"bookmark.move_to({CHAPTER}, 'within')")
    pause(shop)
    archives(shop)
    said = " ".join(python(f"chapters._go_on({CHAPTER}, begun=True)"))
    assert "everything is left as it is. Changed by hand: " in said and "Enabled is False, not True" in said
    assert "`python3 run.py mend` puts it back" in said
    assert "chapter-12" not in said and "archive shop of chapter 04" in said  # its own archive is no leftover yet
    assert len(named(python)) == 4
    python("mending.mend()")


def test_messages_rows_and_what_is_a_persons_own_stay(learner, shop, python):
    own = shop.sqs.create_queue(QueueName="my-own")["QueueUrl"]
    shop.events.put_rule(Name="my-own", EventBusName=BUS, EventPattern='{"source": ["mine"]}')
    pause(shop)
    until(lambda: shop.lambda_.get_event_source_mapping(UUID=shop.mapping())["State"] == "Disabled")
    for url in (own, shop.outputs["OrderingDeadLetters"]):
        shop.sqs.send_message(QueueUrl=url, MessageBody="mine")
    shop.dynamodb.put_item(TableName=shop.outputs["ProductTable"], Item={"id": {"S": "mine"}, "name": {"S": "Lamp"}})
    deny(shop, "my-own")

    said = " ".join(python("mending.mend()"))

    [kept] = (learner.root / ".workbook" / "kept").glob("*/by_hand/*my-own.json")
    assert json.loads(kept.read_text())["Statement"][0]["Effect"] == "Deny"
    assert f"Kept in .workbook/kept/{kept.parent.parent.name}/by_hand: {kept.name}." in said
    for url in (own, shop.outputs["OrderingDeadLetters"]):
        [message] = shop.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
        assert message["Body"] == "mine"
    assert "my-own" in [rule["Name"] for rule in shop.events.list_rules(EventBusName=BUS)["Rules"]]
    assert "Item" in shop.dynamodb.get_item(TableName=shop.outputs["ProductTable"], Key={"id": {"S": "mine"}})
    assert named(python) == []
    shop.events.delete_rule(Name="my-own", EventBusName=BUS)
    shop.sqs.delete_queue(QueueUrl=own)


# In a kernel


class Notebook:
    """A kernel of Jupyter's in the learner's notebooks.

    Args:
        learner: whose they are.
    """

    def __init__(self, learner: Learner) -> None:
        self.manager, self.client = start_new_kernel(
            kernel_name="python3", cwd=str(learner.root / "notebooks"), env=copies.environment_of(learner.root)
        )

    def begin(self, code: str) -> str:
        """Start a cell; its number."""
        return self.client.execute(code)

    def end(self, cell: str) -> str:
        """Wait for the end of a cell; what it showed."""
        shown = []
        while True:
            message = self.client.get_iopub_msg(timeout=240)
            if message["parent_header"].get("msg_id") == cell:
                shown.append(json.dumps(message["content"]))
                if message["content"].get("execution_state") == "idle":
                    return "".join(shown)

    def run(self, code: str) -> str:
        """Run a cell; what it showed."""
        return self.end(self.begin(code))


@pytest.fixture
def open_notebook(learner: Learner) -> Iterator[Callable[[], Notebook]]:
    opened = []

    def new() -> Notebook:
        opened.append(Notebook(learner))
        return opened[-1]

    yield new
    for notebook in opened:
        notebook.client.stop_channels()
        notebook.manager.shutdown_kernel(now=True)


BEGIN = f"from workbook import chapter, outputs; chapter({CHAPTER})"
PAUSES = """
import boto3, pathlib, time
lambda_ = boto3.client("lambda")
[mapping] = lambda_.list_event_source_mappings(FunctionName=outputs["OrderingWorker"])["EventSourceMappings"]
lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
pathlib.Path("../paused").touch()
while NEVER_ENDS:
    time.sleep(0.01)
"""


@pytest.mark.parametrize("how", ["interrupted", "killed"])
def test_what_a_cell_that_was_broken_off_left_is_put_back_by_the_chapter(learner, python, open_notebook, how):
    paused = learner.root / "paused"
    paused.unlink(missing_ok=True)
    notebook = open_notebook()
    notebook.run(BEGIN)
    cell = notebook.begin(PAUSES.replace("NEVER_ENDS", "True"))
    until(paused.exists)
    if how == "interrupted":
        notebook.manager.interrupt_kernel()
        notebook.end(cell)
    else:
        notebook.manager.shutdown_kernel(now=True)
        notebook = open_notebook()
    said = notebook.run(BEGIN)
    assert "Enabled is False, not True" in said and "A cell was broken off" in said
    assert named(python) == []


def test_a_kernel_that_was_restarted_between_two_cells_finds_all_as_they_left_it(python, open_notebook):
    first = open_notebook()
    first.run(BEGIN)
    first.run(PAUSES.replace("NEVER_ENDS", "False"))
    first.manager.shutdown_kernel(now=True)
    said = open_notebook().run(BEGIN)
    assert "everything is left as it is" in said and "Changed by hand: " in said
    assert ["Enabled is False" in one for one in named(python)] == [True]
    python("mending.mend()")
