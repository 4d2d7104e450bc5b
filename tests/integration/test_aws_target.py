"""`WORKBOOK_TARGET=aws`: nothing before it was confirmed, and then it works like the local target.

Another cloud plays AWS: another account, in another region, reached by boto3's own chain. It is the
learner's local one that must not notice.
"""

from __future__ import annotations

import os
import pty
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from learner import NO_PROCESS, ONLY_HELLO, Kernel, Learner
from second_cloud import ACCOUNT, BUCKET, LOCAL, REGION, Aws, second_cloud

from workbook.maintenance import copies


@pytest.fixture(scope="module")
def aws(learner: Learner) -> Iterator[Aws]:
    learner.write("cdk_app/app.py", ONLY_HELLO)
    with second_cloud(learner) as one:
        yield one


@pytest.fixture
def signed_in(aws: Aws, learner: Learner) -> Kernel:
    """A learner's Python with AWS as its target; nothing was confirmed yet."""
    return learner.kernel(**aws.signed_in)


def person_types(learner: Learner, environment: dict, code: str, answer: str) -> str:
    """Run code at a terminal where somebody answers the first question; all that stands there then."""
    ours, theirs = pty.openpty()
    clean = {k: v for k, v in (copies.environment_of(learner.root) | environment).items() if v is not None}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=learner.root / "notebooks",
        env=clean,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    said = b""
    try:
        while chunk := os.read(ours, 10_000):
            said += chunk
    except OSError:
        pass  # the other end was closed
    os.close(ours)
    process.wait(60)
    return said.decode()


# Before


def test_nothing_is_created_before_somebody_said_yes(aws, learner, signed_in):
    said = signed_in.refused("from workbook import deploy; deploy('Hello')")
    assert said == "Nobody is there to confirm this. Add --yes if that is what you want."
    assert f"the AWS account {ACCOUNT}, region {REGION}" in signed_in.said
    assert "What the whole shop costs, in US dollars" in signed_in.said
    assert aws.is_empty()


BY_NIGHT = [pytest.param(verb, marks=pytest.mark.nightly) for verb in (["catch-up", "00"], ["reset"])]


