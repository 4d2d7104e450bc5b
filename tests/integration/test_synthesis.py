"""A process that has CDK in memory writes what a cold run writes, sees the code as it stands, and is never missed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from learner import Kernel, Learner, until

from workbook.base.paths import CACHE, ROOT
from workbook.maintenance import copies

APP = "cdk_app/app.py"
SCRIPT = ROOT / "workbook" / "deployment" / "app_process.py"
READY = "cdk.make_ready(); synthesis.await_ready()"
COLD = "synthesis.forget()"
FORGOTTEN = "shutil.rmtree(kept.FOLDER, ignore_errors=True)"


@pytest.fixture(scope="module")
def python(learner: Learner) -> Kernel:
    """A learner's Python, with the whole shop's code beside it."""
    caches = {"WORKBOOK_CACHE": learner.root / "cache", "JSII_RUNTIME_PACKAGE_CACHE_ROOT": CACHE / "jsii"}
    python = learner.kernel(**{name: str(folder) for name, folder in caches.items()})
    python("import shutil; from workbook.deployment import assembly, cdk, kept, synthesis")
    return python


@pytest.fixture
def code(learner: Learner):
    """What app.py is, and will be again after the test."""
    before = learner.read(APP)
    yield before
    learner.write(APP, before)


def files(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.glob("**/*") if f.is_file()}


def waiting(python: Kernel) -> list[psutil.Process]:
    """The processes that wait to run the app, their Nodes not among them."""
    children = psutil.Process(python.process.pid).children(recursive=True)
    return [p for p in children if p.status() != psutil.STATUS_ZOMBIE and any("app_process" in a for a in p.cmdline())]


def used(python: Kernel, code: str) -> bool:
    """Run code that synthesizes something new; whether a process that was ready did it."""
    python(FORGOTTEN)
    python("cold = []; start = synthesis._start; synthesis._start = lambda *a: cold.append(a) or start(*a)")
    try:
        python(code)
        return python("len(cold)") == 0
    finally:
        python("synthesis._start = start")


def test_the_assembly_is_the_same_byte_for_byte(learner, python):
    folder = learner.root / ".workbook" / "cdk"
    assert not used(python, f"{COLD}; cdk.synthesize()")
    cold = files(folder / "assembly")
    python(READY)
    assert files(folder / "assembly") == cold  # to get ready writes nothing
    for file in (folder / "assembly").glob("*.json"):
        file.unlink()
    assert used(python, "cdk.synthesize()")
    assert files(folder / "assembly") == cold
    assert len([name for name in cold if name.endswith(".template.json")]) == 10


@pytest.mark.nightly
def test_the_same_code_is_not_synthesized_twice(learner, python, code):
    """Neither after a change was undone, nor in another folder; and what is put back is what was written."""
    folder = learner.root / ".workbook" / "cdk" / "assembly"
    python(f"{FORGOTTEN}; cdk.synthesize()")
    first = files(folder)
    other = code.replace("app.synth", 'import aws_cdk\naws_cdk.Stack(app, "Other")\napp.synth')
    learner.write(APP, other)
    python("cdk.synthesize()")
    assert python("assembly.stack_names()")[-1] == "Other"
    learner.write(APP, code)
    shutil.rmtree(folder)
    python("run = cdk.run_app; cdk.run_app = None; cdk.synthesize()")
    assert files(folder) == first
    learner.write(APP, other)
    python("cdk.synthesize()")
    assert python("assembly.stack_names()")[-1] == "Other"
    for kept in (learner.root / "cache" / "assemblies").glob("*.zip"):
        kept.write_bytes(kept.read_bytes()[:1000])
    python("cdk.run_app = run; cdk.synthesize()")  # what is damaged is made anew
    python("cdk.run_app = None; cdk.synthesize(); cdk.run_app = run")


@pytest.mark.nightly
def test_what_stands_beside_the_code_has_no_part_in_what_is_kept(learner, python):
    """CDK would name the code by it."""
    beside = learner.root / "lambda_src" / "hello" / "__pycache__" / "app.cpython-311.pyc"
    learner.edit("lambda_src/hello/app.py", "def handler", "# another one\ndef handler")
    beside.parent.mkdir()
    beside.write_bytes(b"compiled")
    python("cdk.synthesize(); key = kept.key_of_now()")
    assert not python("kept.there(key)")
    shutil.rmtree(beside.parent)
    python("cdk.synthesize()")
    assert python("key == kept.key_of_now() and kept.there(key)")
    learner.edit("lambda_src/hello/app.py", "# another one\n", "")


def test_of_the_kept_ones_the_oldest_go(python, learner):
    python("kept.KEPT = 2; keys = ['a', 'b', 'c']")
    python("for key in keys: kept.keep(key); kept.put_back('a')")
    assert python("[key for key in keys if kept.there(key)]") == ["a", "c"]


def test_what_was_changed_since_it_was_ready_is_seen(learner, python, code):
    python(READY)
    learner.write("cdk_app/shop/late.py", "from aws_cdk import Stack\n\n\nclass Late(Stack):\n    pass\n")
    learner.write(APP, code.replace("app.synth", 'from shop.late import Late\nLate(app, "Late")\napp.synth'))
    assert used(python, "cdk.synthesize()")
    assert python("assembly.stack_names()")[-1] == "Late"
    python(READY)
    learner.write(APP, code)
    assert used(python, "cdk.synthesize()")
    assert "Late" not in python("assembly.stack_names()")


@pytest.mark.nightly
def test_a_file_of_the_same_length_written_within_the_same_second_is_seen(learner, python, code):
    """Python takes compiled code for that of a file whose length and second of writing agree."""
    file, moment = learner.root / "cdk_app" / "shop" / "twin.py", 1_000_000_000
    learner.write(APP, code.replace("app.synth", "from shop.twin import Twin\nTwin(app, Twin.name)\napp.synth"))
    for ready in (COLD, READY):
        for name in ("First", "Other"):
            code_of_twin = f"from aws_cdk import Stack\n\n\nclass Twin(Stack):\n    name = '{name}'\n"
            learner.write("cdk_app/shop/twin.py", code_of_twin)
            os.utime(file, (moment, moment))
            python(f"{ready}; {FORGOTTEN}; cdk.synthesize()")
            assert python("assembly.stack_names()")[-1] == name


@pytest.fixture
def notebook(python):
    """The learner's Python, as if it were a notebook's kernel."""
    python(f"{COLD}; cdk.in_notebook = lambda: True")
    yield python
    python(f"{COLD}; from workbook.base.display import in_notebook; cdk.in_notebook = in_notebook")


def test_in_a_notebook_it_is_there_for_the_next_run_which_sees_nothing_of_an_earlier_one(learner, notebook, code):
    """After other code, errors, and an app that leaves everything in disorder, it writes what a cold run writes."""
    folder, module = learner.root / ".workbook" / "cdk" / "assembly", learner.root / "cdk_app" / "shop" / "once.py"
    shutil.rmtree(folder)
    notebook("cdk.synthesize()")
    cold = files(folder)
    notebook(READY)
    [process] = waiting(notebook)
    disorder = """
