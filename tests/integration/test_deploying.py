"""`deploy(...)`: no more work than a change needs, what is deployed agrees with CDK, and bad days."""

from __future__ import annotations

import io
import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import psutil
import pytest
from learner import NO_PROCESS, ONLY_HELLO, Learner, until

from workbook.maintenance import copies

HANDLER = "def handler(event, context):\n    print('called')\n    return {0!r}\n"
STACK = "cdk_app/shop/hello.py"
PRODUCT = "cdk_app/shop/product.py"
CODE = "lambda_src/hello/app.py"
OUTPUT = '        CfnOutput(self, "HelloFunction"'  # the last line of the stack
TELLING = """
from workbook import deploy
from workbook.base import display

display.Progress.__call__ = lambda self, now: print(now, flush=True)
"""
ANSWER = "invoke(outputs['HelloFunction']).result"


@pytest.fixture(scope="module")
def python(learner: Learner):
    """A learner's Python; Hello is the only stack, and is deployed."""
    learner.write("cdk_app/app.py", ONLY_HELLO)
    learner.write(CODE, HANDLER.format("one"))
    python = learner.kernel()
    python(
        "from workbook import deploy, diff, invoke, outputs; from workbook.cloud import stacks; "
        f"from workbook.deployment import assembly, cdk\n{NO_PROCESS}\n_ = deploy('Hello')"
    )
    return python


@pytest.fixture
def put_back(learner, python):
    """The stack's code is as it was, after the test."""
    stack = learner.read(STACK)
    yield
    learner.write(STACK, stack)


def by_hand(python, *arguments: str) -> str:
    """Run `cdk` in its folder, as a person would; what it says."""
    return typed(python, f"cd cdk_app\n{shlex.join(['cdk', *arguments])}")


def typed(python, lines: str) -> str:
    """Run lines in a shell in the checkout, as a terminal inside JupyterLab does; what they say."""
    done = python(f"""
import subprocess
done = subprocess.run(["sh", "-ec", {lines!r}], cwd=cdk.CDK_APP.parent, env=cdk.environment(), text=True,
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
[done.returncode, done.stdout]
""")
    assert done[0] == 0, done[1]
    return done[1]


# No more work than a change needs


def test_nothing_changed_starts_nothing(learner, python):
    files = [*(learner.root / "cdk_app" / "shop").glob("*.py"), learner.root / CODE]
    for file in files:
        file.touch()  # saved again, as it was
    assert python("with no_process: result = repr(deploy('Hello'))\nresult") == "Hello: nothing to change"


def test_diff_says_what_would_change_and_changes_nothing(learner, python, put_back):
    version = python("stacks.described_stack('Hello').get('LastUpdatedTime', 0).__str__()")
    learner.edit(
        STACK,
        OUTPUT,
        f'        lambda_.Alias(self, "Alias", alias_name="live", version=function.current_version)\n{OUTPUT}',
    )
    changes = python("diff('Hello').to_dict('records')")
    assert {"construct": "Alias", "change": "created", "resources": "Lambda Alias"} in changes
    assert python("stacks.described_stack('Hello').get('LastUpdatedTime', 0).__str__()") == version
    learner.edit(STACK, 'handler="app.handler"', 'handler="app.handler", memory_sise=1')
    assert "unexpected keyword argument 'memory_sise'" in python.refused("diff('Hello')")


def test_changed_code_answers_without_cdk(learner, python):
    learner.write(CODE, HANDLER.format("two"))
    shown = python(
        "with no_process: result = deploy('Hello')\n[len(result.changes), result.changes.to_dict('records')]"
    )
    assert shown == [1, [{"construct": "Function", "change": "changed", "resources": "Lambda Function"}]]
    assert python(ANSWER) == "two"


