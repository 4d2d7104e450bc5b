"""Mutation testing: do the unit tests notice when the code under them is changed at random?

Cosmic Ray finds what can be changed, and changes it. Which changes are tried tonight, beside which tests, and
which of those that no test noticed are known, with a reason (`survivors.toml`), is said here.

Most of a check asks the cloud, and is held by the tests of `tests/notebooks` and `tests/integration`, which take
minutes. Of the folders that are said to be so, what unit tests do not run is not changed; how much that is, is told.

A mutant meets the tests that run its statement, as coverage says; if it runs while things are loaded, all tests.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import random
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from workbook.base.paths import ROOT, STATE
from workbook.maintenance import copies

HERE = Path(__file__).resolve().parent
CONFIG = HERE / "mutation.toml"
SETTINGS = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
TREES = SETTINGS["cosmic-ray"]["module-path"]
PARTLY_RUN = SETTINGS["partly-run"]
LEFT_OUT = SETTINGS["left-out"]
SURVIVORS = HERE / "survivors.toml"
LOCK = HERE / "requirements.lock"
TOOLS = STATE / "mutation"
DATA = Path(".workbook", "coverage")  # in a copy
# Coverage is among the tools; the workbook's own packages come first.
COVERAGE = f"""
import sys, sysconfig
sys.path += [sysconfig.get_path("purelib", vars={{"base": {str(TOOLS)!r}}}), {str(HERE)!r}]
from coverage.cmdline import main
sys.exit(main())
"""
# Each line that a test runs is a bit: https://coverage.readthedocs.io/en/latest/dbschema.html
CONTEXTS = """
SELECT path, context, numbits FROM line_bits
JOIN file ON file.id = line_bits.file_id JOIN context ON context.id = line_bits.context_id
"""

TO_KILL = 0.95
EACH = 30  # of each tree
PROCESSES = 2
TIMEOUT = 300  # seconds: a mutant whose tests take so long runs for ever, and that is noticed
FAILED, STOPPED = 1, 2  # what pytest exits with if tests fail, and if they cannot even be loaded
PYTEST = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=quick")
OUTPUT = Path(".workbook", "tmp", "pytest.txt")  # in a copy
Tests = tuple[str, ...]  # files, or the ids of single tests
Rounds = tuple[Tests, ...]  # one after the other
Span = tuple[tuple[int, int], tuple[int, int]]


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
    parser.add_argument("--processes", type=int, default=PROCESSES, help=f"default: {PROCESSES}")
    parser.add_argument("trees", nargs="*", default=TREES, metavar="TREE", help=f"default: {' '.join(TREES)}")
    chosen = parser.parse_args(arguments)
    install_tools()
    with ExitStack() as stack:
        trees = [stack.enter_context(copies.copy_of_the_tree()) for _ in range(chosen.processes)]
        mutants = [m for m in mutants_in(trees[0]) if tree_of(m.file) in chosen.trees]
        rounds = tests_for(mutants, trees[0])
        found = sample(run_by_tests(rounds), chosen.seed, chosen.each)
        print(f"Seed {chosen.seed}: {len(found)} mutants.", flush=True)
        runners = [stack.enter_context(Runner(tree)) for tree in trees]
        return judge(list(tried(found, rounds, runners)))


def install_tools() -> None:
    """Bring Cosmic Ray, apart from the workbook's own packages, to the locked versions."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--allow-existing", "--python", sys.executable, str(TOOLS)], check=True)
    command = ["pip", "sync", "--require-hashes", "--python", str(TOOLS), str(LOCK)]
    subprocess.run([*uv, *command], check=True)


def tool(copy: Path, name: str, *arguments: str, given: str = "") -> str:
    """Run a command of the tools in a copy of the tree, with something to read; what it prints."""
    command = [str(TOOLS / "bin" / name), *arguments]
    return subprocess.run(command, cwd=copy, check=True, input=given, stdout=subprocess.PIPE, text=True).stdout


