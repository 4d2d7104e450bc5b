"""The one kind of error that a person can cause: a plain sentence that says what to do next."""


REPAIR = "Run `python3 run.py setup` in a terminal: it repairs the set-up."  # the cure where a part of it is missing


class WorkbookError(Exception):
    """A sentence for the person at the keyboard, shown without a traceback.

    Args:
        message: what is wrong and what to do next, in plain words.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [self.message]
