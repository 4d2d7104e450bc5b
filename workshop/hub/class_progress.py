"""How far a class is, of what each learner's clone remembers: who is where, who is stuck, and a picture of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from matplotlib.figure import Figure
from pydantic import AwareDatetime, BaseModel, ValidationError

from workbook.learning import published
from workbook.learning.bookmark import PAUSE

STUCK = timedelta(minutes=5)
INK = "#7a7a7a"  # which can be read on white and on black
TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


class Try(BaseModel):
    """How often a check was tried, when for the first and the last time, and whether it was right then."""

    tries: int
    first: AwareDatetime
    last: AwareDatetime
    right: bool


class Record(BaseModel):
    """What a clone remembers of its learner (`workbook/learning/bookmark.py`). The learner may write anything there."""

    chapter: int | None = None
    passed: set[str] = set()
    tries: dict[str, Try] = {}


@dataclass(frozen=True)
class Learner:
    """How far a learner is.

    Attributes:
        name: the learner's.
        chapter: the number of the chapter they are in; None before the first one.
        done: how many of its checks were right at least once.
        of: how many it has.
        step: the check that was tried last; empty if none was.
        failed: how often it was tried in vain, until it was right.
        alive: the last sign of life; None if there was none.
        stuck: for how long a check has been tried in vain; None for who is not stuck.
        readable: whether what the clone remembers could be read.
    """

    name: str
    chapter: int | None = None
    done: int = 0
    of: int = 0
    step: str = ""
    failed: int = 0
    alive: datetime | None = None
    stuck: timedelta | None = None
    readable: bool = True


def learner(name: str, remembered: str, seen: datetime | None, now: datetime) -> Learner:
    """How far a learner is.

    Args:
        name: the learner's.
        remembered: the text of their `.workbook/progress.json`; empty if there is none.
        seen: when the Hub saw them at work for the last time.
        now: the time, in UTC.
    """
    try:
        record = Record.model_validate_json(remembered or "{}")
    except ValidationError:
        return Learner(name, alive=seen, readable=False)
    checks = {number: published.checks_of(number) for number in published.chapters()}
    known = {check for names in checks.values() for check in names}
    tries = {check: tried for check, tried in record.tries.items() if check in known and tried.last <= now}
    alive = max((when for when in (seen, *(t.last for t in tries.values())) if when), default=None)
    step = max(tries, key=lambda check: tries[check].last, default="")
    in_vain = bool(step) and step not in record.passed and not tries[step].right
    since = now - tries[step].first if in_vain else timedelta()
    here = checks.get(record.chapter, ())
    return Learner(
        name,
        chapter=record.chapter if here else None,
        done=len(record.passed.intersection(here)),
        of=len(here),
        step=step,
        failed=tries[step].tries if in_vain else 0,
        alive=alive,
        stuck=since if since > STUCK and now - alive < PAUSE else None,
    )


def page(learners: Sequence[Learner], now: datetime, join: str = "") -> str:
    """The class as a page of HTML: who is stuck comes first.

    Args:
        learners: the class.
        now: the time, in UTC.
        join: what learners on laptops type after `python3 run.py` so that they are on it.
    """
    return TEMPLATES.get_template("overview.html").render(
        learners=by_need(learners),
        picture=picture(learners),
        ago=lambda when: ago(now - when),
        minutes=minutes,
        now=now,
        join=join,
    )


def by_need(learners: Sequence[Learner]) -> list[Learner]:
    """A class in the order of who needs help: who is stuck for longest comes first."""
    return sorted(learners, key=lambda one: (-(one.stuck or timedelta()), one.name))


def minutes(length: timedelta) -> str:
    """A length of time in whole minutes."""
    return f"{length.total_seconds() // 60:.0f} min"


def ago(length: timedelta) -> str:
    """A length of time that has passed, in words."""
    return "now" if length < timedelta(minutes=1) else f"{minutes(length)} ago" if length < PAUSE else "away"


def picture(learners: Sequence[Learner]) -> str:
    """Where everybody is in the book, as the address of an SVG: a dot for each learner, a cross for who is stuck.

    Args:
        learners: the class.
    """
    numbers = list(published.chapters())
    ordered = sorted(learners, key=lambda one: (_place(one, numbers), one.name), reverse=True)
    figure = Figure(figsize=(9, 0.9 + 0.25 * len(ordered)), layout="constrained")
    axes = figure.add_subplot()
    for row, one in enumerate(ordered):
        mark, colour = ("X", "tab:red") if one.stuck else ("o", "tab:blue")
        axes.plot(_place(one, numbers), row, mark, color=colour, markersize=8)
    axes.set_yticks(range(len(ordered)), [one.name for one in ordered])
    axes.set_xticks(range(len(numbers)), [f"{number:02}" for number in numbers])
    axes.set_xlim(-0.3, len(numbers))
    axes.set_ylim(len(ordered) - 0.5, -0.5)
    axes.set_xlabel("chapter", color=INK)
    axes.grid(axis="x", color=INK, alpha=0.4)
    axes.tick_params(colors=INK)
    axes.spines[:].set_color(INK)
    drawn = BytesIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"


def _place(one: Learner, numbers: list[int]) -> float:
    """How far along the axis of chapters somebody is."""
    return numbers.index(one.chapter) + one.done / one.of if one.chapter is not None else 0


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)
