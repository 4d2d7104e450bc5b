"""The command line: `workbook VERB`, and `python3 run.py VERB` from outside the environment.

What a verb needs is imported when it runs, so that help and status are there at once. Before anything is set up,
`usage` reads the declarations here, in classes.py and in book.py as text: what they say is said in plain values.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from workbook.base.errors import WorkbookError
from workbook.base.paths import check_checkout
from workbook.cloud import target
from workbook.command import book, classes
from workbook.command.common import check_chapter, deployed_outputs, need_the_local_cloud, reach, restored, version
from workbook.command.terminal import Sentences, as_table, console, fail, say

LEARNING, SHOP, MACHINE = "Learn", "The shop and its cloud", "This machine"

EXAMPLES = """
[bold]Examples[/]

  [cyan]workbook lab[/]                 start, and learn; Ctrl-C stops everything
  [cyan]workbook catch-up 02[/]         come late, or out of a mess, to chapter 02
  [cyan]workbook up --chapter 02[/]     all that chapters 00 to 02 build, deployed
  [cyan]workbook outputs --json[/]      the addresses of what is deployed, for a script
  [cyan]workbook test -k product[/]     only tests with product in their names

With WORKBOOK_TARGET=aws the same verbs work on your AWS account; what would
create something there asks first.

Your own edits are never thrown away: what a verb would overwrite, it keeps
in .workbook/kept, and says so. What removes stacks asks first.
"""


app = typer.Typer(
    name="workbook",
    cls=Sentences,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Learn event-driven serverless on AWS by building a shop in JupyterLab. It runs on a cloud of this "
    "machine's own: no account, no Docker, nothing to pay. The same code deploys to AWS.",
    epilog=EXAMPLES,
)

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before removing stacks, or creating any on AWS.")]
Chapter = Annotated[int, typer.Argument(metavar="NN", help="The chapter's number.", show_default=False)]


def _show_version(wanted: bool) -> None:
    if wanted:
        print("workbook", version())
        raise typer.Exit


@app.callback()
def before_any_verb(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take what may stand before a verb."""
    check_checkout()


@app.command(rich_help_panel=LEARNING)
def lab(
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    projector: Annotated[bool, typer.Option("--projector", help="For a class: large type, no side bars.")] = False,
) -> None:
    """Start the cloud, open JupyterLab on chapter 00; Ctrl-C ends both."""
    from workbook.command import jupyterlab, looks

    jupyterlab.lab(browser, looks.PROJECTOR if projector else looks.DESK)


@app.command(rich_help_panel=LEARNING)
def status(as_json: Annotated[bool, typer.Option("--json", help="How far you are, for programs.")] = False) -> None:
    """Show how far you are, what is deployed, what waits in queues."""
    from workbook.learning import progress, status

    print(progress.as_json()) if as_json else console().print(status.overview())


@app.command("catch-up", rich_help_panel=LEARNING)
def catch_up(number: Chapter, yes: Yes = False) -> None:
    """Bring code, deployment and your page to the start of chapter NN.

    Edits of your own are kept aside, and so are the rows of tables that go.
    """
    from workbook.learning import chapters, edition

    check_chapter(number)
    reach(yes)
    chapters.ask_before_going_back(number, yes=yes)
    say(edition.renew(touched=[number]))
    say(chapters.catch_up(number))
    restored()
    print(f"Ready for chapter {number:02}: open {edition.where(number)}.")


@app.command(rich_help_panel=LEARNING)
def reset(yes: Yes = False) -> None:
    """Go back to the beginning: code, notebooks, progress.

    Edits of your own are kept aside, in the notebooks too.
    """
    from workbook.learning import bookmark, chapters, edition, learner_files, published

    reach(yes)
    chapters.ask_before_going_back(0, "python3 run.py reset", yes=yes)
    say(learner_files.renew_notebooks())
    say(edition.renew(touched=published.chapters()))
    bookmark.forget()  # before and after: should this be stopped, `catch-up 00` is all that remains to be done
    say(chapters.catch_up(0))
    restored()
    bookmark.forget()
    print(f"Back at the beginning: open {edition.where(0)}.")


@app.command(rich_help_panel=LEARNING)
def restore(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A folder in .workbook/kept; by default the newest.", show_default=False),
    ] = None,
) -> None:
    """Bring back your edits, rows and objects that were kept aside."""
    from workbook.command import restoring

    restoring.bring_back(name)


@app.command(rich_help_panel=SHOP)
def up(
    chapter: Annotated[
        int | None,
        typer.Option(metavar="NN", help="Only up to the end of this chapter, as the book has it.", show_default=False),
    ] = None,
    yes: Yes = False,
) -> None:
    """Start the cloud and deploy the shop as its code stands."""
    from workbook.base.paths import CDK_APP
    from workbook.cloud.stacks import outputs
    from workbook.deployment.deploy import deploy, get_ready

    get_ready(ahead=chapter is None)
    if chapter is not None:
        check_chapter(chapter)
    elif not (CDK_APP / "app.py").exists():
        raise WorkbookError(
            "There is no shop to deploy yet: chapter 00 begins it. "
            "`python3 run.py up --chapter 00` brings everything to the end of that chapter."
        )
    reach(yes)
    if chapter is not None:
        from workbook.learning import chapters

        chapters.ask_before_going_back(chapter + 1, f"python3 run.py up --chapter {chapter:02}", yes=yes)
        say(chapters.catch_up(chapter + 1))
    else:
        print(deploy())
    restored()
    console().print(as_table(outputs.now()))