import os, sys
sys.path.insert(0, "nowhere")
os.environ["AWS_REGION"] = os.environ["CDK_CONTEXT_JSON"] = "{}"
os.chdir("/")
"""
    learner.write("cdk_app/shop/once.py", "from aws_cdk import Stack\n\n\nclass Once(Stack):\n    pass\n")
    once = "from shop.once import Once\nOnce(app, 'Once')\napp.synth"
    assert used(notebook, "cdk.synthesize()")
    learner.write(APP, code.replace("app.synth", once) + disorder)
    assert used(notebook, "cdk.synthesize()")
    assert notebook("assembly.stack_names()")[-1] == "Once"
    module.unlink()
    assert "No module named 'shop.once'" in notebook.refused("cdk.synthesize()")
    learner.write(APP, code.replace("app.synth", "raise SystemExit('enough')\napp.synth"))
    assert "enough" in notebook.refused("cdk.synthesize()")
    learner.write(APP, code)
    shutil.rmtree(folder)
    assert used(notebook, "cdk.synthesize()")
    assert files(folder) == cold
    assert waiting(notebook) == [process]


@pytest.mark.nightly
def test_changed_code_of_a_function_is_seen(learner, notebook):
    file, before = learner.root / "lambda_src" / "hello" / "app.py", learner.read("lambda_src/hello/app.py")
    keys = []
    notebook(READY)
    try:
        for word in ("one", "two"):
            file.write_text(f"{before}\n# {word}\n")
            assert used(notebook, "cdk.synthesize()")
            resources = notebook("list(assembly.template('Hello')['Resources'].values())")
            keys += [r["Properties"]["Code"]["S3Key"] for r in resources if r["Type"] == "AWS::Lambda::Function"]
    finally:
        file.write_text(before)
    assert len(set(keys)) == 2


@pytest.mark.nightly
def test_after_some_runs_there_is_another_process(learner, notebook, code):
    notebook(f"runs = synthesis.RUNS; synthesis.RUNS = 2; {READY}")
    [process] = waiting(notebook)
    for number in (1, 2):
        learner.write(APP, f"{code}# {number}\n")
        assert used(notebook, "cdk.synthesize()")
    notebook(f"{READY}; synthesis.RUNS = runs")
    assert waiting(notebook) != [process]
    assert len(waiting(notebook)) == 1


@pytest.mark.nightly
def test_what_was_run_ahead_is_taken_if_no_file_was_written_since(learner, notebook, code):
    """The app notes each of its runs, in a file that is neither its own nor a function's."""
    noted = learner.root / "runs.txt"
    learner.write(APP, f"{code}\nwith open('../runs.txt', 'a') as noted:\n    noted.write('.')\n")
    ahead = "cdk.make_ready(ahead=True); synthesis.await_ready()"
    notebook(ahead)
    assert noted.read_text() == "."
    assert used(notebook, "cdk.synthesize()")
    assert noted.read_text() == "."
    for path in (APP, "lambda_src/hello/app.py", "cdk_app/shop/basket.py"):
        notebook(ahead)
        runs = noted.read_text()
        text = learner.read(path)
        learner.write(path, text + "\n")
        learner.write(path, text)  # as before, but who knows what was read
        assert used(notebook, "cdk.synthesize()")
        assert noted.read_text() == runs + "."
    learner.write(APP, learner.read(APP).replace("app.synth", "no_such_name\napp.synth"))
    notebook(ahead)
    runs = noted.read_text()
    assert "no_such_name" in notebook.refused("cdk.synthesize()")
    assert noted.read_text() == runs


