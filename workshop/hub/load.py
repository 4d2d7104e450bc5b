"""How many learners a machine takes: learners at work by their kernels' API, with time to read, and what that costs.

    sudo .venv/bin/python workshop/hub/load.py --hub http://127.0.0.1:8000 --token-file TOKEN ada ben cem

The names are accounts of learners on the Hub of this machine; their work is theirs, so take some that nobody learns
with. The token is of a service that may start servers, make tokens for learners and reach their servers. They run the
cells of the published chapters one after the other. Between two cells each reads, at 150 words a minute, so many times
faster than a person. It ends by itself.
"""

from __future__ import annotations

import argparse
import json
import pwd
import random
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import requests
import websocket

from workbook.learning import published
from workbook.maintenance.minutes import LINES, WORDS, minutes

START_SECONDS = 1200
CELL_SECONDS = 1200
LOOK_SECONDS = 2
GIGABYTE = 1e9
CLASS, CORES, MEMORY = 30, 16, 64  # learners, and a machine for them with so many GB


class Server:
    """A learner's server, reached through the Hub.

    Args:
        hub: the Hub's address, such as http://127.0.0.1:8000.
        name: the learner's.
        token: one that may start this server, make tokens for the learner, and reach the server.
    """

    def __init__(self, hub: str, name: str, token: str) -> None:
        self.hub, self.name = hub.rstrip("/"), name
        self.api, self.base = f"{self.hub}/hub/api/users/{name}", f"{self.hub}/user/{name}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"token {token}"

    def start(self) -> float:
        """Start it; the seconds until it answers."""
        began = time.monotonic()
        self.ask("post", f"{self.api}/server")
        while time.monotonic() - began < START_SECONDS:
            server = self.ask("get", self.api).get("servers", {}).get("", {})
            if server.get("ready"):
                return time.monotonic() - began
            time.sleep(0.5)
        raise TimeoutError(f"The server of {self.name} did not start in {START_SECONDS} s.")

    def stop(self) -> None:
        """Stop it, and wait until it has ended."""
        self.ask("delete", f"{self.api}/server")
        began = time.monotonic()
        while self.ask("get", self.api).get("servers") and time.monotonic() - began < START_SECONDS:
            time.sleep(0.5)

    def kernel(self, page: str) -> Kernel:
        """A new kernel for a page of the learner's.

        Args:
            page: its path in the clone, such as `learn/00_start_here.ipynb`.
        """
        wanted = {"path": page, "name": page, "type": "notebook", "kernel": {"name": "python3"}}
        made = self.ask("post", f"{self.base}/api/sessions", json=wanted)
        return Kernel(self, made["kernel"]["id"])

    def end(self, kernel: Kernel) -> None:
        """End a kernel."""
        self.ask("delete", f"{self.base}/api/kernels/{kernel.id}")

    def ask(self, method: str, address: str, **how: Any) -> dict[str, Any]:
        answer = self.session.request(method, address, timeout=START_SECONDS, **how)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


