"""`python -m workbook.command.hub_server`: JupyterLab as `lab` starts it, for a JupyterHub that looks after it.

The Hub starts it as the learner, by `workshop/hub/learner_server.py`. The local cloud comes with the first cell that
needs it, and the Hub stops it after the server.
"""

from __future__ import annotations

import os
import sys

from workbook.base.errors import WorkbookError
from workbook.base.paths import CLOUD, ROOT, STATE, write_json
from workbook.cloud import local, target
from workbook.command.jupyterlab import JUPYTER, KERNELS_ON_SOCKETS, OPTIONS, environment, private, takes_sockets
from workbook.command.looks import DESK
from workbook.learning import edition

PORTS = range(10_000, 20_000)  # the clouds of a class: one for each user id, so that no two look for the same


def main() -> None:
    """Become the server that the Hub asked for.

    Raises:
        WorkbookError: kernels could only listen where everybody at the machine can reach them.
    """
    edition.renew()
    runtime = private(STATE / "run")  # a short name, for the path of a socket is to be short
    if not takes_sockets(runtime):
        raise WorkbookError(f"The path {ROOT} is too long for the sockets of kernels: learners need shorter homes.")
    if not (CLOUD / "port.json").exists():
        write_json(CLOUD / "port.json", PORTS[os.getuid() % len(PORTS)])
    target.point_process_at(local.expected_url())
    hub = {name: value for name, value in os.environ.items() if name.startswith("JUPYTERHUB_")}
    options = [*OPTIONS, KERNELS_ON_SOCKETS, *sys.argv[1:]]
    command = [sys.executable, "-P", "-m", "jupyterhub.singleuser", *options]
    os.chdir(ROOT)
    os.execve(sys.executable, command, environment(runtime, DESK.write(JUPYTER)) | hub)


if __name__ == "__main__":
    try:
        main()
    except WorkbookError as error:
        sys.exit(error.message)
