"""Rehearse chapters: their published edition with AWS as its target, on a cloud that plays AWS, in AWS's weather.

`python tests/rehearsal/rehearse.py 01 05 --seed 7`, in a copy of the tree: `workbook rehearse` makes one. With
`--learn` it is the learner's edition, filled in. What came of it goes to `.workbook/rehearsed.json`.
"""

from __future__ import annotations

import argparse
import copy
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError

sys.path.append(str(Path(__file__).parents[1] / "integration"))
from known import NOT_PLAYED
from learner import Learner
from learners_role import keys_of_a_learner
from proxy_process import Conditions, Proxy, proxy, rules
from rich.console import Console
from second_cloud import ACCOUNT, BUCKET, REGION, second_cloud

from workbook.base.errors import WorkbookError
from workbook.base.patience import slowness
from workbook.base.paths import LEARN, NOTEBOOKS, ROOT, STATE, write_json
from workbook.cloud import target
from workbook.learning import edition, gaps, published
from workbook.maintenance.notebooks import differences, kernel

PREPARED = """
import sys
sys.path.append({here!r})
import prepared
prepared.prepare({account!r}, {region!r}, {factor})
sys.path.pop()
"""
# What an output says of AWS, as it stands in the published one.
AS_PUBLISHED = (
    (rf"https://([a-z0-9]+)\.execute-api\.{REGION}\.amazonaws\.com/", r"http://127.0.0.1:1/_aws/execute-api/\1/"),
    (rf"https://sqs\.{REGION}\.amazonaws\.com", "http://127.0.0.1:1"),
    (ACCOUNT, target.LOCAL_ACCOUNT),
    (REGION, target.LOCAL_REGION),
)
LONGEST = 180  # seconds for a cell on a quiet machine; one that waits in vain does not hold up the others
UNKNOWN = ("<NA>", "None", "NaN", "NaT")  # what AWS does not tell of a message that is only counted
SAID = re.compile(r"^On AWS, .*\n", re.MULTILINE)  # what is said there only


def main() -> int:
    """Rehearse the chapters; 0 if each cell is as published, but for what the cloud cannot play."""
    given = _arguments()
    there = rules()
    if unknown := {*given.rule, *given.without} - set(there):
        sys.exit(f"There is no rule {', '.join(sorted(unknown))}; there are: {', '.join(there)}.")
    on = [name for name in given.rule or there if name not in given.without and not given.calm]
    conditions = Conditions(given.seed, given.factor, tuple(on))
    console, reports, held = Console(highlight=False, soft_wrap=True), [], []
    done = {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed": conditions.seed, "factor": conditions.factor, "learn": given.learn,
        "rules": {name: there[name] for name in conditions.rules}, "chapters": reports, "held and then refused": held,
    }  # fmt: skip
    console.print(f"Seed {conditions.seed}. AWS's times are divided by {conditions.factor:g}.", markup=False)
    for name, what in there.items() if conditions.rules else ():
        console.print(f"  {'on ' if name in conditions.rules else 'off'} {name}: {what}", markup=False)
    with second_cloud(Learner(ROOT)) as aws:
        location = {"LocationConstraint": REGION}
        aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)  # as the bootstrap does
        with proxy(aws, conditions, keys_of_a_learner(aws)) as between, _cloudwatch(aws.url, 60 / conditions.factor):
            _set_environment(between.environment)
            for number in given.numbers or sorted(published.chapters()):
                with console.status(f"Rehearsing {number:02}") as status:
                    reports.append(_rehearse(number, given.learn, between, conditions.factor, status.update))
                _tell(console, reports[-1])
                write_json(STATE / "rehearsed.json", done)
    held += [f"{rule}: {what}" for rule, what in between.notes() if what.startswith("FAILED")]
    console.print("\n".join(held), markup=False, style="red")
    write_json(STATE / "rehearsed.json", done)
    return 1 if held or any(report["otherwise"] for report in reports) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--factor", type=float, default=10)
    for name in ("--rule", "--without"):
        parser.add_argument(name, type=lambda text: text.split(","), default=[])
    for name in ("--calm", "--learn"):
        parser.add_argument(name, action="store_true")
    return parser.parse_args()