class Kernel:
    """A kernel of a server, which runs code as JupyterLab has it run."""

    def __init__(self, server: Server, id: str) -> None:
        self.id, self.session = id, uuid.uuid4().hex
        address = f"{server.base.replace('http', 'ws', 1)}/api/kernels/{id}/channels?session_id={self.session}"
        header = {"Authorization": server.session.headers["Authorization"]}
        self.channels = websocket.create_connection(address, header=header, timeout=CELL_SECONDS)

    def run(self, code: str) -> tuple[str, str]:
        """Run code; what it printed, and the name of the error that it ended with, if any."""
        asked, printed = uuid.uuid4().hex, ""
        header = {
            "msg_id": asked,
            "msg_type": "execute_request",
            "session": self.session,
            "username": "",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.channels.send(json.dumps(message))
        while True:
            got = json.loads(self.channels.recv())
            if got["parent_header"].get("msg_id") != asked:
                continue
            if got["msg_type"] == "stream":
                printed += got["content"]["text"]
            elif got["msg_type"] == "execute_reply":
                return printed, got["content"].get("ename", "")


@dataclass
class Worked:
    """What a learner's work was like: seconds until the server was there, those of each cell, and cells that failed."""

    name: str
    start: float = 0
    cells: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def work(server: Server, chapters: Sequence[int], haste: float, chance: random.Random) -> Worked:
    """Work through chapters, as somebody who reads before running a cell.

    Args:
        server: the learner's.
        chapters: their numbers.
        haste: how many times faster than a person.
        chance: what makes some faster than others.
    """
    done = Worked(server.name, start=server.start())
    for number in chapters:
        page = published.chapters()[number]
        kernel = server.kernel(f"learn/{page.name}")
        for read, cell in reading(number):
            time.sleep(read * 60 / haste * chance.uniform(0.5, 1.5))
            began = time.monotonic()
            _, error = kernel.run("".join(cell["source"]))
            which = f"{number:02} {cell['id']}"
            done.cells[which] = time.monotonic() - began
            if error:
                done.failed.append(f"{which}, {server.name}: {error}")
        server.end(kernel)
    return done


def reading(number: int) -> Iterator[tuple[float, dict[str, Any]]]:
    """The code cells of a chapter, each with the minutes that it takes to read up to there and the cell itself."""
    read = 0.0
    for cell in published.cells(published.chapters()[number]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield read + len(source.splitlines()) / LINES, cell
            read = 0.0
        else:
            read += len(source.split()) / WORDS


class Meter(threading.Thread):
    """Looks every two seconds at what the processes of accounts hold and have used.

    Args:
        names: the accounts'.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.uids = {pwd.getpwnam(name).pw_uid for name in names}
        self.held: list[int] = []
        self.used: dict[tuple[int, float], float] = {}
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(LOOK_SECONDS):
            self.held.append(sum(self._look_at(process) for process in psutil.process_iter()))

    def _look_at(self, process: psutil.Process) -> int:
        try:
            if process.uids().real not in self.uids:
                return 0
            times = process.cpu_times()
            self.used[process.pid, process.create_time()] = times.user + times.system
            return process.memory_full_info().pss
        except psutil.Error:
            return 0


def main(words: Sequence[str] | None = None) -> None:
    """Have them work, and print what it took."""
    asked = _asked(words)
    token = asked.token_file.read_text(encoding="utf-8").strip()
    servers = [Server(asked.hub, name, token) for name in asked.names]
    meter, began = Meter(asked.names), time.monotonic()
    meter.start()
    with ThreadPoolExecutor(len(servers)) as pool:
        chances = [random.Random(f"{asked.seed} {name}") for name in asked.names]
        work_of_all = [
            pool.submit(work, s, asked.chapters, asked.haste, c) for s, c in zip(servers, chances, strict=True)
        ]
        worked = [one.result() for one in work_of_all]
    took = time.monotonic() - began
    meter.done.set()
    meter.join()
    print(report(worked, max(meter.held), sum(meter.used.values()), took))
    for server in servers:
        server.stop()


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", help="accounts of learners on this machine")
    parser.add_argument("--hub", required=True, help="the Hub's address")
    parser.add_argument("--token-file", type=Path, required=True, help="a file with the token")
    parser.add_argument("--chapters", type=int, nargs="+", default=[0, 1, 2], help="their numbers (default: 0 1 2)")
    parser.add_argument("--haste", type=float, default=10, help="times faster than a person reads (default: 10)")
    parser.add_argument("--seed", default="0", help="what is random follows from it")
    return parser.parse_args(words)


def report(worked: Sequence[Worked], memory: float, cpu: float, took: float) -> str:
    """What it took, and what a class takes by that: memory and CPU grow with the number of learners.

    Args:
        worked: what each learner's work was like.
        memory: the most that all held together, in bytes.
        cpu: what they used, in seconds.
        took: how long it went on, in seconds.
    """
    cells = [(seconds, name, one.name) for one in worked for name, seconds in one.cells.items()]
    slowest, which, whose = max(cells)
    each, used = memory / len(worked), cpu / len(worked)
    chapters = {int(name[:2]) for _, name, _ in cells}
    pace = sum(map(minutes, chapters)) * 60
    return "\n".join(
        [
            f"learners              {len(worked)}, {len(cells)} cells in {took:.0f} s",
            f"server there after    {max(one.start for one in worked):.1f} s at most",
            f"memory, at most       {memory / GIGABYTE:.2f} GB, {each / GIGABYTE:.2f} GB a learner",
            f"CPU                   {cpu:.0f} s, {used:.0f} s a learner, {cpu / took:.2f} cores on average",
            f"a cell, median        {median(seconds for seconds, _, _ in cells):.2f} s",
            f"the slowest cell      {slowest:.1f} s ({which}, {whose})",
            f"cells that failed     {'; '.join(failure for one in worked for failure in one.failed) or 'none'}",
            f"by that, {CLASS} learners  {CLASS * each / GIGABYTE:.0f} GB, and at a person's pace "
            f"{CLASS * used / pace:.1f} cores on average",
            f"of {CORES} cores, {MEMORY} GB    {CLASS * each / GIGABYTE / MEMORY:.0%} of the memory; "
            f"if all do a chapter's work at once, {CLASS * used / len(chapters) / CORES:.0f} s",
        ]
    )


if __name__ == "__main__":
    main()
