"""A frame of text: every column to the left, and nothing cut, in JupyterLab as in a terminal."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from workbook.base.display import frame_markup


class TextFrame(pd.DataFrame):
    """A frame whose rows are read from left to right; what is made of it is a frame like any other."""

    def __repr__(self) -> str:
        if self.empty:
            return super().__repr__()
        return self.to_string(index=False, justify="left", formatters=self._padded())

    def _repr_html_(self) -> str:
        return frame_markup(self)

    def _padded(self) -> dict[str, Callable[[str], str]]:
        """For each column, what fills its values up to the longest one."""
        widths = {name: max([len(name), *self[name].str.len()]) for name in self}
        return {name: f"{{:<{width}}}".format for name, width in widths.items()}
