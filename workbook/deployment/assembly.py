"""The cloud assembly: what the last synthesis of `cdk_app/` has written."""

from __future__ import annotations

import json
from typing import Any

from workbook.base.paths import CDK_STATE, read_json

ASSEMBLY = CDK_STATE / "assembly"


def stack_names() -> list[str]:
    """The stacks of the last synthesized app, in its order; none if there was no synthesis yet."""
    manifest = read_json(ASSEMBLY / "manifest.json", {"artifacts": {}})
    return [
        name
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    ]


def template(stack: str) -> dict[str, Any]:
    """The last synthesized template of `stack`."""
    return json.loads((ASSEMBLY / f"{stack}.template.json").read_text(encoding="utf-8"))
