"""Mutation testing: do the unit tests notice when the code under them is changed at random?

Cosmic Ray finds what can be changed, and changes it. Which changes are tried tonight, beside which tests, and
which of those that no test noticed are known, with a reason (`survivors.toml`), is said here.

Most of a check asks the cloud, and is held by the tests of `tests/notebooks` and `tests/integration`, which take
minutes. Of the folders that are said to be so, what unit tests do not run is not changed; how much that is, is told.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

from workbook.base.paths import ROOT, STATE
from workbook.maintenance import copies

HERE = Path(__file__).resolve().parent
CONFIG = HERE / "mutation.toml"
SETTINGS = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
TREES = SETTINGS["cosmic-ray"]["module-path"]
PARTLY_RUN = SETTINGS["partly-run"]
SURVIVORS = HERE / "survivors.toml"
LOCK = HERE / "requirements.lock"
TOOLS = STATE / "mutation"
DATA = Path(".workbook", "coverage")  # in a copy
# Coverage is among the tools; the workbook's own packages come first.
COVERAGE = f"""
import sys, sysconfig
sys.path.append(sysconfig.get_path("purelib", vars={{"base": {str(TOOLS)!r}}}))
from coverage.cmdline import main
sys.exit(main())
"""

TO_KILL = 0.95
EACH = 30  # of each tree: with two cores, all of them take less than an hour
PROCESSES = 2
TIMEOUT = 600  # seconds: a mutant whose tests take so long runs for ever, and that is noticed
FAILED, STOPPED = 1, 2  # what pytest exits with if tests fail, and if they cannot even be loaded


@dataclass(frozen=True, order=True)
class Mutant:
    """One change that Cosmic Ray can make."""

    file: str
    start: tuple[int, int]
    end: tuple[int, int]
    operator: str
    occurrence: int

    @property
    def place(self) -> tuple[str, tuple[int, int], tuple[int, int]]:
        """What is changed, whatever it is changed to."""
        return self.file, self.start, self.end


@dataclass(frozen=True)
class Trial:
    """What became of a mutant: the lines it changed, as they were and as it made them."""

    mutant: Mutant
    line: str
    changed: str
    killed: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample of mutants on copies of the tree; 0 if enough were killed and each survivor has a reason."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default=datetime.now(UTC).date().isoformat(), help="default: today's date")
    parser.add_argument("--each", type=int, default=EACH, help=f"mutants of each tree; default: {EACH}")
    parser.add_argument("trees", nargs="*", default=TREES, metavar="TREE", help=f"default: {' '.join(TREES)}")
    chosen = parser.parse_args(arguments)
    install_tools()
    with ExitStack() as stack:
        trees = [stack.enter_context(copies.copy_of_the_tree()) for _ in range(PROCESSES)]
        mutants = [m for m in mutants_in(trees[0]) if tree_of(m.file) in chosen.trees]
        found = sample(run_by_tests(mutants, trees[0]), chosen.seed, chosen.each)
        print(f"Seed {chosen.seed}: {len(found)} mutants.", flush=True)
        return judge(list(tried(found, trees)))


def install_tools() -> None:
    """Bring Cosmic Ray, apart from the workbook's own packages, to the locked versions."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--allow-existing", "--python", sys.executable, str(TOOLS)], check=True)
    command = ["pip", "sync", "--require-hashes", "--python", str(TOOLS), str(LOCK)]
    subprocess.run([*uv, *command], check=True)


def tool(copy: Path, name: str, *arguments: str) -> str:
    """Run a command of Cosmic Ray's in a copy of the tree; what it prints."""
    command = [str(TOOLS / "bin" / name), *arguments]
    return subprocess.run(command, cwd=copy, check=True, stdout=subprocess.PIPE, text=True).stdout


