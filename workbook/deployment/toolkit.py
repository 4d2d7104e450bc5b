"""AWS's CDK Toolkit Library, which `cdk deploy` is made of, in a Node process of its own.

To load it takes longer than to deploy with it, so it is started before it is needed, while the app is
synthesized, and in a notebook it is there for the next deployment, if that comes within a minute: it takes
some 250 MB.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbook.base.paths import CDK_APP
from workbook.base.processes import end

SCRIPT = Path(__file__).with_name("toolkit.mjs")
COMPILED = CDK_APP / "node_modules" / ".cache" / "node"  # which halves the loading, and goes with what it was made from
Progress = Callable[[str], None]
_kept: list[tuple[subprocess.Popen[str], dict[str, str]]] = []  # one at most, and the environment it was started with


class DeploymentFailed(Exception):
    """A deployment that failed.

    Attributes:
        said: what the toolkit said; the reason last.
    """

    def __init__(self, said: list[str]) -> None:
        super().__init__("\n".join(said))
        self.said = said


class Toolkit:
    """A toolkit that is loaded, or soon will be.

    Args:
        process: the Node process.
        assembly: the folder of the cloud assembly that it deploys.
        interval: seconds between two looks at a stack that is being deployed.
        tags: of the stacks; CloudFormation hands them on to what is in a stack.
    """

    def __init__(
        self, process: subprocess.Popen[str], assembly: Path, interval: float, tags: Mapping[str, str]
    ) -> None:
        self._process = process
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._every_order = {"assembly": str(assembly), "interval": round(interval * 1000), "tags": pairs}

    def expect_changes(self) -> None:
        """Load, too, what it takes to compare templates: for stacks that are there already. Nothing is waited for."""
        self._tell({"expect": "changes"})

    def publish(self, stacks: list[str]) -> None:
        """Begin to upload the code of the stacks' functions, which `deploy` would do first; nothing is waited for.

        Args:
            stacks: their names.
        """
        self._tell({"publish": stacks})

    def deploy(self, stacks: list[str], progress: Progress) -> None:
        """Deploy stacks, each of them alone, as `cdk deploy --exclusively --method direct` does.

        Args:
            stacks: their names.
            progress: called with a line for each resource as it is made.

        Raises:
            DeploymentFailed: says what the toolkit said.
        """
        self._tell({"deploy": stacks})
        said: list[str] = []
        try:
            for told in map(_told, self._process.stdout):
                if event := told.get("event"):
                    progress("{count} {status} {type} {name}".format(**event))
                elif "done" in told:
                    return
                elif "failed" in told:
                    raise DeploymentFailed([*said, " ".join(told["failed"].split())])
                elif text := told["said"].strip():
                    said.append(text)
        except BaseException:  # an interrupt, say: no further stack is begun
            self._process.terminate()
            raise
        raise DeploymentFailed(sorted(said, key=lambda line: "Error" in line) or ["it ended without a word"])

    def _tell(self, order: dict[str, Any]) -> None:
        with suppress(BrokenPipeError):  # it has ended; why, it has said
            self._process.stdin.write(json.dumps(order | self._every_order) + "\n")
            self._process.stdin.flush()


@contextmanager
def loading(
    assembly: Path,
    environment: Mapping[str, str],
    interval: float,
    *,
    tags: Mapping[str, str] = MappingProxyType({}),
    kept: bool = False,
) -> Iterator[Toolkit]:
    """A toolkit, which is loaded meanwhile, in the background, or is there from the deployment before.

    Args:
        assembly: the folder of the cloud assembly that it is to deploy; it need not be there yet.
        environment: the environment variables, with Node on PATH and what leads to the cloud.
        interval: seconds between two looks at a stack that is being deployed.
        tags: of the stacks.
        kept: it is there for the next deployment with the same environment; else it ends with the block.
    """
    process = _kept_one(environment) or _started(environment)
    try:
        yield Toolkit(process, assembly, interval, tags)
    except BaseException:
        kept = False
        raise
    finally:
        if kept:
            _kept.append((process, dict(environment)))
        else:
            _end(process)


def _started(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    more = {"NODE_COMPILE_CACHE": str(COMPILED)}
    if bundle := environment.get("AWS_CA_BUNDLE"):
        more["NODE_EXTRA_CA_CERTS"] = bundle
    return subprocess.Popen(
        ["node", str(SCRIPT)], cwd=CDK_APP, env={**environment, **more}, text=True, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _kept_one(environment: Mapping[str, str]) -> subprocess.Popen[str] | None:
    """The process that was kept, if it is still there and has this environment."""
    while _kept:
        process, its_own = _kept.pop()
        if its_own == environment and _awake(process):
            return process
        _end(process)
    return None


def _awake(process: subprocess.Popen[str]) -> bool:
    try:
        process.stdin.write('{"wake": true}\n')
        process.stdin.flush()
        return any(_told(line).get("awake") for line in process.stdout)  # it may have said something since
    except OSError:
        return False


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(BrokenPipeError):
        process.stdin.close()
    end(process, grace=1)  # in which it keeps what it has compiled, the first time
    process.stdout.close()


def _told(line: str) -> dict[str, Any]:
    """What a line tells; a line that is not the script's own is something that Node said."""
    return json.loads(line) if line.startswith('{"') else {"said": line}
