"""Cloud assemblies that were synthesized before: the same code is not synthesized twice.

`synth` takes seconds and writes the same bytes for the same code, in any folder. So whoever undoes a change, goes
back to a chapter, or begins again does not wait for it.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from contextlib import suppress
from pathlib import Path

from workbook.base.paths import CACHE, LAMBDA_SRC
from workbook.deployment.assembly import ASSEMBLY, stack_names
from workbook.deployment.assets import app_digest, folder_digest, is_only_source

FOLDER = CACHE / "assemblies"
OF_A_STACK = re.compile(r"(.+)\.(?:assets|metadata|template)\.json")
KEPT = 60  # of some 0.3 MB; the book has 37 states of its code


def put_back(key: str) -> bool:
    """Make the assembly what was kept under a key; whether there was one.

    Staged code that is there already is as it was: its folder's name says what is in it.
    """
    file = _file(key)
    try:
        with zipfile.ZipFile(file) as archive:
            there = {staged.name for staged in ASSEMBLY.glob("asset.*")}
            archive.extractall(ASSEMBLY, [n for n in archive.namelist() if n.partition("/")[0] not in there])
    except (OSError, zipfile.BadZipFile):
        return False
    with suppress(OSError):
        os.utime(file)  # used again
    return True


def keep(key: str) -> None:
    """Keep the assembly as it is now under a key; of those that were kept, the ones not used for longest go.

    With files beside the code that are none, such as Python's `__pycache__`, it is not kept: they have a part in the
    names that CDK gives to code, and none in the key.
    """
    if not is_only_source(LAMBDA_SRC):
        return
    file = _file(key)
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    gone = _of_stacks_that_are_gone()
    named = "".join(f.read_text(encoding="utf-8") for f in ASSEMBLY.glob("*.assets.json") if f.name not in gone)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(ASSEMBLY.rglob("*")):
            name = path.relative_to(ASSEMBLY)
            needed = name.parts[0] in named if name.parts[0].startswith("asset.") else name.parts[0] not in gone
            if path.is_file() and needed:
                archive.write(path, name)
    part.replace(file)
    for old in sorted(FOLDER.glob("*.zip"), key=_last_used)[:-KEPT]:
        old.unlink(missing_ok=True)


def _of_stacks_that_are_gone() -> set[str]:
    """The files that an earlier synthesis has left of stacks that the app no longer has."""
    stacks = stack_names()
    found = (OF_A_STACK.fullmatch(file.name) for file in ASSEMBLY.iterdir())
    return {name[0] for name in found if name and name[1] not in stacks}


def there(key: str) -> bool:
    """Whether an assembly is kept under a key."""
    return _file(key).exists()


def key_of_now() -> str:
    """A digest of all that an assembly is made from; where it is deployed to plays no part."""
    return hashlib.sha256(f"{app_digest()} {folder_digest(LAMBDA_SRC)}".encode()).hexdigest()


def _file(key: str) -> Path:
    return FOLDER / f"{key}.zip"


def _last_used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0
