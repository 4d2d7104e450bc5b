"""Whatever a page, a check, a hint or an error tells its reader to call or type is there, where the reader stands."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer.main
from told import (
    NOTEBOOKS,
    ROOT,
    SPAN,
    Call,
    Chapter,
    Command,
    calls,
    chapters,
    commands,
    modules,
    said_by_checks,
    strings,
)

import workbook
from workbook.command import cli
from workbook.learning import published

pytestmark = pytest.mark.slow

PAGES = [ROOT / "README.md", *NOTEBOOKS.glob("*.md")]
NO_PYTHON = {"rate", "cron", "attribute_not_exists"}  # EventBridge's schedules, a condition of DynamoDB
SENTENCE = re.compile(r".* .*[.!?]", re.DOTALL)  # not a piece of code, not a pattern
OF_A_CHAPTER = r"`? of chapter (\d\d)"


# Calls


def in_place(call: Call, chapter: Chapter, end: int, *more: str) -> bool:
    """Whether a call works for who has run a chapter's cells before `end`; in the files that are written then, too."""
    if call.name not in chapter.names(end):
        imported = re.findall(r"\bimport (\w+)", call.text)
        return call.name in {*imported, *more, *dir(builtins), *NO_PYTHON} or call.name in in_files(int(chapter.number))
    signature = chapter.functions(0, end).get(call.name) or signature_of(call.name)
    return signature is None or re.match(r"\w+\.", call.code) is not None or call.fits(signature)


def signature_of(name: str) -> inspect.Signature | None:
    """That of a function of the package; None if it has none of that name."""
    return inspect.signature(getattr(workbook, name)) if name in workbook.__all__ and name != "outputs" else None


@functools.cache
def in_files(number: int) -> set[str]:
    """The names in the code that the book has written by the end of a chapter, but for those that only a kernel has."""
    code = [content for path, content in published.files_before(number + 1).items() if path.endswith(".py")]
    nodes = [node for one in code for node in ast.walk(ast.parse(one))]
    return {n.id for n in nodes if isinstance(n, ast.Name)} - set(workbook.__all__)


@pytest.mark.parametrize("number", chapters())
def test_what_a_chapter_says_can_be_called_in_it(number):
    chapter = chapters()[number]
    wrong = []
    for i, cell in enumerate(chapter.cells):
        below = chapter.next_code(i)
        for call in (
            [c for span in SPAN.findall(cell.source) for c in calls(span)] if cell.cell_type == "markdown" else []
        ):
            elsewhere = re.search(re.escape(call.code) + OF_A_CHAPTER, cell.source)
            place = chapters()[elsewhere[1]] if elsewhere else chapter
            if not in_place(call, place, len(place.cells) if elsewhere else below + 1, *chapter.parameters(below)):
                wrong.append(f"cell {i}: {call.code}")
    assert wrong == []


def test_what_a_check_or_a_hint_says_can_be_called_at_the_check():
    said = [(name, call) for name, text in said_by_checks() if SENTENCE.fullmatch(text) for call in calls(text)]
    assert len(said) > 60
    assert [f"{name}: {call.code} in {call.text!r}" for name, call in said if not at_its_check(name, call)] == []


def at_its_check(name: str, call: Call) -> bool:
    chapter = chapters()[name[:2]]
    place = chapter.place(name)
    return in_place(call, chapter, place, *chapter.parameters(place - 1))


def test_what_other_sentences_say_can_be_called_by_whoever_may_read_them():
    """Each chapter that has a function has whatever the function's module tells to call."""
    wrong = []
    for file, tree in modules().items():
        told = {call for text in strings(tree) if SENTENCE.fullmatch(text) for call in calls(text)}
        for call in told if "checks" not in file.parts else []:
            wrong += [f"{file.name}: {call.code}"] * (call.name not in workbook.__all__)
            wrong += [
                f"{call.code} in chapter {c.number}" for c in readers(file) if not in_place(call, c, len(c.cells))
            ]
    assert wrong == []


def readers(file: Path) -> Iterator[Chapter]:
    """The chapters that have names for something in a module."""
    homes = {name: sys.modules[getattr(workbook, name).__module__].__file__ for name in workbook.__all__}
    for chapter in chapters().values():
        if any(homes[name] == str(file) for name in chapter.names(len(chapter.cells)) & homes.keys()):
            yield chapter


def test_every_chapter_has_hint_and_solution_from_its_first_cell_on():
    first = {number: chapter.names(chapter.next_code(0) + 1) for number, chapter in chapters().items()}
    assert [number for number, names in first.items() if not {"check", "hint", "solution"} <= names] == []


# Commands


def all_commands() -> list[Command]:
    """Those that pages, sentences of the package and of run.py, and the help name."""
    texts = [file.read_text(encoding="utf-8") for file in PAGES]
    texts += [c.source for chapter in chapters().values() for c in chapter.cells if c.cell_type == "markdown"]
    trees = [*modules().values(), ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))]
    texts += [text for tree in trees for text in strings(tree)]
    texts += [command.callback.__doc__ or "" for command in cli.app.registered_commands]
    texts += [re.sub(r"\[cyan\](.*?)\[/\]", r"`\1`", cli.EXAMPLES)]
    return [command for text in texts for command in commands(text)]


def test_every_command_that_is_told_of_is_one():
    told = {c for c in all_commands() if c.program != "cdk" and c.arguments and c.arguments[0] != "VERB"}
    assert len(told) > 25
    assert {c.text: why for c in told if (why := refused(c.arguments))} == {}


def test_what_the_package_tells_to_type_works_in_any_terminal():
    """Only a terminal inside JupyterLab knows `workbook` and `cdk`: who is told of them is told of it, too."""
    told = [(command, text) for tree in modules().values() for text in strings(tree) for command in commands(text)]
    inside = [(command, text) for command, text in told if command.program in ("workbook", "cdk") and command.arguments]
    assert len(told) > 15
    assert [command.text for command, text in inside if "terminal inside JupyterLab" not in text] == []


def refused(arguments: tuple[str, ...]) -> str | None:
    """What the command line has against these arguments; nothing is executed."""
    if arguments == ("setup",):  # run.py does that by itself
        return None
    group = typer.main.get_command(cli.app)
    context = click.Context(group)
    command = group.get_command(context, arguments[0])
    if command is None:
        return f"there is no {arguments[0]}"
    try:
        command.make_context(arguments[0], list(arguments[1:]), parent=context)
    except click.ClickException as error:
        return error.format_message()
    return None
