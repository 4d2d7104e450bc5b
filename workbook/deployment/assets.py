"""The code of the functions as assets: digests that tell whether it changed, zip files, and the bucket they go to."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, ROOT, read_json, shown
from workbook.cloud import boundary, target
from workbook.cloud.stacks import RECORD, deployed_template
from workbook.deployment.assembly import ASSEMBLY, template

# No part of the code: what tools make, what file managers leave behind, and editors' copies of what is being edited.
NOT_SOURCE = (
    "node_modules", "cdk.out", "__pycache__", ".ipynb_checkpoints",
    ".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".directory",
    "*~", ".*.sw?", "#*#", ".#*",
)  # fmt: skip
DECLARED = re.compile(rb"(.*\n)?[ \t\f]*#.*?coding[:=]")  # https://peps.python.org/pep-0263/


def check_syntax(folder: Path) -> None:
    """Compile the Python files below `folder`, without running them.

    Raises:
        WorkbookError: one does not compile; shows the line. What is deployed keeps answering.
    """
    for file in (file for file in source_files(folder) if file.suffix == ".py"):
        if wrong := _what_is_wrong(file):
            sentence, line = wrong
            raise WorkbookError(
                f"{shown(file)}{sentence} Not deployed; the code that was deployed before keeps answering.{line}"
            )


def _what_is_wrong(file: Path) -> tuple[str, str] | None:
    """What is wrong with a Python file, and the line to show; None if it compiles."""
    code = file.read_bytes()
    if wrong := _not_utf8(code):
        return wrong
    try:
        compile(code, str(file), "exec")  # bytes: as Python reads them, a byte order mark and `# coding:` included
    except (SyntaxError, ValueError) as error:
        return _as_python_says(error)
    return None


def _not_utf8(code: bytes) -> tuple[str, str] | None:
    """What is wrong with code that is not UTF-8 and does not say what else it is; None if that is not it.

    In a comment, some versions of Python mind that and some do not.
    """
    try:
        code.decode("utf-8")
    except UnicodeDecodeError as wrong:
        if not DECLARED.match(code):
            line = code[: wrong.start].count(b"\n") + 1
            return f", line {line}: not UTF-8, as Python code is. Save the file as UTF-8 in your editor.", ""
    return None


def _as_python_says(error: SyntaxError | ValueError) -> tuple[str, str]:
    """What Python says is wrong, and the line, with a mark below the place, if it tells one."""
    if not isinstance(error, SyntaxError) or not error.lineno:
        return f": {error}.", ""
    line = (error.text or "").rstrip()
    mark = " " * ((error.offset or 1) - 1) + "^"
    return f", line {error.lineno}: {error.msg}.", f"\n    {line}\n    {mark}" if line else ""


def folder_digest(folder: Path) -> str:
    """A digest of the names and contents of the source files below `folder`."""
    digest = hashlib.sha256()
    for file in source_files(folder):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def digest_of(staged: Path) -> str:
    """The digest of a staged asset, which never changes: its name tells what is in it."""
    return folder_digest(staged)


def app_digest() -> str:
    """A digest of the CDK app, of the versions that it runs with, and of the boundary of its roles, if any."""
    lock = hashlib.sha256((ROOT / "requirements.lock").read_bytes()).hexdigest()
    return hashlib.sha256(f"{folder_digest(CDK_APP)}\n{lock}{boundary.context() or ''}".encode()).hexdigest()


def cdk_digest() -> str:
    """A digest of all that a template is made from, but for the code of the functions."""
    return hashlib.sha256(f"{target.account()}\n{target.region()}\n{app_digest()}".encode()).hexdigest()


def with_keys_of_now(stack: str) -> dict[str, Any]:
    """The template that `stack` was deployed with; but code that is as it was has the key that CDK gives it.

    A deployment of code alone gives code a key of its own, and that alone is no change.
    """
    now = json.dumps(template(stack))
    keys = {digest_of(s): k for s in ASSEMBLY.glob("asset.*") if (k := s.name.removeprefix("asset.")) in now}
    body = json.dumps(deployed_template(stack))
    for key, asset in read_json(RECORD, {}).get(stack, {}).get("assets", {}).items():
        body = body.replace(f"{key}.zip", f"{keys.get(asset['digest'], key)}.zip")
    return json.loads(body)


def source_files(folder: Path) -> list[Path]:
    """The files below `folder` that a person wrote."""
    found = []
    for place, folders, files in os.walk(folder):  # which need not look into node_modules and its thousands of files
        folders[:] = [name for name in folders if not _is_not_source(name)]
        found += [Path(place, name) for name in files if not _is_not_source(name)]
    return sorted(file for file in found if file.is_file())


def is_only_source(folder: Path) -> bool:
    """Whether nothing stands below `folder` but what a person wrote."""
    return not any(_is_not_source(path.name) for path in folder.rglob("*"))


def _is_not_source(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in NOT_SOURCE)


def tidy(assembly: Path) -> None:
    """Take out of the staged code in `assembly` what is no code, so that CDK, too, packs source files alone."""
    for staged in assembly.glob("asset.*/"):
        for path in [path for path in staged.glob("**/*") if _is_not_source(path.name)]:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def zipped(folder: Path) -> bytes:
    """The source files below `folder` as a zip file, the same bytes for the same files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in source_files(folder):
            archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix()), file.read_bytes())
    return packed.getvalue()


def asset_bucket() -> str:
    """The bucket that `cdk bootstrap` makes for assets."""
    return f"cdk-hnb659fds-assets-{target.account()}-{target.region()}"


def make_asset_bucket() -> None:
    """What `cdk bootstrap` does on AWS, as far as the local cloud needs it."""
    client = target.client("s3")
    if asset_bucket() not in [b["Name"] for b in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=asset_bucket())