def mutants_in(copy: Path) -> list[Mutant]:
    """All mutants, but for those that no test can notice, and those that the configuration leaves out."""
    session, config = str(copy / ".workbook" / "mutants.sqlite"), str(CONFIG)
    tool(copy, "cosmic-ray", "init", config, session)
    tool(copy, "cr-filter-operators", session, config)
    items = [json.loads(line) for line in tool(copy, "cosmic-ray", "dump", session).splitlines()]
    changes = [item["mutations"][0] for item, skipped in items if not skipped]
    found = [
        Mutant(c["module_path"], (*c["start_pos"],), (*c["end_pos"],), c["operator_name"], c["occurrence"])
        for c in changes
    ]
    spans = {}
    for file in {m.file for m in found}:
        code = (copy / file).read_text(encoding="utf-8")
        spans[file] = annotations(code) + unnoticeable(code) + assignments(code, LEFT_OUT.get(file, ()))
    return sorted(m for m in found if not any(s <= m.start < e for s, e in spans[m.file]))


def assignments(code: str, names: Sequence[str]) -> list[Span]:
    """Where the assignments to some names start and end, by line and column."""
    nodes = [node for node in ast.parse(code).body if isinstance(node, ast.Assign)]
    return [span_of(node) for node in nodes if {ast.unparse(target) for target in node.targets} & {*names}]


