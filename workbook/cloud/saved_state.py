"""What the local cloud saves between its starts: mended before a start, and what is lost said in a sentence."""

from __future__ import annotations

import shutil
import time

from workbook.base.paths import CLOUD, KEPT, read_json, shown, write_json, write_text

LOST = CLOUD / "lost.json"
STATE_FOLDERS = ("state", "s3")


def loss() -> str | None:
    """What a hard kill or a damaged disk took from the local cloud, until `restored()` is said."""
    return read_json(LOST, {}).get("sentence")


def restored() -> None:
    """Say that what was lost has been put back."""
    LOST.unlink(missing_ok=True)


def say_lost(sentence: str) -> None:
    """Let `loss()` say what was lost."""
    write_json(LOST, {"sentence": sentence})


def rewind_streams() -> None:
    """Let mappings read the streams of tables from the beginning, which is empty after a start.

    MiniStack saves how far each mapping has read, and not the records: it would skip as many new ones.
    """
    file = CLOUD / "state" / "lambda.json"
    saved = read_json(file, {})
    positions = saved.get("payload", {}).get("dynamodb_stream_positions", {}).get("data", {})
    if any(positions.values()):
        positions.update(dict.fromkeys(positions, 0))
        write_json(file, saved)


def move_to(port: int) -> None:
    """Let what is saved be found at another port than last time.

    The port is part of the addresses of queues, by which mappings and destinations know them.
    """
    last = read_json(CLOUD / "port.json", port)
    if last != port:
        for file in (CLOUD / "state").glob("*.json"):
            before = file.read_text(encoding="utf-8")
            after = before.replace(f"//127.0.0.1:{last}/", f"//127.0.0.1:{port}/")
            if after != before:
                write_text(file, after)
    write_json(CLOUD / "port.json", port)


def set_aside_if_damaged() -> None:
    """Keep a state that cannot be read where it can be looked at, and start empty."""
    damaged = [f for f in sorted((CLOUD / "state").glob("*.json")) if read_json(f, None) is None]
    if not damaged:
        return
    aside = KEPT / time.strftime("%Y-%m-%d_%H-%M-%S_cloud")
    aside.mkdir(parents=True, exist_ok=True)
    for folder in STATE_FOLDERS:
        if (CLOUD / folder).exists():
            shutil.move(CLOUD / folder, aside / folder)
    say_lost(
        f"The local cloud's saved state is damaged ({damaged[0].name}); it is kept in "
        f"{shown(aside)}, and the cloud starts empty."
    )
