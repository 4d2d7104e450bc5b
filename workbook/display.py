"""How things are shown: in JupyterLab as HTML, in a terminal with Rich, in text always the same."""

from __future__ import annotations

import html
import sys
import time
import uuid
from typing import Any


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

        data = {"text/plain": text, "text/html": markup or f"<p>{html.escape(text)}</p>"}
        display(data, raw=True)
    else:
        print(text)


class Progress:
    """A line that tells what is going on while one waits.

    Use it as a context manager and call it with what happens now. Its text stays the same from
    the first to the last, so that a notebook's stored output does too.

    Args:
        title: what is being done.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.perf_counter()
        self.id = uuid.uuid4().hex
        self.status: Any = None

    def __enter__(self) -> Progress:
        if in_notebook():
            from IPython.display import display

            display(self._data("…"), raw=True, display_id=self.id)
        elif sys.stderr.isatty():
            from rich.console import Console

            self.status = Console(stderr=True).status(self.title)
            self.status.start()
        return self

    def __call__(self, now: str) -> None:
        if in_notebook():
            self._update(now)
        elif self.status:
            self.status.update(f"{self.title}: {now}")

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        seconds = time.perf_counter() - self.started
        if in_notebook():
            self._update("stopped" if kind else f"done in {seconds:.1f} s")
        elif self.status:
            self.status.stop()

    def _update(self, now: str) -> None:
        from IPython.display import update_display

        update_display(self._data(now), display_id=self.id, raw=True)

    def _data(self, now: str) -> dict[str, str]:
        markup = f'<p style="color:gray">{html.escape(self.title)}: {html.escape(now)}</p>'
        return {"text/plain": self.title, "text/html": markup}
