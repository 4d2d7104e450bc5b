"""How things are shown: in JupyterLab as HTML, in a terminal with Rich, in text always the same."""

from __future__ import annotations

import html
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

# JupyterLab's own colours, which change with its theme: no single green has a contrast of 4.5 to 1 on both pages.
# Of what a notebook has stored that it does not trust, it takes such variables out: there the first colour stands,
# which comes as near as one can on both. What stands after the comma is for pages that are no JupyterLab, and white.
GREEN = "#2f8a35; color:var(--jp-success-color0, #1b5e20)"
RED = "#e0443a; color:var(--jp-error-color1, #d32f2f)"
GREY = "#7a7a7a; color:var(--jp-ui-font-color2, #757575)"


def in_notebook() -> bool:
    """Whether this code runs in a Jupyter kernel."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return bool(shell) and hasattr(shell, "kernel")


def show(text: str, markup: str | None = None) -> None:
    """Show a sentence.

    Args:
        text: what is shown where only text can be, and what is compared when a notebook is tested.
        markup: the same as HTML, for JupyterLab; it may say more, such as times and ids.
    """
    if in_notebook():
        from IPython.display import display

        data = {"text/plain": text, "text/html": markup or f"<p>{as_markup(text)}</p>"}
        display(data, raw=True)
    else:
        print(text)


def as_markup(text: str) -> str:
    """A sentence as HTML: what stands in backticks is code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))


def enumerated(names: Sequence[str]) -> str:
    """One name or several, as in a sentence: `A`, `A and B`, `A, B and C`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def a_kind(value: object) -> str:
    """What kind of thing a value is, as in a sentence: `a dict`, `an int`."""
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def frame_markup(frame: pd.DataFrame) -> str:
    """A frame as HTML, numbers to the right as JupyterLab does it, and everything else to the left."""
    from pandas.api.types import is_numeric_dtype

    left = ' style="text-align:left"'
    sides = ["" if is_numeric_dtype(frame[column]) else left for column in frame]

    def row(tag: str, values: Any) -> str:
        cells = (
            f"<{tag}{side}>{html.escape(_shown(value))}</{tag}>" for side, value in zip(sides, values, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(row("td", values) for values in frame.itertuples(index=False))
    return f'<table class="dataframe"><thead>{row("th", frame.columns)}</thead><tbody>{body}</tbody></table>'


def _shown(value: Any) -> str:
    import pandas as pd

    return "" if value is None or value is pd.NA else str(value)


def _after_the_cell(act: Callable[[], None]) -> None:
    """Do something when the cell that runs has ended. Cells are not told by their number: not all of them have one."""
    events = sys.modules["IPython"].get_ipython().events

    def once() -> None:
        events.unregister("post_execute", once)
        act()

    events.register("post_execute", once)


@dataclass
class _Line:
    """The line that the waits of one cell share."""

    id: str
    text: str
    times: int = 0
    seconds: float = 0.0


class Progress:
    """A line that tells what is going on while one waits.

    Use it as a context manager and call it with what happens now. Its text stays the same from
    the first to the last, so that a notebook's stored output does too. One within another has no
    line of its own, but tells what it does in the other's.

    Args:
        title: what is being done.
        text: what stands there where only text can be; the title by default.
        folds: whether it shares one line, which counts, with the others of its cell that do.

    Attributes:
        closing: HTML to show in place of the line when all went well.
    """

    _shown: ClassVar[list[Progress]] = []
    _line: ClassVar[_Line | None] = None

    def __init__(self, title: str, text: str | None = None, *, folds: bool = False) -> None:
        self.folds = folds
        self.title = title
        self.text = text or title
        self.closing: str | None = None
        self.started = time.perf_counter()
        self.id = uuid.uuid4().hex
        self.outer: Progress | None = None
        self.status: Any = None

    def __enter__(self) -> Progress:
        self.outer = self._shown[-1] if self._shown else None
        self._shown.append(self)
        if self.outer:
            self.outer(self.title)
        elif in_notebook() and self._joins():
            self._update(self._data("…"))
        elif in_notebook():
            from IPython.display import display

            display(self._data("…"), raw=True, display_id=self.id)
        elif sys.stderr.isatty():
            from rich.console import Console

            self.status = Console(stderr=True).status(self.title)
            self.status.start()
        return self

    def __call__(self, now: str) -> None:
        if self.outer:
            self.outer(f"{self.title}: {now}")
        elif in_notebook():
            self._update(self._data(now))
        elif self.status:
            self.status.update(f"{self.title}: {now}")

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        self._shown.remove(self)
        if self.outer:
            return
        if self.status:
            self.status.stop()
        elif in_notebook() and kind:
            ended = "stopped" if issubclass(kind, KeyboardInterrupt) else "failed"
            self._update(self._data(ended) | {"text/plain": f"{self.title}: {ended}"})
        elif in_notebook():
            done = self._data(self._done(time.perf_counter() - self.started))
            self._update(done | ({"text/html": self.closing} if self.closing else {}))

    def _joins(self) -> bool:
        """Whether there is a line of this cell already that it shares."""
        if not self.folds:
            return False
        if Progress._line is None:
            Progress._line = _Line(self.id, self.text)
            _after_the_cell(self._begin_anew)
            return False
        self.id, self.text = Progress._line.id, Progress._line.text  # the text that is stored stays the first one's
        return True

    @staticmethod
    def _begin_anew() -> None:
        Progress._line = None

    def _done(self, seconds: float) -> str:
        if not self.folds or Progress._line is None:
            return f"done in {seconds:.1f} s"
        line = Progress._line
        line.times, line.seconds = line.times + 1, line.seconds + seconds
        return (
            f"done in {seconds:.1f} s" if line.times == 1 else f"done; waited {line.times} times, {line.seconds:.1f} s"
        )

    def _update(self, data: dict[str, str]) -> None:
        from IPython.display import update_display

        update_display(data, display_id=self.id, raw=True)

    def _data(self, now: str) -> dict[str, str]:
        markup = f'<p style="color:{GREY}">{as_markup(self.title)}: {as_markup(now)}</p>'
        return {"text/plain": self.text, "text/html": markup}


def progress(items: Sequence[T], title: str) -> Iterator[T]:
    """Go through some items, and show how far one is. Those of one cell share a line.

    Args:
        items: what to go through.
        title: what is being done.

    Yields:
        The items, one after the other.
    """
    with Progress(title, folds=True) as shown:
        for done, item in enumerate(items):
            shown(f"{done} of {len(items)}")
            yield item
