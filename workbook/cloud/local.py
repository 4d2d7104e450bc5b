"""The local cloud: MiniStack as a process of its own, one for each checkout.

It listens on the loopback interface only, behind a gate that lets its owner pass and no web page
(`engine/gate.py`), enforces IAM, keeps its state between starts, and sees none of the environment of whoever
started it. This is the only module that knows MiniStack's settings and its own endpoints (the
package `ministack`).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock

from workbook.base.errors import WorkbookError
from workbook.base.patience import out_of_time
from workbook.base.paths import CACHE, CLOUD, read_json, shown, write_json
from workbook.base.processes import still_running
from workbook.cloud import saved_state, target
from workbook.cloud.saved_state import LOST, STATE_FOLDERS

ENGINE = Path(__file__).with_name("engine")
LAYERS = CACHE / "layers"  # as workers find them, unpacked
PREFERRED_PORT = 4566
START_SECONDS = 30
STOP_SECONDS = 20
SAVED_SECONDS = 4  # after SIGTERM: it answers for three seconds at most what was asked before, and saves
RECORD = CLOUD / "cloud.json"
LAST_STOP = CLOUD / "last-stop.json"


@dataclass(frozen=True)
class Cloud:
    """A running local cloud: its process id and the port it listens on."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def running() -> Cloud | None:
    """The local cloud of this checkout, or None if it is not running.

    A process counts as ours if it has the id, the start time and the command line that were
    recorded when it was started; another process that got the same id does not.
    """
    record = read_json(RECORD, {})
    try:
        process = psutil.Process(record["pid"])
        ours = (
            abs(process.create_time() - record["created"]) < 2
            and "ministack" in process.cmdline()
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except (KeyError, psutil.Error):
        return None
    return Cloud(record["pid"], record["port"]) if ours else None


def was_killed() -> bool:
    """Whether the local cloud ended without being stopped, so that it could not save."""
    return RECORD.exists() and running() is None


def ensure() -> Cloud:
    """The local cloud of this checkout, started if it is not running; safe to call at any time.

    This process's boto3 clients are pointed at it.

    Raises:
        WorkbookError: it does not start.
    """
    cloud = running()
    if cloud is None:
        with _lock():
            cloud = running() or _start()
    if os.environ.get("AWS_ENDPOINT_URL") != cloud.url:
        target.point_process_at(cloud.url)
    return cloud


def expected_url() -> str:
    """The address of the local cloud, or the one that it will have unless another program takes the port first."""
    return (running() or Cloud(0, next(free_ports()))).url


def stop() -> bool:
    """Stop the local cloud, keeping all it holds; whether there was one to stop."""
    with _lock():
        cloud = running()
        if cloud is None:
            return False
        process = psutil.Process(cloud.pid)
        workers = process.children(recursive=True)
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        while running():  # a kernel that started it may not have noticed yet that it ended; this does
            if time.monotonic() > asked + SAVED_SECONDS:
                _kill_workers(process)  # they call a cloud that no longer answers, and it waits for them
            if out_of_time(time.monotonic() - asked, STOP_SECONDS):
                raise WorkbookError(
                    f"The local cloud (process {cloud.pid}) is still saving after {STOP_SECONDS} s. "
                    "Wait a little and run this again."
                )
            time.sleep(0.02)
        for worker in still_running(workers, seconds=2):
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()
        RECORD.unlink(missing_ok=True)
        write_json(LAST_STOP, {"at": time.time()})
        shutil.rmtree(CLOUD / "tmp", ignore_errors=True)
        return True


def wipe() -> None:
    """Forget all that the local cloud holds. It must not be running."""
    with _lock():
        for folder in STATE_FOLDERS:
            shutil.rmtree(CLOUD / folder, ignore_errors=True)
        for file in (RECORD, LAST_STOP, LOST):
            file.unlink(missing_ok=True)


def queue_messages(queue_url: str) -> list[dict[str, Any]]:
    """All messages in a queue, waiting or in flight, without receiving them.

    AWS has no such view: there, looking at a message means receiving it.
    """
    import requests

    answer = requests.get(
        f"{ensure().url}/_ministack/sqs/messages", params={"QueueUrl": queue_url}, timeout=10
    )
    answer.raise_for_status()
    return _messages_in(answer.json()["messages"])


def api_url(api_id: str, stage: str) -> str:
    """The address at which this machine reaches a REST API of the local cloud."""
    return f"{ensure().url}/_aws/execute-api/{api_id}/{stage}/"


def memory() -> int:
    """Bytes of memory that the local cloud and its workers use together (shared pages once)."""
    cloud = running()
    if cloud is None:
        return 0
    process = psutil.Process(cloud.pid)
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            full = one.memory_full_info()
            total += getattr(full, "pss", full.uss)
        except psutil.Error:
            continue
    return total


def workers(functions: Iterable[str]) -> list[psutil.Process]:
    """The processes that run functions.

    Args:
        functions: their names.
    """
    names = "|".join(map(re.escape, functions))
    cloud = running()
    if cloud is None or not names:
        return []
    of_them = re.compile(rf"/ministack-lambda-(?:{names})-\w+/")  # the folder that a worker runs in
    found = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for worker in psutil.Process(cloud.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if of_them.search(worker.cwd()):
                    found.append(worker)
    return found


def end_workers(functions: Iterable[str]) -> None:
    """End the workers of functions that are gone: MiniStack lets those of a deleted stack wait for ever.

    Args:
        functions: their names.
    """
    for worker in workers(functions):
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.terminate()


def _messages_in(node: Any) -> list[dict[str, Any]]:
    """The messages anywhere below `node`, whose keys are accounts, then regions, then queues."""
    if isinstance(node, list):
        return node
    return [m for value in node.values() for m in _messages_in(value)] if isinstance(node, dict) else []


def _lock() -> FileLock:
    CLOUD.mkdir(parents=True, exist_ok=True)
    return FileLock(CLOUD / "lock", timeout=START_SECONDS + STOP_SECONDS)


def _kill_workers(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        for worker in process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()


def _start() -> Cloud:
    _note_a_hard_kill()
    saved_state.set_aside_if_damaged()
    saved_state.rewind_streams()
    shutil.rmtree(CLOUD / "tmp", ignore_errors=True)
    (CLOUD / "tmp").mkdir(parents=True)
    for port in free_ports():
        saved_state.move_to(port)
        process = _spawn(port)
        if _answers(port, process):
            created = psutil.Process(process.pid).create_time()
            write_json(RECORD, {"pid": process.pid, "port": port, "created": created})
            return Cloud(process.pid, port)
        if "already in use" not in (CLOUD / "log.txt").read_text(encoding="utf-8", errors="replace"):
            break
    raise WorkbookError(
        f"The local cloud did not start; the end of {shown(CLOUD / 'log.txt')} says why. "
        "`python3 run.py doctor` checks this machine."
    )


def _spawn(port: int) -> subprocess.Popen[bytes]:
    with (CLOUD / "log.txt").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", str(ENGINE), "ministack", str(LAYERS)],
            env=_settings(port),
            cwd=CLOUD,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _settings(port: int) -> dict[str, str]:
    """The whole environment of the local cloud and of the Lambda workers it starts."""
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LC_CTYPE")}
    temporary = str(CLOUD / "tmp")
    return {
        **kept,
        **target.local_settings(f"http://127.0.0.1:{port}"),
        "HOME": temporary,
        "TMPDIR": temporary,
        "TZ": "UTC",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",  # as it stands in the addresses of queues
        "IOT_MTLS_ENABLED": "0",
        "AUTH": "true",
        "MINISTACK_ACCOUNT_ID": target.LOCAL_ACCOUNT,
        "MINISTACK_REGION": target.LOCAL_REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(CLOUD / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(CLOUD / "s3"),
        "LAMBDA_ACCOUNT_CONCURRENCY": "32",
    }


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until `process`, and no other that took the port meanwhile, answers; False if it ended."""
    import requests

    started = time.monotonic()
    try:
        while not out_of_time(time.monotonic() - started, START_SECONDS) and process.poll() is None:
            try:
                if _listens(process.pid, port):
                    if requests.get(f"http://127.0.0.1:{port}/_ministack/health", timeout=2).ok:
                        return True
            except requests.RequestException:
                pass
            time.sleep(0.02)
    except BaseException:  # Ctrl-C: nobody would know of it
        process.kill()
        raise
    process.kill()
    process.wait()
    return False


def _listens(pid: int, port: int) -> bool:
    try:
        return any(c.laddr and c.laddr.port == port for c in psutil.Process(pid).net_connections("tcp"))
    except psutil.Error:
        return False


def free_ports() -> Iterator[int]:
    """The port of last time if it is free, then the free ones from PREFERRED_PORT on."""
    last = read_json(CLOUD / "port.json", PREFERRED_PORT)
    ports = range(PREFERRED_PORT, PREFERRED_PORT + 200)
    for port in dict.fromkeys([last, *ports]):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
    raise WorkbookError(f"All ports from {ports[0]} to {ports[-1]} are taken. Stop what uses them.")


def _note_a_hard_kill() -> None:
    """A record without a process: the local cloud was killed before it could save its state."""
    if not RECORD.exists():
        return
    stopped = read_json(LAST_STOP, {}).get("at")
    since = time.strftime("%d %B, %H:%M", time.localtime(stopped)) if stopped else "its first start"
    saved_state.say_lost(
        "The local cloud was killed before it could save. What it was given since "
        f"{since} is lost: rows, messages, logs."
    )
    RECORD.unlink()
