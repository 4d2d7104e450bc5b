"""`workbook lab`: JupyterLab and the local cloud start together and end together."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests
from learner import Learner, until

from workbook.maintenance import copies

ADDRESS = re.compile(
    r"JupyterLab: +(?P<url>http://127\.0\.0\.1:(?P<port>\d+)/)lab/tree/(?P<page>\S+)\?token=(?P<token>\w+)"
)


@dataclass
class Lab:
    """A `workbook lab`: its process, what it said when it was ready, and a session at its server."""

    process: subprocess.Popen[str]
    url: str
    page: str
    port: int
    session: requests.Session

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=300)

    def end(self, number: int = signal.SIGINT) -> str:
        """End it with a signal, as Ctrl-C does; what it said."""
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=300)
        return said


Start = Callable[..., Lab]


@pytest.fixture
def start(newcomer: Learner) -> Iterator[Start]:
    """Starts a lab; each has ended when the test has."""
    labs: list[Lab] = []

    def start_one(**more: str) -> Lab:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbook", "lab", "--no-browser"],
            cwd=newcomer.root,
            env=copies.environment_of(newcomer.root) | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        first = process.stdout.readline()
        found = ADDRESS.match(first)
        assert found, first + process.communicate(timeout=300)[0]
        session = requests.Session()
        session.headers["Authorization"] = f"token {found['token']}"
        labs.append(Lab(process, found["url"], found["page"], int(found["port"]), session))
        return labs[-1]

    yield start_one
    for lab in labs:
        lab.process.kill()
        lab.process.communicate()


def test_it_opens_on_chapter_00_and_ctrl_c_ends_everything(start: Start, newcomer: Learner, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    lab = start(HOME=str(home))
    assert lab.page == "learn/00_start_here.ipynb"
    assert lab.get("api/contents/" + lab.page).ok
    assert lab.get("api/kernelspecs").json()["kernelspecs"].keys() == {"workbook"}
    assert requests.get(f"{lab.url}api/contents", timeout=300).status_code == 403  # without the token
    (server,) = [p for p in psutil.process_iter() if _listens(p, lab.port)]
    assert newcomer.clouds()

    said = lab.end()

    assert lab.process.returncode == 0
    assert "stopped" in said
    until(lambda: not psutil.pid_exists(server.pid) and not newcomer.clouds())
    assert list(home.iterdir()) == []


@pytest.mark.nightly
def test_in_a_codespace_it_answers_by_the_name_of_the_proxy_too_and_with_its_token_only(start: Start):
    lab = start(CODESPACE_NAME="a-name", GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN="app.example.dev")
    for host, origin, status in [
        (f"a-name-{lab.port}.app.example.dev", f"https://a-name-{lab.port}.app.example.dev", 200),
        (f"a-name-{lab.port}.app.example.dev", f"http://localhost:{lab.port}", 200),
        (f"other-{lab.port}.app.example.dev", "", 403),
        ("evil.example", "", 403),
    ]:
        through = {"Host": host, "Origin": origin}
        assert lab.session.get(f"{lab.url}api/contents", headers=through, timeout=300).status_code == status
        assert requests.get(f"{lab.url}api/contents", headers=through, timeout=300).status_code == 403
    with lab.session.get(f"{lab.url}lab", headers={"Host": "evil.example"}, timeout=300) as outside:
        assert outside.status_code == 403


def test_jupyterlab_asks_nobody_for_news(start: Start):
    page = start().get("lab").text
    settings = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert settings["news"] == {"disabled": True}


def test_kernels_listen_where_only_their_owner_may_go(start: Start):
    lab = start()
    kernel = lab.session.post(f"{lab.url}api/kernels", timeout=300).json()["id"]
    (process,) = until(
        lambda: [p for p in psutil.process_iter(["cmdline"]) if f"kernel-{kernel}" in str(p.info["cmdline"])]
    )
    connection = Path(next(part for part in process.cmdline() if kernel in part))
    assert json.loads(connection.read_text())["transport"] == "ipc"
    until(lambda: len(list(connection.parent.glob(f"kernel-{kernel}-ipc-*"))) == 5)
    assert connection.parent.stat().st_mode & 0o777 == 0o700
    # One port is left, by which its children hand on what they print; it takes nothing without a secret.
    assert len([c for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]) == 1

    lab.end()

    until(lambda: not connection.parent.exists() or not list(connection.parent.iterdir()))


@pytest.mark.nightly
def test_of_two_labs_the_last_one_stops_the_cloud(start: Start, newcomer: Learner):
    first, second = start(), start()
    assert first.port != second.port
    (cloud,) = newcomer.clouds()

    assert "another lab uses it" in first.end()
    assert newcomer.clouds() == [cloud]
    assert second.get("api/status").ok

    second.end(signal.SIGTERM)
    until(lambda: not newcomer.clouds())


@pytest.mark.nightly
def test_labs_that_start_at_once_each_have_a_port_and_answer(start: Start):
    with ThreadPoolExecutor(3) as pool:
        labs = [answer.result() for answer in [pool.submit(start) for _ in range(3)]]
    assert len({lab.port for lab in labs}) == 3
    assert all(lab.get("api/contents").ok for lab in labs)


@pytest.mark.nightly
def test_a_lab_that_was_killed_is_not_waited_for(start: Start, newcomer: Learner):
    first, second = start(), start()
    first.process.kill()
    first.process.wait()
    second.end()
    until(lambda: not newcomer.clouds())


def test_without_chapter_00_it_says_so_at_once(newcomer: Learner):
    (newcomer.root / "notebooks" / "00_start_here.ipynb").unlink()
    done = newcomer.cli("lab", "--no-browser")
    assert (done.returncode, done.stderr) == (
        1, "notebooks/00_start_here.ipynb is missing. Get it back with `git checkout notebooks`.\n",
    )  # fmt: skip
    assert newcomer.clouds() == []


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        return any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in process.net_connections("tcp"))
    except psutil.Error:
        return False


@pytest.mark.nightly
def test_a_cloud_that_gets_another_port_than_expected_is_the_one_that_terminals_reach(newcomer: Learner):
    code = "from workbook.cloud import local; local.expected_url = lambda: 'http://127.0.0.1:9'\n"
    code += "from workbook.command import jupyterlab; jupyterlab.lab(browser=False)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=newcomer.root, env=copies.environment_of(newcomer.root), text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        first = process.stdout.readline()
        port = int(ADDRESS.match(first)["port"])
        (server,) = [p for p in psutil.process_iter() if _listens(p, port)]
        assert server.environ()["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{newcomer.cloud['port']}"
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