def mutants_in(copy: Path) -> list[Mutant]:
    """All mutants, but for those of annotations, which nothing reads, and those the configuration leaves out."""
    session, config = str(copy / ".workbook" / "mutants.sqlite"), str(CONFIG)
    tool(copy, "cosmic-ray", "init", config, session)
    tool(copy, "cr-filter-operators", session, config)
    items = [json.loads(line) for line in tool(copy, "cosmic-ray", "dump", session).splitlines()]
    changes = [item["mutations"][0] for item, skipped in items if not skipped]
    found = [
        Mutant(c["module_path"], (*c["start_pos"],), (*c["end_pos"],), c["operator_name"], c["occurrence"])
        for c in changes
    ]
    spans = {file: annotations((copy / file).read_text(encoding="utf-8")) for file in {m.file for m in found}}
    return sorted(m for m in found if not any(s <= m.start < e for s, e in spans[m.file]))


def annotations(code: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the annotations of a module start and end, by line and column."""
    nodes = list(ast.walk(ast.parse(code)))
    found = [n.annotation for n in nodes if isinstance(n, ast.arg | ast.AnnAssign) and n.annotation]
    found += [n.returns for n in nodes if isinstance(n, ast.FunctionDef) and n.returns]
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in found]


def run_by_tests(mutants: Sequence[Mutant], copy: Path) -> list[Mutant]:
    """Those mutants that are to be tried: not what only a cloud runs. The tests must pass without any of them."""
    lines = {suite: lines_run(copy, suite) for suite in {tests_of(m.file) for m in mutants}}
    code = {file: statements((copy / file).read_text(encoding="utf-8")) for file in {m.file for m in mutants}}
    run = [m for m in mutants if statement_at(code[m.file], m.start[0]) in lines[tests_of(m.file)].get(m.file, ())]
    for tree in PARTLY_RUN:
        there, of_them = (len({m.place for m in some if tree_of(m.file) == tree}) for some in (mutants, run))
        if there:
            print(f"{tree}: unit tests run {of_them} of the {there} places that can be changed.", flush=True)
    return sorted({*run, *(m for m in mutants if tree_of(m.file) not in PARTLY_RUN)})


def lines_run(copy: Path, tests: Sequence[str]) -> dict[str, list[int]]:
    """The lines that tests run, by file.

    Raises:
        SystemExit: the tests fail, so that they would tell nothing of a mutant.
    """
    report = str(copy / ".workbook" / "lines.json")
    command = [sys.executable, "-c", COVERAGE]
    if fail(copy, tests, [*command, "run", "--source=.", "-m"]):
        raise SystemExit(f"Without any mutant, these fail: {' '.join(tests)}")
    subprocess.run([*command, "json", "-q", "-o", report], cwd=copy, env=environment_in(copy), check=True)
    found = json.loads(Path(report).read_text(encoding="utf-8"))["files"]
    return {Path(file).as_posix(): of["executed_lines"] for file, of in found.items()}


def statements(code: str) -> list[tuple[int, int]]:
    """The first and the last line of each statement of a module."""
    return [(node.lineno, node.end_lineno) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)]


def statement_at(there: Sequence[tuple[int, int]], line: int) -> int:
    """The first line of the innermost statement that a line belongs to."""
    return max((first for first, last in there if first <= line <= last), default=line)


def sample(mutants: Sequence[Mutant], seed: str, each: int) -> list[Mutant]:
    """Some mutants of each tree: places drawn at random, and one mutant for each.

    Args:
        mutants: all there are, in order.
        seed: the same seed draws the same ones.
        each: how many of each tree.
    """
    drawn = []
    for tree in TREES:
        chance = random.Random(f"{seed} {tree}")
        places: dict[tuple, list[Mutant]] = {}
        for mutant in mutants:
            if tree_of(mutant.file) == tree:
                places.setdefault(mutant.place, []).append(mutant)
        drawn += [chance.choice(places[p]) for p in chance.sample(sorted(places), min(each, len(places)))]
    return drawn


def tree_of(file: str) -> str:
    """The folder of `TREES` that a file is in."""
    return next(tree for tree in TREES if Path(file).is_relative_to(tree))


def tests_of(file: str) -> tuple[str, ...]:
    """The unit tests that must notice a change of `file`."""
    nearest = max((place for place in SETTINGS["tests"] if Path(file).is_relative_to(place)), key=len)
    return tuple(f"tests/unit/test_{name}.py" for name in SETTINGS["tests"][nearest])


def tried(mutants: Sequence[Mutant], trees: Sequence[Path]) -> Iterator[Trial]:
    """Run the tests beside each mutant, in as many copies of the tree at a time as there are."""
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in trees:
        free.put(copy)

    def in_a_free_copy(mutant: Mutant) -> Trial:
        copy = free.get()
        try:
            return try_out(copy, mutant)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(trees)) as pool:
        yield from pool.map(in_a_free_copy, mutants)


def fail(copy: Path, tests: Sequence[str], python: Sequence[str] = (sys.executable, "-m")) -> bool:
    """Whether one of the tests fails in a copy of the tree, or runs for ever."""
    command = [*python, "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=quick"]
    try:
        ended = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env=environment_in(copy),
            timeout=TIMEOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except subprocess.TimeoutExpired:
        return True
    if ended.returncode not in (0, FAILED, STOPPED):
        raise SystemExit(f"pytest did not run:\n{ended.stdout}")
    return ended.returncode != 0


def environment_in(copy: Path) -> dict[str, str]:
    """A copy's environment, without bytecode: a mutant may be as old and as long as the one before it."""
    return copies.environment_of(copy) | {"PYTHONDONTWRITEBYTECODE": "1", "COVERAGE_FILE": str(copy / DATA)}


def try_out(copy: Path, mutant: Mutant) -> Trial:
    """Make the change in a copy of the tree, run the tests, and take the change back."""
    file = copy / mutant.file
    before = file.read_text(encoding="utf-8")
    try:
        tool(copy, "cosmic-ray", "apply", mutant.file, mutant.operator, str(mutant.occurrence))
        line, changed = difference(before, file.read_text(encoding="utf-8"))
        trial = Trial(mutant, line, changed, fail(copy, tests_of(mutant.file)))
    finally:
        file.write_text(before, encoding="utf-8")
    fate = "killed" if trial.killed else "SURVIVED"
    print(f"{fate:8} {mutant.file}:{mutant.start[0]}: {line}  →  {changed}", flush=True)
    return trial


def difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, as they were and as they are, without the blanks at their ends."""
    lines = [*difflib.ndiff(before.splitlines(), after.splitlines())]
    of = {mark: [line[2:].strip() for line in lines if line.startswith(mark)] for mark in "-+"}
    return "\n".join(filter(None, of["-"])), "\n".join(filter(None, of["+"]))


def reasons() -> dict[tuple[str, str, str], str]:
    """Why the known survivors live, by file, line and changed line."""
    known = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivor"]
    return {(s["file"], s["line"], s["changed"]): s["reason"] for s in known}


def judge(trials: Sequence[Trial]) -> int:
    """Print how many were killed, and which live without a reason; the exit code."""
    known = reasons()
    alive = [t for t in trials if not t.killed]
    unknown = [t for t in alive if (t.mutant.file, t.line, t.changed) not in known]
    share = 1 - len(alive) / len(trials)
    print(f"{len(trials) - len(alive)} of {len(trials)} were killed: {share:.0%}; {TO_KILL:.0%} should be.")
    for trial in unknown:
        print(f"\nNo test notices this, and no reason is given in {SURVIVORS.relative_to(ROOT)}:")
        print("[[survivor]]")
        for key, value in (("file", trial.mutant.file), ("line", trial.line), ("changed", trial.changed)):
            print(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return int(share < TO_KILL or bool(unknown))


if __name__ == "__main__":
    sys.exit(main())
