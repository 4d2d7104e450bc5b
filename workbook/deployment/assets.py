"""The code of the functions as assets: digests that tell whether it changed, zip files, and the bucket they go to."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, ROOT, read_json, shown
from workbook.cloud import target
from workbook.cloud.stacks import RECORD, deployed_template
from workbook.deployment.assembly import ASSEMBLY

NOT_SOURCE = {"node_modules", "cdk.out", "__pycache__", ".ipynb_checkpoints"}


def check_syntax(folder: Path) -> None:
    """Compile the Python files below `folder`, without running them.

    Raises:
        WorkbookError: one does not compile; shows the line. What is deployed keeps answering.
    """
    for file in sorted(folder.glob("**/*.py")):
        try:
            compile(file.read_text(encoding="utf-8"), str(file), "exec")
        except SyntaxError as error:
            line = (error.text or "").rstrip()
            pointer = " " * ((error.offset or 1) - 1) + "^"
            raise WorkbookError(
                f"{shown(file)}, line {error.lineno}: {error.msg}. Not deployed; the code that was "
                f"deployed before keeps answering.\n    {line}\n    {pointer}"
            ) from None


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


def cdk_digest() -> str:
    """A digest of all that a template is made from, but for the code of the functions."""
    parts = [target.account(), target.region(), folder_digest(CDK_APP)]
    parts.append(hashlib.sha256((ROOT / "requirements.lock").read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def with_keys_of_now(stack: str) -> dict[str, Any]:
    """The template that `stack` was deployed with; but code that is as it was has the key that CDK gives it.

    A deployment of code alone gives code a key of its own, and that alone is no change.
    """
    keys = {digest_of(staged): staged.name.removeprefix("asset.") for staged in ASSEMBLY.glob("asset.*")}
    body = json.dumps(deployed_template(stack))
    for key, asset in read_json(RECORD, {}).get(stack, {}).get("assets", {}).items():
        body = body.replace(f"{key}.zip", f"{keys.get(asset['digest'], key)}.zip")
    return json.loads(body)


def source_files(folder: Path) -> list[Path]:
    """The files below `folder` that a person wrote."""
    found = []
    for place, folders, files in os.walk(folder):  # which need not look into node_modules and its thousands of files
        folders[:] = [name for name in folders if name not in NOT_SOURCE]
        found += [Path(place, name) for name in files if name not in NOT_SOURCE]
    return sorted(file for file in found if file.is_file())


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
