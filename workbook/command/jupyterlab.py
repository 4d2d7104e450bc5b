"""JupyterLab as the workbook starts it: on chapter 00 of the learner's edition, with the local cloud behind it.

JupyterLab is a child process. It and the local cloud end together, with Ctrl-C; of several labs of
one checkout, the last one stops the cloud.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workbook.base.environment import of_jupyter, without_jupyter
from workbook.base.errors import WorkbookError
from workbook.base.patience import out_of_time
from workbook.base.paths import CLOUD, KERNEL, NOTEBOOKS, ROOT, STATE, read_json, shown
from workbook.base.processes import end, signals_as_interrupt
from workbook.cloud import local, target
from workbook.command.looks import DESK, Look
from workbook.deployment import cdk
from workbook.learning import bookmark, edition, published

JUPYTER = STATE / "jupyter"
FIRST_PAGE = "lab/tree/learn/00_start_here.ipynb"
START_SECONDS = 60
ATTEMPTS = 3
PORTS = range(8888, 8988)  # where JupyterLab may listen
CODESPACE = ("CODESPACE_NAME", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN")
KERNELS_ON_SOCKETS = "--KernelManager.transport=ipc"
PORT_TAKEN = "no available port could be found"  # in JupyterLab's words
OPTIONS = (
    f"--ServerApp.root_dir={ROOT}",
    "--ServerApp.use_redirect_file=False",  # a file in the home folder, which a sandboxed browser cannot read
    f"--LabApp.default_url=/{FIRST_PAGE}",
    "--LabApp.custom_css=True",
    "--FileContentsManager.pre_save_hook=workbook.command.saved_pages.leave_out_what_was_drawn",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--KernelSpecManager.ensure_native_kernel=False",  # but the workbook's own, of the same environment
    f"--KernelSpecManager.allowed_kernelspecs={{'{KERNEL}'}}",
    # a login shell, Jupyter's default, would set PATH anew
    f"--ServerApp.terminado_settings={{'shell_command': [{os.environ.get('SHELL', '/bin/sh')!r}]}}",
)


def environment(runtime: Path, settings: Path) -> dict[str, str]:
    """The environment of JupyterLab, and so of its kernels and terminals: with the tools, in colour, and free to ask.

    Args:
        runtime: the folder for what JupyterLab has while it runs.
        settings: the folder of JupyterLab's settings.
    """
    tools = {k: v for k, v in cdk.environment().items() if k not in ("CI", "NO_COLOR") or k in os.environ}
    folders = {"JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(settings)}
    return without_jupyter(tools) | of_jupyter(JUPYTER) | folders


def in_a_codespace(variables: Mapping[str, str]) -> list[str]:
    """What JupyterLab is told in a GitHub codespace, whose proxy asks for it by a name of its own; its token stays.

    Args:
        variables: the environment variables, by which a codespace is known.
    """
    name, domain = (variables.get(one) for one in CODESPACE)
    if not (name and domain):
        return []
    hosts = ["localhost", *(f"{name}-{port}.{domain}" for port in PORTS)]
    origin = rf"https://{re.escape(name)}-\d+\.{re.escape(domain)}|http://localhost:\d+"
    return [f"--ServerApp.local_hostnames={hosts}", f"--ServerApp.allow_origin_pat=^({origin})$"]


def lab(browser: bool = True, look: Look = DESK) -> None:
    """Start the local cloud and JupyterLab, and stay until JupyterLab ends.

    Args:
        browser: whether JupyterLab opens a browser; its address is printed in any case.
        look: what JupyterLab looks like.

    Raises:
        WorkbookError: JupyterLab does not start; says why.
    """
    first = NOTEBOOKS / Path(FIRST_PAGE).name
    if not first.exists():
        raise WorkbookError(f"{shown(first)} is missing. Get it back with `git checkout notebooks`.")
    for sentence in edition.renew():
        print(sentence)
    with signals_as_interrupt(), _runtime_folder() as runtime, _shared_cloud() as cloud, cdk.unpacking():
        settings = look.write(JUPYTER)
        log = JUPYTER / f"lab-{os.getpid()}.log"
        process = None
        try:
            led_to = os.environ.get("AWS_ENDPOINT_URL")
            process, address = _started(browser, log, runtime, settings)
            where = cloud()
            if os.environ.get("AWS_ENDPOINT_URL") != led_to:  # another program took the cloud's port
                end(process, grace=0)
                process, address = _started(browser, log, runtime, settings)
            print(f"JupyterLab:  {address}")
            if page := _stopped_at():
                print(f"Go on in:    {page}")
            print(f"{where}\nCtrl-C, once, stops everything; nothing is lost.", flush=True)
            process.wait()
        except KeyboardInterrupt:
            print("\nStopping JupyterLab.", flush=True)
        finally:
            if process:
                end(process, grace=0)
            log.unlink(missing_ok=True)


def _stopped_at() -> str:
    """The page of the chapter that the learner is in, or nothing before there is one: JupyterLab opens chapter 00."""
    chapter, at = bookmark.position()
    if chapter is None or at == bookmark.HALF_WAY:
        return ""
    first = chapter + (at == bookmark.END)
    page = next((number for number in sorted(published.chapters()) if number >= first), 0)
    return edition.where(page) if page else ""


def _started(browser: bool, log: Path, runtime: Path, settings: Path) -> tuple[subprocess.Popen[bytes], str]:
    """JupyterLab, and its address with the token. It looks for a free port and takes it a moment
    later: of two that start at once, the one that comes too late starts again."""
    for _ in range(ATTEMPTS):
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "workbook.command.lab_server", "--ServerApp.ip=127.0.0.1", *OPTIONS]
                + in_a_codespace(os.environ)
                + ([KERNELS_ON_SOCKETS] if takes_sockets(runtime) else [])
                + ([] if browser else ["--no-browser"])
                + (["--allow-root"] if os.geteuid() == 0 else []),
                cwd=ROOT,
                env=environment(runtime, settings),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours: Jupyter would ask whether one is sure
            )
        try:
            address = _address(process, runtime)
        except BaseException:  # Ctrl-C: nobody would know of it
            end(process, grace=0)
            raise
        if address:
            return process, address
        end(process, grace=0)
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        if not any(PORT_TAKEN in line for line in last):
            break
    raise WorkbookError("JupyterLab did not start. It said last:\n" + "\n".join(last))


@contextmanager
def _runtime_folder() -> Iterator[Path]:
    """A folder of the owner's for what JupyterLab has while it runs: its address, and where kernels listen.

    Kernels listen on sockets in it, because a port would be open to everybody at the machine. The path
    of a socket must be short: for a checkout that lies deep, the folder is a temporary one.
    """
    below = private(JUPYTER / "runtime")
    if takes_sockets(below):
        yield below
        return
    with TemporaryDirectory(prefix="workbook-", dir="/tmp") as short:
        yield Path(short) if takes_sockets(Path(short)) else below  # there, ports remain, which ask for a key


def private(folder: Path) -> Path:
    """A folder, made if need be, that nobody but its owner can look into."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def takes_sockets(folder: Path) -> bool:
    """Whether a kernel can listen on a socket in `folder`, with a name as long as JupyterLab gives it."""
    path = folder / f"kernel-{uuid.uuid4()}-ipc-99"
    try:
        with socket.socket(socket.AF_UNIX) as kernel:
            kernel.bind(str(path))
        path.unlink()
    except OSError:
        return False
    return True


