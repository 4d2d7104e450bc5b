"""`python3 run.py bench`: how fast the shop deploys and answers on this machine.

It measures where it stands and changes the code there, so `python3 run.py bench` runs it in a copy.
"""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import nbformat
import requests
from cfnlint.api import lint_file
from cfnlint.config import ManualArgs
from rich.console import Console

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, LAMBDA_SRC, ROOT
from workbook.base.processes import quiet_interrupt
from workbook.base.waiting import poll, wait_until
from workbook.cloud import local, target
from workbook.cloud.stacks import outputs
from workbook.deployment import cdk, lint, synthesis
from workbook.deployment.assembly import ASSEMBLY, stack_names
from workbook.deployment.deploy import deploy
from workbook.maintenance import copies
from workbook.maintenance.measurements import Measurement, table
from workbook.maintenance.notebooks import kernel
from workbook.observe.ledger import ledger

CALLS, FEW = 200, 20
ORDERS, CLIENTS = 1000, 8
LAMP = {"name": "Lamp", "price": 19.99}
ITEMS = [{"productId": "lamp", "productName": "Lamp", "quantity": 2, "price": 19.99}]
CUSTOMER = {
    "firstName": "Ada", "lastName": "Example", "email": "ada@example.com", "address": "1 Main Street",
    "paymentMethod": "invoice",
}  # fmt: skip
SHOP = ("EventBus", "Product", "Basket", "Ordering", "EventLog")
MARKED = """

_unmarked = handler


def handler(event, context):
    answer = _unmarked(event, context)
    answer.setdefault("multiValueHeaders", {})["x-bench"] = ["2"]
    return answer
"""


def measure(progress: Callable[[str], None]) -> list[Measurement]:
    """Measure all, from nothing to a shop under load. It takes about a minute and a half.

    Args:
        progress: called with what is measured next.

    Raises:
        WorkbookError: the shop does not deploy.
    """
    progress("starting")
    found = [Measurement("the local cloud starts", _seconds(local.ensure), "s")]
    local.stop()
    local.wipe()
    _lab_answers()
    found.append(Measurement("lab, the second start: until its page answers", _lab_answers(), "s", 2.2))
    progress("deploying")
    found.append(Measurement("up --chapter 06, from nothing", _chapter_06_in_a_copy(), "s", 4))
    found += _deployments()
    progress("calling Product")
    found += _products_answer()
    progress("following single checkouts")
    found += _orders_become_visible()
    progress("uploading products and changing prices")
    found += _other_events_arrive()
    progress(f"checking {ORDERS} baskets out")
    found += _orders_in_a_crowd()
    return found


def _lab_answers() -> float:
    """Start JupyterLab and the cloud, and end them; the seconds until the page is there."""
    started = time.perf_counter()
    lab = subprocess.Popen([sys.executable, "-m", "workbook", "lab", "--no-browser"], text=True, stdout=subprocess.PIPE)
    try:
        address = lab.stdout.readline().split()[-1]
        requests.get(address).raise_for_status()
        return time.perf_counter() - started
    finally:
        lab.send_signal(signal.SIGINT)
        lab.communicate()


def _chapter_06_in_a_copy() -> float:
    """Deploy what chapter 06 ends with, the reference architecture, where nothing is: in a copy of this copy."""
    with copies.copy_of_the_tree() as copy:
        caches = {name: os.environ[name] for name in ("WORKBOOK_CACHE", "JSII_RUNTIME_PACKAGE_CACHE_ROOT")}
        command = [sys.executable, "-m", "workbook", "up", "--chapter", "06"]
        settings = {"cwd": copy, "env": copies.environment_of(copy) | caches, "capture_output": True, "check": True}
        return _seconds(lambda: subprocess.run(command, **settings))


def _deployments() -> list[Measurement]:
    session = requests.Session()
    up = _seconds(lambda: (_up(), session.get(_products()).raise_for_status()))
    found = [Measurement("up: the whole shop, from nothing until it answers", up, "s", 6.5)]
    found.append(Measurement("up: nothing changed, as a command", _seconds(_up), "s", 0.6))
    found.append(Measurement("deploy: nothing changed", _seconds(lambda: deploy(*SHOP)), "s", 0.15))
    first, again = _changed_in_a_notebook()
    found.append(Measurement("deploy: CDK code of one stack changed, in a notebook", first, "s", 2))
    found.append(Measurement("deploy: the same again, where CDK is ready", again, "s", 1.2))

    products = _products()
    handler = LAMBDA_SRC / "product" / "app.py"
    handler.write_text(handler.read_text(encoding="utf-8") + MARKED, encoding="utf-8")

    def until_the_new_code_answers() -> None:
        deploy("Product")
        wait_until(lambda: session.get(products).headers.get("x-bench") == "2", "the new code to answer")

    code = _seconds(until_the_new_code_answers)
    return [*found, Measurement("deploy: handler changed, until it answers", code, "s", 0.5), *_parts_of_a_deployment()]


