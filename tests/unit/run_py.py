"""run.py as a module, which is none: it is a program that stands before any package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def loaded(folder: Path) -> ModuleType:
    """The run.py of a folder, as a module; what it sets up is that folder's.

    Args:
        folder: a checkout, or what is one in a test.
    """
    spec = importlib.util.spec_from_file_location("run_under_test", folder / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
