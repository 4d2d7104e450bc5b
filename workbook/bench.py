"""`workbook bench`: how fast the shop deploys and answers on this machine.

It measures where it stands and changes the code there, so `workbook bench` runs it in a copy.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
from rich.console import Console
from rich.table import Table

from workbook import cloud
from workbook.book import APP
from workbook.deployed import outputs
from workbook.deploying import deploy
from workbook.errors import WorkbookError
from workbook.paths import LAMBDA_SRC, ROOT
from workbook.processes import quiet_interrupt
from workbook.waiting import wait_until

CALLS = 200
LAMP = {"name": "Lamp", "price": 19.99}
MARKED = """

_unmarked = handler


def handler(event, context):
    answer = _unmarked(event, context)
    answer.setdefault("multiValueHeaders", {})["x-bench"] = ["2"]
    return answer
"""


@dataclass(frozen=True)
class Measurement:
    """A measured value.

    Attributes:
        what: what was measured.
        value: in `unit`.
        unit: `s`, `ms` or `MB`.
        goal: what it should not exceed; None if there is no such promise.
    """

    what: str
    value: float
    unit: str
    goal: float | None = None

    @property
    def kept(self) -> bool:
        return self.goal is None or self.value <= self.goal


def measure() -> list[Measurement]:
    """Measure all, from nothing to a shop under load. It takes about half a minute.

    Raises:
        WorkbookError: the shop does not deploy.
    """
    found = [Measurement("the local cloud starts", _seconds(cloud.ensure), "s")]
    cloud.stop()
    cloud.wipe()

    session = requests.Session()
    up = _seconds(lambda: (_up(), session.get(_products()).raise_for_status()))
    found.append(Measurement("up: from nothing until Product answers", up, "s", 8))
    found.append(Measurement("deploy: nothing changed", _seconds(lambda: deploy("Product")), "s", 0.3))

    app = ROOT / APP
    changed = app.read_text(encoding="utf-8").replace("app.synth()", 'cdk.Tags.of(app).add("bench", "2")\napp.synth()')
    app.write_text(changed, encoding="utf-8")
    found.append(Measurement("deploy: CDK code changed", _seconds(lambda: deploy("Product")), "s", 4))

    products = _products()
    handler = LAMBDA_SRC / "product" / "app.py"
    handler.write_text(handler.read_text(encoding="utf-8") + MARKED, encoding="utf-8")

    def until_the_new_code_answers() -> None:
        deploy("Product")
        wait_until(lambda: session.get(products).headers.get("x-bench") == "2", "the new code to answer")

    found.append(Measurement("deploy: handler changed, until it answers", _seconds(until_the_new_code_answers), "s", 1))

    product = f"{products}/{session.post(products, json=LAMP).json()['id']}"
    times = [_seconds(lambda: session.get(product).raise_for_status()) * 1000 for _ in range(CALLS)]
    found.append(Measurement("GET of a product, warm: median", statistics.median(times), "ms", 12))
    found.append(Measurement("GET of a product, warm: 95th percentile", statistics.quantiles(times, n=20)[-1], "ms"))
    found.append(Measurement("memory of the cloud and its workers", cloud.memory() / 1e6, "MB", 300))

    cloud.stop()
    cloud.ensure()
    found.append(Measurement("GET of a product, cold", _seconds(lambda: session.get(product)) * 1000, "ms"))
    return found


def _up() -> None:
    done = subprocess.run([sys.executable, "-m", "workbook", "up"], capture_output=True, text=True)
    if done.returncode:
        raise WorkbookError(done.stderr.strip())
    cloud.ensure()  # `up` was another process; this one learns where the cloud is


def _products() -> str:
    return outputs["ProductApiUrl"].rstrip("/") + "/product"


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def table(found: list[Measurement]) -> Table:
    """The measurements beside their goals."""
    shown = Table("how fast it is here", "measured", "goal", "of goal", box=None, pad_edge=False)
    for column in shown.columns[1:]:
        column.justify = "right"
    for one in found:
        digits = 2 if one.unit == "s" else 0 if one.unit == "MB" else 1
        goal = f"≤ {one.goal:g} {one.unit}" if one.goal else ""
        colour = "green" if one.kept else "red"
        ratio = f"[{colour}]{one.value / one.goal:.0%}[/]" if one.goal else ""
        shown.add_row(one.what, f"{one.value:.{digits}f} {one.unit}", goal, ratio)
    return shown


def main() -> int:
    """Measure, and print the table; the exit code, which is 0 whether or not the goals are kept."""
    console = Console(highlight=False)
    try:
        with console.status("Measuring; this takes about half a minute"):
            found = measure()
    except WorkbookError as error:
        print(error.message, file=sys.stderr)
        return 1
    console.print(table(found))
    return 0


if __name__ == "__main__":
    with quiet_interrupt():
        sys.exit(main())
