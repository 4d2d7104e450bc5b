"""A class on one machine, as three users of it: each learns in a clone of their own, and nobody gets into another's."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from class_hub import Hub, accounts, class_checkout, processes_of, python_of_all, running_hub
from lab_page import SIZE, LabPage
from playwright.sync_api import Browser, Page, expect

from workbook.base.errors import WorkbookError
from workbook.base.paths import ROOT, read_json
from workbook.base.waiting import wait_until
from workbook.learning import joined

sys.path.append(str(ROOT / "workshop" / "hub"))
import load  # noqa: E402

pytestmark = pytest.mark.nightly

SECONDS = 1200
GIGABYTES = 3 << 30  # as the Hub's own configuration has it


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A hub with three learners. Skips the tests where no users can be made."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("useradd", "userdel", "runuser"))):
        pytest.skip("Only root can make the users that learn here.")
    if python_of_all() is None:
        pytest.skip("There is no Python here that every user of this machine may start.")
    with class_checkout() as folder, accounts(3) as names, running_hub(folder, names) as found:
        yield found


@pytest.fixture(scope="module")
def at_work(hub: Hub, browser: Browser, screenshots: Path) -> dict[str, load.Server]:
    """All three at work: the first in the browser, as a person, the others by their kernels; each did chapter 00."""
    first, *others = hub.learners
    servers = {name: load.Server(hub.url, name, hub.token) for name in hub.learners}
    for server in servers.values():
        server.start()
    with browser.new_context(viewport=SIZE) as visit:
        page = LabPage(logged_in(hub, visit.new_page(), first), f"{hub.url}/user/{first}/lab/tree/learn/x.ipynb?")
        page.open()
        page.run_all()
        expect(page.notebook.get_by_text("✓")).not_to_have_count(0)
        expect(page.page.get_by_text("news", exact=False).filter(visible=True)).to_have_count(0)
        page.page.screenshot(path=screenshots / "a learner of the class.png")
    for name in others:
        kernel = servers[name].kernel("learn/00_start_here.ipynb")
        for _, cell in load.reading(0):
            kernel.run("".join(cell["source"]))
    return servers


def logged_in(hub: Hub, page: Page, name: str) -> Page:
    """Log in on the Hub's own page."""
    page.goto(f"{hub.url}/hub/login")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(hub.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(rf"{hub.url}/(hub/(home|spawn)|user/).*"), timeout=SECONDS * 1000)
    return page


def clone(name: str) -> Path:
    return Path(os.path.expanduser(f"~{name}"), "workbook")


def asked_as(name: str, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """A command run by a learner, outside JupyterLab."""
    return subprocess.run(["runuser", "-u", name, "--", *map(str, command)], capture_output=True, text=True, cwd="/")


def cloud_of(name: str) -> dict[str, int]:
    return read_json(clone(name) / ".workbook" / "cloud" / "cloud.json", {})


def test_each_has_done_chapter_00_in_a_clone_of_their_own(hub, at_work):
    for name in hub.learners:
        progress = read_json(clone(name) / ".workbook" / "progress.json", {})
        assert progress["chapter"] == 0 and progress["finished"] == [0] and progress["passed"]
        assert (clone(name) / "cdk_app" / "node_modules").resolve() == hub.folder / "cdk_app" / "node_modules"
        assert not (clone(name) / ".venv").exists()


def test_the_environment_is_roots_and_nobody_else_may_write_in_it(hub, at_work):
    found = [Path(folder, name) for folder, *names in os.walk(hub.folder) for name in (*names[0], *names[1])]
    states = [(path, path.lstat()) for path in found]
    assert len(states) > 10_000
    open_to_others = stat.S_IWGRP | stat.S_IWOTH
    assert [p for p, s in states if s.st_uid or (s.st_mode & open_to_others and not stat.S_ISLNK(s.st_mode))] == []


def test_what_the_hub_must_keep_secret_is_for_root_only(hub, at_work):
    for file in (".workbook/hub/cookie_secret", ".workbook/hub/jupyterhub.sqlite", ".workbook/class_config.py"):
        assert (hub.folder / file).exists()
        assert asked_as(hub.learners[0], "cat", hub.folder / file).returncode


def test_no_learner_reads_what_is_anothers(hub, at_work):
    first, second, _ = hub.learners
    assert Path(os.path.expanduser(f"~{first}")).stat().st_mode & 0o777 == 0o700
    assert "Permission denied" in asked_as(second, "ls", clone(first)).stderr
    for name in hub.learners:
        for process in processes_of(name):
            assert "Permission denied" in asked_as(
                next(other for other in hub.learners if other != name), "cat", f"/proc/{process.pid}/environ"
            ).stderr  # fmt: skip


def test_no_learner_reaches_anothers_cloud_or_server(hub, at_work):
    first, second, _ = hub.learners
    cloud = f"http://127.0.0.1:{cloud_of(first)['port']}/_ministack/health"
    answer = ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}"]
    assert asked_as(first, *answer, cloud).stdout == "200"
    assert asked_as(second, *answer, cloud).stdout == "403"
    contents = f"{hub.url}/user/{first}/api/contents/learn"
    assert asked_as(second, *answer, contents).stdout == "403"
    made = at_work[second].ask("post", f"{at_work[second].api}/tokens", json={"note": "test"})
    as_second = load.Server(hub.url, second, made["token"]).session
    assert as_second.get(f"{hub.url}/user/{second}/api/contents/learn", timeout=SECONDS).status_code == 200
    assert as_second.get(contents, timeout=SECONDS).status_code == 403
    assert as_second.get(f"{hub.url}/services/class/", timeout=SECONDS).status_code == 403


