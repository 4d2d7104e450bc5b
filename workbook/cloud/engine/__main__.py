"""`python -P FOLDER ministack LAYERS`: MiniStack as its own command runs it, but behind the gate, with whole logs, with
layers that are unpacked once, into the folder LAYERS, workers that are copies of one process, without events for
functions that are gone, and with aliases that follow their weights.
"""

import sys
from importlib import import_module
from pathlib import Path

import deleted
import forked
import gate
import layers
import weights
import whole_logs

package, unpacked = sys.argv.pop(1), Path(sys.argv.pop(1))
module = import_module(f"{package}.app")
module.app = gate.gated(module.app, gate.whom_to_ask())
runtime = import_module(f"{package}.core.lambda_runtime")
whole_logs.give(runtime.Worker)
layers.share(runtime, unpacked)
forked.share(runtime)
functions = import_module(f"{package}.services.lambda_svc")
deleted.stay_gone(functions)
weights.follow(functions)
module.main()
