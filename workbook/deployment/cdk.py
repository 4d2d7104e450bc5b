"""The CDK toolchain as the workbook drives it: synthesize and deploy.

`cdk_app/` is an ordinary CDK app; nothing here is needed to use it with `cdk` by hand.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from workbook.base.display import in_notebook
from workbook.base.environment import tools_on_path
from workbook.base.errors import WorkbookError
from workbook.base.paths import CACHE, CDK_APP, CDK_STATE, write_text
from workbook.base.processes import end
from workbook.cloud import boundary, target, whose
from workbook.deployment import kept, synthesis
from workbook.deployment.assembly import ASSEMBLY, stack_names
from workbook.deployment.assets import tidy
from workbook.deployment.failures import why_cdk_failed, why_python_failed
from workbook.deployment.toolkit import DeploymentFailed, Progress, Toolkit, loading

TAKES_TAGS = '*" deploy "* | *" bootstrap "*'  # among the words after `cdk`, as a shell's pattern
LOOK_SECONDS, LOOK_SECONDS_AWS = 0.1, 2  # between two looks at a stack; AWS allows no more, and has its own pace


def environment() -> dict[str, str]:
    """The environment that `cdk` and `app.py` run in: PATH with the locked tools, quiet, offline."""
    base = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    base.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(CACHE / "jsii"))
    variables = tools_on_path(base)
    if not target.is_local():
        variables["CDK_TAGS"] = f"{whose.TAG}={whose.mark()}"
        variables["PATH"] = os.pathsep.join([str(_folder_of_cdk_with_tags()), variables["PATH"]])
    return variables | {
        "CDK_HOME": str(CDK_STATE / "home"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_VALIDATION": "false",  # cfn-lint does that, for what changed; it would take a third of a synthesis
        "CI": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "NO_COLOR": "1",
    }


def _folder_of_cdk_with_tags() -> Path:
    """A folder for PATH with a `cdk` that gets the tags of stacks where it takes them; elsewhere it fails on them."""
    program = CDK_STATE / "bin" / "cdk"
    real = shlex.quote(str(CDK_APP / "node_modules" / ".bin" / "cdk"))
    text = f'#!/bin/sh\ncase " $* " in {TAKES_TAGS}) ;; *) unset CDK_TAGS ;; esac\nexec {real} "$@"\n'
    if not (program.exists() and program.read_text(encoding="utf-8") == text):
        write_text(program, text)
        program.chmod(0o755)
    return program.parent


@contextmanager
def unpacking() -> Iterator[None]:
    """Meanwhile, in the background, CDK unpacks itself: once in each checkout, for about ten seconds.

    So the first deployment need not wait for it.
    """
    variables = environment()
    if Path(variables["JSII_RUNTIME_PACKAGE_CACHE_ROOT"]).exists():
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-c", "import aws_cdk; aws_cdk.App()"],
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        end(process, grace=0)


def _tags() -> dict[str, str]:
    """The tags of stacks: on AWS, what tells that they were deployed from here."""
    return {} if target.is_local() else {whose.TAG: whose.mark()}


def synthesize() -> Path:
    """Run `cdk_app/app.py` as `cdk synth` does, unless it was run with the same code before; the cloud assembly.

    Raises:
        WorkbookError: the app does not run; says in which line of it, and why.
    """
    key = kept.key_of_now()
    if not kept.put_back(key):
        done = run_app(ASSEMBLY)
        if done.returncode:
            raise WorkbookError(why_python_failed(done.stderr))
        tidy(ASSEMBLY)
        kept.keep(key)
    return ASSEMBLY


def make_ready(*, ahead: bool = False) -> None:
    """Begin to load CDK in the background, so that the next synthesis need not wait for it.

    Args:
        ahead: and to synthesize the app as it stands now, which `synthesize` then takes if it stands so still.
    """
    if (CDK_APP / "app.py").exists():
        synthesis.make_ready(_environment_of_app(ASSEMBLY), ahead=ahead)


def run_app(assembly: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `cdk_app/app.py`, and let it write its cloud assembly into a folder.

    Args:
        assembly: the folder.
        more: context, as `cdk synth -c NAME=VALUE` gives it.

    Raises:
        WorkbookError: there is no app yet.
    """
    if not (CDK_APP / "app.py").exists():
        raise WorkbookError("cdk_app/app.py is not there yet; chapter 00 writes it.")
    return synthesis.run(_environment_of_app(assembly, **more), stays=in_notebook())


def _environment_of_app(assembly: Path, **more: str) -> dict[str, str]:
    settings = json.loads((CDK_APP / "cdk.json").read_text(encoding="utf-8"))
    context = settings["context"] | {"aws:cdk:enable-path-metadata": True, "aws:cdk:enable-asset-metadata": True}
    context |= boundary.context() | more
    return environment() | {"CDK_OUTDIR": str(assembly), "CDK_CONTEXT_JSON": json.dumps(context)}


def synthesized(stacks: Iterable[str] | None) -> list[str]:
    """Synthesize; the names of `stacks`, or of all that the app has.

    Raises:
        WorkbookError: the app does not run, or has no such stack.
    """
    synthesize()
    there = stack_names()
    wanted = there if stacks is None else list(stacks)
    for stack in wanted:
        if stack not in there:
            raise WorkbookError(
                f"cdk_app/app.py has no stack {stack!r}; it has {', '.join(there) or 'none yet'}."
            )
    return wanted


def toolkit() -> AbstractContextManager[Toolkit]:
    """AWS's toolkit for the synthesized assembly, which is loaded in the background; after CDK, which needs both cores.

    It ends with the block, or in a notebook a minute after its last deployment to the local cloud.
    """
    synthesis.await_loaded()
    if target.is_local():
        return loading(ASSEMBLY, environment(), LOOK_SECONDS, kept=in_notebook())
    return loading(ASSEMBLY, environment(), LOOK_SECONDS_AWS, tags=_tags())


def deploy(stacks: list[str], toolkit: Toolkit, progress: Progress) -> None:
    """Deploy stacks of the synthesized assembly, as `cdk deploy --exclusively` does.

    Args:
        stacks: their names.
        toolkit: what does it.
        progress: called with a line for each resource as it is made.

    Raises:
        WorkbookError: it fails; names the resource, the reason and the line of CDK code. What
            was there before stands, because CloudFormation rolls back.
    """
    try:
        toolkit.deploy(stacks, progress)
    except DeploymentFailed as failure:
        raise WorkbookError(why_cdk_failed(stacks, failure.said)) from None