def _changed_in_a_notebook() -> list[float]:
    """The seconds that two deployments take, each as soon as CDK code of one stack has changed: in one kernel."""
    notebook, seconds = nbformat.v4.new_notebook(), []
    with kernel(notebook) as client:
        for number, concurrency in enumerate((5, 6, 7)):  # with the first, nothing is changed
            _change_cdk_code(concurrency)
            cell = nbformat.v4.new_code_cell(f"from workbook import deploy\ndeploy(*{SHOP}).seconds")
            notebook.cells.append(cell)
            client.execute_cell(cell, number)
            seconds.append(float(cell.outputs[-1]["data"]["text/plain"]))
    return seconds[1:]


def _change_cdk_code(concurrency: int) -> None:
    worker = ROOT / "cdk_app" / "shop" / "ordering.py"
    changed = re.sub(r"max_concurrency=\d+", f"max_concurrency={concurrency}", worker.read_text(encoding="utf-8"))
    worker.write_text(changed, encoding="utf-8")


def _parts_of_a_deployment() -> list[Measurement]:
    """Each of the three parts beside its plain way: `python app.py`, cfn-lint for each template, `cdk deploy`."""
    run = lambda: cdk.run_app(ASSEMBLY)  # and not what is kept of it
    plain = _seconds(run)
    cdk.synthesize()  # which keeps it
    cdk.make_ready(ahead=True)
    synthesis.await_ready()
    (CDK_APP / "app.py").touch()  # so that it is run once more
    return [
        Measurement("synthesis, in a process that was ready", _seconds(run), "s", plainly=plain),
        Measurement("synthesis of code that was synthesized before", _seconds(cdk.synthesize), "s", plainly=plain),
        Measurement("cfn-lint, all templates", _seconds(_lint_all), "s", plainly=_seconds(_lint_each_alone)),
        Measurement("deployment of one stack, after it was loaded", _by_the_toolkit(), "s", plainly=_by_hand()),
    ]


def _lint_all() -> None:
    for remembered in (lint.RECORD, lint.OF_THE_BOOK):
        remembered.unlink(missing_ok=True)
    lint.lint(stack_names())


def _lint_each_alone() -> None:
    for stack in stack_names():
        settings = ManualArgs(regions=[target.region()], ignore_checks=["W", "I"])
        lint_file(ASSEMBLY / f"{stack}.template.json", config=settings)


def _by_the_toolkit() -> float:
    with cdk.toolkit() as toolkit:
        toolkit.deploy(["Product"], lambda _: None)  # nothing to do, but now it is loaded
        _change_cdk_code(8)
        cdk.synthesize()
        return _seconds(lambda: toolkit.deploy(["Ordering"], lambda _: None))


def _by_hand() -> float:
    _change_cdk_code(9)
    cdk.synthesize()
    command = ["cdk", "deploy", "Ordering", "--exclusively", "--method", "direct", "--app", str(ASSEMBLY)]
    settings = {"cwd": CDK_APP, "env": cdk.environment(), "capture_output": True, "check": True}
    return _seconds(lambda: subprocess.run(command, **settings))


def _products_answer() -> list[Measurement]:
    session, products = requests.Session(), _products()
    product = f"{products}/{session.post(products, json=LAMP).json()['id']}"
    times = [_seconds(lambda: session.get(product).raise_for_status()) * 1000 for _ in range(CALLS)]
    found = [
        Measurement("GET of a product, warm: median", statistics.median(times), "ms", 12),
        Measurement("GET of a product, warm: 95th percentile", _percentile(times), "ms"),
        Measurement("memory of the cloud and its workers", local.memory() / 1e6, "MB", 300),
    ]
    local.stop()
    local.ensure()
    return [*found, Measurement("GET of a product, cold", _seconds(lambda: session.get(product)) * 1000, "ms")]


