"""The teacher's page: a service of the Hub that shows how far each learner is. Learners get 403.

It runs as root, as the Hub does, and reads what a learner's clone remembers with the learner's own rights. Nothing but
progress is read, and nothing is written.
"""

from __future__ import annotations

import os
import subprocess
from asyncio import to_thread
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

import requests
from class_progress import Learner, learner, now, page
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from learners import clone_of, started_as
from tornado import ioloop, web

MOST_BYTES = 1_000_000
READ_SECONDS = 5
PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
HUB = os.environ["JUPYTERHUB_API_URL"]
TOKEN = os.environ["JUPYTERHUB_API_TOKEN"]


def the_class() -> list[Learner]:
    """Every learner whom the Hub knows: its users, but for those who teach."""
    answer = requests.get(
        f"{HUB}/users", params={"limit": 200}, headers={"Authorization": f"token {TOKEN}"}, timeout=10
    )
    answer.raise_for_status()
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_looked_at, [user for user in answer.json() if not user.get("admin")]))


def _looked_at(user: dict[str, str]) -> Learner:
    seen = user.get("last_activity")
    return learner(user["name"], remembered(user["name"]), datetime.fromisoformat(seen) if seen else None, now())


def remembered(name: str) -> str:
    """What a learner's clone remembers of them, read as the learner; empty if it remembers nothing."""
    try:
        file = clone_of(name) / ".workbook" / "progress.json"
        command = ["head", "--bytes", str(MOST_BYTES), str(file)]
        read = subprocess.run(command, **started_as(name), capture_output=True, timeout=READ_SECONDS)
    except (KeyError, subprocess.TimeoutExpired):  # no account yet; no file but something that waits
        return ""
    return read.stdout.decode(errors="replace")


class Overview(HubOAuthenticated, web.RequestHandler):
    """The page."""

    @web.authenticated
    async def get(self) -> None:
        """Show it to whom the Hub lets see this service: those who teach."""
        self.set_header(
            "Content-Security-Policy",
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        self.set_header("Cache-Control", "no-store")
        self.write(page(await to_thread(the_class), now()))


def main() -> None:
    """Serve the page on this machine; the Hub's proxy leads to it."""
    handlers = [(PREFIX, Overview), (f"{PREFIX}oauth_callback", HubOAuthCallbackHandler)]
    application = web.Application(handlers, cookie_secret=os.urandom(32))
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    application.listen(address.port, address.hostname)
    ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
