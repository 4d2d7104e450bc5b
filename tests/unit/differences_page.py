"""Makes notebooks/differences.md out of the tests of what is not like AWS: `python tests/unit/differences_page.py`.

A row is a test in `tests/integration/test_differences_NN.py` with the mark `differs`. It needs no cloud:
the tests are read, not run.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbook.base.paths import NOTEBOOKS, ROOT

PAGE = NOTEBOOKS / "differences.md"
TESTS = ROOT / "tests" / "integration"
LINK = re.compile(r"\]\(differences\.md#([^)\s]+)\)")
DOCSTRING = re.compile(r"(?P<sentence>\S.*[.])\s+(?P<link>https://\S+)", re.DOTALL)
HEAD = """\
# Where the local cloud is not like AWS

The chapters teach what AWS does. Where the local cloud does something else, and a chapter touches on it, there is \
a row here, and the chapter's section *On AWS* links to it.

Each row is a test. It asserts what AWS documents, and is expected to fail on the local cloud, MiniStack. \
The day it passes, MiniStack has caught up: the build says so, and the row goes.

<!-- Made out of those tests by `python tests/unit/differences_page.py`. -->

| On AWS | On the local cloud | Chapters | |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """A difference.

    Attributes:
        slug: by which notes link to it; the test's name without `test_`.
        aws: what AWS does, a sentence.
        link: where AWS says so.
        here: what the local cloud does instead, without its full stop.
        file: the test's file.
    """

    slug: str
    aws: str
    link: str
    here: str
    file: Path


def rows() -> list[Row]:
    """All differences, in the order of their files.

    Raises:
        ValueError: a test's docstring is not a sentence and a link.
    """
    return [row for file in sorted(TESTS.glob("test_differences*.py")) for row in _rows_of(file)]


def _rows_of(file: Path) -> Iterator[Row]:
    for test in ast.parse(file.read_text(encoding="utf-8")).body:
        for mark in getattr(test, "decorator_list", []):
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", None) == "differs":
                said = DOCSTRING.fullmatch(ast.get_docstring(test) or "")
                if not said:
                    raise ValueError(
                        f"{file.name}: the docstring of {test.name} must say in a sentence what AWS does, "
                        "and below it where AWS says so: https://…"
                    )
                slug = test.name.removeprefix("test_").replace("_", "-")
                yield Row(slug, " ".join(said["sentence"].split()), said["link"], ast.literal_eval(mark.args[0]), file)


def prose() -> dict[Path, list[str]]:
    """The markdown cells of every notebook."""
    return {file: [*_markdown_in(file)] for file in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}


def _markdown_in(notebook: Path) -> Iterator[str]:
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])


def page() -> str:
    """The page, as it should be."""
    linked = {file: {slug for cell in cells for slug in LINK.findall(cell)} for file, cells in prose().items()}
    return HEAD + "".join(
        f'| <a id="{row.slug}"></a>{row.aws} [AWS]({row.link}) '
        f"| {row.here[0].upper()}{row.here[1:]}. "
        f"| {', '.join(f'[{file.name[:2]}]({file.name})' for file, slugs in linked.items() if row.slug in slugs)} "
        f'| [test](../{row.file.relative_to(ROOT).as_posix()} "test_{row.slug.replace("-", "_")}") |\n'
        for row in rows()
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} has {len(rows())} differences.")