@pytest.mark.nightly
def test_a_full_deployment_by_hand_agrees(learner, python):
    learner.write(CODE, HANDLER.format("three"))
    python("with no_process: _ = deploy('Hello')")
    function = python("outputs['HelloFunction']")
    by_hand(python, "deploy", "Hello")
    assert python(ANSWER) == "three"
    assert python("outputs['HelloFunction']") == function
    assert python("repr(deploy('Hello'))") == "Hello: nothing to change"
    assert "There were no differences" in by_hand(python, "diff", "Hello", "--app", python("str(assembly.ASSEMBLY)"))
    assert python("with no_process: result = repr(deploy('Hello'))\nresult") == "Hello: nothing to change"


def test_what_the_readme_tells_to_type_in_a_terminal_works(learner, python):
    """Of another stack than there, the only one that stands here; and the names of what is deployed, as it says."""
    section = learner.read("README.md").partition("**CDK by hand.**")[2].partition("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1].replace("Product", "Hello")
    assert block.splitlines() == ["cd cdk_app", "cdk list", "cdk diff Hello", "cdk deploy Hello"]
    assert "Hello" in typed(python, block).splitlines()
    assert "HelloFunction" in typed(python, "workbook outputs")


def test_a_new_file_beside_the_handler_is_new_code(learner, python):
    python("_ = deploy('Hello')")  # what was deployed by hand is known from now on
    learner.write("lambda_src/hello/helper.py", "name = 'helper'\n")
    learner.write(CODE, "import helper\n\ndef handler(event, context):\n    print('called')\n    return helper.name\n")
    python("with no_process: _ = deploy('Hello')")
    assert python(ANSWER) == "helper"
    (learner.root / "lambda_src/hello/helper.py").unlink()
    learner.write(CODE, HANDLER.format("alone"))
    python("with no_process: _ = deploy('Hello')")
    assert python(ANSWER) == "alone"


def test_old_code_and_new_cdk_go_together(learner, python):
    """The code that CDK deployed last, after other code went past CDK, is not taken for deployed."""

    def colour() -> str:
        now = learner.client("lambda").get_function_configuration(FunctionName=python("outputs['HelloFunction']"))
        return now["Environment"]["Variables"]["COLOUR"]

    learner.write(CODE, HANDLER.format("original"))
    learner.edit(STACK, OUTPUT, '        function.add_environment("COLOUR", "blue")\n' + OUTPUT)
    python("_ = deploy('Hello')")
    learner.write(CODE, HANDLER.format("in between"))
    python("with no_process: _ = deploy('Hello')")
    assert (python(ANSWER), colour()) == ("in between", "blue")

    learner.write(CODE, HANDLER.format("original"))
    learner.edit(STACK, "blue", "red")
    python("_ = deploy('Hello')")
    assert (python(ANSWER), colour()) == ("original", "red")

    learner.write(CODE, HANDLER.format("afterwards"))
    python("with no_process: _ = deploy('Hello')")
    assert (python(ANSWER), colour()) == ("afterwards", "red")


def test_code_that_went_past_cdk_is_no_change_the_next_time(learner, python, put_back):
    learner.write(CODE, HANDLER.format("past CDK"))
    python("with no_process: _ = deploy('Hello')")
    learner.edit(STACK, OUTPUT, '        CfnOutput(self, "More", value="more")\n' + OUTPUT)
    assert python("deploy('Hello').changes.to_dict('records')") == []
    assert (python("outputs['More']"), python(ANSWER)) == ("more", "past CDK")


def test_what_the_toolkit_deployed_is_no_change_for_cdk_by_hand(learner, python, put_back):
    learner.edit(STACK, OUTPUT, '        function.add_environment("HAND", "left")\n' + OUTPUT)
    python(f"{TELLING}_ = deploy('Hello')")
    lines = python.said.splitlines()
    assert "synthesizing" in lines and "deploying" in lines
    assert [line for line in lines if re.fullmatch(r"\d+(/\d+)? UPDATE_\w+ AWS::Lambda::Function Function.*", line)]
    version = python("stacks.described_stack('Hello')['LastUpdatedTime'].__str__()")
    assert "(no changes)" in by_hand(python, "deploy", "Hello")
    assert python("stacks.described_stack('Hello')['LastUpdatedTime'].__str__()") == version
    assert toolkits(learner) == []


@pytest.mark.nightly
def test_what_cdk_deployed_by_hand_is_no_change_for_the_toolkit(learner, python, put_back):
    learner.edit(STACK, OUTPUT, '        function.add_environment("HAND", "right")\n' + OUTPUT)
    assert "(no changes)" not in by_hand(python, "deploy", "Hello")
    version = python("stacks.described_stack('Hello')['LastUpdatedTime'].__str__()")
    python("with cdk.toolkit() as toolkit: cdk.synthesized(['Hello']); cdk.deploy(['Hello'], toolkit, print)")
    assert python("stacks.described_stack('Hello')['LastUpdatedTime'].__str__()") == version
    assert python("repr(deploy('Hello'))") == "Hello: nothing to change"


def packed(learner) -> list[str]:
    """The files in the zip file that the stack's template names."""
    body = json.dumps(learner.client("cloudformation").get_template(StackName="Hello")["TemplateBody"])
    bucket = next(b["Name"] for b in learner.client("s3").list_buckets()["Buckets"] if b["Name"].startswith("cdk-"))
    [key] = set(re.findall(r"[0-9a-f]{64}\.zip", body))
    return ZipFile(io.BytesIO(learner.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())).namelist()


@pytest.mark.nightly
def test_what_editors_and_file_managers_leave_behind_is_deployed_neither_by_cdk_nor_past_it(learner, python, put_back):
    python("_ = deploy('Hello')")
    folder = learner.root / "lambda_src" / "hello"
    left = [folder / name for name in (".DS_Store", "Thumbs.db", "app.py~", ".app.py.swp", ".#app.py")]
    for file in left[:-1]:
        file.write_bytes(b"\xff")
    left[-1].symlink_to("somebody@machine.123")  # as Emacs says that a file is being edited
    try:
        assert python("with no_process: result = repr(deploy('Hello'))\nresult") == "Hello: nothing to change"
        learner.write(CODE, HANDLER.format("by CDK"))
        learner.edit(STACK, OUTPUT, '        function.add_environment("LEFT", "behind")\n' + OUTPUT)
        python("_ = deploy('Hello')")
        assert (python(ANSWER), packed(learner)) == ("by CDK", ["app.py"])
        learner.write(CODE, HANDLER.format("past it"))
        python("with no_process: _ = deploy('Hello')")
        assert (python(ANSWER), packed(learner)) == ("past it", ["app.py"])
    finally:
        for file in left:
            file.unlink()
    assert python("with no_process: result = repr(deploy('Hello'))\nresult") == "Hello: nothing to change"
    learner.edit(STACK, OUTPUT, '        CfnOutput(self, "Swept", value="yes")\n' + OUTPUT)
    assert python("deploy('Hello').changes.to_dict('records')") == []


# What is wrong is said in a sentence, and what was deployed stands


def test_a_handler_that_is_not_utf_8(learner, python):
    before = python(ANSWER)
    (learner.root / CODE).write_bytes("# café\n".encode("latin-1"))
    try:
        said = python.refused("with no_process: deploy('Hello')")
    finally:
        learner.write(CODE, HANDLER.format(before))
    assert said == (
        "lambda_src/hello/app.py, line 1: not UTF-8, as Python code is. Save the file as UTF-8 in your editor. "
        "Not deployed; the code that was deployed before keeps answering."
    )


def test_a_syntax_error_in_a_handler(learner, python):
    before = python(ANSWER)
    learner.write(CODE, "import json\n\ndef handler(event, context)\n    return 1\n")
    try:
        said = python.refused("with no_process: deploy('Hello')")
    finally:
        learner.write(CODE, HANDLER.format(before))
    assert said.startswith("lambda_src/hello/app.py, line 3: expected ':'")
    assert "    def handler(event, context)\n" + " " * 31 + "^" in said
    assert python(ANSWER) == before


def by_night(*values: str):
    """Values of a test that are tried by night only."""
    return pytest.param(*values, marks=pytest.mark.nightly)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("        self.no_such_thing()\n", "AttributeError: 'Hello' object has no attribute 'no_such_thing'"),
        ("        timeout = = 3\n", "SyntaxError: invalid syntax"),
        by_night("        lambda_.Function(self, 'Another')\n", "TypeError: "),
        by_night(
            "        lambda_.Function(self, 'Function', runtime=lambda_.Runtime.PYTHON_3_13, handler='x', "
            "code=lambda_.Code.from_inline('x'))\n",
            "There is already a Construct with name 'Function'",
        ),
        by_night("        lambda_.Code.from_asset('../lambda_src/nowhere').bind(self)\n", "nowhere"),
        ("        import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
    ids=["attribute", "syntax", "argument", "twice", "no such folder", "import"],
)  # fmt: skip
def test_an_error_in_the_cdk_app_is_shown_with_its_line(learner, python, put_back, code, reason):
    learner.edit(STACK, OUTPUT, code + OUTPUT)
    line = learner.read(STACK).splitlines().index(code.rstrip("\n")) + 1
    said = python.refused("deploy('Hello')")
    assert said.startswith(f"The CDK app does not run: {STACK}, line {line}: ")
    assert reason in said
    assert "\n" not in said


def test_a_misspelt_property(learner, python, put_back):
    learner.edit(
        STACK, OUTPUT, '        function.node.default_child.add_property_override("MemorySise", 512)\n' + OUTPUT
    )
    line = next(n for n, text in enumerate(learner.read(STACK).splitlines(), 1) if "lambda_.Function(" in text)
    said = python.refused("deploy('Hello')")
    assert said.startswith("Not deployed, because the template is wrong. ")
    assert f"Hello, Function ({STACK}, line {line}): " in said
    assert "'MemorySise'" in said
    assert python("stacks.status('Hello')") in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@pytest.mark.nightly
def test_what_cloudformation_refuses(learner, python):
    """A layer that is not there: no tool can know before."""
    before, stack = python(ANSWER), learner.read(STACK)
    function = python("outputs['HelloFunction']")
    configuration = learner.client("lambda").get_function_configuration(FunctionName=function)
    layer = "arn:aws:lambda:us-east-1:000000000000:layer:nowhere:1"
    extra = f'        function.add_layers(lambda_.LayerVersion.from_layer_version_arn(self, "Nowhere", "{layer}"))\n'
    extra += '        function.add_environment("SHAPE", "round")\n'
    learner.edit(STACK, OUTPUT, extra + OUTPUT)
    learner.write(CODE, HANDLER.format("too early"))
    line = next(n for n, text in enumerate(learner.read(STACK).splitlines(), 1) if "lambda_.Function(" in text)
    said = python.refused("deploy('Hello')")
    assert said.startswith(f"Hello, Function ({STACK}, line {line}): ")
    assert f"Layer version {layer} does not exist" in said
    assert said.endswith("What was deployed before stands.")
    assert "\n" not in said

    assert python(ANSWER) == before
    now = learner.client("lambda").get_function_configuration(FunctionName=function)
    for what in ("Layers", "Environment", "CodeSha256", "Timeout"):
        assert now.get(what) == configuration.get(what), what

    learner.write(STACK, stack)  # mended
    learner.write(CODE, HANDLER.format(before))
    python("_ = deploy('Hello')")
    assert python(ANSWER) == before
    assert python("with no_process: result = repr(deploy('Hello'))\nresult") == "Hello: nothing to change"


def test_a_stack_that_fails_at_its_first_deployment_can_be_mended(learner, python):
    learner.write(
        "cdk_app/shop/attic.py",
        """\
from aws_cdk import Stack, aws_sqs as sqs, aws_ssm as ssm


class Attic(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        sqs.Queue(self, "Box")
        ssm.CfnParameter(self, "Key", type="SecureString", value="x")
""",
    )
    learner.write(
        "cdk_app/app.py",
        ONLY_HELLO.replace("app.synth", 'from shop.attic import Attic\nAttic(app, "Attic")\napp.synth'),
    )
    try:
        said = python.refused("deploy('Attic')")
        assert "Attic, Key (cdk_app/shop/attic.py, line 8): " in said
        learner.edit("cdk_app/shop/attic.py", "SecureString", "String")
        python("_ = deploy('Attic')")
        assert python("stacks.status('Attic')") == "CREATE_COMPLETE"
    finally:
        learner.write("cdk_app/app.py", ONLY_HELLO)


def test_a_stack_that_is_not_there(python):
    assert python.refused("deploy('Hello', 'Product')") == "cdk_app/app.py has no stack 'Product'; it has Hello."


def test_ctrl_c_and_then_again(learner, python):
    learner.edit(STACK, "class Hello", "import aws_cdk\n\n\nclass Hello")
    queues = "".join(f'        aws_cdk.aws_sqs.Queue(self, "Queue{n}")\n' for n in range(20))
    learner.edit(STACK, OUTPUT, queues + OUTPUT)
    person = subprocess.Popen(
        [sys.executable, "-c", f"{TELLING}deploy('Hello')"], cwd=learner.root / "notebooks", text=True,
        env=copies.environment_of(learner.root), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert "deploying\n" in iter(person.stdout.readline, "")
    toolkit = toolkits(learner)
    person.send_signal(signal.SIGINT)
    said = person.communicate(timeout=300)[1]
    assert "WorkbookError: Stopped. Run deploy again to finish" in said
    assert len(toolkit) == 1
    assert toolkits(learner) == []

    python("_ = deploy('Hello')")
    resources = learner.client("cloudformation").describe_stack_resources(StackName="Hello")["StackResources"]
    assert sum(r["ResourceType"] == "AWS::SQS::Queue" for r in resources) == 20
    assert python(ANSWER)


def toolkits(learner) -> list[psutil.Process]:
    """The processes of CDK's toolkit in the learner's copy."""
    return [p for p in psutil.process_iter() if _is_toolkit_in(learner.root, p)]


def _is_toolkit_in(root: Path, process: psutil.Process) -> bool:
    try:
        return process.cmdline()[-1:] == [str(root / "workbook/deployment/toolkit.mjs")]
    except psutil.Error:
        return False


@pytest.fixture
def notebook(learner, python):
    """Deploys Hello with one more output, as a cell of a notebook; the toolkit's processes after that."""
    before = learner.read(STACK)
    python("cdk.in_notebook = lambda: True")

    def deploy(name: str) -> set[psutil.Process]:
        learner.write(STACK, before.replace(OUTPUT, f'        CfnOutput(self, "{name}", value="more")\n{OUTPUT}'))
        python("_ = deploy('Hello')")
        assert python(f"outputs[{name!r}]") == "more"
        return set(toolkits(learner))

    yield deploy
    learner.write(STACK, before)
    python("del cdk.in_notebook; from workbook.base.display import in_notebook; cdk.in_notebook = in_notebook")
    python("_ = deploy('Hello')")
    assert toolkits(learner) == []


@pytest.mark.nightly
def test_in_a_notebook_the_toolkit_is_there_for_the_next_deployment(learner, python, notebook):
    first = notebook("First")
    assert len(first) == 1
    assert notebook("Second") == first
    python("from workbook.cloud import local; local.stop(); _ = local.ensure()")
    assert notebook("Third") == first  # it finds the cloud that was started again
    for process in first:
        process.kill()
    fourth = notebook("Fourth")
    assert len(fourth) == 1 and not fourth & first
    learner.edit(STACK, "class Hello", "import aws_cdk\n\n\nclass Hello")
    learner.edit(STACK, OUTPUT, '        aws_cdk.CfnResource(self, "No", type="AWS::No::Such")\n' + OUTPUT)
    python("from unittest import mock; import importlib")
    with_errors = "importlib.import_module('workbook.deployment.deploy')"
    python.refused(f"with mock.patch.object({with_errors}, 'lint'): deploy('Hello')")
    assert toolkits(learner) == []  # what has failed is not used again
    fifth = notebook("Fifth")
    python("import os; os.environ['AWS_MAX_ATTEMPTS'] = '7'")
    sixth = notebook("Sixth")
    assert len(sixth) == 1 and not fifth & sixth  # an environment of its own


@pytest.mark.nightly
def test_it_ends_with_the_notebook(learner, notebook):
    other = learner.kernel()
    other("from workbook import deploy; from workbook.deployment import cdk; cdk.in_notebook = lambda: True")
    learner.edit(STACK, OUTPUT, '        CfnOutput(self, "Last", value="more")\n' + OUTPUT)
    other("_ = deploy('Hello')")
    assert len(toolkits(learner)) == 1
    other.end()
    until(lambda: not toolkits(learner))


# What is in tables and queues survives a change


@pytest.mark.nightly
def test_rows_survive_an_index_and_messages_a_visibility_timeout(newcomer):
    index = newcomer.read(PRODUCT)
    newcomer.write(PRODUCT, "\n".join(line for line in index.split("\n") if "index" not in line))
    python = newcomer.kernel()
    python("from workbook import deploy, outputs, queue, table; _ = deploy('Pricing', 'Product')")
    before = python("dict(outputs)")
    functions, dynamodb, sqs = (newcomer.client(name) for name in ("lambda", "dynamodb", "sqs"))

    [mapping] = functions.list_event_source_mappings(FunctionName=before["PricingFunction"])["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    until(lambda: functions.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Disabled")
    for number in range(3):
        row = {
            "id": {"S": str(number)},
            "category": {"S": "light"},
            "name": {"S": f"Lamp {number}"},
            "price": {"N": "1"},
        }
        dynamodb.put_item(TableName=before["ProductTable"], Item=row)
        sqs.send_message(QueueUrl=before["PricingOrders"], MessageBody=str(number))
        sqs.send_message(QueueUrl=before["PricingDeadLetters"], MessageBody=str(number))

    newcomer.write(PRODUCT, index)
    newcomer.edit(
        "cdk_app/shop/pricing.py", "visibility_timeout=Duration.seconds(6)", "visibility_timeout=Duration.seconds(60)"
    )
    changes = python("deploy('Pricing', 'Product').changes.to_dict('records')")
    assert {"stack": "Pricing", "construct": "Orders", "change": "changed", "resources": "SQS Queue"} in changes
    assert {"stack": "Product", "construct": "Table", "change": "changed", "resources": "DynamoDB Table"} in changes

    after = python("dict(outputs)")
    assert after == before  # nothing was replaced
    assert sorted(python(f"queue({after['PricingOrders']!r}).body.tolist()")) == ["0", "1", "2"]
    assert sorted(python(f"queue({after['PricingDeadLetters']!r}).body.tolist()")) == ["0", "1", "2"]
    attributes = sqs.get_queue_attributes(QueueUrl=after["PricingOrders"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "60"
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 2
    assert python(f"table({after['ProductTable']!r}).name.tolist()") == ["Lamp 0", "Lamp 1", "Lamp 2"]
    found = dynamodb.query(
        TableName=after["ProductTable"], IndexName="by-category", KeyConditionExpression="category = :c",
        ExpressionAttributeValues={":c": {"S": "light"}},
    )  # fmt: skip
    assert found["Count"] == 3
