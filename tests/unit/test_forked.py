"""A worker that is a copy of one process is as a new Python would be, and where it could not be, it is a new Python."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from workbook.base.paths import CDK_APP, LAMBDA_SRC
from workbook.cloud.engine import forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are copied on Linux only")

PROGRAM = """
import sys
for line in sys.stdin:
    try:
        exec(line)
    except Exception as error:
        print(repr(error))
    sys.stdout.flush()
"""
Start = Callable[..., Any]


@pytest.fixture(scope="module")
def monkeypatch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def runtime(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """MiniStack's module that starts workers, as far as processes go."""
    module = SimpleNamespace(subprocess=subprocess)
    forked.share(module)
    for name in [name for name in os.environ if name.startswith("PYTHON")]:  # the local cloud has none either
        monkeypatch.delenv(name)
    return module


@pytest.fixture
def start(runtime: SimpleNamespace, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker as MiniStack does; its code is in tmp_path/code."""
    program, code = tmp_path / "_worker.py", tmp_path / "code"
    program.write_text(PROGRAM)
    code.mkdir()
    started = []

    def worker(*layers: Path, **variables: str) -> Any:
        env = {"PATH": os.environ["PATH"], "_LAMBDA_LAYERS_DIRS": os.pathsep.join(map(str, layers)), **variables}
        one = runtime.subprocess.Popen(
            [sys.executable, str(program)], cwd=str(code), env=env, stdin=-1, stdout=-1, stderr=-1, text=True, bufsize=1
        )
        started.append(one)
        return one

    yield worker
    for one in started:
        one.kill()
        one.wait(5)


def answer(worker: Any, code: str) -> str:
    worker.stdin.write(code + "\n")
    return worker.stdout.readline().strip()


def is_copy(worker: Any) -> bool:
    return isinstance(worker, forked.Forked)


def test_it_is_as_a_new_python(start):
    variables = {"TABLE_NAME": "Product", "TZ": "Asia/Tokyo", "LANG": "C.UTF-8"}
    copy, new = start(**variables), start(**variables, PYTHONSAFEPATH="")
    assert is_copy(copy) and not is_copy(new)
    imports = "import boto3, decimal, locale, logging, os, signal, subprocess, sys, threading, time, warnings"
    for question in (
        "os.getcwd()",
        "sorted(v for v in os.environ.items() if v[0] != 'PYTHONSAFEPATH')",
        "sys.argv",
        "sys.path",
        "__name__, sys.modules['__main__'].__file__",
        "sys.stdin.encoding, sys.stdout.encoding, sys.stdout.line_buffering, sys.stderr.line_buffering",
        "time.tzname, time.localtime(0).tm_hour",
        "[str(signal.getsignal(s)) for s in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)]",
        "sorted(int(f) for f in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + f))",
        "subprocess.run(['false']).returncode",
        "threading.active_count(), threading.current_thread() is threading.main_thread()",
        "logging.getLogger().handlers, warnings.filters",
        "boto3.DEFAULT_SESSION, locale.getlocale(), decimal.getcontext()",
    ):
        code = f"{imports}; print({question})"
        assert answer(copy, code) == answer(new, code) != "", question


def test_what_it_writes_to_standard_error_arrives(start):
    worker = start()
    assert answer(worker, "print('a line', file=sys.stderr); print('written')") == "written"
    assert worker.stderr.readline() == "a line\n"


def test_chance_and_variables_are_each_copys_own(start):
    one, other = start(), start()
    draw = "import random, uuid; print(random.random(), uuid.uuid4())"
    assert answer(one, draw) != answer(other, draw)
    assert answer(one, "import os; os.environ['MINE'] = 'x'; print(os.environ['MINE'])") == "x"
    assert answer(other, "import os; print(os.environ.get('MINE'))") == "None"


def test_it_has_already_what_functions_import(start):
    imported = {
        node.module
        for folder in (LAMBDA_SRC, CDK_APP / "layer")
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.ImportFrom) and re.match("boto|aws_", node.module or "")
    }
    assert {"boto3.dynamodb.conditions", "aws_lambda_powertools"} < imported
    assert answer(start(), f"import sys; print({imported} - set(sys.modules))") == "set()"


@pytest.mark.parametrize("end", ["terminate", "kill", "itself", "input"])
def test_its_end_is_seen(start, end):
    worker = start()
    assert worker.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(timeout=0.01)
    if end == "itself":
        worker.stdin.write("import os; os._exit(1)\n")
    elif end == "input":
        worker.stdin.close()
    else:
        getattr(worker, end)()
    assert worker.wait(timeout=30) is not None and worker.poll() is not None
    worker.terminate()  # which is nothing then
    assert worker.stdout.readline() == ""


def test_it_ends_though_a_process_that_it_started_does_not(start):
    worker = start()
    other = int(answer(worker, "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"))
    worker.kill()
    assert worker.wait(timeout=30) is not None
    os.kill(other, signal.SIGKILL)


def test_none_is_left_over(start):
    worker = start()
    worker.kill()
    worker.wait(timeout=30)
    until = time.monotonic() + 30
    while Path(f"/proc/{worker.pid}").exists():
        assert time.monotonic() < until, "nobody asks how it ended"
        time.sleep(0.01)


# What a copy could not be


@pytest.mark.parametrize("name", ["queue.py", "boto3", "jmespath"])
def test_a_function_with_a_module_of_that_name_gets_its_own(start, tmp_path, name):
    where = tmp_path / "code" / name
    where.mkdir() if not where.suffix else where.write_text("")
    assert not is_copy(start())


@pytest.mark.parametrize("name", ["app.py", "rules.py", "events.py", "shop_http"])
def test_other_modules_do_not_matter(start, tmp_path, name):
    (tmp_path / "code" / name).mkdir()
    assert is_copy(start())


def test_a_layer_may_bring_the_version_that_is_installed_and_no_other(start, tmp_path):
    [here] = Path(sysconfig.get_path("purelib")).glob("aws_lambda_powertools-*.dist-info")
    layers = []
    for number, version in enumerate([here.name, "aws_lambda_powertools-0.9.0.dist-info"]):
        for module in ("aws_lambda_powertools", version):
            (tmp_path / f"layer_{number}" / "python" / module).mkdir(parents=True)
        layers.append(tmp_path / f"layer_{number}")
    same, other = layers
    assert is_copy(start(same))
    assert not is_copy(start(other)) and not is_copy(start(same, other))
    (other / "python" / "aws_lambda_powertools").rmdir()
    assert is_copy(start(other))
    (other / "python" / "lib").mkdir()  # where Lambda finds more
    assert not is_copy(start(other))


def test_settings_of_python_itself_are_for_a_new_one(start):
    assert not is_copy(start(PYTHONUNBUFFERED="1"))


def test_other_programs_are_started_as_ever(runtime):
    assert runtime.subprocess.run(["true"]).returncode == 0
    process = runtime.subprocess.Popen(["true"])
    assert isinstance(process, subprocess.Popen) and process.wait() == 0


# When the process that is copied is not there


def test_its_end_costs_a_new_python_and_nothing_else(tmp_path, start):
    server = forked.ForkServer()
    request = {"program": str(tmp_path / "_worker.py"), "folder": str(tmp_path / "code"), "variables": {}}
    first = server.start(**request)
    server.process.kill()
    server.process.wait()
    assert first.poll() is None  # a copy lives on
    assert server.start(**request) is None
    again = server.start(**request)
    assert answer(again, "print(1)") == answer(first, "print(1)") == "1"
    for worker in (first, again):
        worker.kill()
        worker.wait(5)


@pytest.mark.parametrize("code", ["raise SystemExit", "import sys; sys.stdin = open(int(sys.argv[1])); input()"])
def test_a_process_that_does_not_come_up_or_says_nothing_costs_a_new_python(tmp_path, start, code):
    broken = tmp_path / "broken.py"
    broken.write_text(code)
    with mock.patch.multiple(forked, SERVER=broken, PATIENCE=1):
        assert forked.ForkServer().start(str(tmp_path / "_worker.py"), str(tmp_path / "code"), {}) is None


def test_it_ends_with_its_cloud(tmp_path, start):
    cloud = f"""
import sys; sys.path.insert(0, {str(forked.SERVER.parent)!r})
import forked
server = forked.ForkServer()
worker = server.start({str(tmp_path / "_worker.py")!r}, {str(tmp_path / "code")!r}, {{}})
print(server.process.pid, worker.pid, flush=True)
sys.stdin.read()
"""
    process = subprocess.Popen([sys.executable, "-c", cloud], stdin=-1, stdout=-1, text=True)
    pids = process.stdout.readline().split()
    process.kill()
    process.communicate()
    until = time.monotonic() + 30
    while any(_runs(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.01)


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
