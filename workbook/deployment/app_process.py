"""Runs `app.py` once, as `python app.py` would, when it is told to: it was started before, and has CDK in memory.

What it is told, in one line of JSON, is the environment to run it in. No line of the app, or of what it
imports, is read before that. It ends by itself if it is told nothing for two minutes, and at once when
whoever started it ends.
"""

import json
import os
import runpy
import select
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

NOT_RUN = 75  # the exit code, if the app was not run, or CDK's Node process was lost
IDLE_SECONDS = 120


def told(seconds: float = 0) -> bool:
    """Whether there is something to read within these seconds: a line, or the end."""
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def rehearse() -> None:
    """Make a stack of what a shop is made of, and throw it away, so that Node has loaded and compiled its code."""
    from aws_cdk import App, CliCredentialsStackSynthesizer, Stack, aws_cloudwatch, aws_dynamodb, aws_events, aws_sqs
    from aws_cdk import aws_apigateway as apigateway
    from aws_cdk import aws_events_targets as targets
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_lambda_event_sources as sources

    if told():
        return
    with tempfile.TemporaryDirectory() as folder:
        app = App(outdir=folder, auto_synth=False, default_stack_synthesizer=CliCredentialsStackSynthesizer())
        stack = Stack(app, "Rehearsal")
        code, runtime = lambda_.Code.from_inline("handler = print"), lambda_.Runtime.PYTHON_3_13
        function = lambda_.Function(stack, "Function", runtime=runtime, handler="index.handler", code=code)
        key = aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING)
        aws_dynamodb.TableV2(stack, "Table", partition_key=key).grant_read_write_data(function)
        queue = aws_sqs.Queue(stack, "Queue")
        function.add_event_source(sources.SqsEventSource(queue))
        age = queue.metric_approximate_age_of_oldest_message()
        aws_cloudwatch.Alarm(stack, "Alarm", metric=age, threshold=1, evaluation_periods=1)
        pattern = aws_events.EventPattern(source=["rehearsal"])
        aws_events.Rule(stack, "Rule", event_pattern=pattern, targets=[targets.SqsQueue(queue)])
        api = apigateway.RestApi(stack, "Api")
        api.root.add_method("GET", apigateway.LambdaIntegration(function))
        app.synth()


def node_answers() -> bool:
    """Whether CDK's Node process is still there."""
    from aws_cdk import Token

    with suppress(Exception):
        return Token.is_unresolved("it") is False
    return False


def shadows() -> bool:
    """Whether a file beside `app.py` has the name of a module that is loaded, whose place it would take."""
    return any(path.stem in sys.modules for path in Path().iterdir() if path.suffix in ("", ".py"))


def orders() -> dict[str, str] | None:
    """The environment to run the app in; None if it is not to be run, or cannot be from here."""
    with suppress(Exception):
        import aws_cdk  # noqa: F401

        if not told():
            rehearse()
        print("ready", flush=True)
        if told(IDLE_SECONDS) and (line := sys.stdin.readline()) and node_answers() and not shadows():
            return json.loads(line)
    return None


def main() -> None:
    environment = orders()
    if environment is None:
        sys.exit(NOT_RUN)
    os.environ.clear()
    os.environ.update(environment)
    sys.path.insert(0, os.getcwd())
    sys.dont_write_bytecode = True  # else a file of the same length, written again within a second, is not seen
    sys.argv = ["app.py"]
    try:
        runpy.run_path("app.py", run_name="__main__")
    except BaseException:
        if not node_answers():
            sys.exit(NOT_RUN)
        raise


if __name__ == "__main__":
    main()