BY_NIGHT = [
    pytest.param(wrong, marks=pytest.mark.nightly)
    for wrong in ("bus = = 1", "Hello(app, 'Hello')", "bus.node.nowhere()")
]


@pytest.mark.nightly
@pytest.mark.parametrize("wrong", ["no_such_name", *BY_NIGHT])
def test_an_error_is_told_as_a_cold_run_tells_it(learner, python, code, wrong):
    learner.write(APP, code.replace("app.synth", f"{wrong}\napp.synth"))
    python(COLD)
    cold = python.refused("cdk.synthesize()")
    python(READY)
    assert python.refused("cdk.synthesize()") == cold
    assert cold.startswith("The CDK app does not run: cdk_app/")
    assert ".py, line " in cold


@pytest.mark.nightly
def test_other_context_is_not_for_a_process_that_was_ready_before(learner, python):
    python(READY)
    assert not used(python, "cdk.run_app(assembly.ASSEMBLY.with_name('other'), nag='true')")
    settings = learner.read("cdk_app/cdk.json")
    learner.edit("cdk_app/cdk.json", '"context": {', '"context": {\n    "more": "context",')
    try:
        assert not used(python, "cdk.synthesize()")
    finally:
        learner.write("cdk_app/cdk.json", settings)


@pytest.mark.nightly
@pytest.mark.parametrize("victim", ["python", "node"])
def test_killed_while_it_waits_it_costs_a_cold_run(python, victim):
    python(READY)
    [process] = waiting(python)
    for one in [process] if victim == "python" else process.children(recursive=True):
        one.kill()
    assert not used(python, "cdk.synthesize()")
    assert waiting(python) == []


