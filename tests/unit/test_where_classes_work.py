"""What describes a class's machines is as its readers want it: the hub's locks, dev container, Binder, Kubernetes."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for

from workbook.base.paths import ROOT
from workbook.command.jupyterlab import CODESPACE, FIRST_PAGE, PORTS, in_a_codespace
from workbook.learning import joined

pytestmark = pytest.mark.slow

SCHEMAS = Path(__file__).with_name("schemas")  # without their descriptions
HUB = ROOT / "workshop" / "hub"
KUBERNETES = ROOT / "workshop" / "kubernetes"
ENTRY = re.compile(r"([a-z0-9-]+)==(\S+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")
LOCK, HUB_LOCK = (file.read_text(encoding="utf-8") for file in (ROOT / "requirements.lock", HUB / "requirements.lock"))
NPM = json.loads((HUB / "package-lock.json").read_text(encoding="utf-8"))
VALUES = yaml.safe_load((KUBERNETES / "values.yaml").read_text(encoding="utf-8"))
CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def test_the_hubs_lock_has_nothing_but_versions_with_hashes():
    assert "".join(entry[0] for entry in ENTRY.finditer(HUB_LOCK)) == HUB_LOCK
    assert {"jupyterhub", "jupyterhub-idle-culler"} <= {entry[1] for entry in ENTRY.finditer(HUB_LOCK)}


def test_what_the_hub_shares_with_the_workbook_has_the_same_version():
    ours = {(entry[1], entry[3]): entry[2] for entry in ENTRY.finditer(LOCK)}
    theirs = {(entry[1], entry[3]): entry[2] for entry in ENTRY.finditer(HUB_LOCK)}
    shared = ours.keys() & theirs.keys()
    assert len(shared) > 20 and all(ours[name] == theirs[name] for name in shared)


def test_the_hubs_proxy_is_locked_and_from_nowhere_in_particular():
    wanted = json.loads((HUB / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {path: entry for path, entry in NPM["packages"].items() if path}
    assert (
        {name: packages[f"node_modules/{name}"]["version"] for name in wanted}
        == wanted
        == NPM["packages"][""]["dependencies"]
    )
    assert all("integrity" in entry for entry in packages.values())


FILES = [HUB / "requirements.in", HUB / "requirements.lock", HUB / "package-lock.json", KUBERNETES / "Dockerfile",
         ROOT / ".devcontainer" / "Dockerfile", ROOT / ".devcontainer" / "devcontainer.json",
         KUBERNETES / "values.yaml"]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_host_is_named(file):
    assert not re.search(r"://(?!class:)|\.(io|com|org)\b", file.read_text(encoding="utf-8"))


def wrong(schema: str, instance: object) -> list[str]:
    """What a schema has against an instance, but for what is missing: a chart has defaults for that."""
    rules = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    found = validator_for(rules)(rules).iter_errors(instance)
    return [error.message for error in found if error.validator != "required"]


def changed(instance: dict, path: str, value: object) -> dict:
    """A copy of `instance` with `value` at a place in it, such as `singleuser.memory.limit`."""
    copy = deepcopy(instance)
    *folders, name = path.split(".")
    place = copy
    for folder in folders:
        place = place[folder]
    place[name] = value
    return copy


def test_the_values_are_as_the_chart_wants_them():
    assert wrong("z2jh-values.schema.json", VALUES) == []


MISTAKES = {"singleuser.memory.limt": "3G", "cull.timeout": "soon", "singleuser.uid": "jovyan", "hub.config": [],
            "singleuser.cmd": {"run": "it"}, "culling": {}}  # fmt: skip


@pytest.mark.parametrize("path", MISTAKES)
def test_a_mistake_in_the_values_is_found(path):
    assert wrong("z2jh-values.schema.json", changed(VALUES, path, MISTAKES[path]))


def test_a_pod_starts_what_the_hub_of_one_machine_starts_and_stops_its_cloud():
    image = (KUBERNETES / "Dockerfile").read_text(encoding="utf-8")
    server = json.loads(re.search(r"^CMD (.+)$", image, re.M)[1])
    assert VALUES["singleuser"]["cmd"][:3] == server
    assert (ROOT / server[-1].removeprefix("/srv/workbook/")).is_file()
    assert VALUES["singleuser"]["defaultUrl"] == f"/{FIRST_PAGE}"
    assert shlex.split(VALUES["singleuser"]["lifecycleHooks"]["preStop"]["exec"]["command"][-1])[-2:] == [
        "workbook",
        "down",
    ]
    of_one_machine = (HUB / "jupyterhub_config.py").read_text(encoding="utf-8")
    assert f'mem_limit = "{VALUES["singleuser"]["memory"]["limit"]}"' in of_one_machine
    culled = [re.sub(r"=.*", "", option) for option in VALUES["singleuser"]["cmd"][3:]]
    assert culled == re.findall(r'f?"(--MappingKernelManager\.\w+)', of_one_machine)


def test_the_teachers_page_of_pods_is_told_what_it_asks_for_and_the_hub_where_it_is():
    deployment, service = yaml.safe_load_all((KUBERNETES / "overview.yaml").read_text(encoding="utf-8"))
    pod = deployment["spec"]["template"]
    [container] = pod["spec"]["containers"]
    told = {one["name"]: one.get("value") for one in container["env"]}
    asked = re.findall(r'os\.environ\["(\w+)"\]', (HUB / "overview.py").read_text(encoding="utf-8"))
    assert len(asked) == 5 and set(asked) < set(told)
    assert (ROOT / container["command"][-1].removeprefix("/srv/workbook/")).is_file()
    image = VALUES["singleuser"]["image"]
    assert container["image"] == f"{image['name']}:{image['tag']}"

    [port] = [one["port"] for one in service["spec"]["ports"]]
    address = f"http://{service['metadata']['name']}:{port}"
    assert VALUES["hub"]["services"]["class"]["url"] == address
    [name] = VALUES["hub"]["services"]
    assert told["JUPYTERHUB_SERVICE_NAME"] == name and told["JUPYTERHUB_CLIENT_ID"] == f"service-{name}"
    assert VALUES["hub"]["loadRoles"][name]["services"] == [name]
    assert told["JUPYTERHUB_SERVICE_URL"] == f"http://0.0.0.0:{port}"
    posted_to = address + told["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/")
    assert VALUES["singleuser"]["extraEnv"][joined.OF_A_HUB[0]] == posted_to
    [way] = VALUES["singleuser"]["networkPolicy"]["egress"]
    assert way["to"][0]["podSelector"]["matchLabels"] == service["spec"]["selector"]
    assert way["ports"] == [{"port": port}] and service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()


def test_the_dev_container_is_as_its_schema_wants_it():
    assert wrong("devContainer.base.schema.json", CONTAINER) == []


@pytest.mark.parametrize("path", ["hostRequirements.cpus", "forwardPorts", "portsAttributes.8888.onAutoForward"])
def test_a_mistake_in_the_dev_container_is_found(path):
    assert wrong("devContainer.base.schema.json", changed(CONTAINER, path, "two"))


def test_the_dev_container_sets_up_as_anybody_does_and_not_as_root():
    assert CONTAINER["postCreateCommand"] == "python3 run.py setup"
    image = (ROOT / ".devcontainer" / CONTAINER["build"]["dockerfile"]).read_text(encoding="utf-8")
    assert f"useradd --create-home --shell /bin/bash {CONTAINER['remoteUser']}" in image
    settings = CONTAINER["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"] == "${containerWorkspaceFolder}/.venv/bin/python"


def test_binder_starts_its_server_with_the_workbooks_tools_on_path(tmp_path):
    for folder, name in (("cdk_app/node_modules/.bin", "cdk"), (".workbook/node", "node")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / name).write_text("#!/bin/sh\n")
        (tmp_path / folder / name).chmod(0o755)
    command = [ROOT / "start", "sh", "-c", 'command -v cdk; command -v node; echo "$@"', "sh", "a b"]
    done = subprocess.run(command, cwd=tmp_path, env={"PATH": os.defpath}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        str(tmp_path / "cdk_app/node_modules/.bin/cdk"), str(tmp_path / ".workbook/node/node"), "a b",
    ]  # fmt: skip
    assert all(os.access(ROOT / name, os.X_OK) for name in ("start", "postBuild"))


def test_in_a_codespace_jupyterlab_knows_the_names_of_its_proxy_and_elsewhere_no_other():
    assert in_a_codespace({"CODESPACE_NAME": "a-name"}) == in_a_codespace({}) == []
    told = in_a_codespace(dict(zip(CODESPACE, ("a-name", "app.example.dev"), strict=True)))
    hosts, origin = (option.partition("=")[2] for option in told)
    assert {"localhost", "a-name-8888.app.example.dev"} <= set(ast.literal_eval(hosts))
    fits = {name for name in ("https://a-name-8889.app.example.dev", "http://localhost:8888") if re.match(origin, name)}
    assert len(fits) == 2
    strangers = ("https://other-8888.app.example.dev", "https://a-name-8888xapp.example.dev", "http://evil.example")
    assert not any(re.match(origin, name) for name in strangers)
    assert CONTAINER["forwardPorts"] == [PORTS[0]]
