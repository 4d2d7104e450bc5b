"""A learner's own test: it passes with the service as it is, and fails with one that has a mistake."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from workbook.base.paths import ROOT
from workbook.learning.exercises import NotRight, Right, Verdict

TEST = "test_what_is_not_there_is_not_found"
FILE = ROOT / "tests" / "unit" / "test_my_product.py"
MISTAKEN = "workbook.learning.checks.judging.found_anyway"
PASSED, FAILED, NONE_FOUND = 0, 1, 5  # exit codes of pytest


def judged_test() -> Verdict:
    """What is to be said of the test that what is not there is not found."""
    with ThreadPoolExecutor() as pool:  # at the same time: each takes seconds, most of them to load what it needs
        as_it_is, with_a_mistake = pool.submit(_pytest), pool.submit(_pytest, "-p", MISTAKEN)
    code, said = as_it_is.result()
    if code == NONE_FOUND:
        return NotRight(f"a test called {TEST}", "none", "pytest looks for functions whose names begin with test_.")
    if code != PASSED:
        mistake = "your test fails with a service that is right: what does it answer if there is no such product?"
        return NotRight("a test that passes", said, mistake)
    if with_a_mistake.result()[0] != FAILED:
        mistake = "a test that cannot fail shows nothing: assert which status the answer has."
        return NotRight("a test that fails with a service that finds what is not there", "it passes", mistake)
    return Right("Your test passes with Product as it is, and fails if Product finds what is not there.")


def _pytest(*options: str) -> tuple[int, str]:
    """How pytest ends with that test, and the line that says why."""
    command = [sys.executable, "-m", "pytest", str(FILE), "-q", "--no-header", "--color=no"]
    command += ["-p", "no:cacheprovider", "-p", "no:nbval"]  # to load nbval takes as long as the test
    done = subprocess.run([*command, *options, "-k", TEST], cwd=ROOT, capture_output=True, text=True)
    reasons = [line[1:].strip() for line in done.stdout.splitlines() if line.startswith("E ")]
    return done.returncode, reasons[0] if reasons else done.stdout.strip().splitlines()[-1]
