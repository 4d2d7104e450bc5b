"""Layers that are unpacked once: MiniStack unpacks them for each worker anew, and Python then compiles them anew."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

KEPT = 20  # layers; those that were not used for longest go


def share(runtime: Any, folder: Path) -> None:
    """Let MiniStack's workers find their layers where one of them was unpacked before.

    Args:
        runtime: MiniStack's module that starts workers.
        folder: where unpacked layers are kept, by their digests.
    """

    class Archive(zipfile.ZipFile):
        """What a worker needs, packed: its code, or a layer, which goes to a folder such as `layer_0`."""

        def extractall(self, path: Any = None, *more: Any, **others: Any) -> None:
            if not Path(path or ".").name.startswith("layer_"):
                return super().extractall(path, *more, **others)
            unpacked = folder / hashlib.sha256(Path(self.filename).read_bytes()).hexdigest()
            if not unpacked.exists():
                _move(self._unpacked_in(folder), unpacked)
            os.utime(unpacked)
            Path(path).rmdir()
            return Path(path).symlink_to(unpacked)

        def _unpacked_in(self, above: Path) -> Path:
            above.mkdir(parents=True, exist_ok=True)
            half = Path(tempfile.mkdtemp(dir=above))
            super().extractall(half)
            return half

    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.iterdir(), key=lambda layer: layer.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    runtime.zipfile = SimpleNamespace(**vars(zipfile) | {"ZipFile": Archive})


def _move(half: Path, goal: Path) -> None:
    """Put a folder in place in one step; if another worker was quicker, its folder stays."""
    with suppress(OSError):
        half.rename(goal)
    shutil.rmtree(half, ignore_errors=True)
