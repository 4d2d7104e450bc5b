"""`doctor()`: is this machine ready, and if not, what to do about it."""

from __future__ import annotations

import functools
import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import distributions

from workbook.base.display import GREEN, RED, as_markup
from workbook.base.environment import node_folder
from workbook.base.errors import REPAIR, WorkbookError
from workbook.base.paths import CDK_APP, LAMBDA_SRC, NOTEBOOKS, ROOT, STATE, read_json, shown
from workbook.cloud import local, target
from workbook.cloud.stacks import recorded_stacks
from workbook.learning import bookmark, broken_off
from workbook.learning.mending import CURE, changed_by_hand, left_over, listed

PYTHON = (3, 11)
FREE_BYTES = 1_000_000_000  # the state of the local cloud, and room to work in
FREE_TEMPORARY_BYTES = 100_000_000
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True)
class Finding:
    """What a check of this machine found.

    Attributes:
        name: what was looked at.
        found: what there is; it differs from machine to machine, but names no place on it.
        cure: what to do, in a sentence; empty if nothing is wrong.
    """

    name: str
    found: str
    cure: str = ""

    @property
    def fine(self) -> bool:
        return not self.cure


class Report:
    """What the doctor found. As text it is the same on every healthy machine.

    Args:
        findings: one for each check.
    """

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    @property
    def fine(self) -> bool:
        """Whether this machine is ready."""
        return all(finding.fine for finding in self.findings)

    def __repr__(self) -> str:
        return "\n".join(
            f"✓ {f.name}" if f.fine else f"✗ {f.name}: {f.found}. {f.cure}" for f in self.findings
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="color:{GREEN if f.fine else RED}">{"✓" if f.fine else "✗"}</td>'
            f'<td style="text-align:left">{html.escape(f.name)}</td>'
            f'<td style="text-align:left">{as_markup(f.found)}</td>'
            f'<td style="text-align:left">{as_markup(f.cure)}</td></tr>'
            for f in self.findings
        )
        heads = ("", "what", "found", "what to do" if not self.fine else "")
        heading = "".join(f'<th style="text-align:left">{head}</th>' for head in heads)
        return f"<table><tr>{heading}</tr>{rows}</table>"


_looks: list[tuple[str, Callable[[], tuple[str, str]]]] = []


def doctor() -> Report:
    """Look at all that the workbook needs of this machine."""
    return Report([_looked(name, look) for name, look in _looks])


def _looked(name: str, look: Callable[[], tuple[str, str]]) -> Finding:
    try:
        return Finding(name, *look())
    except WorkbookError as error:
        return Finding(name, "not to be told", error.message)
    except Exception as error:  # a doctor that faints is of no use to anyone
        return Finding(name, f"{type(error).__name__}: {error}", REPAIR)


def _looks_at(name: str) -> Callable[[Callable[[], tuple[str, str]]], Callable[[], tuple[str, str]]]:
    """Register a function as the look at something: it returns what is found, and the cure if any."""

    def register(look: Callable[[], tuple[str, str]]) -> Callable[[], tuple[str, str]]:
        _looks.append((name, look))
        return look

    return register


@_looks_at("Python")
def _python() -> tuple[str, str]:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        return found, f"Install Python {'.'.join(map(str, PYTHON))} or newer, and run `python3 run.py lab` with it."
    return found, ""


@_looks_at("packages as locked")
def _packages() -> tuple[str, str]:
    locked, there = _locked_packages(), {_canonical(d.name): d.version for d in distributions()}
    other = [
        f"{name} {there.get(name, 'missing')} instead of {version}"
        for name, version in locked.items()
        if there.get(name) != version
    ]
    if other:
        more = f", and {len(other) - 3} more" if len(other) > 3 else ""
        return ", ".join(other[:3]) + more, REPAIR
    return f"{len(locked)} of {len(locked)}; the local cloud is MiniStack {there['ministack']}", ""


@_looks_at("Node")
def _node() -> tuple[str, str]:
    done = subprocess.run([node_folder() / "node", "--version"], capture_output=True, text=True, timeout=30)
    if done.returncode:
        return f"it does not run: {done.stderr.strip()}", REPAIR
    return f"{done.stdout.strip()}, from PyPI", ""


