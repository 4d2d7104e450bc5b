"""What a web page of another place can do to the local cloud: call the APIs with CORS, and nothing else."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import boto3
import pytest
from playwright.sync_api import Browser

from workbook.cloud.engine import gate
from workbook.maintenance import copies
from workbook.base.paths import read_json

APP = """\
import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway, aws_lambda as lambda_

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
shop = cdk.Stack(app, "Shop")
function = lambda_.Function(
    shop, "Function", runtime=lambda_.Runtime.PYTHON_3_13, handler="app.handler",
    code=lambda_.Code.from_asset("../lambda_src/hello"),
)
cors = apigateway.CorsOptions(allow_origins=apigateway.Cors.ALL_ORIGINS, allow_headers=["Content-Type"])
api = apigateway.LambdaRestApi(shop, "Api", handler=function, default_cors_preflight_options=cors)
app.synth()
"""
HANDLER = """\
def handler(event, context):
    print("called")
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": event["httpMethod"]}
"""
DEPLOY = """\
from workbook import deploy, target
deploy()
[api] = target.client("apigateway").get_rest_apis()["items"]
print("API", api["id"])
"""
SIGNED = "X-Amz-Credential=000000000000/20260101/us-east-1/{}/aws4_request&X-Amz-Signature=0"
CALL = """async ([address, how]) => {
    try {
        const answer = await fetch(address, how);
        return [answer.type, answer.status, await answer.text()];
    } catch (error) {
        return ["blocked", 0, String(error)];
    }
}"""


@pytest.fixture(scope="module")
def shop() -> Iterator[dict]:
    """A local cloud with an API whose CORS settings let every page in: its port, and its API's id."""
    with copies.copy_of_the_tree() as copy:
        (copy / "cdk_app/app.py").write_text(APP, encoding="utf-8")
        (copy / "lambda_src/hello/app.py").write_text(HANDLER, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", DEPLOY],
            cwd=copy,
            env=copies.environment_of(copy),
            capture_output=True,
            text=True,
            check=True,
        )
        yield {
            "api": done.stdout.split("API ")[1].strip(),
            "port": read_json(copy / ".workbook/cloud/cloud.json", {})["port"],
        }


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """The port of a web server that is not the cloud's."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(params=["localhost", "127.0.0.1"])
def call(request: pytest.FixtureRequest, browser: Browser, elsewhere: int, shop: dict) -> Iterator[Callable[..., list]]:
    """Fetches an address of the cloud from a page of another site, or of another port of the same one."""
    with browser.new_context() as visit:
        page = visit.new_page()
        page.goto(f"http://{request.param}:{elsewhere}/")
        yield lambda path, **how: page.evaluate(CALL, [f"http://127.0.0.1:{shop['port']}{path}", how])


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_it_makes_no_role_and_runs_no_function(call, shop, mode):
    policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D"
    made = call(
        f"/?{SIGNED.format('iam')}", method="POST", mode=mode,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=f"Action=CreateRole&Version=2010-05-08&RoleName=intruder&AssumeRolePolicyDocument={policy}",
    )  # fmt: skip
    run = call(f"/2015-03-31/functions/any/invocations?{SIGNED.format('lambda')}", method="POST", mode=mode, body="{}")
    reset = call("/_ministack/reset", method="POST", mode=mode)
    for answer in (made, run, reset):
        assert answer[:2] in (["opaque", 0], ["blocked", 0]), answer
    assert "intruder" not in [role["RoleName"] for role in as_owner(shop, "iam").list_roles()["Roles"]]
    assert as_owner(shop, "cloudformation").describe_stacks(StackName="Shop")["Stacks"]  # nothing was reset


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_it_learns_nothing(call, mode):
    for path in ("/_ministack/health", f"/?Action=GetCallerIdentity&Version=2011-06-15&{SIGNED.format('sts')}"):
        assert call(path, mode=mode)[:2] in (["opaque", 0], ["blocked", 0])


def test_a_page_of_ones_own_calls_the_apis_as_their_cors_settings_let_it(call, shop):
    path = f"/_aws/execute-api/{shop['api']}/prod/anything"
    assert call(path) == ["cors", 200, "GET"]
    assert call(path, method="POST", headers={"Content-Type": "application/json"}, body="{}") == ["cors", 200, "POST"]


def test_a_name_that_was_led_here_is_not_the_clouds(launch, shop):
    """DNS rebinding: to the browser the cloud is a page's own place, so it neither asks nor tells."""
    with launch(f"--host-resolver-rules=MAP evil.test 127.0.0.1:{shop['port']}") as browser:
        page = browser.new_page()
        answer = page.goto("http://evil.test/_ministack/health")
        assert (answer.status, answer.text()) == (403, f"{gate.NOT_ITS_NAME}\n")
        assert page.evaluate(CALL, ["/_ministack/reset", {"method": "POST"}])[1:] == [403, f"{gate.NOT_ITS_NAME}\n"]


def as_owner(shop: dict, service: str):
    """A boto3 client of the cloud, as its owner has it."""
    session = boto3.session.Session("000000000000", "local", region_name="us-east-1")
    return session.client(service, endpoint_url=f"http://127.0.0.1:{shop['port']}")
