"""Mutation testing: its configuration fits the code, a seed draws the same mutants again, and nothing lives unknown."""

from __future__ import annotations

import re

import pytest
from mutation import mutants
from mutation.mutants import Mutant, Trial
from test_habits import HANDLERS

from workbook.base.paths import ROOT

pytestmark = pytest.mark.slow

CODE = sorted(
    file.relative_to(ROOT).as_posix()
    for tree in mutants.TREES
    for file in (ROOT / tree).rglob("*.py")
    if "planted" not in file.parts
)
HERE = mutants.HERE.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", CODE)
def test_each_file_has_unit_tests_that_must_notice_a_change(file: str):
    tests = mutants.tests_of(file)
    assert tests and all((ROOT / test).is_file() for test in tests)


def test_each_unit_test_of_a_check_must_notice_a_change():
    """Else its mutants are not tried, or live: the night of a new file of tests would not know that it is there."""
    checks = re.compile(r"^from workbook\.learning\.checks(\.\w+)* import", re.MULTILINE)
    own = {p.name for p in (ROOT / "tests/unit").glob("test_*.py") if checks.search(p.read_text(encoding="utf-8"))}
    assert own and own <= {f"test_{name}.py" for name in mutants.SETTINGS["tests"]["workbook/learning/checks"]}


@pytest.mark.parametrize("service", sorted({name.split()[0] for name in HANDLERS}))
def test_what_all_handlers_do_alike_is_tested_beside_each(service: str):
    assert "tests/unit/test_habits.py" in mutants.tests_of(f"lambda_src/{service}/app.py")


def test_the_configuration_names_only_what_there_is():
    assert all((ROOT / place).exists() for place in mutants.SETTINGS["tests"])
    assert set(mutants.PARTLY_RUN) < set(mutants.TREES)
    for file, names in mutants.LEFT_OUT.items():
        assert len(mutants.assignments((ROOT / file).read_text(encoding="utf-8"), names)) == len(names), file
    [planted] = mutants.SETTINGS["cosmic-ray"]["excluded-modules"]
    assert list(ROOT.glob(planted))


