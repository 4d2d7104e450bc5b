"""The local cloud on bad days: a port that is taken, two at once, killed, damaged, and credentials around."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from calls import Api
from learner import ONLY_HELLO, Learner, a_learner, until

START = "from workbook.cloud import local; local.ensure().pid"
REAL_KEY = "AKIAREALLYREAL000000"
TELL = "import os\n\n\ndef handler(event, context):\n    print('called')\n    return dict(os.environ)\n"


@pytest.fixture(scope="module")
def kernel(learner: Learner):
    """A learner's Python; Hello is deployed, and tells its environment."""
    learner.write("cdk_app/app.py", ONLY_HELLO)
    learner.write("lambda_src/hello/app.py", TELL)
    python = learner.kernel()
    python(
        "from workbook import deploy, invoke, outputs; from workbook.cloud import local, saved_state; "
        "_ = deploy('Hello')"
    )
    return python


# One cloud for each checkout


def test_it_listens_on_the_loopback_interface_only(learner, kernel):
    [process] = learner.clouds()
    kernel("invoke(outputs['HelloFunction'])")  # so that there is a worker
    listening = [
        connection.laddr
        for one in [process, *process.children(recursive=True)]
        for connection in one.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN or (connection.type == socket.SOCK_DGRAM and not connection.raddr)
    ]
    assert (learner.cloud["port"]) in [address.port for address in listening]
    assert {address.ip for address in listening} == {"127.0.0.1"}


def test_starting_it_again_changes_nothing(learner, kernel):
    assert kernel("local.ensure().pid") == learner.kernel()(START) == learner.cloud["pid"]
    assert [p.pid for p in learner.clouds()] == [learner.cloud["pid"]]


def test_started_by_two_at_once_there_is_one(newcomer):
    kernels = [newcomer.kernel() for _ in range(3)]
    for one in kernels:
        one.start(START)
    pids = {one.finish()["value"] for one in kernels}
    assert pids == {newcomer.cloud["pid"]} == {p.pid for p in newcomer.clouds()}


def test_a_port_that_is_taken_is_left_alone(newcomer):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        newcomer.write(".workbook/cloud/port.json", str(taken))  # where it ran last time
        newcomer.kernel()(START)
        assert newcomer.cloud["port"] != taken
        assert newcomer.cloud["port"] >= 4566
        assert newcomer.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_a_process_that_got_the_id_of_the_cloud_is_not_taken_for_it(newcomer):
    """The computer was switched off, and after the next start the number belongs to something else."""
    with subprocess.Popen([sys.executable, "-c", "input()", "ministack"], stdin=subprocess.PIPE) as stranger:
        record = {"pid": stranger.pid, "port": 4566, "created": psutil.Process(stranger.pid).create_time() - 3600}
        newcomer.write(".workbook/cloud/cloud.json", json.dumps(record))
        python = newcomer.kernel()
        assert python("from workbook.cloud import local; local.running()") is None
        assert python("local.stop()") is False
        assert python("local.ensure().pid") != stranger.pid
        assert stranger.poll() is None  # and it was not harmed
        stranger.communicate(b"\n")


# Stopped and started


@contextmanager
def _holding(port: int) -> Iterator[None]:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


def test_stopped_cleanly_everything_is_there_again(newcomer):
    python = newcomer.kernel()
    python("from workbook import deploy, invoke, outputs, queue; from workbook.cloud import local")
    python("_ = deploy('Pricing', 'Product')")
    out = python("dict(outputs)")
    row = Api(out["ProductApiUrl"])("POST", "/product", {"name": "Lamp", "price": 5}).body
    newcomer.client("sqs").send_message(QueueUrl=out["PricingFailures"], MessageBody="kept")
    port = newcomer.cloud["port"]

    assert python("local.stop()") is True
    assert not newcomer.clouds()
    assert python("local.running()") is None

    with _holding(port):  # something else took it meanwhile
        fresh = newcomer.kernel()  # another terminal, later
        found = fresh("from workbook import invoke, outputs, queue; dict(outputs)")
    assert newcomer.cloud["port"] != port
    assert found == {n: v.replace(f":{port}/", f":{newcomer.cloud['port']}/") for n, v in out.items()} != out
    out = found
    assert Api(out["ProductApiUrl"])("GET", f"/product/{row['id']}").body == row
    assert fresh(f"queue({out['PricingFailures']!r}).body.tolist()") == ["kept"]
    order = {"orderId": "after", "items": [{"price": 2, "quantity": 3}]}
    assert fresh(f"invoke({out['PricingFunction']!r}, {order!r}).result['total']") == 6
    assert fresh("from workbook import deploy; from workbook.cloud import saved_state; saved_state.loss()") is None
    assert fresh("repr(deploy('Pricing', 'Product'))") == "Pricing, Product: nothing to change"

    newcomer.client("sqs").send_message(
        QueueUrl=out["PricingOrders"], MessageBody=json.dumps(order | {"orderId": "polled"})
    )
    assert until(
        lambda: (
            "polled costs 6 (polled)"
            in str(fresh(f"from workbook import logs; logs({out['PricingFunction']!r}).message.tolist()"))
        )
    )


