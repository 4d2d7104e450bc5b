"""`chapter(NN)`: bring this machine to where a chapter starts, and say what that took."""

from __future__ import annotations

import html
import json
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from workbook import book, cloud, progress, target
from workbook.deployed import recorded_stacks
from workbook.deploying import (
    confirm_aws, deploy, deployed_template, destroy, empty_bucket, names_that_go, object_keys, physical_names, status,
)  # fmt: skip
from workbook.display import Progress, in_notebook, show
from workbook.errors import WorkbookError
from workbook.frames import table
from workbook.paths import CDK_APP, shown


def chapter(number: int) -> None:
    """The set-up of a chapter: starts the local cloud, and brings code and deployment to the start.

    Run again in the middle of the chapter, it leaves everything as it is. Run again once the
    chapter, or a later one, is finished, it starts the chapter over; rows in tables that this
    removes are kept aside first, and so are edits of one's own.

    Args:
        number: the chapter's.

    Raises:
        WorkbookError: there is no such chapter, or its code does not deploy.
    """
    _known(number)
    ready = f"Chapter {number:02} is ready."
    with Progress(f"Bringing this machine to chapter {number:02}", text=ready) as shown_progress:
        lost = _reach_the_cloud()
        done = [lost] if lost else []
        _guard_files()
        _widen_frames()
        at, where = progress.position()
        if at == number and where != progress.END:
            done += put_back() if lost else []
            done.append("You are in the middle of this chapter; everything is left as it is.")
        elif lost or (at, where) != (number - 1, progress.END) or not _stand(book.stacks_before(number)):
            done += catch_up(number)
        cloud.restored()
        progress.move_to(number, progress.WITHIN)
        shown_progress.closing = f"<p>✓ {ready}</p>" + "".join(f"<p>{html.escape(line)}</p>" for line in done)
    if not in_notebook():
        print(ready)


def catch_up(number: int) -> list[str]:
    """Bring code and deployment to how they stand at the start of a chapter.

    Args:
        number: the chapter's; one more than the last means the end of the book.

    Returns:
        Sentences that say what was done.
    """
    done = [f"The code stands as at the start of chapter {number:02}."]
    if aside := book.replay(number):
        done.append(f"Edits of your own are kept in {shown(aside)}; `python3 run.py restore` brings them back.")
    expected = book.stacks_before(number)
    for stack in importers_first([s for s in book.all_stacks() if s not in expected and status(s)]):
        done += keep_contents(stack)
        destroy(stack)
        done.append(f"The stack {stack} was removed; the chapter makes it anew.")
    for stack in expected:
        done += _clear_buckets_that_go(stack)
    if expected:
        deployment = deploy(*expected)
        if not deployment.changes.empty:
            done.append(f"Deployed {', '.join(expected)} in {deployment.seconds:.1f} s.")
    progress.move_to(number, progress.START)
    return done


def finish(number: int) -> None:
    """The last cell of a chapter: record that it is done, and show how far one is.

    Args:
        number: the chapter's.
    """
    _known(number)
    progress.move_to(number, progress.END)
    done, all_chapters = progress.finished(), book.chapters()
    later = [n for n in all_chapters if n > number]
    text = f"Chapter {number:02} is finished." + (f" Next: {book.title(later[0])}." if later else "")
    items = "".join(
        f"<li>{'✓' if n in done else '·'} {html.escape(f'{n:02} {book.title(n)}')}</li>" for n in all_chapters
    )
    show(text, f"<p>{html.escape(text)}</p><ul style='list-style:none'>{items}</ul>")


def put_back() -> list[str]:
    """Deploy again, from the code as it stands, what a hard kill of the local cloud took.

    Returns:
        Sentences that say what was deployed.
    """
    app = CDK_APP / "app.py"
    named = book.STACK_IN_APP.findall(app.read_text(encoding="utf-8")) if app.exists() else []
    stacks = [stack for stack in recorded_stacks() if stack in named]
    if stacks:
        deploy(*stacks)
    cloud.restored()
    return [f"Deployed again: {', '.join(stacks)}."] if stacks else []


def _reach_the_cloud() -> str | None:
    """Start the local cloud, or have the use of an AWS account confirmed; what was lost, if anything."""
    if target.is_local():
        cloud.ensure()
        return cloud.loss()
    confirm_aws()
    return None


def importers_first(stacks: list[str]) -> list[str]:
    """Stacks in an order in which they can be deleted: while one imports from another, that one must stay."""
    templates = {stack: json.dumps(deployed_template(stack)) for stack in stacks}
    imports = {s: {other for other in stacks if f'"Fn::ImportValue": "{other}:' in templates[s]} for s in stacks}
    return list(TopologicalSorter(imports).static_order())[::-1]


def _stand(stacks: list[str]) -> bool:
    return all(status(stack) for stack in stacks)


def _known(number: int) -> None:
    if number not in book.chapters():
        there = ", ".join(f"{n:02}" for n in book.chapters())
        raise WorkbookError(f"There is no chapter {number}. There are: {there}.")


def _guard_files() -> None:
    """See to it that `%%writefile` never overwrites an edit of one's own."""
    if in_notebook():
        events = sys.modules["IPython"].get_ipython().events
        if book.guard_writefile in events.callbacks["pre_run_cell"]:
            events.unregister("pre_run_cell", book.guard_writefile)
        events.register("pre_run_cell", book.guard_writefile)


def _widen_frames() -> None:
    """Let frames be as wide as a page, so that a row stays on its line in text, too."""
    pd.set_option("display.width", 120)
    pd.set_option("display.max_colwidth", 80)


def keep_contents(stack: str, names: list[str] | None = None) -> list[str]:
    """Write what is in a stack's tables and buckets to files, before they go.

    Args:
        names: of the tables and buckets; all of the stack by default.

    Returns:
        A sentence that says where it is; none if there was nothing.
    """
    folder = book.new_folder_aside()
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


def _clear_buckets_that_go(stack: str) -> list[str]:
    """Empty the buckets that the stack will no longer have: CloudFormation deletes no bucket with something in it."""
    if not status(stack) or not physical_names(stack, "AWS::S3::Bucket"):
        return []
    going = names_that_go(stack, "AWS::S3::Bucket")
    said = keep_contents(stack, going)
    for name in going:
        empty_bucket(name)
    return said
