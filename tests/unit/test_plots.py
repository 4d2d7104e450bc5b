"""Each plot is told in words, too: in its text, and to a screen reader, with the names and ranges of what it shows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from IPython.core.pylabtools import select_figure_formats

from workbook.base.paths import NOTEBOOKS
from workbook.observe import plots

FRAME = pd.DataFrame({"waited": [1, 2, 3], "stored": [3, 4, 9.5]})
OF_BARS = FRAME.set_axis(["fast", "slow", "late"])


@pytest.fixture(autouse=True)
def agg() -> Iterator[None]:
    with mpl.rc_context({"backend": "agg"}):
        yield
        plt.close("all")


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: FRAME.plot(x="waited", xlabel="time, s", ylabel="orders"), "orders by time, s; stored from 3 to 9.5."),
        (lambda: FRAME.plot.box(vert=False, xlabel="ms"), "ms; waited, stored."),
        (lambda: FRAME.plot.hist(bins=4, xlabel="ms"), "Frequency by ms; waited, stored."),
        (
            lambda: OF_BARS.plot.barh(stacked=True, xlabel="ms"),
            "ms; waited from 1 to 3; stored from 3 to 9.5; fast, slow, late.",
        ),
        (
            lambda: FRAME.plot.scatter("waited", "stored", label="answered 201", xlabel="customers", ylabel="ms"),
            "ms by customers; answered 201 from 3 to 9.5.",
        ),
        (lambda: FRAME.waited.plot(title="latency", xlabel="s", legend=False), "latency; s; waited from 1 to 3."),
        (lambda: plt.subplots()[1], "values."),
    ],
)
def test_a_plot_is_told_with_its_axes_and_series(draw, words):
    assert plots.described(draw().figure) == f"A plot: {words}"


def test_each_part_of_a_figure_is_told():
    figure, places = plt.subplots(2, 1)
    for place, title in zip(places, ("an ordinary order", "one that waited"), strict=True):
        place.barh("SQS", 3)
        place.set(title=title, xlabel="ms")
    assert plots.described(figure) == "A plot: an ordinary order; ms; SQS. | one that waited; ms; SQS."


def test_a_notebook_shows_the_picture_with_its_words(shell):
    select_figure_formats(shell, {"png"})
    plots.tell()
    figure = FRAME.plot(x="waited", xlabel="<time>").figure
    data, _ = shell.display_formatter.format(figure)
    assert data["text/plain"] == plots.described(figure)
    shown = re.fullmatch(r'<img alt="(.+)" src="data:image/png;base64,(.+)">', data["text/html"], re.DOTALL)
    assert shown[1] == "A plot: &lt;time&gt;; stored from 3 to 9.5."
    assert base64.b64decode(shown[2]).startswith(b"\x89PNG")


def test_every_stored_plot_has_its_words_and_is_stored_once():
    shown = [
        output["data"]
        for notebook in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(shown) >= 8
    assert all("".join(data["text/plain"]).startswith("A plot: ") and "text/html" not in data for data in shown)