def _address(process: subprocess.Popen[bytes], runtime: Path) -> str | None:
    """Wait until JupyterLab answers; its address with its token, or None if it has ended or takes too long."""
    record = runtime / f"jpserver-{process.pid}.json"
    started, asked = time.time(), time.monotonic()
    while not out_of_time(time.monotonic() - asked, START_SECONDS) and process.poll() is None:
        server = read_json(record, None)
        if server and record.stat().st_mtime > started - 2:  # not of an older process of that id
            if _answers(server):
                return f"{server['url']}{FIRST_PAGE}?token={server['token']}"
        time.sleep(0.05)
    return None


def _answers(server: dict[str, Any]) -> bool:
    """Whether this JupyterLab listens yet, and no other one at its port: the token is its own."""
    import requests

    session = requests.Session()
    session.trust_env = False  # no proxy, no password of somebody's .netrc
    session.headers["Authorization"] = f"token {server['token']}"
    try:
        return session.get(f"{server['url']}api/status", timeout=2).ok
    except requests.RequestException:
        return False


@contextmanager
def _shared_cloud() -> Iterator[Callable[[], str]]:
    """The local cloud for as long as this lab needs it: what waits until it is there, and gives a sentence on where.

    It starts in the background. Until then this process, and what it starts, are pointed at where it will be.

    Each lab holds a shared lock on a file. The one that can make it its own is the last one, and
    stops the cloud; the lock of a lab that was killed is given back by the operating system.
    """
    if not target.is_local():
        where = f"Target:      AWS, account {target.account()}, region {target.region()}"
        yield lambda: where
        return
    CLOUD.mkdir(parents=True, exist_ok=True)
    with (CLOUD / "labs.lock").open("wb") as lock, ThreadPoolExecutor(1) as pool:
        fcntl.flock(lock, fcntl.LOCK_SH)
        target.point_process_at(local.expected_url())
        starting = pool.submit(local.ensure)
        try:
            yield lambda: f"Local cloud: {starting.result().url}"
        finally:
            wait([starting])
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("The local cloud stays: another lab uses it.")
            else:
                if local.stop():
                    print("The local cloud is stopped; all it holds is kept.")
