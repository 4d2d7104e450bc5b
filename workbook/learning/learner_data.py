"""A learner's rows and objects are kept in files before the tables and buckets that hold them go."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from workbook.base.paths import shown
from workbook.cloud import target
from workbook.cloud.stacks import physical_names
from workbook.deployment.teardown import object_keys
from workbook.learning.learner_files import new_folder_aside
from workbook.observe.frames import table


def keep_contents(stack: str, names: list[str] | None = None) -> list[str]:
    """Write what is in a stack's tables and buckets to files, before they go.

    Args:
        names: of the tables and buckets; all of the stack by default.

    Returns:
        A sentence that says where it is; none if there was nothing.
    """
    folder = new_folder_aside()
    tables = physical_names(stack, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
    rows = [_keep_rows(name, folder) for name in tables if names is None or name in names]
    buckets = physical_names(stack, "AWS::S3::Bucket")
    objects = [_keep_objects(name, folder) for name in buckets if names is None or name in names]
    kept = ["the rows of the tables"] * any(rows) + ["the objects in the buckets"] * any(objects)
    if not kept:
        folder.rmdir()
        return []
    what = " and ".join(kept)
    return [f"{what[0].upper()}{what[1:]} of {stack} are kept in {shown(folder)}."]


def _keep_rows(name: str, folder: Path) -> int:
    rows = table(name)
    if len(rows):
        rows.to_json(folder / f"{name}.json", orient="records", indent=1)
    return len(rows)


def _keep_objects(name: str, folder: Path) -> int:
    """Download what is in a bucket, each object under its key; how many that are."""
    client = target.client("s3")
    keys = list(object_keys(name))
    for number, key in enumerate(keys):
        (folder / name).mkdir(exist_ok=True)
        file = quote(key, safe=" ")
        client.download_file(name, key, str(folder / name / (file if len(file) < 200 else f"{number}-{file[-200:]}")))
    return len(keys)
