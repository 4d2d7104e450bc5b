"""The deployed APIs against their OpenAPI descriptions: Schemathesis sends what fits, what does not, what follows.

No answer may be a 5xx, nor have a status, a type, a header or a body that is not described.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from calls import Api
from samples import ADA

from workbook.base.waiting import wait_until

SETTINGS = Path(__file__).with_name("schemathesis.toml")
CHAIR = {"productId": "p", "productName": "Chair", "quantity": 1, "price": 45}
CONFLICTS = {"409", "422", "503"}  # which take another who is quicker, a key that was used, or an outage


@pytest.fixture(scope="module")
def order(shop):
    """An order that is there; and no basket of another test, for Schemathesis takes \\p{L} for Latin letters only."""
    basket, ordering = Api(shop.outputs["BasketApiUrl"]), Api(shop.outputs["OrderingApiUrl"])
    while found := basket("GET", "/basket?limit=100").body["items"]:
        for one in found:
            assert basket("DELETE", "/basket/" + quote(one["userName"])).status == 204
    assert basket("POST", "/basket", {"userName": "ada", "items": [CHAIR]}).status in (200, 201)
    accepted = basket("POST", "/basket/checkout", ADA)
    assert accepted.status == 202
    path = f"/order/ada/{accepted.body['checkoutId']}"
    wait_until(lambda: ordering("GET", path).status == 200)
    return path


def described(service: str) -> dict:
    said = subprocess.run(
        [sys.executable, "-m", "workbook.maintenance.openapi", service], capture_output=True, text=True, check=True
    )
    return json.loads(said.stdout)


def schemathesis(folder: Path, description: dict, url: str, *options: str) -> tuple[str, list[dict]]:
    """Send an API what its description gives rise to.

    Returns:
        What there is to complain of, which is nothing if all is well; and what was sent and answered.
    """
    (folder / "openapi.json").write_text(json.dumps(description))
    tool = [Path(sys.executable).with_name("schemathesis"), "--config-file", SETTINGS, "run", "openapi.json"]
    report = ["--no-color", "--continue-on-failure", "--report", "har", "--report-har-path", "report.har"]
    run = subprocess.run(
        [*tool, "--url", url, *report, *options], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.stdout if run.returncode else "", json.loads((folder / "report.har").read_text())["log"]["entries"]


BY_NIGHT = [pytest.param(name, marks=pytest.mark.nightly) for name in ("basket", "ordering")]


@pytest.mark.parametrize("service", ["product", *BY_NIGHT])
def test_an_api_keeps_to_its_description(shop, order, service, tmp_path):
    url, description = shop.outputs[f"{service.capitalize()}ApiUrl"], described(service)
    complaints, entries = schemathesis(tmp_path, description, url)
    assert not complaints, complaints
    assert answered(description, urlsplit(url).path.rstrip("/"), entries) >= {
        (operation["operationId"], status)
        for path in description["paths"].values() for operation in path.values() for status in operation["responses"]
        if status not in CONFLICTS
    }  # fmt: skip


def answered(description: dict, stage: str, entries: list[dict]) -> set[tuple[str, str]]:
    """What was answered to whom: operations and statuses."""
    found = set()
    for entry in entries:
        path, method = urlsplit(entry["request"]["url"]).path.removeprefix(stage), entry["request"]["method"].lower()
        for pattern in sorted(description["paths"], key=lambda p: "{" in p):
            if re.fullmatch(re.sub("{.*?}", "[^/]+", pattern), path) and method in description["paths"][pattern]:
                found.add((description["paths"][pattern][method]["operationId"], str(entry["response"]["status"])))
                break
    return found


# That it would be noticed


def spoilt(
    path: str, status: int, headers: dict[str, str], body: bytes
) -> tuple[str | None, int, dict[str, str], bytes]:
    """One of the answers of Ordering, with a defect: what the defect is called, and the answer."""
    listing = path.split("?")[0].endswith("/order")
    if listing and "limit=100" in path:
        return "Server error", 500, headers, b'{"error": {"code": "InternalError", "message": "Something went wrong."}}'
    match status:
        case 200 if listing:
            return "Response violates schema", status, headers, body[:-1] + b', "lastKey": {}}'
        case 400 if listing:
            return "Schema-violating request accepted", 200, headers, b'{"items": [], "next": null}'
        case 200:
            return "Undocumented Content-Type", status, headers | {"content-type": "text/plain"}, body
        case 400:
            return (
                "Missing required response headers",
                status,
                {n: v for n, v in headers.items() if n != "x-correlation-id"},
                body,
            )
        case 404:
            return "Undocumented status code", 410, headers, body
    return None, status, headers, body


@contextmanager
def spoiling(url: str) -> Iterator[tuple[str, set[str]]]:
    """A server in front of Ordering that spoils what it answers: its address, and the defects there were."""
    place, defects = urlsplit(url), set()

    class Spoiling(BaseHTTPRequestHandler):
        def do_GET(self):
            there = http.client.HTTPConnection(place.netloc, timeout=300)
            there.request("GET", self.path, headers=dict(self.headers))
            answer = there.getresponse()
            headers = {
                name.lower(): value
                for name, value in answer.getheaders()
                if name.lower() in ("content-type", "x-correlation-id")
            }
            defect, status, headers, body = spoilt(self.path, answer.status, headers, answer.read())
            there.close()
            defects.add(defect)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Spoiling) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{place.path}", defects
        finally:
            server.shutdown()


@pytest.mark.nightly
def test_each_kind_of_defect_is_noticed(shop, order, tmp_path):
    with spoiling(shop.outputs["OrderingApiUrl"]) as (url, defects):
        complaints, _ = schemathesis(tmp_path, described("ordering"), url, "--phases", "coverage")
    assert len(defects - {None}) == 6
    assert not [defect for defect in defects - {None} if defect not in complaints], complaints
