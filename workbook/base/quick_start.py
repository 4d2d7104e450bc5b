"""Imported first, it lets JupyterLab and pytest start a second or two earlier.

Both load jsonschema, which loads rfc3987_syntax, if that is there, and this builds a large grammar each time. It checks
addresses that have letters beyond ASCII; without it, such addresses are not checked.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # so an import of it fails, which jsonschema expects
