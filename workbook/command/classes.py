"""The verbs for a class: to let its teacher see how far one is, and to set up without a network."""

from __future__ import annotations

from typing import Annotated

import typer

from workbook.command.terminal import say

CLASS = "In a class"

app = typer.Typer()


@app.command(rich_help_panel=CLASS)
def join(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The class's, from its teacher.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The class's, too.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Yours, as the teacher knows it.")],
) -> None:
    """Let the teacher of a class see how far you are, from now on.

    After each check the class is sent your chapter, the checks that were right, and how often and when you tried each.
    Nothing else leaves this machine. `leave` ends it.
    """
    from workbook.learning import bookmark, joined

    joined.join(address, key, name, bookmark.whole())
    print(f"The class at {address} sees how far you are; `python3 run.py leave` ends that.")


@app.command(rich_help_panel=CLASS)
def leave() -> None:
    """Send your progress to no class any more."""
    from workbook.learning import joined

    print("Your progress stays on this machine from now on." if joined.leave() else "You have joined no class.")


@app.command(rich_help_panel=CLASS)
def stick(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where to, such as on a memory stick.")],
    machines: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="MACHINE", help="Such as macos-arm64-3.13; repeat it for more. Or this one."),
    ] = None,
) -> None:
    """Collect what a set-up downloads, for machines with no network.

    About 0.4 GB for each kind of machine and Python. There, `python3 run.py setup --from FOLDER` takes it.
    """
    from workbook.command import stick

    say(stick.collect(folder, machines or ()))
