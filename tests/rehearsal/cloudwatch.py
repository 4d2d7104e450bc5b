"""What CloudWatch does each minute, for the cloud that plays AWS and does not: alarms look at their metrics.

`python tests/rehearsal/cloudwatch.py URL SECONDS`. It measures as the workbook does for the local cloud, and ends with
whoever started it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from botocore.exceptions import BotoCoreError, ClientError

sys.path.append(str(Path(__file__).parents[1] / "integration"))
from second_cloud import ACCOUNT, REGION

from workbook.cloud import local, target
from workbook.observe.alarms import evaluate_alarms


def main(url: str, seconds: float) -> None:
    """Evaluate all alarms of the cloud at `url`, again and again, as long as this process has its parent."""
    cloud, parent = SimpleNamespace(url=url), os.getppid()
    target.point_process_at(url)
    os.environ |= {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    local.ensure = lambda: cloud
    while os.getppid() == parent:
        try:
            evaluate_alarms()
        except (BotoCoreError, ClientError, OSError) as error:  # a stack that is just being deleted, for example
            print(type(error).__name__, error, flush=True)
        time.sleep(seconds)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