def test_killed_it_says_what_was_lost_and_stacks_come_back(learner, kernel):
    kernel("local.stop(); _ = local.ensure()")
    kernel("import boto3; _ = boto3.client('sqs').create_queue(QueueName='lost')")
    os.kill(learner.cloud["pid"], signal.SIGKILL)
    until(lambda: not learner.clouds())

    said = kernel("local.ensure(); saved_state.loss()")
    assert said.startswith("The local cloud was killed before it could save. What it was given since ")
    assert said.endswith(" is lost: rows, messages, logs.") and "its first start" not in said
    kernel("from workbook.learning.chapters import put_back; put_back()")
    assert kernel("invoke(outputs['HelloFunction']).status") == 200
    assert not learner.client("sqs").list_queues().get("QueueUrls")
    assert kernel("saved_state.loss()") is None  # once is enough


@pytest.mark.nightly
def test_killed_before_it_ever_saved_stacks_come_back_too(newcomer):
    newcomer.write("cdk_app/app.py", ONLY_HELLO)
    newcomer.write("lambda_src/hello/app.py", TELL)
    python = newcomer.kernel()
    python(
        "from workbook import deploy, invoke, outputs; from workbook.cloud import local, saved_state; "
        "_ = deploy('Hello')"
    )
    os.kill(newcomer.cloud["pid"], signal.SIGKILL)
    until(lambda: not newcomer.clouds())

    said = newcomer.cli("outputs")
    assert (
        "since its first start is lost: rows, messages, logs. `python3 run.py up` deploys the shop again."
        in said.stderr
    )
    assert "Traceback" not in said.stderr and said.returncode == 0
    assert python("local.ensure(); from workbook.learning.chapters import put_back; put_back()") == [
        "Deployed again: Hello."
    ]
    assert python("invoke(outputs['HelloFunction']).status") == 200


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b"", id="empty", marks=pytest.mark.nightly),
        pytest.param(b'{"half": ', id="half"),
        pytest.param(b"\x00\xff\x00", id="binary", marks=pytest.mark.nightly),
    ],
)
def test_damaged_state_is_kept_aside_and_said(newcomer, damage):
    python = newcomer.kernel()
    python(
        "from workbook.cloud import local, saved_state; import boto3; "
        "local.ensure(); boto3.client('sqs').create_queue(QueueName='before'); _ = local.stop()"
    )
    file = newcomer.root / ".workbook/cloud/state/sqs.json"
    assert json.loads(file.read_text())  # it was saved
    file.write_bytes(damage)

    python("_ = local.ensure()")
    said = python("saved_state.loss()")
    assert said.startswith("The local cloud's saved state is damaged (sqs.json); it is kept in .workbook/kept/")
    assert said.endswith(", and the cloud starts empty.")
    kept = newcomer.root / said.split("kept in ")[1].split(",")[0] / "state" / "sqs.json"
    assert kept.read_bytes() == damage
    assert not newcomer.client("sqs").list_queues().get("QueueUrls")


# Credentials around it lead nowhere

REAL = {
    "AWS_ACCESS_KEY_ID": REAL_KEY,
    "AWS_SECRET_ACCESS_KEY": "really/secret",
    "AWS_SESSION_TOKEN": "a-real-token",
    "AWS_PROFILE": "no-such-profile",
    "AWS_DEFAULT_PROFILE": "no-such-profile",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "https://real.invalid",
    "AWS_ENDPOINT_URL_LAMBDA": "https://real.invalid",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/real/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/real",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
}