@pytest.mark.parametrize("verb", [["up"], *BY_NIGHT])
def test_without_a_terminal_the_command_asks_for_yes(aws, learner, verb):
    environment = {k: v for k, v in (copies.environment_of(learner.root) | aws.signed_in).items() if v is not None}
    done = subprocess.run(
        [sys.executable, "-m", "workbook", *verb], cwd=learner.root, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip() == "Nobody is there to confirm this. Add --yes if that is what you want."
    assert aws.is_empty()


def test_who_says_no_gets_nothing(aws, learner):
    said = person_types(learner, aws.signed_in, "from workbook import deploy; deploy('Hello')", "no")
    assert f"This creates resources in the AWS account {ACCOUNT}, region {REGION}." in said
    assert "Nothing was created." in said
    assert aws.is_empty()


def test_looking_needs_no_confirmation(aws, signed_in):
    assert signed_in("from workbook import outputs; dict(outputs)") == {}
    assert aws.is_empty()


def test_without_the_bootstrap_it_says_what_to_run(aws, signed_in):
    signed_in(
        f"from workbook.cloud.consent import confirm_without_asking; confirm_without_asking('{ACCOUNT}', '{REGION}')"
    )
    said = signed_in.refused("from workbook import deploy; deploy('Hello')")
    assert said == (
        f"This account has no CDK bootstrap in {REGION}. Run, once, in a terminal inside JupyterLab: "
        f"`cdk bootstrap aws://{ACCOUNT}/{REGION}`"
    )


# Credentials


@pytest.mark.parametrize(
    ("environment", "about"),
    [
        ({"AWS_REGION": REGION}, "There are no working AWS credentials"),
        ({"AWS_PROFILE": "no-such-profile"}, "(no-such-profile) could not be found. Set AWS_PROFILE to one that"),
        ({"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}, "No AWS region is set. Set AWS_REGION"),
        (
            {
                "AWS_ACCESS_KEY_ID": "x",
                "AWS_SECRET_ACCESS_KEY": "y",
                "AWS_REGION": REGION,
                "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            },
            "There are no working AWS credentials",
        ),
    ],
    ids=["none", "no such profile", "no region", "nothing answers"],
)
def test_without_credentials_there_is_one_sentence(learner, environment, about):
    nothing = LOCAL | {
        "WORKBOOK_TARGET": "aws",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    python = learner.kernel(**nothing | environment)
    for call in ("deploy('Hello')", "chapter(0)", "dict(outputs)"):
        said = python.refused(f"from workbook import chapter, deploy, outputs; {call}")
        assert about in said and "\n" not in said, call


def test_the_environment_says_who_one_is_too(aws, learner):
    """Keys and AWS_REGION, which boto3 alone would not see."""
    python = learner.kernel(
        **LOCAL | {"WORKBOOK_TARGET": "aws", "AWS_ENDPOINT_URL": aws.url, "AWS_ACCESS_KEY_ID": ACCOUNT,
                   "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": REGION},
    )
    seen = python(
        "from workbook.cloud import target; import boto3; "
        "[target.account(), target.region(), boto3.client('sqs').meta.region_name]"
    )
    assert seen == [ACCOUNT, REGION, REGION]


def test_a_target_that_there_is_not(learner):
    python = learner.kernel(WORKBOOK_TARGET="azure")
    assert (
        python.refused("from workbook import deploy; deploy('Hello')")
        == "WORKBOOK_TARGET is 'azure'; set it to local or to aws."
    )


@pytest.mark.nightly
def test_the_deployment_goes_through_the_proxy_that_the_environment_names(learner):
    """As `cdk deploy` does, and boto3. This proxy notes who is asked for, and lets nothing through."""
    seen = []

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            seen.append(self.rfile.readline().decode().strip())
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever).start()
        proxy = f"http://127.0.0.1:{server.server_address[1]}"
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION": REGION, "HTTPS_PROXY": proxy}
        python = learner.kernel(**LOCAL | {"WORKBOOK_TARGET": "aws"} | keys)
        python("from workbook.deployment import cdk; cdk.synthesize()")
        said = python.refused("with cdk.toolkit() as toolkit: toolkit.deploy(['Hello'], print)", "DeploymentFailed")
        server.shutdown()
    assert f"CONNECT sts.{REGION}.amazonaws.com:443 HTTP/1.1" in seen, said


# After


def test_after_yes_it_is_deployed_and_answers(aws, learner):
    region = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)  # as the bootstrap does
    before = {p.pid for p in learner.clouds()}
    said = person_types(learner, aws.signed_in, "from workbook import deploy; print(repr(deploy('Hello')))", "yes")
    assert "Hello: deployed" in said, said
    [stack] = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert (stack["StackName"], stack["StackStatus"]) == ("Hello", "CREATE_COMPLETE")
    assert f":{REGION}:{ACCOUNT}:" in stack["StackId"]

    python = learner.kernel(**aws.signed_in)
    assert python("from workbook import invoke, outputs; invoke(outputs['HelloFunction'], {'name': 'Ada'}).result") == {
        "message": "Good to see you, Ada"
    }
    assert {p.pid for p in learner.clouds()} == before  # no local cloud was started for it
    assert not (learner.root / ".workbook" / "cloud" / "cloud.json").exists()


def test_changed_code_goes_there_too_and_nothing_changed_is_nothing(aws, learner, signed_in):
    signed_in(
        f"from workbook.cloud.consent import confirm_without_asking; confirm_without_asking('{ACCOUNT}', '{REGION}')"
    )
    signed_in(NO_PROCESS)
    assert (
        signed_in("from workbook import deploy\nwith no_process: result = repr(deploy('Hello'))\nresult")
        == "Hello: nothing to change"
    )
    learner.edit("lambda_src/hello/app.py", "Good to see you", "Welcome")
    signed_in("with no_process: _ = deploy('Hello')")
    assert (
        signed_in(
            "from workbook import invoke, outputs; invoke(outputs['HelloFunction'], {'name': 'Ada'}).result['message']"
        )
        == "Welcome, Ada"
    )


def test_the_local_target_knows_nothing_of_it(aws, learner):
    """The same checkout, back on the local target: what was deployed there is not taken for deployed here."""
    python = learner.kernel()
    assert python("from workbook import deploy, invoke, outputs; dict(outputs)") == {}
    assert python("repr(deploy('Hello'))").startswith("Hello: deployed")
    assert python("invoke(outputs['HelloFunction'], {'name': 'Ada'}).result['message']") == "Welcome, Ada"
    assert learner.client("cloudformation").describe_stacks()["Stacks"][0]["StackId"].split(":")[4] == "000000000000"
    assert aws.client("cloudformation").describe_stacks()["Stacks"][0]["StackStatus"] in (
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
    )


def test_cleaning_up_there_asks_first(aws, learner, signed_in):
    assert (
        signed_in.refused("from workbook import clean_up; clean_up()")
        == "Nobody is there to confirm this, so nothing was deleted."
    )
    assert "Nothing was deleted." in person_types(
        learner, aws.signed_in, "from workbook import clean_up; clean_up()", "no"
    )
    assert aws.client("cloudformation").describe_stacks()["Stacks"]


def test_cleaning_up_there_removes_what_came_from_here_and_nothing_else(aws, learner):
    aws.client("sqs").create_queue(QueueName="somebody-elses")
    code = "from workbook import clean_up, leftovers; clean_up(); print('left:', len(leftovers()))"
    said = person_types(learner, aws.signed_in, code, "yes")
    assert f"On AWS, this deletes what was deployed from here in the account {ACCOUNT}, region {REGION}." in said
    assert "The stack Hello is deleted." in said
    assert f"Left alone, as it was not made from here: the bucket {BUCKET}, of the CDK bootstrap." in said
    assert "left: 0" in said
    assert not aws.client("cloudformation").describe_stacks()["Stacks"]
    assert not aws.client("lambda").list_functions()["Functions"]
    assert [b["Name"] for b in aws.client("s3").list_buckets()["Buckets"]] == [BUCKET]
    assert aws.client("sqs").list_queues()["QueueUrls"]
    assert learner.client("cloudformation").describe_stacks()["Stacks"]  # the local one stands
