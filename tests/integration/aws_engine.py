"""`python -P aws_engine.py FOLDER REGION ministack LAYERS`: the engine in FOLDER, whose APIs have AWS's names, too.

A signed call of an API is signed for its host, so it has to reach the engine under that name.
"""

import re
import runpy
import sys

from ministack import app

engine, region = sys.argv.pop(1), sys.argv.pop(1)
app._EXECUTE_API_RE = re.compile(rf"^([a-f0-9]{{8}})\.execute-api\.{re.escape(region)}\.amazonaws\.com$")
sys.argv[0] = engine
runpy.run_path(engine, run_name="__main__")
