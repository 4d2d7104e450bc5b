"""The code of the functions: what is part of it, what Python makes of it, and what is said if it does not compile."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, shown
from workbook.deployment import assets, failures

CODE = "def handler(event, context):\n    return 'café'\n"
LEFT_BEHIND = [
    ".DS_Store", "._app.py", "Thumbs.db", "desktop.ini", ".directory",
    "app.py~", ".app.py.swp", ".app.py.swo", "#app.py#", "__pycache__/app.cpython-313.pyc",
    ".ipynb_checkpoints/app-checkpoint.py", "deeper/.DS_Store",
]  # fmt: skip
ALIKE = [".env", "swp.py", "notes.txt", "tilde~.json", "DS_Store", ".hidden.py"]


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "app.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\xff\x00 no code (")


def names_in(packed: bytes) -> list[str]:
    with ZipFile(io.BytesIO(packed)) as archive:
        return sorted(archive.namelist())


def test_what_file_managers_and_editors_leave_behind_is_no_code(folder):
    before = assets.folder_digest(folder), assets.zipped(folder)
    put(folder, *LEFT_BEHIND)
    (folder / ".#app.py").symlink_to("somebody@machine.123")  # as Emacs says that a file is being edited
    assets.check_syntax(folder)
    assert (assets.folder_digest(folder), assets.zipped(folder)) == before
    assert names_in(before[1]) == ["app.py"]


@pytest.mark.parametrize("name", ALIKE)
def test_what_only_looks_alike_is_code(folder, name):
    before = assets.folder_digest(folder)
    (folder / name).write_text("x = 1\n")
    assert assets.folder_digest(folder) != before
    assert names_in(assets.zipped(folder)) == sorted(["app.py", name])


SYNTHESIZE = """
import sys
import aws_cdk as cdk
from shop.hello import Hello
app = cdk.App(outdir=sys.argv[1])
Hello(app, "Hello")
app.synth()
"""


@pytest.mark.slow
def test_what_cdk_packs_by_itself_is_the_same(tmp_path):
    """As `cdk deploy` does when a person types it: the name of what is staged is a digest of what is in it."""
    (tmp_path / "cdk_app").mkdir()
    shutil.copytree(CDK_APP / "shop", tmp_path / "cdk_app/shop")
    hello = tmp_path / "lambda_src/hello"
    put(hello, "app.py", *ALIKE)
    before = _staged(tmp_path)
    put(hello, *LEFT_BEHIND, ".app.py~", "node_modules/a/index.js")
    (hello / ".#app.py").symlink_to("somebody@machine.123")
    assert _staged(tmp_path) == before
    assert names_in(assets.zipped(hello)) == before[1] == sorted(["app.py", *ALIKE])


def _staged(tree: Path) -> tuple[str, list[str]]:
    """What CDK makes of a function's code: its name, and the files in it."""
    out = Path(tempfile.mkdtemp(dir=tree))
    subprocess.run([sys.executable, "-c", SYNTHESIZE, out], cwd=tree / "cdk_app", check=True, capture_output=True)
    [staged] = out.glob("asset.*")
    return staged.name, sorted(f.relative_to(staged).as_posix() for f in staged.glob("**/*") if not f.is_dir())


@pytest.mark.parametrize(
    "code",
    [
        CODE.encode("utf-8-sig"),
        b"# coding: latin-1\n" + CODE.encode("latin-1"),
        CODE.replace("\n", "\r\n").encode(),
    ],
    ids=["byte order mark", "declared encoding", "CRLF"],
)
def test_what_python_reads_is_taken(folder, code):
    (folder / "app.py").write_bytes(code)
    assets.check_syntax(folder)


WRONG = {
    "Latin-1": (CODE.encode("latin-1"), r"line 2: not UTF-8, as Python code is\. Save .*\."),
    "Latin-1 in a comment": (b"# caf\xe9\n", r"line 1: not UTF-8, .*"),
    "UTF-16": (CODE.encode("utf-16"), r"line 1: not UTF-8, .*"),
    "a zero byte": (b"x = 1\0\n", r".*null bytes.*\."),
    "an unknown encoding": (b"# coding: klingon\n", r".*klingon.*\."),
    "a bracket": (b"x = (\n", r"line 1: '\(' was never closed\."),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_python_does_not_read_is_said_in_a_sentence(folder, wrong):
    code, sentence = WRONG[wrong]
    (folder / "app.py").write_bytes(code)
    with pytest.raises(WorkbookError, match=sentence) as refused:
        assets.check_syntax(folder)
    first, *line = refused.value.message.splitlines()
    assert shown(folder / "app.py") in first
    assert first.endswith(" Not deployed; the code that was deployed before keeps answering.")
    assert not line or line[0].strip() in code.decode("latin-1")


def test_a_file_of_the_app_that_is_not_utf_8_does_not_hide_what_failed(tmp_path, monkeypatch):
    monkeypatch.setattr(failures, "CDK_APP", tmp_path)
    (tmp_path / "app.py").write_bytes("# café\nThing(app, 'Hello')\n".encode("latin-1"))
    (tmp_path / "._app.py").write_bytes(b"\0\xff")
    assert failures.described("Shop", "Id", {"Id": {"Metadata": {"aws:cdk:path": "Shop/Hello"}}}) == (
        f"Shop, Hello ({shown(tmp_path / 'app.py')}, line 2)"
    )
