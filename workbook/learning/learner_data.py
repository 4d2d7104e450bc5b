"""A learner's rows and objects are kept in files before their tables and buckets go, and come back from there."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from workbook.base.paths import shown
from workbook.cloud import target
from workbook.cloud.stacks import resources, status
from workbook.deployment.teardown import object_keys
from workbook.learning.learner_files import DATA

TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
BUCKETS = ("AWS::S3::Bucket",)
LONGEST = 200  # letters of a file's name; the key of an object may have five times as many


def keep_contents(stack: str, folder: Path, names: list[str] | None = None) -> list[str]:
    """Write what is in a stack's tables and buckets to files, before they go.

    Args:
        folder: where things are kept; the files are below `data/STACK/LOGICAL-ID`.
        names: of the tables and buckets; all of the stack by default.

    Returns:
        A sentence that says where it is; none if there was nothing.
    """
    rows = objects = 0
    for resource in resources(stack):
        kind, name = resource["ResourceType"], resource["PhysicalResourceId"]
        place = folder / DATA / stack / resource["LogicalResourceId"]
        if names is None or name in names:
            rows += _keep_rows(name, place) if kind in TABLES else 0
            objects += _keep_objects(name, place / name) if kind in BUCKETS else 0
    what = " and ".join(["the rows of the tables"] * bool(rows) + ["the objects in the buckets"] * bool(objects))
    return [f"{what[0].upper()}{what[1:]} of {stack} are kept in {shown(folder)}."] if what else []


def bring_back_contents(folder: Path) -> list[str]:
    """Put rows and objects that were kept aside back into the tables and buckets of the stacks that are deployed now.

    What is there now stays as it is: a row or an object with the same key is not replaced.

    Args:
        folder: where things were kept.

    Returns:
        Sentences that say what came back, and what has to be deployed first.
    """
    said = []
    for of_stack in sorted((folder / DATA).glob("*")):
        stack = of_stack.name
        there = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources(stack)} if status(stack) else {}
        places = sorted(of_stack.glob("*"))
        put = sum(_put_back(there[place.name], place) for place in places if place.name in there)
        if put:
            said.append(f"Brought back into {stack}: {put} rows and objects.")
        if missing := [place.name for place in places if place.name not in there]:
            said.append(
                f"{stack} has no {', '.join(missing)} now, so what is kept of it stays in {shown(folder)}: "
                f"deploy {stack}, and then type `python3 run.py restore {folder.name}`."
            )
    return said


def _put_back(name: str, place: Path) -> int:
    """Put what is kept of a table or a bucket back; how many rows or objects that are."""
    rows = [
        row
        for file in place.glob("*.json")
        for row in json.loads(file.read_text(encoding="utf-8"), object_hook=_binary)
    ]
    files = {
        _key(f.relative_to(root)): f
        for root in place.glob("*")
        if root.is_dir()
        for f in root.glob("**/*")
        if f.is_file()
    }
    return (_put_rows(name, rows) if rows else 0) + (_put_objects(name, files) if files else 0)


def _keep_rows(table: str, place: Path) -> int:
    """Write the rows of a table as DynamoDB has them, each value with its type; how many that are."""
    pages = target.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    rows = [row for page in pages for row in page["Items"]]
    if rows:
        place.mkdir(parents=True, exist_ok=True)
        text = json.dumps(rows, indent=1, ensure_ascii=False, default=lambda raw: base64.b64encode(raw).decode())
        (place / f"{table}.json").write_text(text, encoding="utf-8")
    return len(rows)


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    """A binary value, which JSON has as text."""
    return {"B": base64.b64decode(value["B"])} if value.keys() == {"B"} and isinstance(value["B"], str) else value


def _put_rows(table: str, rows: list[dict[str, Any]]) -> int:
    client = target.client("dynamodb")
    [key] = [
        it["AttributeName"]
        for it in client.describe_table(TableName=table)["Table"]["KeySchema"]
        if it["KeyType"] == "HASH"
    ]
    put = 0
    for row in rows:
        with suppress(client.exceptions.ConditionalCheckFailedException):  # there is such a row
            client.put_item(
                TableName=table,
                Item=row,
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": key},
            )
            put += 1
    return put


def _keep_objects(bucket: str, place: Path) -> int:
    """Download what is in a bucket, each object under its key; how many that are."""
    client, keys = target.client("s3"), list(object_keys(bucket))
    for key in keys:
        file = place / _path(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        client.download_file(bucket, key, str(file))
    return len(keys)


def _path(key: str) -> Path:
    """The path of an object's file: its key, which may be longer than a file's name may be."""
    text = quote(key, safe=" ")
    *folders, name = (text[start : start + LONGEST] for start in range(0, len(text), LONGEST))
    return Path(*(f"{folder}+" for folder in folders), name)  # no key has a plus any more


def _key(path: Path) -> str:
    return unquote("".join(part.removesuffix("+") for part in path.parts))


def _put_objects(bucket: str, files: dict[str, Path]) -> int:
    client, there = target.client("s3"), set(object_keys(bucket))
    new = {key: file for key, file in files.items() if key not in there}
    for key, file in new.items():
        client.upload_file(str(file), bucket, key)
    return len(new)
