"""The verbs about the book itself: to test it, to execute its notebooks, to rehearse, read and show it."""

from __future__ import annotations

from typing import Annotated

import typer

from workbook.command.common import check_chapter

BOOK = "The book itself"

app = typer.Typer()


@app.command(
    rich_help_panel=BOOK,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def test(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only handlers, helpers and templates: under a minute.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also what is slow by nature: for the night.")] = False,
    busy: Annotated[bool, typer.Option("--busy", help="Beside four processes that only compute.")] = False,
) -> None:
    """Run all tests, the notebooks' too, on a copy of everything.

    What else follows is handed to pytest: `python3 run.py test tests/unit -x`.
    """
    from workbook.maintenance import copies

    raise typer.Exit(copies.test(context.args, quick=quick, everything=everything, busy=busy))


@app.command(rich_help_panel=BOOK)
def notebooks(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NN]...", help="The chapters; all by default.", show_default=False),
    ] = None,
) -> None:
    """Execute notebooks anew, and store their outputs.

    They run in order, in a copy of the tree and on a fresh cloud. Nothing is stored if one fails. It is the only
    way outputs get in. Diagrams that are new are drawn in the end, which takes a Chromium.
    """
    from workbook.maintenance import copies, drawings

    for number in numbers or []:
        check_chapter(number)
    copies.notebooks(numbers or [])
    drawings.draw()


@app.command(rich_help_panel=BOOK)
def rehearse(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NN]...", help="The chapters; all by default.", show_default=False),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="What the weather leaves to chance follows from it.", show_default="0"),
    ] = None,
    rule: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Only these rules, with commas between.", show_default="all")
    ] = None,
    without: Annotated[
        str | None, typer.Option(metavar="NAMES", help="All rules but these.", show_default="none")
    ] = None,
    calm: Annotated[bool, typer.Option("--calm", help="No weather at all.")] = False,
    learn: Annotated[bool, typer.Option("--learn", help="The learner's edition, filled in.")] = False,
) -> None:
    """Run chapters as on AWS: its addresses, its weather.

    They run in order, in a copy of the tree and on a second cloud with another account and region, which plays AWS
    behind a proxy. The weather is what AWS may do and a local cloud never does, such as a right that takes effect
    seconds later; each rule of it is printed. What came of it is kept in .workbook/rehearsal.
    """
    from workbook.maintenance import copies

    for number in numbers or []:
        check_chapter(number)
    options = {"--seed": seed, "--rule": rule, "--without": without}
    given = [text for option, value in options.items() if value is not None for text in (option, str(value))]
    given += ["--calm"] * calm + ["--learn"] * learn
    raise typer.Exit(copies.rehearse([*map(str, numbers or []), *given]))


@app.command(rich_help_panel=BOOK)
def site(pdf: Annotated[bool, typer.Option("--pdf", help="Print it as a PDF, too; takes a Chromium.")] = False) -> None:
    """Make the book as a site to read, and as a PDF.

    It shows the chapters as they are stored, executes nothing, and needs no server. The first time, what makes it is
    installed apart from the workbook; after that no network is needed.
    """
    from workbook.base.paths import shown
    from workbook.maintenance import site as book

    print(f"The book's first page: {book.site(pdf).as_uri()}")
    if pdf:
        print(f"The book as a PDF: {shown(book.SITE / book.PDF)}")


@app.command(rich_help_panel=BOOK)
def slides(
    number: Annotated[int, typer.Argument(metavar="NN", help="The chapter's number.", show_default=False)],
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
) -> None:
    """Show a chapter as slides, until Ctrl-C.

    They are the chapter's headings, diagrams, questions and results. Only this machine can see them. The first time,
    what shows them is installed; after that no network is needed.
    """
    from workbook.maintenance import slides

    check_chapter(number)
    slides.show(number, browser)
