"""A synthesized CDK app, and what its templates say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.maintenance import copies

STACKS = (
    "Hello",
    "Pricing",
    "EventBus",
    "Product",
    "Basket",
    "Ordering",
    "EventLog",
    "Report",
    "Backoffice",
    "Operations",
)


@dataclass(frozen=True)
class App:
    """A CDK app that has been synthesized.

    Attributes:
        root: the copy of the tree it stands in.
        assembly: the folder with its templates and assets.
    """

    root: Path
    assembly: Path

    @property
    def stacks(self) -> list[str]:
        manifest = json.loads((self.assembly / "manifest.json").read_text(encoding="utf-8"))
        return [n for n, a in manifest["artifacts"].items() if a["type"] == "aws:cloudformation:stack"]

    def text(self, stack: str) -> bytes:
        """A template, byte for byte."""
        return (self.assembly / f"{stack}.template.json").read_bytes()

    def resources(self, stack: str, kind: str | None = None) -> dict[str, dict[str, Any]]:
        """A template's resources of one type, by logical id; all of them by default."""
        found = json.loads(self.text(stack))["Resources"]
        return {i: r for i, r in found.items() if kind in (None, r["Type"])}

    def outputs(self, stack: str) -> dict[str, dict[str, Any]]:
        return json.loads(self.text(stack)).get("Outputs", {})

    def asset(self, resource: dict[str, Any]) -> Path:
        """The folder of a function's or a layer's code."""
        return self.assembly / resource["Metadata"]["aws:asset:path"]


def synthesized(root: Path) -> App:
    """Synthesize the app of a copy as the workbook does."""
    code = "from workbook.deployment import cdk; print(cdk.synthesize())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=copies.environment_of(root), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return App(root, Path(done.stdout.strip()))


def without(root: Path, *stacks: str) -> App:
    """Synthesize the app of a copy without some stacks."""
    file = root / "cdk_app" / "app.py"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not any(re.search(rf"import {stack}$|\b{stack}\(app", line) for stack in stacks)]
    assert len(lines) - len(kept) == 2 * len(stacks)  # an import and a line each
    file.write_text("".join(kept), encoding="utf-8")
    return synthesized(root)
