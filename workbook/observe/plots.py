"""What a plot shows, in words, for who does not see it: its text, and what a screen reader says of the picture."""

from __future__ import annotations

import html
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIGURE = ("matplotlib.figure", "Figure")


def tell() -> None:
    """Let the notebook's shell show each plot with its description.

    For IPython's `post_execute` event, after which what a cell has drawn is shown: where the first plot is drawn,
    matplotlib forgets all other ways to show one. JupyterLab has no description of a picture as such, so it gets the
    same picture in HTML, too.
    """
    if FIGURE[0] not in sys.modules:  # nothing was drawn yet
        return
    shows = sys.modules["IPython"].get_ipython().display_formatter.formatters

    def markup(figure: Figure) -> str | None:
        picture = shows["image/png"](figure)  # in base64
        return picture and f'<img alt="{html.escape(described(figure))}" src="data:image/png;base64,{picture}">'

    shows["text/plain"].for_type_by_name(*FIGURE, lambda figure, printer, _: printer.text(described(figure)))
    shows["text/html"].for_type_by_name(*FIGURE, markup)


def described(figure: Figure) -> str:
    """A plot in words: what its axes count, and between which values each of its series lies.

    Args:
        figure: matplotlib's.
    """
    return "A plot: " + " | ".join(_described(axes) for axes in figure.axes)


def _described(axes: Axes) -> str:
    across, up = axes.get_xlabel(), axes.get_ylabel()
    title = [axes.get_title()] if axes.get_title() else []
    labels = [f"{up} by {across}" if across and up else across or up or "values"]
    return "; ".join(title + labels + _series(axes)) + "."


def _series(axes: Axes) -> list[str]:
    """Each series with its range, or as many as have a name; where none has, the names on an axis."""
    shapes = [*axes.containers, *axes.lines, *axes.collections]
    named = [(str(shape.get_label()), _values(shape)) for shape in shapes]
    told = [f"{name} {_range(values)}" for name, values in named if name and not name.startswith("_")]
    names = [name for name in axes.get_legend_handles_labels()[1] if not any(one.startswith(name) for one in told)]
    names += [text.get_text() for axis in (axes.xaxis, axes.yaxis) for text in axis.get_ticklabels()]
    names = [name for name in names if any(letter.isalpha() for letter in name)]
    return told + ([", ".join(names)] if names else [])


def _values(shape: Any) -> Iterable[float]:
    """What a series counts: the lengths of bars, the heights of a line or of points."""
    if hasattr(shape, "patches"):
        horizontal = shape.orientation == "horizontal"
        return [bar.get_width() if horizontal else bar.get_height() for bar in shape.patches]
    return shape.get_ydata() if hasattr(shape, "get_ydata") else shape.get_offsets()[:, 1]


def _range(values: Iterable[float]) -> str:
    import numpy as np  # which is there, as there is a plot

    numbers = np.ma.masked_invalid(np.ma.asarray(values, dtype=float)).compressed()  # without those that lack
    return f"from {numbers.min():.4g} to {numbers.max():.4g}" if len(numbers) else "without values"