def test_kernels_take_work_by_sockets_that_nobody_else_can_open(hub, at_work):
    """A kernel listens at one port all the same: for output of processes that it forked, which know its secret."""
    for name in hub.learners:
        folder = clone(name) / ".workbook" / "run"
        kernels = [read_json(file, {}) for file in folder.glob("kernel-*.json")]
        assert kernels and {kernel["transport"] for kernel in kernels} == {"ipc"}
        assert {Path(kernel["ip"]).parent for kernel in kernels} == {folder}
        assert folder.stat().st_mode & 0o777 == 0o700
        listening = [(name_of(one), where) for one in processes_of(name) for where in ports_of(one)]
        assert {address for _, (address, _) in listening} == {"127.0.0.1"}
        times = Counter(what for what, _ in listening)
        assert times == {"server": 1, "cloud": 1, "kernel": len(kernels)}


def name_of(process: psutil.Process) -> str:
    """What a process of a learner's is."""
    command = " ".join(process.cmdline())
    known = {"jupyterhub.singleuser": "server", "ipykernel_launcher": "kernel", "workbook/cloud/": "cloud"}
    return next((what for words, what in known.items() if words in command), command)


def ports_of(process: psutil.Process) -> list[tuple[str, int]]:
    """Where a process listens."""
    return [tuple(one.laddr) for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]


def test_no_process_of_a_learner_may_take_all_memory(hub, at_work):
    for process in processes_of(hub.learners[1]):
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert re.search(rf"Max data size +{GIGABYTES} +{GIGABYTES} ", limits)
    kernel = at_work[hub.learners[1]].kernel("learn/x.ipynb")
    assert kernel.run(f"taken = bytearray({GIGABYTES})") == ("", "MemoryError")
    assert kernel.run("print('still there')")[0] == "still there\n"


def test_workbook_is_a_command_in_their_terminals(hub, at_work):
    kernel = at_work[hub.learners[1]].kernel("learn/x.ipynb")  # its environment is that of terminals
    verbs = "workbook status --json; workbook --version; cdk --version; cd ..; python3 run.py doctor"
    printed, error = kernel.run(f"!{verbs}")
    assert error == ""
    assert '"finished": true' in printed and re.search(r"^workbook 1\.", printed, re.M)
    assert "This machine is ready." in printed, printed


def test_the_overview_is_for_the_teacher_and_shows_progress_only(hub, at_work, browser, screenshots):
    with browser.new_context(viewport=SIZE) as visit:
        page = logged_in(hub, visit.new_page(), "teacher")
        assert page.goto(f"{hub.url}/services/class/").status == 200
        expect(page.get_by_role("heading", name="The class")).to_be_visible()
        for name in hub.learners:
            row = page.get_by_role("row").filter(has_text=name)
            expect(row).to_contain_text("00")
            expect(row).to_contain_text("3 of 3")
        page.screenshot(path=screenshots / "the class.png")
        expect(page.get_by_text(f"python3 run.py join {hub.url}/services/class {key(hub)} NAME")).to_be_visible()
    with browser.new_context(viewport=SIZE) as visit:
        page = logged_in(hub, visit.new_page(), hub.learners[1])
        assert page.goto(f"{hub.url}/services/class/").status == 403
        assert not any(name in page.content() for name in hub.learners if name != hub.learners[1])


def key(hub: Hub) -> str:
    """The class's, by which laptops post their progress."""
    return (hub.folder / ".workbook" / "hub" / "class_key").read_text()