def unnoticeable(code: str) -> list[Span]:
    """Where something is drawn at random, so that other numbers do as well; and where `zip` looks once more."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    drawn = [span_of(call) for call in calls if ast.unparse(call.func).startswith("random.")]
    zips = [call for call in calls if ast.unparse(call.func) == "zip"]
    return drawn + [span_of(keyword.value) for call in zips for keyword in call.keywords if keyword.arg == "strict"]


def span_of(node: ast.stmt | ast.expr) -> Span:
    """Where a piece of code starts and ends, by line and column."""
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def annotations(code: str) -> list[Span]:
    """Where the annotations of a module, which nothing reads, start and end, by line and column."""
    nodes = list(ast.walk(ast.parse(code)))
    found = [n.annotation for n in nodes if isinstance(n, ast.arg | ast.AnnAssign) and n.annotation]
    found += [n.returns for n in nodes if isinstance(n, ast.FunctionDef) and n.returns]
    return [span_of(node) for node in found]


def tests_for(mutants: Sequence[Mutant], copy: Path) -> dict[Mutant, Rounds]:
    """The tests that run a mutant's statement, of those that must notice it; nothing for what none of them runs.

    A statement that runs while things are loaded first meets all tests that run something of its file, then all.
    """
    contexts = contexts_of_lines(copy, sorted({test for m in mutants for test in tests_of(m.file)}))
    code = {file: statements((copy / file).read_text(encoding="utf-8")) for file in {m.file for m in mutants}}
    found = {}
    for mutant in mutants:
        lines, near = contexts.get(mutant.file, {}), tests_of(mutant.file)
        first, last = statement_at(code[mutant.file], mutant.start[0])
        there = {context for line in range(first, last + 1) for context in lines.get(line, ())}
        loaded = "" in there
        if loaded:
            there = {context for some in lines.values() for context in some}
        own = tuple(sorted(test for test in there if test.split("::")[0] in near))
        found[mutant] = tuple(filter(None, (own, near if loaded else ())))
    return found


def run_by_tests(rounds: Mapping[Mutant, Rounds]) -> list[Mutant]:
    """Those mutants that are to be tried: not what only a cloud runs."""
    for tree in PARTLY_RUN:
        there = [mutant for mutant in rounds if tree_of(mutant.file) == tree]
        if there:
            run = len({mutant.place for mutant in there if rounds[mutant]})
            places = len({mutant.place for mutant in there})
            print(f"{tree}: unit tests run {run} of the {places} places that can be changed.", flush=True)
    return sorted(m for m, tests in rounds.items() if tests or tree_of(m.file) not in PARTLY_RUN)


def contexts_of_lines(copy: Path, tests: Sequence[str]) -> dict[str, dict[int, list[str]]]:
    """By file and line, the tests that run it; `""` stands for what runs while things are loaded or set up.

    Raises:
        SystemExit: the tests fail, so that they would tell nothing of a mutant.
    """
    command = [sys.executable, "-c", COVERAGE, "run", "-m", "pytest", "-p", "contexts", *PYTEST, *tests]
    environment = environment_in(copy) | {"COVERAGE_RCFILE": str(CONFIG), "COVERAGE_FILE": str(copy / DATA)}
    if subprocess.run(command, cwd=copy, env=environment, check=False).returncode:
        raise SystemExit("Tests fail without any mutant.")
    found: dict[str, dict[int, list[str]]] = {}
    with closing(sqlite3.connect(copy / DATA)) as data:
        for path, context, bits in data.execute(CONTEXTS):
            lines = found.setdefault(Path(path).relative_to(copy).as_posix(), {})
            for line in (8 * place + bit for place, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1):
                lines.setdefault(line, []).append(context)
    return found


def statements(code: str) -> list[tuple[int, int]]:
    """The first and the last line of each statement of a module."""
    return [(node.lineno, node.end_lineno) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.stmt)]


def statement_at(there: Sequence[tuple[int, int]], line: int) -> tuple[int, int]:
    """The first and the last line of the innermost statement that a line belongs to."""
    return max((lines for lines in there if lines[0] <= line <= lines[1]), default=(line, line))


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


class Runner:
    """Runs tests in a copy of the tree, in forks of a process that has loaded what they need (`warm.py`)."""

    def __init__(self, copy: Path) -> None:
        self.copy = copy

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "warm.py"), str(self.copy / OUTPUT), str(TIMEOUT)],
            cwd=self.copy,
            env=environment_in(self.copy),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def fail(self, tests: Sequence[str]) -> bool:
        """Whether one of the tests fails, or runs for ever.

        Raises:
            SystemExit: pytest did not run.
        """
        print(json.dumps([PYTEST, tests]), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline() or "4")
        if code > STOPPED:
            raise SystemExit(f"pytest did not run:\n{(self.copy / OUTPUT).read_text(encoding='utf-8')}")
        return code != 0


def tried(mutants: Sequence[Mutant], rounds: Mapping[Mutant, Rounds], runners: Sequence[Runner]) -> Iterator[Trial]:
    """Run the tests beside each mutant, as many at a time as there are copies of the tree."""
    free: SimpleQueue[Runner] = SimpleQueue()
    for runner in runners:
        free.put(runner)
    wanted = json.dumps([(m.file, m.operator, m.occurrence) for m in mutants])
    codes = json.loads(tool(runners[0].copy, "python", str(HERE / "changed.py"), given=wanted))
    made = [(mutant, code) for mutant, code in zip(mutants, codes, strict=True) if code is not None]

    def where_one_is_free(one: tuple[Mutant, str]) -> Trial:
        mutant, code = one
        runner = free.get()
        try:
            return try_out(runner, mutant, code, rounds[mutant])
        finally:
            free.put(runner)

    pool = ThreadPoolExecutor(len(runners))
    try:
        yield from pool.map(where_one_is_free, made)
    finally:  # also after a Ctrl-C
        pool.shutdown(cancel_futures=True)


def environment_in(copy: Path) -> dict[str, str]:
    """A copy's environment, without bytecode: a mutant may be as old and as long as the one before it."""
    return copies.environment_of(copy) | {"PYTHONDONTWRITEBYTECODE": "1"}


def try_out(runner: Runner, mutant: Mutant, code: str, rounds: Rounds) -> Trial:
    """Make the change in a copy of the tree, run the tests, and take the change back."""
    file = runner.copy / mutant.file
    before = file.read_text(encoding="utf-8")
    line, changed = difference(before, code)
    try:
        file.write_text(code, encoding="utf-8")
        killed = any(map(runner.fail, rounds))
    finally:
        file.write_text(before, encoding="utf-8")
    print(f"{'killed' if killed else 'SURVIVED':8} {mutant.file}:{mutant.start[0]}: {line}  →  {changed}", flush=True)
    return Trial(mutant, line, changed, killed)


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
