"""A hub for a class as `workshop/hub` makes it, with system users that are made for it and go with it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import requests

from workbook.base.environment import without_git, without_jupyter
from workbook.base.paths import ROOT
from workbook.base.waiting import wait_until
from workbook.maintenance import copies

INSTALL_SECONDS = 1800
START_SECONDS = 300
PATIENCE_SECONDS = 1200  # on a machine that does much beside it
STOP_SECONDS = 180
CONFIG = """
load_subconfig("{folder}/workshop/hub/jupyterhub_config.py")
c.JupyterHub.bind_url = "{url}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allowed_users = {learners}
c.Authenticator.admin_users = {{"teacher"}}
for service in c.JupyterHub.services:
    if service["name"] == "class":
        service["url"] = "http://127.0.0.1:{ports[3]}"
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
posts = lambda spawner: "{url}/services/class" if spawner.user.name == "{pod}" else ""
c.Spawner.environment["WORKBOOK_CLASS"] = posts
c.JupyterHub.services.append({{"name": "tests", "api_token": "{token}"}})
scopes = ["admin:users", "admin:servers", "access:servers", "tokens"]
c.JupyterHub.services.append({{"name": "culler of tests", "api_token": "{culler}"}})
[culls] = [role for role in c.JupyterHub.load_roles if role["name"] == "cull"]
culls["services"].append("culler of tests")
c.JupyterHub.load_roles.append({{"name": "tests", "scopes": scopes, "services": ["tests"]}})
"""


@dataclass(frozen=True)
class Hub:
    """A running hub.

    Attributes:
        folder: the checkout that the class shares.
        url: its address, without a slash at its end.
        learners: the accounts of the learners.
        password: everybody's.
        token: of a service that may start learners' servers, and reach them.
        culler: the token of one that may do what the class's own culler may.
        process: the Hub's own.
    """

    folder: Path
    url: str
    learners: Sequence[str]
    password: str = field(default_factory=lambda: secrets.token_hex(8))
    token: str = field(default_factory=lambda: secrets.token_hex(20))
    culler: str = field(default_factory=lambda: secrets.token_hex(20))
    process: subprocess.Popen[bytes] | None = None


def free_ports(count: int) -> list[int]:
    """Ports that are free now, and not soon given to others."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def class_checkout() -> Iterator[Path]:
    """A clone of this tree where everybody may look into it, with all that a class shares."""
    folder = Path(tempfile.mkdtemp(prefix="workbook-class-", dir="/tmp"))
    try:
        folder.chmod(0o755)
        for path in copies.tracked_files():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)
        git = ["git", "-C", str(folder), "-c", "user.name=class", "-c", "user.email=class@localhost"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "The book"]):
            subprocess.run([*git, *words], check=True, env=_environment())
        command = [python_of_all(), "workshop/hub/install.py"]
        subprocess.run(command, cwd=folder, env=_environment(), check=True, timeout=INSTALL_SECONDS)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def python_of_all() -> Path | None:
    """A Python that every user of this machine can start, and that makes environments."""
    found = (Path(sys._base_executable).resolve(), Path("/usr/bin/python3"))
    return next((one for one in found if _for_all(one) and _makes_environments(one)), None)


def _for_all(file: Path) -> bool:
    return file.exists() and all(part.stat().st_mode & stat.S_IXOTH for part in (file, *file.parents))


def _makes_environments(python: Path) -> bool:
    asked = "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"
    return not subprocess.run([python, "-c", asked], capture_output=True).returncode


def _environment() -> dict[str, str]:
    """The environment of somebody who has not set the workbook up."""
    unwanted = ("PYTHON", "WORKBOOK_", "AWS_", "VIRTUAL_ENV", "TMPDIR", "PIP_REQUIRE")
    return {k: v for k, v in without_jupyter(without_git(os.environ)).items() if not k.startswith(unwanted)}


@contextmanager
def accounts(count: int) -> Iterator[list[str]]:
    """New users of this machine, whose homes everybody could read; in the end they are gone, with all that they ran."""
    names = [f"wb{os.getpid()}{letter}" for letter in "abcdefghijkl"[:count]]
    homes = Path(tempfile.mkdtemp(prefix="wb-", dir="/tmp"))
    homes.chmod(0o755)
    try:
        for name in names:
            command = ["useradd", "--create-home", "--base-dir", str(homes), "--shell", "/bin/bash", name]
            subprocess.run(command, check=True)
            (homes / name).chmod(0o755)
        yield names
    finally:
        for name in names:
            for process in processes_of(name):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            subprocess.run(["userdel", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(homes, ignore_errors=True)


def processes_of(name: str) -> list[psutil.Process]:
    """What runs as one of the users that were made."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.username() == name and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


@contextmanager
def running_hub(folder: Path, names: Sequence[str]) -> Iterator[Hub]:
    """The hub of a class; in the end it stops with SIGTERM, as systemd stops it.

    Args:
        folder: the class's checkout.
        names: the accounts of the learners. The last one's server posts its progress, as in a pod.
    """
    ports = free_ports(4)
    hub = Hub(folder, f"http://127.0.0.1:{ports[0]}", names)
    config = folder / ".workbook" / "class_config.py"
    config.touch(mode=0o600)
    values = {"ports": ports, "learners": set(names), "folder": folder, "url": hub.url, "patience": PATIENCE_SECONDS}
    values["pod"] = names[-1]
    secrets_of = {"password": hub.password, "token": hub.token, "culler": hub.culler}
    config.write_text(CONFIG.format(**values, **secrets_of), encoding="utf-8")
    log = folder / ".workbook" / "hub.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [folder / ".venv" / "bin" / "jupyterhub", "-f", config],
            cwd="/", env=_environment(), stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: _answers(hub, process, log), "the hub to answer", seconds=START_SECONDS)
        yield replace(hub, process=process)
    except BaseException:
        print(log.read_text(encoding="utf-8", errors="replace")[-8000:])
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _answers(hub: Hub, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"The hub has ended:\n{log.read_text(encoding='utf-8')[-4000:]}")
    try:
        return requests.get(f"{hub.url}/hub/health", timeout=5).ok
    except requests.RequestException:
        return False
