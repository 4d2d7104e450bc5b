"""A learner who is signed in to a cloud that plays AWS, behind the proxy."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

sys.path.append(str(Path(__file__).parents[1] / "integration"))
from learner import a_learner
from proxy_process import Conditions, Proxy, programs, proxy
from second_cloud import ACCOUNT, REGION, Aws, second_cloud

from workbook.base.errors import WorkbookError

Behind = Callable[..., tuple[Proxy, Callable[[str], Any]]]
OF_ALL = {"AccessKeyId": ACCOUNT, "SecretAccessKey": "secret", "SessionToken": ""}  # whose account it is


@pytest.fixture(scope="session", autouse=True)
def proxy_is_there() -> None:
    """Without the proxy's packages there is nothing to test; with CI=true that is an error."""
    try:
        programs()
    except WorkbookError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(error.message)


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """A cloud that plays AWS."""
    with a_learner() as learner, second_cloud(learner) as one:
        yield one


@pytest.fixture
def behind(aws: Aws) -> Iterator[Behind]:
    """Puts a proxy with some rules before the cloud; the proxy, and what makes clients of whoever is behind it."""
    open_ones = []

    def start(*rules: str, seed: int = 0, factor: float = 10) -> tuple[Proxy, Callable[[str], Any]]:
        open_ones.append(proxy(aws, Conditions(seed, factor, rules), OF_ALL))
        one = open_ones[-1].__enter__()
        session = boto3.session.Session(ACCOUNT, "secret", region_name=REGION)
        through = {"https": one.environment["HTTPS_PROXY"]}

        def client(service: str, attempts: int = 1) -> Any:
            retries = {"mode": "standard", "total_max_attempts": attempts}
            config = Config(ignore_configured_endpoint_urls=True, proxies=through, retries=retries)
            return session.client(service, verify=one.environment["AWS_CA_BUNDLE"], config=config)

        return one, client

    yield start
    for one in open_ones:
        one.__exit__(None, None, None)
