"""All that a set-up downloads, collected in a folder: for a class with a slow network, or with none.

`python3 run.py setup --from FOLDER` takes it from there, and says what is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from packaging.markers import Marker

from workbook.base.environment import node_folder, tools_on_path
from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, ROOT, read_json, write_json, write_text
from workbook.maintenance import bundle

LOCK = ROOT / "requirements.lock"
BOOK = "workbook.bundle"
NODE_FILES = ("package.json", "package-lock.json")
ENTRY = re.compile(r"^(\S+)==(\S+)(?: ; ([^\\]+?))? (\\\n.+?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
# Each kind of machine: what Python calls it, and the names of wheels that run on it, the most modest first
SYSTEMS = {
    "linux-x86_64": ("linux", "x86_64", ("manylinux2014_x86_64", *(f"manylinux_2_{n}_x86_64" for n in range(5, 35)))),
    "linux-aarch64": (
        "linux",
        "aarch64",
        ("manylinux2014_aarch64", *(f"manylinux_2_{n}_aarch64" for n in range(5, 35))),
    ),
    "macos-arm64": ("darwin", "arm64", tuple(f"macosx_{n}_0_arm64" for n in range(11, 16))),
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PATCHES = (0, 99)  # a lock may tell them apart; which one a machine has is not known here


@dataclass(frozen=True)
class Machine:
    """A kind of machine with a Python on it, such as `linux-x86_64-3.12`."""

    system: str
    python: str

    def __str__(self) -> str:
        return f"{self.system}-{self.python}"

    def wants(self, marker: str | None, version: str) -> bool:
        """Whether a line of the lock with that marker is for this machine, with that version of its Python."""
        platform, processor, _ = SYSTEMS[self.system]
        known = {
            "sys_platform": platform,
            "platform_system": platform.capitalize(),
            "platform_machine": processor,
            "os_name": "posix",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "python_version": self.python,
            "python_full_version": version,
        }
        return marker is None or Marker(marker).evaluate(known)


def machine(name: str) -> Machine:
    """The machine of that name.

    Args:
        name: such as `linux-x86_64-3.12`.

    Raises:
        WorkbookError: there is none; names those that there are.
    """
    system, _, python = name.rpartition("-")
    if system not in SYSTEMS or python not in PYTHONS:
        raise WorkbookError(
            f"There is no machine {name!r}: say one of {', '.join(SYSTEMS)}, a hyphen, and its Python, "
            f"{PYTHONS[0]} to {PYTHONS[-1]}, such as {this_machine()}."
        )
    return Machine(system, python)


def this_machine() -> str:
    """The name of this machine, as run.py has it."""
    system = "macos" if sys.platform == "darwin" else "linux"
    return f"{system}-{os.uname().machine}-{sys.version_info[0]}.{sys.version_info[1]}"


def collect(place: str, names: Sequence[str] = ()) -> list[str]:
    """Collect in a folder all that a set-up downloads, and the book; what is there already is not downloaded again.

    Args:
        place: a folder, made if need be.
        names: the machines that it is for; this one by default.

    Returns:
        What was done, in sentences.

    Raises:
        WorkbookError: a name is none of a machine, or something could not be downloaded.
    """
    folder = Path(place).absolute()
    machines = [machine(name) for name in names or [this_machine()]]
    (folder / "wheels").mkdir(parents=True, exist_ok=True)
    of_git = (ROOT / ".git").exists()  # a folder that was downloaded is not
    if of_git:
        bundle.pack(folder / BOOK)
    for one in machines:
        for version, lines in rounds(LOCK.read_text(encoding="utf-8"), one).items():
            _download(folder / "wheels", one, version, lines)
    _fill_npm_cache(folder / "npm")
    digests = {"lock": _digest(LOCK), "node": _digest(CDK_APP / "package-lock.json")}
    before = read_json(folder / "stick.json", {})
    names = before["for"] if digests.items() <= before.items() else []  # collected earlier, and not out of date
    names = list(dict.fromkeys([*names, *map(str, machines)]))
    write_json(folder / "stick.json", digests | {"for": names})
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    return [
        f"{folder} has all that a set-up needs on {', '.join(names)}: {size:.0f} MB.",
        f"There: {f'git clone {quote(str(folder / BOOK))} workbook' if of_git else 'a copy of this folder'}, and in it "
        f"python3 run.py setup --from {quote(str(folder))}",
    ]


def rounds(lock: str, one: Machine) -> dict[str, list[str]]:
    """The lines of a lock that are for a machine, without markers: pip would hold those against this machine.

    Args:
        lock: the text of the lock.
        one: the machine.

    Returns:
        They are given by the version of the machine's Python that they are for; the later one has only what differs.
    """
    found: dict[str, list[str]] = {}
    for version in (f"{one.python}.{patch}" for patch in PATCHES):
        before = {line for lines in found.values() for line in lines}
        wanted = [
            f"{name}=={pin} {hashes}"
            for name, pin, marker, hashes in ENTRY.findall(lock)
            if one.wants(marker or None, version)
        ]
        found[version] = [line for line in wanted if line not in before]
    return {version: lines for version, lines in found.items() if lines}


def _download(wheels: Path, one: Machine, version: str, lines: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        pins = Path(temporary, "pins.txt")
        write_text(pins, "".join(lines))
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(wheels), "--require-hashes"]
        command += ["--no-deps", "--only-binary", ":all:", "--implementation", "cp", "--python-version", version]
        command += [word for name in SYSTEMS[one.system][2] for word in ("--platform", name)]
        if subprocess.run([*command, "-r", str(pins)]).returncode:
            raise WorkbookError(
                f"Not all packages for {one} could be downloaded; the lines above say why. Run it again."
            )


def _fill_npm_cache(cache: Path) -> None:
    """What `npm ci` downloads, by letting it do so in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as temporary:
        for name in NODE_FILES:
            shutil.copy2(CDK_APP / name, temporary)
        npm = [str(node_folder() / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", str(cache)]
        if subprocess.run(
            npm, cwd=temporary, env=tools_on_path(dict(os.environ)), stdout=subprocess.DEVNULL
        ).returncode:
            raise WorkbookError("The CDK tools could not be downloaded; the lines above say why. Run it again.")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