def test_laptops_and_pods_post_their_progress(hub, at_work, browser, monkeypatch, tmp_path):
    monkeypatch.setattr(joined, "RECORD", tmp_path / "class.json")
    with pytest.raises(WorkbookError, match="No class at .* knows this key"):
        joined.join(f"{hub.url}/services/class", "0123456789abcdef", "kim", {})
    joined.join(f"{hub.url}/services/class", key(hub), "kim", {"chapter": 3})
    pod = hub.learners[-1]
    progress = clone(pod) / ".workbook" / "progress.json"
    progress.rename(progress.with_name("away.json"))  # what is shown was posted, and not read
    try:
        with browser.new_context(viewport=SIZE) as visit:
            page = logged_in(hub, visit.new_page(), "teacher")
            page.goto(f"{hub.url}/services/class/")
            expect(page.get_by_role("row").filter(has_text="kim (laptop)")).to_contain_text("03")
            expect(page.get_by_role("row").filter(has_text=pod)).to_contain_text("3 of 3")
    finally:
        progress.with_name("away.json").rename(progress)


def test_what_a_learner_writes_there_leads_the_overview_nowhere(hub, at_work):
    """Root does not follow a learner's link, does not wait at a learner's pipe, and shows no other file."""
    name = hub.learners[2]
    progress = clone(name) / ".workbook" / "progress.json"
    before = progress.read_bytes()
    reader = "import sys; sys.path.append(sys.argv[1]); import learners, subprocess as s; print(s.run(['head', "
    reader += "sys.argv[3]], **learners.started_as(sys.argv[2]), capture_output=True, text=True).stdout)"
    try:
        progress.unlink()
        assert not asked_as(name, "ln", "-s", "/etc/shadow", progress).returncode
        command = [hub.folder / ".venv/bin/python", "-c", reader, hub.folder / "workshop/hub", name, progress]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"
    finally:
        progress.unlink(missing_ok=True)
        progress.write_bytes(before)
        shutil.chown(progress, name, name)


def test_stopping_a_server_stops_all_that_is_the_learners(hub, at_work):
    name = hub.learners[0]
    assert psutil.pid_exists(cloud_of(name)["pid"])
    at_work[name].stop()
    wait_until(lambda: not processes_of(name), f"all of {name} to end", seconds=SECONDS)
    assert cloud_of(name) == {}
    assert processes_of(hub.learners[1])


def test_a_learner_comes_back_to_what_they_had(hub, at_work):
    name = hub.learners[0]
    note = clone(name) / "note.txt"
    note.write_text("mine")
    at_work[name].start()
    kernel = at_work[name].kernel("learn/00_start_here.ipynb")
    printed, error = kernel.run("from workbook import *\nprint(open('../note.txt').read())")
    assert (printed.strip(), error) == ("mine", "")


def test_one_command_helps_many(hub, at_work):
    two = hub.learners[1:]
    command = [hub.folder / ".venv/bin/python", hub.folder / "workshop/hub/learners.py", *two, "--", "status", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [json.loads(text)["chapter"] for text in re.split(r"^\w+:$", done.stdout, flags=re.M)[1:]] == [0, 0]


def test_who_does_nothing_has_their_server_and_their_cloud_stopped(hub, at_work):
    for name in hub.learners[1:]:  # the first one has come back, and needed no cloud yet
        assert "cloud" in map(name_of, processes_of(name))
    said = (hub.folder / ".workbook" / "hub.log").read_text(encoding="utf-8")
    assert "Culling kernels with idle durations > 3600 seconds at 300 second intervals" in said
    command = [hub.folder / ".venv/bin/python", "-m", "jupyterhub_idle_culler", "--timeout=1", "--cull-every=2"]
    environment = {"JUPYTERHUB_API_TOKEN": hub.culler}
    culler = subprocess.Popen([*command, f"--url={hub.url}/hub/api"], env=environment, cwd="/")
    try:
        wait_until(lambda: not any(map(processes_of, hub.learners)), "all to be stopped", seconds=SECONDS)
    finally:
        culler.kill()
        culler.wait()
    assert [cloud_of(name) for name in hub.learners] == [{}, {}, {}]
    at_work[hub.learners[0]].start()


def test_stopping_the_hub_stops_everything(hub, at_work):
    """The last test: it takes the hub down, as systemd does."""
    hub.process.terminate()
    hub.process.wait(SECONDS)
    wait_until(lambda: not any(map(processes_of, hub.learners)), "all of the learners to end", seconds=SECONDS)
