"""The proxy between a learner and the cloud that plays AWS: its packages, its process, the way through it."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from learner import until
from learners_role import profile
from second_cloud import ACCOUNT, REGION, Aws, free_port

from workbook.base.errors import WorkbookError
from workbook.base.paths import CACHE

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"


@dataclass(frozen=True)
class Conditions:
    """Under which weather something runs.

    Attributes:
        seed: of what is left to chance.
        factor: what AWS's times are divided by.
        rules: the names of the rules that are switched on.
    """

    seed: int
    factor: float = 10
    rules: tuple[str, ...] = ()


def programs() -> Path:
    """The folder of the proxy's programs; its environment is made when it is first needed, from its lock alone.

    Raises:
        WorkbookError: it cannot be made, as there is no network for example.
    """
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = CACHE / f"proxy-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "proxy.lock"):
        if not (folder / "whole").exists():
            uv, python = [sys.executable, "-m", "uv"], folder / "bin" / "python"
            make = [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder]
            install = [*uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--no-deps"]
            install += ["--only-binary", ":all:", "-r", LOCK]
            if any(subprocess.run(step).returncode for step in (make, install)):
                raise WorkbookError("The proxy's packages could not be installed: check the network, and run it again.")
            (folder / "whole").touch()
    return folder / "bin"


def rules() -> dict[str, str]:
    """The rules of the weather: what each is, by name."""
    code = "import json, weather; print(json.dumps({n: r.__doc__.splitlines()[0] for n, r in weather.RULES.items()}))"
    told = subprocess.run([programs() / "python", "-c", code], cwd=HERE / "proxy", capture_output=True, check=True)
    return json.loads(told.stdout)


class Proxy:
    """A running proxy.

    Attributes:
        log: the file with what the weather did, and what was refused because AWS has no such endpoint.
        environment: how a process of somebody who is signed in reaches AWS; None takes a variable away.
    """

    def __init__(self, aws: Aws, conditions: Conditions, keys: dict[str, Any]) -> None:
        folder = aws.learner.root / ".workbook" / "proxy"
        folder.mkdir(exist_ok=True)
        self.log, port = folder / "weather.txt", free_port()
        self.log.unlink(missing_ok=True)
        weather = {"seed": conditions.seed, "factor": conditions.factor, "on": conditions.rules, "log": str(self.log)}
        with (folder / "log.txt").open("wb") as log:
            self.process = subprocess.Popen(
                [
                    programs() / "mitmdump", "--quiet", "-s", HERE / "proxy" / "aws.py",
                    "--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", f"confdir={folder}",
                    "--set", "connection_strategy=lazy", "--set", "upstream_cert=false",
                ],
                env=os.environ | {
                    "REHEARSAL_CLOUD": aws.url.rpartition(":")[2], "REHEARSAL_REGION": REGION,
                    "REHEARSAL_ACCOUNT": ACCOUNT, "REHEARSAL_WEATHER": json.dumps(weather),
                },
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(lambda: self._answers(port))
        (folder / "config").write_text(f"[profile shop]\nregion = {REGION}\n{profile(keys)}")
        certificate, address = str(folder / "mitmproxy-ca-cert.pem"), f"http://127.0.0.1:{port}"
        self.environment = aws.signed_in | {
            "AWS_CONFIG_FILE": str(folder / "config"),
            **dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), certificate),
            **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), address),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),  # as the doctor wants it
        }

    def _answers(self, port: int) -> bool:
        assert self.process.poll() is None, "the proxy ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def notes(self) -> list[tuple[str, str]]:
        """What the weather did so far: the name of the rule, and what."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [tuple(line[9:].split(": ", 1)) for line in lines]


@contextmanager
def proxy(aws: Aws, conditions: Conditions, keys: dict[str, Any]) -> Iterator[Proxy]:
    """A proxy before a cloud that plays AWS, for as long as it is needed, for whoever has these keys."""
    one = Proxy(aws, conditions, keys)
    try:
        yield one
    finally:
        one.process.terminate()
        one.process.wait(60)