@app.command(rich_help_panel=SHOP)
def mend(yes: Yes = False) -> None:
    """Put back what was changed by hand in the deployed shop.

    It is then as its templates say, and what the chapters made by hand is gone. Messages and rows stay, your code too.
    """
    from workbook.learning import broken_off, mending

    reach(yes)
    said = mending.mend()
    broken_off.forget()
    say(said or ["The deployed shop is as its templates say."])


@app.command(rich_help_panel=SHOP)
def outputs(
    as_json: Annotated[bool, typer.Option("--json", help="As one flat JSON object, and nothing else.")] = False,
) -> None:
    """Show the addresses and names of what is deployed."""
    import json

    found = deployed_outputs()
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    elif found:
        console().print(as_table(found))
    else:
        print("Nothing is deployed. `python3 run.py up` deploys the shop.")


@app.command(rich_help_panel=SHOP)
def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Also forget all that the local cloud holds.")] = False,
) -> None:
    """Stop the local cloud; it keeps what it holds."""
    from workbook.cloud import local
    from workbook.learning.status import held

    if not target.is_local():
        print("This is about the local cloud only; what is on AWS stays there.")
    forgotten = held() if wipe else ""
    stopped = local.stop()
    print("The local cloud is stopped." if stopped else "The local cloud was not running.")
    if wipe:
        from workbook.cloud import stacks
        from workbook.deployment import failed
        from workbook.learning import bookmark

        local.wipe()
        if target.is_local():
            stacks.RECORD.unlink(missing_ok=True)
            failed.RECORD.unlink(missing_ok=True)
            bookmark.leave()
        print(f"Forgotten: {forgotten}. Your code, your notebooks and your progress are still here.")
    elif stopped:
        print("All it holds is kept for the next start.")


@app.command(rich_help_panel=MACHINE)
def doctor() -> None:
    """Check this machine, and say what to do about what is not right."""
    from workbook.command.doctor import doctor as examine
    from workbook.command.terminal import findings

    report = examine()
    console().print(findings(report.findings))
    if not report.fine:
        fail("This machine is not ready yet; each ✗ says what to do.")
    print("This machine is ready.")


@app.command(rich_help_panel=MACHINE)
def bench(
    faults: Annotated[bool, typer.Option("--faults", help="Break everything around checkouts, and judge.")] = False,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="With --faults: what is random follows from it.", show_default="any")
    ] = None,
    checkouts: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="With --faults: how many there are.", show_default="2000")
    ] = None,
    load: Annotated[bool, typer.Option("--load", help="Measure it under more and more clients instead.")] = False,
    orders: Annotated[int | None, typer.Option(metavar="N", min=2, help="With --load: so many, by 8 clients.")] = None,
    short: Annotated[bool, typer.Option("--short", help="With --faults: as the tests run it.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="With --faults: the table as Markdown.")] = False,
) -> None:
    """Measure how fast the shop is here; with --load, under a crowd; with --faults, whether it keeps its promise."""
    from workbook.maintenance import copies

    need_the_local_cloud()
    if (load and faults) or (orders is not None and not load):
        raise WorkbookError("--orders belongs to --load, and --load does not go with --faults.")
    if not faults and (seed is not None or checkouts is not None or short or markdown):
        raise WorkbookError("--seed, --checkouts, --short and --markdown belong to a fault campaign: add --faults.")
    if load:
        raise typer.Exit(copies.bench("load", [] if orders is None else ["--orders", str(orders)]))
    if not faults:
        raise typer.Exit(copies.bench())
    numbers = {"--seed": seed, "--checkouts": checkouts}
    given = [text for option, number in numbers.items() if number is not None for text in (option, str(number))]
    raise typer.Exit(copies.faults([*given, *(["--short"] * short), *(["--markdown"] * markdown)]))


@app.command(rich_help_panel=MACHINE)
def setup(
    folder: Annotated[
        str | None, typer.Option("--from", metavar="FOLDER", help="Take all from what `stick` made.")
    ] = None,
) -> None:
    """Set everything up and start nothing: before a class, or in a container.

    Every other verb does it too, the first time. It makes .venv and cdk_app/node_modules, about 2 GB, which takes one
    to five minutes where network and two cores are free, and longer on a busy machine; after that no network is
    needed. What is there is left alone, and what is missing or old is renewed.
    """
    import os

    from workbook.base.paths import ROOT
    from workbook.base.processes import run

    words = ["setup", *(["--from", os.path.abspath(folder)] if folder else [])]
    raise typer.Exit(run([sys.executable, "run.py", *words], folder=ROOT, environment=os.environ))


app.add_typer(classes.app)
app.add_typer(book.app)


def main() -> None:
    """Run the command line, as the program `workbook`."""
    app(prog_name="workbook")
