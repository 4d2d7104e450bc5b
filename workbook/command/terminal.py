"""How commands speak: in sentences, also when something goes wrong, and in tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from workbook.base.errors import WorkbookError
from workbook.base.processes import STOPPED
from workbook.cloud import target


class Sentences(TyperGroup):
    """Commands whose errors are sentences: what a person can cause never shows a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
            return done
        except WorkbookError as error:
            fail(error.message)
        except KeyboardInterrupt:
            fail("Stopped. Nothing is lost; run the same command again to go on.", STOPPED)
        except TimeoutError:  # of the lock file
            fail("Another command is busy with the local cloud. Wait for it to end, and run this again.")
        except OSError as error:
            if error.errno is None or isinstance(error, BrokenPipeError):  # `| head` has enough: that ends it quietly
                raise
            where = f" ({error.filename})" if error.filename else ""
            fail(f"{error.strerror or error}{where}. `python3 run.py doctor` checks this machine.")
        except Exception as error:
            sentence = _said_by_aws(error)
            if sentence is None:
                raise
            fail(sentence)


def _said_by_aws(error: Exception) -> str | None:
    """A sentence for an error that AWS, or the way to it, raised; None for any other."""
    if "botocore" in sys.modules:
        from botocore.exceptions import BotoCoreError, ClientError

        if isinstance(error, ClientError | BotoCoreError):
            where = "The local cloud" if target.is_local() else "AWS"
            return f"{where} refused or did not answer: {error}. `python3 run.py status` shows what is there."
    return None


def fail(sentence: str, code: int = 1) -> NoReturn:
    """End the command with a sentence on stderr, and an exit code."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


def say(sentences: list[str]) -> None:
    """Print sentences, each on a line of its own."""
    for sentence in sentences:
        print(sentence)


def as_table(values: dict[str, str]) -> Any:
    """Names and values as a table for Rich, in which no value is cut."""
    from rich.table import Table

    table = Table("output", "value", box=None, pad_edge=False)
    table.columns[1].overflow = "fold"
    for key, value in values.items():
        table.add_row(key, plain(value))
    return table


def findings(found: Iterable[Any]) -> Any:
    """What the doctor found as a table for Rich, each with its cure."""
    from rich.table import Table

    table = Table("", "what", "found", box=None, pad_edge=False)
    for finding in found:
        mark = "[green]✓[/]" if finding.fine else "[red]✗[/]"
        table.add_row(mark, finding.name, plain(f"{finding.found}\n{finding.cure}".strip()))
    return table


def plain(text: str) -> Any:
    """Text for Rich in which brackets mean nothing."""
    from rich.text import Text

    return Text(text)


def console() -> Any:
    """Where commands print what is more than sentences."""
    from rich.console import Console

    return Console(highlight=False)