@_looks_at("CDK command line")
def _cdk() -> tuple[str, str]:
    locked = json.loads((CDK_APP / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = []
    for package in ("node_modules/aws-cdk", "node_modules/@aws-cdk/toolkit-lib"):
        there = read_json(CDK_APP / package / "package.json", {})
        if not there:
            return f"{shown(CDK_APP / package)} is missing", REPAIR
        if there["version"] != locked[package]["version"]:
            return f"{there['version']} instead of {locked[package]['version']}", REPAIR
        found.append(there["version"])
    return "{}, and its toolkit {}".format(*found), ""


@_looks_at("room on the disk")
def _disk() -> tuple[str, str]:
    free, temporary = (shutil.disk_usage(folder).free for folder in (ROOT, tempfile.gettempdir()))
    found = f"{free / 1e9:.1f} GB free here, {temporary / 1e9:.1f} GB for temporary files"
    if free < FREE_BYTES:
        return found, f"Free {FREE_BYTES / 1e9:.0f} GB on the disk that holds {ROOT}."
    if temporary < FREE_TEMPORARY_BYTES:
        return found, f"Free {FREE_TEMPORARY_BYTES / 1e6:.0f} MB in {tempfile.gettempdir()}, or set TMPDIR."
    return found, ""


@_looks_at("right to write here")
def _writable() -> tuple[str, str]:
    STATE.mkdir(parents=True, exist_ok=True)
    folders = [ROOT, NOTEBOOKS, LAMBDA_SRC, CDK_APP, CDK_APP / "shop", STATE, *STATE.glob("*/")]
    files = [*STATE.glob("*.json"), *NOTEBOOKS.glob("*.ipynb"), *LAMBDA_SRC.glob("*/*.py")]
    closed = [p for p in [*folders, *files] if p.exists() and not os.access(p, os.W_OK)]
    if closed:
        return (
            f"{shown(closed[0])} belongs to {closed[0].owner()}",
            f"Run `sudo chown -R $(id -un) '{ROOT}'`; it was probably used by another user before.",
        )
    with tempfile.TemporaryFile(dir=STATE):
        return "all of the checkout", ""


@_looks_at("home folder")
def _home() -> tuple[str, str]:
    home = os.environ.get("HOME")
    if not home:
        return "HOME is not set; no home is needed", ""
    return "there" if os.access(home, os.W_OK) else "cannot be written to, and need not be", ""


@_looks_at("port for the local cloud")
def _port() -> tuple[str, str]:
    if not target.is_local():
        return "none needed", ""
    if running := local.running():
        return f"{running.port}, in use by the local cloud of this checkout", ""
    port = next(local.free_ports())
    if port != local.PREFERRED_PORT:
        return f"{port}, not the usual {local.PREFERRED_PORT}; that does no harm", ""
    return str(port), ""


@_looks_at("local addresses")
def _loopback() -> tuple[str, str]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        try:
            socket.create_connection(server.getsockname(), timeout=3).close()
        except OSError as error:
            return f"127.0.0.1 cannot be reached: {error}", "Let your firewall pass connections to 127.0.0.1."
    proxies = [name for name in PROXIES if os.environ.get(name)]
    if not proxies:
        return "127.0.0.1 answers", ""
    bypass = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    if "127.0.0.1" not in bypass and bypass != "*":
        return f"{proxies[0]} is set, NO_PROXY is not", "Set NO_PROXY=127.0.0.1,localhost."
    return f"127.0.0.1 answers; {proxies[0]} is not used for it", ""


@_looks_at("AWS settings")
def _aws() -> tuple[str, str]:
    if target.is_local():
        names = sorted(target.taken_out)
        return (f"{', '.join(names)}: set, and not used here" if names else "none that would interfere"), ""
    if url := os.environ.get("AWS_ENDPOINT_URL"):
        return f"AWS_ENDPOINT_URL leads to {url}", "Unset AWS_ENDPOINT_URL, to reach AWS itself."
    return f"WORKBOOK_TARGET=aws: account {target.account()}, region {target.region()}", ""


@_looks_at("the deployed shop")
def _shop() -> tuple[str, str]:
    if target.is_local() and local.running() is None:
        return "the local cloud does not run", ""
    if not recorded_stacks():
        return "nothing is deployed yet", ""
    chapter, at = bookmark.position()
    in_work = chapter if at == bookmark.WITHIN and not broken_off.was_broken_off() else None
    if not (changed := changed_by_hand()):
        return "as its templates say", ""
    if in_work is None or left_over(in_work):
        return f"changed by hand: {listed(changed)}", CURE
    return f"in the middle of chapter {in_work:02}, changed by hand: {listed(changed)}. {CURE}", ""


@_looks_at("clock")
def _clock() -> tuple[str, str]:
    now = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    newest = max(f.stat().st_mtime for f in (ROOT / "workbook").glob("**/*.py"))
    if time.time() < newest - 86_400:
        return f"{now}, but files here are newer", "Set the clock of this machine."
    return now, ""


@functools.cache
def _locked_packages() -> dict[str, str]:
    """The packages of the lock file that belong on this machine, with their versions."""
    from packaging.requirements import Requirement

    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9]", line, re.I)]
    return {
        _canonical(r.name): next(iter(r.specifier)).version
        for r in requirements
        if r.marker is None or r.marker.evaluate()
    }


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
