"""What a person might write in the gaps of the learner's edition: wrong lines, each with words that must be said to
them, and right ones that are not the published ones. Those of each chapter stand in a module of their own.
"""

from __future__ import annotations

import importlib
from pathlib import Path

MODULES = sorted(file.stem for file in Path(__file__).parent.glob("gaps_*.py"))
LINES = [lines for module in MODULES for lines in importlib.import_module(f"answers.{module}").LINES]
