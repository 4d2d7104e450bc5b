"""Makes mutants, for Cosmic Ray's own Python.

Stdin has a list of lists, file, operator and occurrence; stdout the code of each, or null: Cosmic Ray 8.7 finds an
exception with a dot in its name in an `except`, and cannot replace it.
"""

import json
import sys
from pathlib import Path

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator


def changed(file: str, operator: str, occurrence: int) -> str | None:
    """The code of a file with one change."""
    try:
        return mutate_code(Path(file).read_text(encoding="utf-8"), get_operator(operator)(), occurrence)
    except AttributeError:
        return None


json.dump([changed(*wanted) for wanted in json.load(sys.stdin)], sys.stdout)
