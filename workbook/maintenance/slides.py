"""A chapter as slides: made of its published notebook by one rule, and shown by this machine for itself only.

The rule: a chapter's title is a slide, and so is each diagram or plot, each heading with the paragraph after it, each
guess that is asked for, with what came of it, and the recap.
"""

from __future__ import annotations

import re
import shutil
import webbrowser
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from workbook.base.paths import NOTEBOOKS, STATE
from workbook.base.processes import signals_as_interrupt
from workbook.base.tools import scripts_of
from workbook.learning import published
from workbook.maintenance.site import BOOK

SLIDES = STATE / "slides"
SVG = "image/svg+xml"
PICTURE = re.compile(r"^!\[.*\]\(diagrams/\w+\.svg\)$", re.MULTILINE)
GUESS = "**Predict"
SECTION = re.compile(r"^(?=## )", re.MULTILINE)


def deck(notebook: NotebookNode) -> NotebookNode:
    """The slides of a chapter, as a notebook whose cells say where a slide begins.

    Args:
        notebook: the chapter, executed.
    """
    title, *cells = notebook.cells
    slides = [_slide(nbformat.v4.new_markdown_cell(_without_small_print(title.source)))]
    for cell in cells:
        slides += _of_text(cell) if cell.cell_type == "markdown" else _of_code(cell, slides[-1])
    return nbformat.v4.new_notebook(metadata=notebook.metadata, cells=slides)


def show(number: int, browser: bool = True) -> None:
    """Show a chapter as slides, until Ctrl-C.

    Args:
        number: the chapter's.
        browser: whether to open one; the address is printed in any case.

    Raises:
        WorkbookError: what shows slides is not there yet, and cannot be installed.
    """
    folder = make(number)
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=folder)) as server, signals_as_interrupt():
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"Slides of chapter {number:02}: {address}\nCtrl-C ends it.", flush=True)
        if browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def make(number: int) -> Path:
    """Write the slides of a chapter, and what shows them, into a folder; the folder."""
    from nbconvert import SlidesExporter

    scripts = scripts_of(BOOK)
    exporter = SlidesExporter(
        template_name="slides", extra_template_basedirs=[str(BOOK)], reveal_url_prefix="reveal.js", embed_images=True,
        reveal_theme="white", exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True,
    )  # fmt: skip
    notebook = nbformat.read(published.chapters()[number], as_version=4)
    resources = {"metadata": {"path": str(NOTEBOOKS), "name": published.title(number)}}
    page, _ = exporter.from_notebook_node(deck(notebook), resources)
    folder = SLIDES / f"{number:02}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "reveal.js").mkdir(parents=True)
    (folder / "index.html").write_text(page, encoding="utf-8")
    shutil.copytree(scripts / "reveal.js" / "dist", folder / "reveal.js" / "dist")
    shutil.copytree(BOOK / "static", folder / "look")
    return folder


def _of_text(cell: NotebookNode) -> list[NotebookNode]:
    """The slides of a cell of text: its headings, what it asks, what it draws."""
    slides = []
    for section in SECTION.split(PICTURE.sub("", cell.source)):
        paragraphs = section.strip().split("\n\n")
        if paragraphs[0].startswith("## On AWS"):
            continue
        if paragraphs[0].startswith("## Recap") or paragraphs[0].startswith("## Questions"):
            slides.append(_slide(nbformat.v4.new_markdown_cell(section)))
            continue
        if paragraphs[0].startswith("## "):
            with_list = len(paragraphs) > 2 and paragraphs[1].endswith(":") and paragraphs[2].startswith("- ")
            shown, paragraphs = paragraphs[: 2 + with_list], paragraphs[2 + with_list :]
            slides.append(_slide(nbformat.v4.new_markdown_cell("\n\n".join(shown))))
        slides += [_slide(nbformat.v4.new_markdown_cell(p)) for p in paragraphs if GUESS in p]
    return slides + [_slide(nbformat.v4.new_markdown_cell(picture)) for picture in PICTURE.findall(cell.source)]


def _of_code(cell: NotebookNode, before: NotebookNode) -> list[NotebookNode]:
    """The slides of a cell of code: what it draws, or what came of a guess."""
    said = [o for o in cell.outputs if "you said" in o.get("data", {}).get("text/plain", "")]
    drawn = [_drawn(o) for o in cell.outputs if {SVG, "image/png"} & {*o.get("data", {})}]
    kind = "-" if before.source.startswith("## What you have built") else "slide"
    return [_of_outputs(shown, how) for shown, how in ((said, "fragment"), (drawn, kind)) if shown]


def _drawn(output: NotebookNode) -> NotebookNode:
    """An output that is drawn, as its slide shows it."""
    if SVG not in output.data:
        return output
    shown = f'<div class="diagram">{output.data[SVG]}</div>'
    return nbformat.v4.new_output("display_data", data={"text/html": shown})


def _of_outputs(outputs: list[NotebookNode], kind: str) -> NotebookNode:
    return _slide(nbformat.v4.new_code_cell(outputs=outputs), kind)


def _slide(cell: NotebookNode, kind: str = "slide") -> NotebookNode:
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def _without_small_print(text: str) -> str:
    """A chapter's first cell without its minutes and costs."""
    return "\n\n".join(p for p in text.split("\n\n") if not re.match(r"\*\*\d+ minutes", p))
