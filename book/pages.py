"""What becomes of a published notebook, of its diagrams and of its links, on a page of the site."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

SVG = "image/svg+xml"
PICTURE = re.compile(r"^!\[.*\]\((diagrams/\w+\.svg)\)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(notebooks/(\w+)\.ipynb\)")
CHAPTERS = re.compile(r"^\| chapter \|.*?(?=^$)", re.MULTILINE | re.DOTALL)
PDF = '\n\nAll of it is also <a href="workbook.pdf">on paper</a>, as a PDF.\n'
OTHERS = ("coming_from_the_article", "glossary", "differences", "rehearsed")
CONTENTS = """
```{{toctree}}
:hidden:
:caption: {}

{}
```
"""


def published(text: str) -> nbformat.NotebookNode:
    """A notebook as its page shows it: every cell can be linked to by its id, and diagrams are part of the page.

    Args:
        text: of the notebook's file.
    """
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source = PICTURE.sub(r"```{diagram} \1\n```", cell.source)
            cell.source = f'<div id="{cell.id}"></div>\n\n{source}'
        else:
            cell.metadata["anchor"] = cell.id
            for output in cell.outputs:
                if SVG in output.get("data", {}):
                    output.data = {"text/html": diagram(output.data[SVG])}
    return notebook


def diagram(svg: str) -> str:
    """A diagram as part of a page: its words can be found and read out, and its colours follow the page's."""
    return f'<div class="diagram">{svg}</div>'


class Diagram(Directive):
    """A file with a diagram: `diagrams/NAME.svg`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        file = Path(self.state.document.settings.env.srcdir, self.arguments[0])
        self.state.document.settings.env.note_dependency(str(file))
        return [nodes.raw("", diagram(file.read_text(encoding="utf-8")), format="html")]


class Stored(Directive):
    """What a cell of a notebook has drawn: `06_follow_one_order 06-13`, its notebook and its id."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        name, cell_id = self.arguments
        file = Path(self.state.document.settings.env.srcdir, f"{name}.ipynb")
        self.state.document.settings.env.note_dependency(str(file))
        [cell] = [cell for cell in nbformat.read(file, as_version=4).cells if cell.id == cell_id]
        [svg] = [output.data[SVG] for output in cell.outputs if SVG in output.get("data", {})]
        return [nodes.raw("", diagram(svg), format="html")]


class Links(SphinxPostTransform):
    """Links to a place in another page: to a cell by its id, to a row of a table by its anchor, to a heading."""

    default_priority = 8  # before MyST, which knows only headings

    def run(self, **kwargs: object) -> None:
        builder, page = self.app.builder, self.env.docname
        for link in list(self.document.findall(pending_xref)):
            if link["reftype"] != "myst" or link["refdomain"] != "doc" or not link["reftargetid"]:
                continue
            place = link["reftargetid"].removeprefix("cell-id=")  # as JupyterLab has it
            slugs = self.env.metadata[link["reftarget"]].get("myst_slugs", {})
            place = slugs[place][1] if place in slugs else place
            one_page = builder.name == "singlehtml"
            address = "" if one_page else builder.get_relative_uri(page, link["reftarget"])
            link.replace_self(nodes.reference("", "", *link.children, refuri=f"{address}#{place}", internal=True))


def anchor_cells(app: Sphinx, document: nodes.document) -> None:
    """Let cells of code be linked to."""
    for cell in document.findall(nodes.container):
        if anchor := cell.get("cell_metadata", {}).get("anchor"):
            cell["ids"].append(anchor)


def add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the table of chapters, as README has it, on the first page, and all pages into the side bar."""
    if page == app.config.root_doc:
        readme = Path(app.srcdir).parent / "README.md"
        [table] = CHAPTERS.findall(readme.read_text(encoding="utf-8"))
        chapters = [f"{link[1]} <{link[2]}>" for link in LINK.finditer(table)]
        source[0] += "\n" + table.replace("](notebooks/", "](")
        source[0] += PDF if app.tags.has("pdf") else ""
        source[0] += CONTENTS.format("Chapters", "\n".join(chapters)) + CONTENTS.format("And", "\n".join(OTHERS))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("diagram", Diagram)
    app.add_directive("stored", Stored)
    app.add_post_transform(Links)
    app.connect("source-read", add_contents)
    app.connect("doctree-read", anchor_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
