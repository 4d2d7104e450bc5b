"""`python -P aws_engine.py FOLDER REGION ministack LAYERS`: the engine in FOLDER, whose APIs have AWS's names, too.

A signed call of an API is signed for its host, so it has to reach the engine under that name.
"""

import re
import runpy
import sys
from importlib import import_module

from ministack import app

engine, region = sys.argv.pop(1), sys.argv.pop(1)
sys.argv[0] = engine
sys.path.insert(0, engine)
gate = import_module("gate")

API = rf"([a-f0-9]{{8}})\.execute-api\.{re.escape(region)}\.amazonaws\.com"
app._EXECUTE_API_RE = re.compile(f"^{API}$")
gate.ITS_NAME = re.compile(f"{gate.ITS_NAME.pattern}|{API}", re.IGNORECASE)
runpy.run_path(f"{engine}/__main__.py", run_name="__main__")
