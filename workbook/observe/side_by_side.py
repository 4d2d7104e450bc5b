"""`side_by_side(...)`: what was measured on this machine and on AWS, each where it was measured last."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbook.base.paths import STATE, read_json, write_json
from workbook.cloud import target

FILE = STATE / "side_by_side.json"
HERE = "this machine"


def side_by_side(what: str, measured: Mapping[str, float | None]) -> pd.DataFrame:
    """Keep what was measured on this target, and show it beside what was measured on others, from this folder.

    Args:
        what: was measured, such as `"one order"`; a later measurement of the same takes its place.
        measured: numbers by their names.

    Returns:
        A row for each name, a column for each target: `this machine`, or a region of AWS.
    """
    kept = read_json(FILE, {})
    place = HERE if target.is_local() else f"AWS {target.region()}"
    numbers = {str(name): None if pd.isna(value) else float(value) for name, value in measured.items()}
    kept.setdefault(what, {})[place] = numbers
    write_json(FILE, kept)
    return pd.DataFrame(kept[what], index=[*numbers])