@pytest.mark.nightly
def test_it_ends_when_nobody_needs_it_for_a_while(learner):
    staged = learner.root / "staged"
    staged.mkdir()
    short = "import app_process; app_process.IDLE_SECONDS = 0.1; app_process.rehearse = print; app_process.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", short], cwd=learner.root / "cdk_app", stdin=subprocess.PIPE,
        env=copies.environment_of(learner.root) | {"PYTHONPATH": str(SCRIPT.parent), "CDK_OUTDIR": str(staged)},
    )  # fmt: skip
    assert process.wait(120) == 0  # though its standard input is still open
    assert not staged.exists()


@pytest.mark.nightly
def test_a_run_that_hangs_is_ended(learner, notebook, code):
    """One that was begun ahead, and that nobody waits for."""
    learner.edit("workbook/deployment/app_process.py", "LONGEST = 600", "LONGEST = 1")
    try:
        notebook(READY)
        [process] = waiting(notebook)
        learner.write(APP, "while True:\n    pass\n")
        notebook("cdk.make_ready(ahead=True)")
        until(lambda: not waiting(notebook))
    finally:
        learner.edit("workbook/deployment/app_process.py", "LONGEST = 1", "LONGEST = 600")
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.nightly
def test_it_ends_with_whoever_started_it(learner):
    python = learner.kernel()
    python("from workbook.deployment import cdk, synthesis")
    python(READY)
    processes = [p for one in waiting(python) for p in (one, *one.children(recursive=True))]
    assert len(processes) >= 2
    python.end()  # killed, without a chance to say anything
    until(lambda: not any(p.is_running() for p in processes))


@pytest.mark.nightly
def test_after_a_deployment_in_a_notebook_one_is_ready_and_after_a_command_none(learner, python, code):
    other = "\n".join(line for line in code.splitlines() if "nag" not in line and "watch" not in line)
    learner.write(APP, other)
    python(f"{COLD}\nimport importlib; module = importlib.import_module('workbook.deployment.deploy')")
    python("module.deploy('Hello')")
    assert waiting(python) == []  # no notebook
    python("module.in_notebook = cdk.in_notebook = lambda: True; module.BUSY = 0")
    learner.write(APP, code + "\n")
    python("module.deploy('Hello')")
    assert len(waiting(python)) == 1  # what was needed stays
    python(COLD)
    learner.write(APP, other)  # which was synthesized before
    python("module.deploy('Hello')")
    assert waiting(python) == []  # nothing is loaded in advance on a busy machine
    python("module.BUSY = 1000")
    learner.write(APP, code + "\n")
    python("module.deploy('Hello')")
    assert len(waiting(python)) == 1
    python(COLD)
    of_the_notebook = _left(learner.root)  # its toolkit
    learner.write(APP, code + "\n\n")
    done = learner.cli("up")
    assert done.returncode == 0, done.stderr
    assert _left(learner.root) == of_the_notebook


def _left(root: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter() if _is_left(root, p)]


def _is_left(root: Path, process: psutil.Process) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(root / "cdk_app")
    except (psutil.Error, OSError):
        return False
