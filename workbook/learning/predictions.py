"""`predict(...)` and `outcome(...)`: a guess is noted before something is tried, and compared with what comes.

A guess is a number, a word, a list of them, or several of these by name. `...` is no guess yet: the learner's edition
has it in place of the published one.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from workbook.base.display import GREEN, GREY, as_markup, enumerated, show
from workbook.base.errors import WorkbookError
from workbook.learning import bookmark

OPEN = ...  # what stands where nothing was guessed
AS_GUESSED, OTHERWISE = "✓ as you said", "≠ otherwise"


def predict(name: str, guess: Any, choices: Sequence[Any] = ()) -> None:
    """Note a guess; a later one replaces it, and three dots take it back.

    Args:
        name: such as `"04-typos"`; the chapter's number first.
        guess: a number, a word, a list of them, or a dict of these; `...` where there is none yet.
        choices: what it may be, if not anything; in a dict, what each of its values may be.
    """
    given = guess if isinstance(guess, Mapping) else {"": guess}
    one_of = f" One of: {' / '.join(map(_shown, choices))}." if choices else ""
    if missing := [key for key, value in given.items() if value is OPEN]:
        bookmark.forget_guess(name)  # of an earlier time
        which = f" for {', '.join(map(str, missing))}" if "" not in missing else ""
        return _say(f"· Not yet guessed{which}. Write your guess in place of the three dots, and run the cell.{one_of}")
    if unknown := [_shown(value) for value in given.values() if choices and _plain(value) not in map(_plain, choices)]:
        return _say(f"· {', '.join(unknown)} is not among the answers.{one_of}")
    bookmark.record_guess(name, {str(key): _kept(value) for key, value in given.items()})
    said = ", ".join(f"{key}: {_shown(value)}" if key != "" else _shown(value) for key, value in given.items())
    return _say(f"Noted: {said}. The next cells show what comes.")


def outcome(name: str, value: Any, within: float = 1) -> None:
    """Show a guess beside what came.

    Args:
        name: that of the guess.
        value: what came, in the form of the guess.
        within: the factor by which a number may be off, and still be as guessed.

    Raises:
        WorkbookError: what came has other names than the guess, or the factor is below 1.
    """
    if within < 1:
        raise WorkbookError(f"outcome({name!r}, …, within={within}): a guess is off by a factor of 1 or more.")
    came = {str(key): it for key, it in (value if isinstance(value, Mapping) else {"": value}).items()}
    guess = bookmark.guesses().get(name)
    if guess is None:
        text = "; ".join(f"{key}: {_shown(it)}" if key else _shown(it) for key, it in came.items())
        return _say(f"It is {text}. You made no guess: predict({name!r}, …) notes one.")
    if missing := came.keys() ^ guess.keys():
        if "" in missing:
            wanted = "one value" if "" in came else f"values for {enumerated(list(came))}"
            raise WorkbookError(f"The guess {name!r} is to be {wanted}: run the cell with predict(…) once more.")
        raise WorkbookError(
            f"The guess {name!r} and what came have not the same parts ({', '.join(sorted(missing))}): "
            "run the cell with predict(…) once more."
        )
    rows = [(key, guess[key], it, _agree(guess[key], it, within)) for key, it in came.items()]
    lines = [
        (f"{key}: " if key else "") + f"you said {_shown(guessed)}, it is {_shown(it)}  {_mark(same)}"
        for key, guessed, it, same in rows
    ]
    show("\n".join(lines), _table(rows))


def unsaid(source: str) -> str:
    """The code of a cell without the guesses in it: three dots stand in place of each.

    Args:
        source: the cell's, as it is published.
    """
    if "predict(" not in source or source.startswith("%%"):
        return source
    lines, found = source.encode().split(b"\n"), []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == predict.__name__:
            guess = node.args[1]
            found += guess.values if isinstance(guess, ast.Dict) else [guess]
    for node in sorted(found, key=lambda it: (it.lineno, it.col_offset), reverse=True):
        first, last = node.lineno - 1, node.end_lineno - 1
        lines[first : last + 1] = [lines[first][: node.col_offset] + b"..." + lines[last][node.end_col_offset :]]
    return b"\n".join(lines).decode()


def _table(rows: list[tuple[str, Any, Any, bool]]) -> str:
    named, left = any(key for key, *_ in rows), ' style="text-align:left"'

    def row(tag: str, *cells: str) -> str:
        return "<tr>" + "".join(f"<{tag}{left}>{cell}</{tag}>" for cell in (cells if named else cells[1:])) + "</tr>"

    body = ""
    for key, guessed, it, same in rows:
        mark = f'<span style="color:{GREEN if same else GREY}">{_mark(same)}</span>'
        body += row("td", as_markup(key), as_markup(_shown(guessed)), as_markup(_shown(it)), mark)
    head = row("th", "", "you said", "it is", "")
    return f'<table class="dataframe"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _mark(same: bool) -> str:
    return AS_GUESSED if same else OTHERWISE


def _say(text: str) -> None:
    show(text, f'<p style="color:{GREY}">{as_markup(text)}</p>')


def _agree(guess: Any, came: Any, within: float) -> bool:
    guess, came = _plain(guess), _plain(came)
    if isinstance(guess, list) or isinstance(came, list):  # of one thing, a list is the same as the thing
        guess, came = (it if isinstance(it, list) else [it] for it in (guess, came))
        return sorted(map(str, guess)) == sorted(map(str, came))
    numbers = all(isinstance(it, float) for it in (guess, came))
    return came / within <= guess <= came * within if numbers else (type(guess), guess) == (type(came), came)


def _plain(value: Any) -> Any:
    """A value in the form in which two are compared: numbers as numbers, words without case, and yes for True."""
    value = _kept(value)
    if isinstance(value, list):
        return [_plain(it) for it in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        word = value.strip().casefold()
        with suppress(ValueError):
            return float(word)
        return {"true": "yes", "false": "no"}.get(word, word)
    return float(value) if isinstance(value, int | float) else value


def _kept(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_kept(it) for it in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    if hasattr(value, "item"):  # a number of NumPy's, as frames have them
        return value.item()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _shown(value: Any) -> str:
    value = _kept(value)
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