@pytest.fixture(scope="module")
def signed_in():
    """A learner who is signed in to a real account, by every means there is."""
    with a_learner() as one:
        one.write("cdk_app/app.py", ONLY_HELLO)
        one.write("lambda_src/hello/app.py", TELL)
        one.write(
            "config",
            f"[default]\nregion = eu-west-1\naws_access_key_id = {REAL_KEY}\naws_secret_access_key = really/secret\n",
        )
        one.real = REAL | {
            "AWS_CONFIG_FILE": str(one.root / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(one.root / "config"),
        }
        one.python = one.kernel(**one.real)
        one.python("from workbook import deploy, invoke, outputs; _ = deploy('Hello')")
        yield one


def test_real_credentials_do_not_reach_boto3(signed_in):
    seen = signed_in.python("""
import boto3
found = []
for service in ("lambda", "s3", "sts", "dynamodb"):
    client = boto3.client(service)
    found.append([client.meta.endpoint_url, client.meta.region_name, client._request_signer._credentials.access_key,
                  client._request_signer._credentials.token])
found
""")
    port = signed_in.cloud["port"]
    assert {tuple(one) for one in seen} == {(f"http://127.0.0.1:{port}", "us-east-1", "000000000000", None)}
    assert signed_in.python("boto3.client('sts').get_caller_identity()['Account']") == "000000000000"
    assert signed_in.python("boto3.client('s3').list_buckets()['Buckets'][0]['Name']").startswith("cdk-")


def test_real_credentials_do_not_reach_the_workers(signed_in):
    environment = signed_in.python("invoke(outputs['HelloFunction']).result")
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == signed_in.python("outputs['HelloFunction']")
    text = json.dumps(environment)
    for value in {*REAL.values(), str(signed_in.root / "config")}:
        assert value not in text, value
    assert "AWS_PROFILE" not in environment and "HTTPS_PROXY" not in environment


def test_real_credentials_do_not_reach_the_cloud_itself(signed_in):
    [process] = signed_in.clouds()
    text = json.dumps(process.environ())
    for value in REAL.values():
        assert value not in text, value


def test_real_credentials_do_not_reach_cdk(signed_in):
    text = json.dumps(signed_in.python("from workbook.deployment import cdk; cdk.environment()"))
    for value in {*REAL.values()} - {"http://127.0.0.1:9"}:  # a proxy; NO_PROXY is set
        assert value not in text, value


def test_a_cloud_that_is_not_started_leads_nowhere_either(newcomer):
    """Before the first `chapter(…)`, a boto3 client of one's own finds nothing, rather than AWS."""
    python = newcomer.kernel(**REAL)
    assert (
        python("import workbook, boto3; boto3.client('sts').meta.endpoint_url")
        == "http://the-local-cloud-is-not-started.invalid"
    )


def test_the_profile_that_does_not_exist_does_no_harm_in_a_terminal(signed_in):
    done = signed_in.cli("outputs", "--json", **signed_in.real)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == signed_in.python("dict(outputs)")


# IAM is enforced


def test_a_function_may_do_nothing_that_was_not_granted(learner, kernel):
    learner.write(
        "lambda_src/hello/app.py",
        "import boto3\n\n\ndef handler(event, context):\n    print('called')\n"
        "    return boto3.client(event['service']).__getattribute__(event['call'])(**event['how'])\n",
    )
    kernel("_ = deploy('Hello')")
    for service, call, how in [("dynamodb", "list_tables", {}), ("s3", "list_buckets", {}), ("sqs", "list_queues", {}),
                               ("iam", "list_roles", {}), ("lambda", "list_functions", {})]:  # fmt: skip
        said = kernel(f"invoke(outputs['HelloFunction'], {dict(service=service, call=call, how=how)!r}).error")
        assert said and "AccessDenied" in said, (service, said)
    who = kernel(
        f"invoke(outputs['HelloFunction'], {dict(service='sts', call='get_caller_identity', how={})!r}).result['Arn']"
    )
    assert "assumed-role/Hello-Function" in who
