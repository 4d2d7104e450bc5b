"""While a learner still reads what a cell has written, what will be asked for next is prepared."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP
from workbook.deployment.deploy import get_ready, may_work_ahead
from workbook.learning.published import WRITES


def synthesize_what_was_written(result: Any) -> None:
    """After a `%%writefile` cell has written CDK code, begin to synthesize it: a deployment will follow.

    For IPython's `post_run_cell` event.
    """
    match = WRITES.match(getattr(result.info, "raw_cell", "") or "")
    if match and result.success and (Path.cwd() / match["path"]).resolve().is_relative_to(CDK_APP) and may_work_ahead():
        with suppress(WorkbookError, OSError, ValueError):  # the deployment will say it
            get_ready()