def test_each_known_survivor_stands_in_the_code_and_has_a_reason():
    for (file, line, changed), reason in mutants.reasons().items():
        code = [text.strip() for text in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert set(line.split("\n")) <= set(code), f"{file} has no line {line!r} any more"
        assert changed != line and len(reason) > 20


def mutants_of(places: int) -> list[Mutant]:
    """Mutants of each tree: three kinds of them at each of some places."""
    return sorted(
        Mutant(f"{tree}/a.py", (line, 0), (line, 1), operator, 0)
        for tree in mutants.TREES
        for line in range(places)
        for operator in ("Add_Sub", "Add_Mul", "Add_Div")
    )


def test_a_seed_draws_the_same_mutants_again_and_another_seed_others():
    there = mutants_of(places=200)
    assert mutants.sample(there, "2026-01-31", 20) == mutants.sample(there, "2026-01-31", 20)
    assert mutants.sample(there, "2026-01-31", 20) != mutants.sample(there, "2026-02-01", 20)


def test_as_many_are_drawn_of_each_tree_and_one_at_a_place():
    drawn = mutants.sample(mutants_of(places=200), "a seed", 20)
    assert [sum(mutants.tree_of(m.file) == tree for m in drawn) for tree in mutants.TREES] == [20] * len(mutants.TREES)
    assert len({mutant.place for mutant in drawn}) == len(drawn)
    assert len({mutant.operator for mutant in drawn}) == 3


def test_of_a_small_tree_all_places_are_drawn():
    assert len(mutants.sample(mutants_of(places=3), "a seed", 20)) == 3 * len(mutants.TREES)


def test_annotations_are_found_and_defaults_beside_them_are_not():
    code = "def f(a: int | None = 1 | 2) -> str | None:\n    b: int | str = 3\n"
    assert sorted(mutants.annotations(code)) == [((1, 9), (1, 19)), ((1, 32), (1, 42)), ((2, 7), (2, 16))]


def test_an_assignment_is_left_out_by_its_name():
    code = "A = [\n  1,\n]\nB = 2\ndef f():\n    A = 3\n"
    assert mutants.assignments(code, ["A"]) == [((1, 0), (3, 1))]


def test_what_is_drawn_at_random_is_left_out_and_where_zip_looks_once_more():
    code = "a = random.randint(2, 9) / 100\nb = zip(c[1:], d, strict=True)\nf(strict=True)\n"
    assert mutants.unnoticeable(code) == [((1, 4), (1, 24)), ((2, 25), (2, 29))]


@pytest.mark.parametrize(("line", "lines"), [(1, (1, 1)), (2, (2, 5)), (3, (3, 4)), (4, (3, 4)), (5, (5, 5))])
def test_a_line_belongs_to_the_innermost_statement(line: int, lines: tuple[int, int]):
    code = "@known\ndef f(a):\n    g(a,\n      1)\n    return 2\n"
    assert mutants.statement_at(mutants.statements(code), line) == lines


A, B, C = (f"tests/unit/test_{test}" for test in ("answers.py::test_a", "steps.py::test_b", "faults.py::test_c"))


@pytest.mark.parametrize(
    ("line", "tests"),
    [
        (1, (A, B)),  # while it is loaded
        (4, (A,)),
        (5, (A,)),  # the statement begins above
        (6, (B,)),
        (7, ()),  # only a test that need not notice it
        (8, ()),
    ],
)
def test_a_mutant_meets_the_tests_that_run_its_statement(monkeypatch, tmp_path, line: int, tests: mutants.Tests):
    file = "workbook/learning/checks/some.py"
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text("LIMIT = 3\n\ndef f(a):\n    g(\n      a)\n    h()\n    i()\n    j()\n")
    run = {1: [""], 3: [""], 4: [A], 6: [B], 7: [C]}
    monkeypatch.setattr(mutants, "contexts_of_lines", lambda *_: {file: run})
    mutant = Mutant(file, (line, 0), (line, 1), "Add_Sub", 0)
    [(_, rounds)] = mutants.tests_for([mutant], tmp_path).items()
    assert rounds[:1] == ((tests,) if tests else ())
    assert rounds[1:] == ((mutants.tests_of(file),) if line == 1 else ())
    assert mutants.run_by_tests({mutant: rounds}) == ([mutant] if tests else [])


def trials(killed: int, alive: int) -> list[Trial]:
    mutant = Mutant("lambda_src/hello/app.py", (1, 0), (1, 1), "Add_Sub", 0)
    return [Trial(mutant, "a + b", "a - b", True)] * killed + [Trial(mutant, "a + b", "a - b", False)] * alive


@pytest.fixture
def known(monkeypatch, tmp_path):
    """A list of known survivors that has the one of `trials`, for another file or for its own."""

    def known(file: str) -> None:
        entry = f'[[survivor]]\nfile = "{file}"\nline = "a + b"\nchanged = "a - b"\nreason = "because"\n'
        (tmp_path / "survivors.toml").write_text(entry, encoding="utf-8")
        monkeypatch.setattr(mutants, "SURVIVORS", tmp_path / "survivors.toml")
        monkeypatch.setattr(mutants, "ROOT", tmp_path)

    return known


@pytest.mark.parametrize(
    ("file", "killed", "alive", "code"),
    [
        ("lambda_src/hello/app.py", 19, 1, 0),
        ("lambda_src/hello/app.py", 18, 2, 1),  # too many, though each has a reason
        ("lambda_src/report/app.py", 19, 1, 1),  # a reason for the same line elsewhere
        ("lambda_src/report/app.py", 19, 0, 0),
    ],
)
def test_a_night_fails_if_too_many_live_or_one_without_a_reason(known, capsys, file, killed, alive, code):
    known(file)
    assert mutants.judge(trials(killed, alive)) == code
    assert f"{killed} of {killed + alive} were killed" in capsys.readouterr().out


def test_the_lock_has_hashes_and_no_address():
    lock = (ROOT / HERE / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    for package in re.split(r"\n(?=\S)", lock.strip()):
        assert re.match(r"[\w.-]+==\S+", package) and "--hash=sha256:" in package
    for wanted in re.findall(r"^[a-z-]+$", (ROOT / HERE / "requirements.in").read_text(encoding="utf-8"), re.M):
        assert f"\n{wanted}==" in lock
