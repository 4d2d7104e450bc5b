"""Replaying the `%%writefile` cells, from nothing, gives exactly the code that is committed."""

from __future__ import annotations

import re

import pytest

from workbook.base.paths import CDK_APP, LAMBDA_SRC, ROOT
from workbook.learning import published

PLUMBING = {f"cdk_app/shop/{name}.py" for name in ("__init__", "gateway", "layer", "subscription")}
WRITTEN = published.files_before(max(published.chapters()) + 1)


@pytest.mark.parametrize("path", sorted(WRITTEN))
def test_a_file_is_as_the_last_chapter_leaves_it(path: str) -> None:
    assert (ROOT / path).is_file()
    assert (ROOT / path).read_text(encoding="utf-8") == WRITTEN[path]


def test_no_file_stands_there_that_no_chapter_writes() -> None:
    written = {path for path in WRITTEN if path.startswith(("lambda_src/", "cdk_app/"))}
    there = [*LAMBDA_SRC.glob("**/*.py"), *CDK_APP.glob("shop/**/*.py"), *CDK_APP.glob("*.py")]
    assert {file.relative_to(ROOT).as_posix() for file in there} - PLUMBING == written


def test_plumbing_is_not_written_by_a_chapter() -> None:
    assert not PLUMBING & set(WRITTEN)


@pytest.mark.parametrize("number", sorted(published.chapters()))
def test_a_chapter_starts_with_code_that_hangs_together(number: int) -> None:
    """What `cdk_app/app.py` imports is there at the start of each chapter."""
    files = published.files_before(number)
    for module in re.findall(r"^from shop\.(\w+) import", files.get(published.APP, ""), re.MULTILINE):
        path = f"cdk_app/shop/{module}.py"
        assert path in files or path in PLUMBING
