"""The teacher's page: a service of the Hub that shows how far each learner is. Learners get 403.

On one machine it runs as root, as the Hub does, and reads what a learner's clone remembers with the learner's own
rights. Laptops that joined the class post their progress with its key, and learners' pods with what tells the Hub
whose they are. Nothing but progress is read and held, and nothing is written.
"""

from __future__ import annotations

import hmac
import os
from asyncio import to_thread
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import urlsplit

import requests
from class_progress import Learner, learner, now, page
from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated
from learners import MOST_BYTES, remembered
from posted import Posted
from tornado import ioloop, web

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
HUB = os.environ["JUPYTERHUB_API_URL"]
TOKEN = os.environ["JUPYTERHUB_API_TOKEN"]
KEY = os.environ["WORKBOOK_CLASS_KEY"]
POSTED = Posted()


def the_class() -> list[Learner]:
    """Every learner whom the Hub knows, its users but for those who teach; and those who post their progress."""
    answer = requests.get(
        f"{HUB}/users", params={"limit": 200}, headers={"Authorization": f"token {TOKEN}"}, timeout=10
    )
    answer.raise_for_status()
    users = [user for user in answer.json() if not user.get("admin")]
    with ThreadPoolExecutor() as pool:
        return [*pool.map(_looked_at, users), *POSTED.of_laptops(now())]


def _looked_at(user: dict[str, str]) -> Learner:
    name, active = user["name"], user.get("last_activity")
    seen = datetime.fromisoformat(active) if active else None
    return POSTED.of_user(name, seen, now()) or learner(name, remembered(name), seen, now())


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
        address = f"{self.request.protocol}://{self.request.host}{PREFIX.rstrip('/')}"
        self.write(page(await to_thread(the_class), now(), f"join {address} {KEY} NAME"))


class Progress(web.RequestHandler):
    """Where progress is posted. Whoever posts learns nothing from it."""

    async def post(self) -> None:
        """Take what a laptop says that knows the class's key, or a learner's pod."""
        kind, _, secret = self.request.headers.get("Authorization", "").partition(" ")
        try:
            if kind == "Bearer" and hmac.compare_digest(secret.encode(), KEY.encode()):
                POSTED.take(self.request.body, now())
            elif kind == "token" and (user := await to_thread(HubOAuth.instance().user_for_token, secret)):
                POSTED.take(self.request.body, now(), user["name"])
            else:
                raise web.HTTPError(403)
        except ValueError:  # it is no progress, or the class is full
            raise web.HTTPError(400) from None
        self.set_status(204)


def main() -> None:
    """Serve the page on this machine; the Hub's proxy leads to it."""
    handlers = [
        (PREFIX, Overview),
        (f"{PREFIX}progress", Progress),
        (f"{PREFIX}oauth_callback", HubOAuthCallbackHandler),
    ]
    application = web.Application(handlers, cookie_secret=os.urandom(32))
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    application.listen(address.port, address.hostname, xheaders=True, max_body_size=MOST_BYTES)
    ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
