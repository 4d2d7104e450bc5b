"""The class that a learner has joined, or that their server on a hub belongs to: it is told how far they are.

Nothing but progress is sent: the chapter, the checks that were passed, and the tries of each. It is sent beside
whatever the learner does; a class that cannot be reached is told with the next check.
"""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from workbook.base.errors import WorkbookError
from workbook.base.paths import STATE, read_json, write_json

RECORD = STATE / "class.json"
OF_A_HUB = ("WORKBOOK_CLASS", "JUPYTERHUB_API_TOKEN")  # an address, and what tells the Hub whose server this is
TOLD = ("chapter", "passed", "tries")
SECONDS = (3, 10)  # until it is reached, and until it answers


def join(address: str, key: str, name: str, record: dict[str, Any]) -> None:
    """Join a class: it is told how far this learner is, now and after each check.

    Args:
        address: the class's, as its teacher's page has it.
        key: the class's.
        name: by which the teacher knows the learner.
        record: the learner's progress.

    Raises:
        WorkbookError: nobody is there who knows the key; says what to do.
    """
    if not address.startswith(("https://", "http://")):
        raise WorkbookError(f"{address} is no address: take it from the teacher's page, with https:// and all.")
    joined = {"address": address, "key": key, "name": name, "id": uuid.uuid4().hex}
    try:
        status = _send(joined, record)
    except OSError as error:
        raise WorkbookError(
            f"The class at {address} does not answer ({type(error).__name__}): check the address and the network."
        ) from None
    if status == 400:
        raise WorkbookError("The class does not take that: a name has 1 to 40 characters, and 200 laptops may join.")
    if status != 204:
        raise WorkbookError(f"No class at {address} knows this key: take both from the teacher's page.")
    write_json(RECORD, joined)
    RECORD.chmod(0o600)


def leave() -> bool:
    """Send nothing any more; whether a class had been joined."""
    there = RECORD.exists()
    RECORD.unlink(missing_ok=True)
    return there


def tell(record: dict[str, Any]) -> None:
    """Tell the class how far this learner is, without waiting for it; nothing if there is no class.

    Args:
        record: the learner's progress.
    """
    if the_class := read_json(RECORD, None) or _of_a_hub():
        Thread(target=_try_to_send, args=(the_class, record)).start()


def _of_a_hub() -> dict[str, str] | None:
    address, token = (os.environ.get(name) for name in OF_A_HUB)
    return {"address": address, "token": token} if address and token else None


def _try_to_send(joined: dict[str, str], record: dict[str, Any]) -> None:
    try:
        _send(joined, record)
    except OSError:
        return


def _send(joined: dict[str, str], record: dict[str, Any]) -> int:
    """Send it; the status of the answer. Raises OSError if there is none."""
    import requests

    class Authorization(requests.auth.AuthBase):  # nobody's .netrc
        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            kind, secret = ("token", joined["token"]) if "token" in joined else ("Bearer", joined["key"])
            request.headers["Authorization"] = f"{kind} {secret}"
            return request

    told: dict[str, Any] = {name: joined[name] for name in ("name", "id") if name in joined}
    told |= {"sent": datetime.now(UTC).isoformat(), "progress": {name: record[name] for name in TOLD if name in record}}
    address = f"{joined['address'].rstrip('/')}/progress"
    return requests.post(address, json=told, auth=Authorization(), timeout=SECONDS, allow_redirects=False).status_code
