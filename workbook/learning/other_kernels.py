"""The kernels of other chapters in the JupyterLab that this kernel belongs to: those with nothing to do are ended.

They are found by way of the server that runs them, in its own list of sessions. A kernel that no server has, as when
nbval runs a notebook, finds no others.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from workbook.base.display import in_notebook
from workbook.base.paths import LEARN, NOTEBOOKS, read_json
from workbook.learning import published

# A kernel that runs a whole page has nothing to do for a moment between two cells, and one that starts takes a while.
PAUSE = timedelta(seconds=10)
ANSWER_SECONDS = 10


def end(number: int) -> str:
    """End the kernels of the chapters other than this one, but none that is at work.

    Args:
        number: the chapter whose kernel this is.

    Returns:
        A sentence that names their chapters; empty if there were none.
    """
    mine = _id_of_this_kernel()
    if not mine:
        return ""
    ended = set()
    for record in _servers():
        with requests.Session() as server:
            server.trust_env = False  # no proxy, no password of somebody's .netrc
            server.headers["Authorization"] = f"token {record['token']}"
            try:
                ended |= _ended(server, record, mine, number)
            except (requests.RequestException, ValueError, LookupError, TypeError):
                continue  # it has just ended itself, or lets nobody in: its kernels are its own affair
    return _said(sorted(ended)) if ended else ""


def _ended(server: requests.Session, record: dict[str, Any], mine: str, number: int) -> set[int]:
    """End what may be ended on one server, if it has this kernel; the chapters."""
    api = f"{record['url']}api/sessions"
    sessions = server.get(api, timeout=ANSWER_SECONDS).json()
    if not any(session["kernel"]["id"] == mine for session in sessions):
        return set()
    others = {session["id"]: _chapter_of(session, Path(record["root_dir"])) for session in sessions if _idle(session)}
    return {
        chapter
        for session, chapter in others.items()
        if chapter not in (None, number) and server.delete(f"{api}/{session}", timeout=ANSWER_SECONDS).ok
    }


def _idle(session: dict[str, Any]) -> bool:
    kernel = session["kernel"]
    quiet = datetime.now(UTC) - datetime.fromisoformat(kernel["last_activity"])
    # Jupyter goes on calling one "starting" in which nothing was ever run.
    return kernel["execution_state"] != "busy" and quiet > PAUSE


def _chapter_of(session: dict[str, Any], root: Path) -> int | None:
    """The chapter that a session's page is, in either edition of this checkout."""
    page = (root / session["path"]).resolve()
    numbers = {file.name: number for number, file in published.chapters().items()}
    return numbers.get(page.name) if page.parent in (LEARN, NOTEBOOKS) else None


def _servers() -> list[dict[str, Any]]:
    """What running servers have written of themselves. Jupyter's own `list_running_servers` takes 2 s to import."""
    from jupyter_core.paths import jupyter_runtime_dir

    records = (read_json(file, None) for file in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")))
    return [record for record in records if record]


def _id_of_this_kernel() -> str:
    """The id that a server has given this kernel: it is in the name of the file with its connections."""
    if not in_notebook():
        return ""
    from ipykernel.connect import get_connection_file

    return Path(get_connection_file()).stem.removeprefix("kernel-")


def _said(chapters: list[int]) -> str:
    *rest, last = (f"{chapter:02}" for chapter in chapters)
    which = f"kernels of chapters {', '.join(rest)} and {last} were" if rest else f"kernel of chapter {last} was"
    again = "`chapter(NN)` makes their pages" if rest else f"`chapter({chapters[0]})` makes its page"
    each = " each" if rest else ""
    return f"The {which} idle and ended, to free about 0.25 GB{each}; {again} ready again."