def _orders_become_visible() -> list[Measurement]:
    session, orders = requests.Session(), outputs["OrderingApiUrl"].rstrip("/") + "/order"
    basket = outputs["BasketApiUrl"].rstrip("/") + "/basket"
    answered, visible = [], []
    for number in range(CALLS + 20):
        user = f"single-{number}"
        session.post(basket, json={"userName": user, "items": ITEMS}).raise_for_status()
        started = time.perf_counter()
        accepted = session.post(f"{basket}/checkout", json={"userName": user, **CUSTOMER})
        answered.append((time.perf_counter() - started) * 1000)
        order = f"{orders}/{user}/{accepted.json()['checkoutId']}"
        poll(lambda order=order: session.get(order).status_code == 200, "the order", seconds=30)
        visible.append((time.perf_counter() - started) * 1000)
    answered, visible = answered[20:], visible[20:]  # the first ones start cold
    return [
        Measurement("checkout, until the answer: median", statistics.median(answered), "ms"),
        Measurement("checkout, until the order can be seen: median", statistics.median(visible), "ms", 150),
        Measurement("checkout, until the order can be seen: 95th percentile", _percentile(visible), "ms", 300),
    ]


def _other_events_arrive() -> list[Measurement]:
    session, products, s3 = requests.Session(), _products(), target.client("s3")
    rows = target.client("dynamodb").get_paginator("scan")
    uploaded, told = [], []
    for number in range(FEW):
        category = f"upload-{number}"
        file = f"sku,name,price,category\n{category},Lamp,19.99,{category}\n"
        upload = {"Bucket": outputs["ProductUploads"], "Key": f"products/{category}.csv", "Body": file.encode()}
        in_shop = lambda wanted={"category": category}: session.get(products, params=wanted).json()["items"]
        uploaded.append(_seconds(lambda: (s3.put_object(**upload), poll(in_shop, "the product", seconds=30))))

        [product] = in_shop()
        change = lambda at=f"{products}/{product['id']}": session.put(at, json=LAMP | {"price": 20}).raise_for_status()
        in_log = lambda wanted=product["id"]: wanted in str(list(rows.paginate(TableName=outputs["EventLogTable"])))
        told.append(_seconds(lambda: (change(), poll(in_log, "the event", seconds=30))))
    return [
        Measurement("upload, until the product can be seen: median", statistics.median(uploaded) * 1000, "ms"),
        Measurement("a new price, until its event is in EventLog: median", statistics.median(told) * 1000, "ms"),
    ]


def _orders_in_a_crowd() -> list[Measurement]:
    basket = outputs["BasketApiUrl"].rstrip("/") + "/basket"
    started, opened = time.perf_counter(), datetime.now(UTC)

    def customers(client: int) -> None:
        session = requests.Session()
        for number in range(client, ORDERS, CLIENTS):
            user = f"crowd-{number}"
            session.post(basket, json={"userName": user, "items": ITEMS}).raise_for_status()
            session.post(f"{basket}/checkout", json={"userName": user, **CUSTOMER}).raise_for_status()

    with ThreadPoolExecutor(CLIENTS) as crowd:
        list(crowd.map(customers, range(CLIENTS)))
    calling = time.perf_counter() - started
    poll(lambda: not ledger(opened).in_flight, "the queue to be empty", seconds=120)
    drained, books = time.perf_counter() - started, ledger(opened)
    lost = ORDERS - len(books.accepted) + len(books.missing) + len(books.dead)
    what = f"{ORDERS} checkouts, {CLIENTS} clients"
    return [
        Measurement(f"{what}: calls", 2 * ORDERS / calling, "/s"),
        Measurement(f"{what}: until the last order is stored", drained, "s"),
        Measurement(f"{what}: lost", lost, "", 0),
        Measurement(f"{what}: twice, or unasked", len(books.twice) + len(books.unasked), "", 0),
        Measurement(f"{what}: memory of the cloud and its workers", local.memory() / 1e6, "MB"),
    ]


def _percentile(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def _up() -> None:
    done = subprocess.run([sys.executable, "-m", "workbook", "up"], capture_output=True, text=True)
    if done.returncode:
        raise WorkbookError(done.stderr.strip())
    local.ensure()  # `up` was another process; this one learns where the cloud is


def _products() -> str:
    return outputs["ProductApiUrl"].rstrip("/") + "/product"


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main() -> int:
    """Measure, and print the table; the exit code, which is 0 whether or not the goals are kept."""
    console = Console(highlight=False)
    try:
        with console.status("Measuring; this takes about a minute and a half") as status:
            found = measure(lambda now: status.update(f"Measuring: {now}"))
    except WorkbookError as error:
        print(error.message, file=sys.stderr)
        return 1
    console.print(table(found))
    return 0


if __name__ == "__main__":
    with quiet_interrupt():
        sys.exit(main())
