"""`python -P FOLDER ministack`: MiniStack as its own command runs it, but behind the gate, and with whole logs."""

import sys
from importlib import import_module

import gate
import whole_logs

package = sys.argv.pop(1)
module = import_module(f"{package}.app")
module.app = gate.gated(module.app, gate.whom_to_ask())
whole_logs.give(import_module(f"{package}.core.lambda_runtime").Worker)
module.main()
