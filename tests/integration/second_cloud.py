"""A second cloud that plays AWS: another account, another region, reached by boto3's ordinary chain of credentials."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from learner import Learner, client_at, until

from workbook.cloud import local, target

ACCOUNT, REGION = "111122223333", "eu-west-1"
BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
ENGINE = Path(__file__).with_name("aws_engine.py")
# What a copy's environment has to keep it away from every account, AWS's own included.
LOCAL = dict.fromkeys(target.local_settings(""))


class Aws:
    """A cloud that plays AWS, and the environment of somebody who is signed in to it.

    Args:
        learner: the copy whose folder it works in, and with which it goes.
    """

    def __init__(self, learner: Learner) -> None:
        self.learner, folder = learner, learner.root / ".workbook" / "aws"
        folder.mkdir()
        environment = target.without_aws(os.environ) | {
            "HOME": str(folder), "TMPDIR": str(folder), "GATEWAY_PORT": "0", "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_HOST": "127.0.0.1", "AUTH": "true", "MINISTACK_ACCOUNT_ID": ACCOUNT, "MINISTACK_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }  # fmt: skip
        port = free_port()
        environment["GATEWAY_PORT"] = str(port)
        with (folder / "log.txt").open("wb") as log:
            self.process = subprocess.Popen(
                # By the workbook's engine, since AWS, too, has each line in the log of the call that wrote it.
                [sys.executable, "-P", ENGINE, local.ENGINE, REGION, "ministack", local.LAYERS], cwd=folder,
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.url = f"http://127.0.0.1:{port}"
        until(self._answers)
        (folder / "config").write_text(
            f"[profile shop]\nregion = {REGION}\nendpoint_url = {self.url}\n"
            f"aws_access_key_id = {ACCOUNT}\naws_secret_access_key = secret\n"
        )
        self.signed_in = LOCAL | {
            "WORKBOOK_TARGET": "aws", "AWS_PROFILE": "shop", "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip

    def _answers(self) -> bool:
        assert self.process.poll() is None
        try:
            return requests.get(f"{self.url}/_ministack/health", timeout=2).ok
        except requests.RequestException:
            return False

    def client(self, service: str):
        return client_at(self.url, service, account=ACCOUNT, region=REGION)

    def is_empty(self) -> bool:
        """Whether there is neither a stack nor a bucket nor a function."""
        return not (
            self.client("cloudformation").describe_stacks()["Stacks"]
            or self.client("s3").list_buckets()["Buckets"]
            or self.client("lambda").list_functions()["Functions"]
        )


@contextmanager
def second_cloud(learner: Learner) -> Iterator[Aws]:
    """A cloud that plays AWS, for as long as it is needed."""
    one = Aws(learner)
    try:
        yield one
    finally:
        one.process.send_signal(signal.SIGKILL)
        one.process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    return next(port for port in random.sample(range(14_000, 15_000), 100) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
