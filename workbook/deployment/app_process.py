"""Runs `app.py` as `python app.py` would, each time it is told to: it keeps CDK in memory, and nothing of the app.

It says {"ready": true} once CDK is loaded. Then one line of JSON tells it something:

    {"ahead": environment}   run the app now, for whoever will ask; nothing is answered
    {"run": environment}     run the app, unless no file has changed since it ran; its assembly goes to the CDK_OUTDIR
                             of this environment; answered with
                             {"code": exit code, "said": standard error, "runs": how many it has made}
    {"awake": true}          answered with {"awake": true}, once it is done with all that it was told before

The Node process that CDK's code runs in has a CDK_OUTDIR of its own, a folder that nobody else uses. It ends by itself
if it is told nothing for two minutes, if that Node process is lost, and when whoever started it ends.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

IDLE_SECONDS = 120
LONGEST = 600  # seconds of a run; then the process ends, and whoever waits for the run makes one without a limit
NOT_OF_THE_APP = {"node_modules", "cdk.out"}


def told(seconds: float = 0) -> bool:
    """Whether there is something to read within these seconds: a line, or the end."""
    return bool(select.select([0], [], [], seconds)[0])


def orders() -> Iterator[dict[str, Any]]:
    """What it is told, until there is nobody to tell it anything, or nobody does."""
    lines = b""
    while told(IDLE_SECONDS) and (read := os.read(0, 1 << 16)):
        *whole, lines = (lines + read).split(b"\n")
        yield from map(json.loads, whole)


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


class Runs:
    """Runs of the app, one after the other, of which none sees anything of another.

    Args:
        staged: the folder that CDK writes its assembly into, whoever asks for it.
        said: the file that standard error goes to.
    """

    def __init__(self, staged: Path, said: Any) -> None:
        self.staged, self.said = staged, said
        self.path, self.folder = list(sys.path), Path.cwd()
        self.made_from: Any = None  # what the last run found
        self.code = self.count = 0

    def run(self, environment: dict[str, str]) -> None:
        """Run the app, unless it ran, in this environment, and nobody has written to a file since."""
        made_from = [environment_of_cdk(environment), *self.written()]
        if made_from == self.made_from:
            return
        self.made_from = made_from
        self.count += 1
        self.get_ready()
        os.environ.clear()
        os.environ.update(environment | {"CDK_OUTDIR": str(self.staged)})
        signal.alarm(LONGEST)  # nobody may be there to see that it hangs
        try:
            self.code = self.exit_code()
        finally:
            signal.alarm(0)
            sys.stderr.flush()
            self.forget()

    def exit_code(self) -> int:
        """Run the app; the exit code that Python would end with."""
        try:
            runpy.run_path("app.py", run_name="__main__")
        except SystemExit as ended:
            if ended.code is None or isinstance(ended.code, int):
                return ended.code or 0
            print(ended.code, file=sys.stderr)
            return 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
            return 1
        return 0

    def get_ready(self) -> None:
        """Take away what an earlier run has said and written, but for staged code, whose name says what is in it."""
        from aws_cdk import AssetStaging

        AssetStaging.clear_asset_hash_cache()
        importlib.invalidate_caches()
        sys.path[:] = [str(self.folder), *self.path]
        sys.argv = ["app.py"]
        self.said.seek(0)
        self.said.truncate()
        for path in self.staged.glob("*"):
            if not path.name.startswith("asset."):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def forget(self) -> None:
        """Forget the modules of the app."""
        for name in [name for name, module in sys.modules.items() if self.is_of_the_app(module)]:
            del sys.modules[name]
        os.chdir(self.folder)

    def is_of_the_app(self, module: Any) -> bool:
        """Whether a module stands below the app's folder."""
        place = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
        return bool(place) and Path(place).is_relative_to(self.folder)

    def written(self) -> list[tuple[str, int, int, int, int]]:
        """Which files there are of the app and of the functions, and when each was written last."""
        found = []
        for top in (self.folder, self.folder.parent / "lambda_src"):
            for place, folders, files in os.walk(top):
                folders[:] = [name for name in folders if name not in NOT_OF_THE_APP]
                for path in (os.path.join(place, file) for file in files):
                    with suppress(OSError):
                        one = os.stat(path)
                        found.append((path, one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns))
        return sorted(found)

    def hand_over(self, goal: Path) -> str:
        """Put what the run wrote into a folder; what it said."""
        goal.mkdir(parents=True, exist_ok=True)
        for path in self.staged.glob("*"):
            there, part = goal / path.name, goal / f"{path.name}.{os.getpid()}.part"
            if not path.is_dir():
                shutil.copyfile(path, part)
                part.replace(there)
            elif not there.exists():
                shutil.copytree(path, part, symlinks=True)
                part.rename(there)
        self.said.seek(0)
        return self.said.read().decode(errors="replace")


def environment_of_cdk(environment: dict[str, str]) -> dict[str, str]:
    """What CDK's own code may look at: it speaks to no cloud, so nothing that leads to one; nor who asked for it."""
    leads = ("aws_", "no_proxy", "cdk_outdir")
    return {name: value for name, value in environment.items() if not name.lower().startswith(leads)}


def node_answers() -> bool:
    """Whether CDK's Node process is still there."""
    from aws_cdk import Token

    with suppress(Exception):
        return Token.is_unresolved("it") is False
    return False


def shadows() -> bool:
    """Whether a file beside `app.py` has the name of a module that is loaded, whose place it would take."""
    return any(path.stem in sys.modules for path in Path().iterdir() if path.suffix in ("", ".py"))


def obey(runs: Runs, order: dict[str, Any]) -> dict[str, Any] | None:
    """Do what is told; what is answered to that.

    Raises:
        RuntimeError: the app cannot be run from here.
    """
    if "awake" in order:
        return order
    if shadows() or not node_answers():
        raise RuntimeError
    if "ahead" in order:
        runs.run(order["ahead"])
        return None
    runs.run(order["run"])
    if not node_answers():
        raise RuntimeError
    return {"code": runs.code, "said": runs.hand_over(Path(order["run"]["CDK_OUTDIR"])), "runs": runs.count}


def main() -> None:
    sys.dont_write_bytecode = True  # else a file of the same length, written again within a second, is not seen
    staged = Path(os.environ["CDK_OUTDIR"])
    with tempfile.TemporaryFile() as said, open(os.devnull, "wb") as nowhere, os.fdopen(os.dup(1), "w") as answers:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(said.fileno(), 2)
        try:
            import aws_cdk  # noqa: F401

            runs = Runs(staged, said)
            if not told():
                rehearse()
            print('{"ready": true}', file=answers, flush=True)
            for order in orders():
                if answer := obey(runs, order):
                    print(json.dumps(answer), file=answers, flush=True)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


if __name__ == "__main__":
    main()
