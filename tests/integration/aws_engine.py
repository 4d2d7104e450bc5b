"""`python -P aws_engine.py FOLDER REGION ministack LAYERS`: the engine in FOLDER, whose APIs have AWS's names, too.

A signed call of an API is signed for its host, so it has to reach the engine under that name. Other calls may have come
through the rehearsal's proxy, and are not to the byte what was signed: of them, the key says who calls.
"""

import re
import runpy
import sys
from importlib import import_module

from ministack import app
from ministack.core import sigv4

engine, region = sys.argv.pop(1), sys.argv.pop(1)
sys.argv[0] = engine
sys.path.insert(0, engine)
gate = import_module("gate")

API = rf"([a-f0-9]{{8}})\.execute-api\.{re.escape(region)}\.amazonaws\.com"
app._EXECUTE_API_RE = re.compile(f"^{API}$")
gate.ITS_NAME = re.compile(f"{gate.ITS_NAME.pattern}|{API}", re.IGNORECASE)
matches = sigv4.header_signature_failure
sigv4.header_signature_failure = lambda signature, *more, **how: (
    matches(signature, *more, **how) if signature.service == "execute-api" else None
)
runpy.run_path(f"{engine}/__main__.py", run_name="__main__")