@contextmanager
def _cloudwatch(url: str, seconds: float) -> Iterator[None]:
    """Meanwhile, alarms are looked after as CloudWatch does it."""
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("cloudwatch.py"), url, str(seconds)],
        stdout=(STATE / "cloudwatch.txt").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _set_environment(changes: dict[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _rehearse(number: int, learn: bool, between: Proxy, factor: float, show: Callable[[str], object]) -> dict[str, Any]:
    """Run a chapter's cells; what came of them. Which cell is at work is shown."""
    notebook = nbformat.read(published.chapters()[number], as_version=4)
    stored, otherwise = copy.deepcopy(notebook.cells), {}
    if learn:
        notebook = _filled_in(number, {cell.id: cell.source for cell in stored})
    noted, started = len(between.notes()), time.monotonic()
    here = str(Path(__file__).parent)
    prepared = PREPARED.format(here=here, account=ACCOUNT, region=REGION, factor=factor)
    notebook.cells.append(nbformat.v4.new_code_cell(prepared))
    codes = [index for index, cell in enumerate(stored) if cell.cell_type == "code"]
    folder = LEARN if learn else NOTEBOOKS
    with kernel(notebook, folder, allow_errors=True, interrupt_on_timeout=True) as client:
        client.execute_cell(notebook.cells[-1], len(stored), store_history=False)
        for done, index in enumerate(codes, 1):
            show(f"Rehearsing {number:02}: cell {done} of {len(codes)}, {stored[index].id}")
            cell, began = notebook.cells[index], time.monotonic()
            client.timeout = round(LONGEST * slowness())
            try:
                client.execute_cell(cell, index)
                if learn and cell.source.startswith("%%writefile"):  # a learner sees what changes in the file, too
                    cell.outputs = [output for output in cell.outputs if output.output_type == "stream"]
                _as_published(cell, stored[index])
                different = differences(cell, stored[index])
            except (CellTimeoutError, DeadKernelError) as error:
                different = [f"The cell {cell.id} ended with {type(error).__name__}."]
            if different:
                otherwise[cell.id] = f"{different[0]} ({time.monotonic() - began:.0f} s)"
    return {
        "chapter": number,
        "title": published.title(number),
        "cells": len(codes),
        "seconds": round(time.monotonic() - started),
        "otherwise": {name: what for name, what in otherwise.items() if name not in NOT_PLAYED},
        "not played": {name: NOT_PLAYED[name] for name in otherwise if name in NOT_PLAYED},
        "weather": dict(Counter(rule for rule, _ in between.notes()[noted:])),
    }


def _filled_in(number: int, published_sources: dict[str, str]) -> nbformat.NotebookNode:
    """The learner's page of a chapter, with the published lines in its gaps and the published guesses."""
    edition.renew()
    page, with_gaps = nbformat.read(edition.page_of(number), as_version=4), gaps.cells_of(number)
    for cell in page.cells:
        if cell.id in with_gaps:
            head = cell.source.split("\n", 1)[0] + "\n" if with_gaps[cell.id].path else ""
            cell.source = head + with_gaps[cell.id].published()
        elif cell.cell_type == "code":
            cell.source = published_sources[cell.id]  # of the other cells, only guesses are taken out
    return page


def _as_published(cell: nbformat.NotebookNode, stored: nbformat.NotebookNode) -> None:
    """Let a cell's outputs say of AWS's addresses, account and region what the published page says, and no more.

    What AWS does not tell of messages is as it is published.
    """
    cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    for output in cell.outputs:
        if "text" in output:
            output.text = SAID.sub("", output.text)
        if "text/plain" in output.get("data", {}):
            output.data["text/plain"] = SAID.sub("", f"{output.data['text/plain']}\n").rstrip("\n")
    cell.outputs = [it for it in cell.outputs if it.get("text", "+") and it.get("data", {}).get("text/plain", "+")]
    for output in cell.outputs:
        for of, key in ((output, "text"), (output, "evalue"), (output.get("data", {}), "text/plain")):
            for pattern, replacement in AS_PUBLISHED if key in of else ():
                of[key] = re.sub(pattern, replacement, of[key])
    for output, published_one in zip(cell.outputs, stored.outputs, strict=False):
        shown, wanted = (one.get("data", {}).get("text/plain", "") for one in (output, published_one))
        if "<NA>" in shown and same_but_for_unknown(shown, wanted):
            output.data["text/plain"] = wanted


def same_but_for_unknown(shown: str, published: str) -> bool:
    """Whether a frame, as text, is the published one, but for what AWS does not tell."""
    pattern = r"\s+".join("[^\n]+?" if it in UNKNOWN else re.escape(it) for it in shown.split())
    return bool(re.fullmatch(pattern, published.strip()))


def _tell(console: Console, report: dict[str, Any]) -> None:
    good = not report["otherwise"]
    title = f"{report['chapter']:02} {report['title']}: {report['cells']} cells in {report['seconds']} s"
    console.print(f"{'✓' if good else '✗'} {title}", markup=False, style="" if good else "red")
    for what in report["otherwise"].values():
        console.print(f"  {what}", markup=False)
    for name, why in report["not played"].items():
        console.print(f"  not played: {name}, {why}", markup=False)
    weather = ", ".join(f"{rule} {times}" for rule, times in report["weather"].items())
    console.print(f"  weather: {weather or 'none'}", markup=False)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WorkbookError as error:
        sys.exit(error.message)
