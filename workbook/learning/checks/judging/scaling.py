"""What the checks of chapter 13 find in pieces of its model, in its runs, and in what it says of money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd

from workbook.costs.prices import HOURS, cost
from workbook.learning.checks.judging.asked import called
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

CLOSE, ROUGHLY, FAR = 1.25, 2, 4  # factors by which a model may be off, its percentiles, and by which it is none
SURE, ROUGH = ("calls a second", "last stored"), ("p50", "p95")
ENOUGH, TOO_MANY = 4, 10  # loops for 278 events a second, 112 ms for ten of them
QUEUES = ("Ordering", "EventLog", "Report")
FEW = 1000  # messages: what waits is no backlog yet
PATIENCE = 10  # seconds within which 95 of 100 orders of the sale are to be stored
RANGES = {  # what AWS takes
    "account": (1, 100_000), "concurrency": (1, 100_000), "write units": (1, 40_000), "stage": (1, 100_000),
    "burst": (1, 100_000), "publisher's batch": (1, 10_000), "parallel": (1, 10), "Ordering": (2, 1_000),
    "EventLog": (2, 1_000), "Report": (2, 1_000),
}  # fmt: skip
TASKS = ((2, 0.25, 0.5), (2, 0.5, 1), (4, 1, 2))
HONEST = 1.25  # the factor by which another honest model may differ


def judged_bucket(bucket: Callable[..., Any]) -> NotRight | None:
    """Whether a token bucket gives what it holds, and gains what it should.

    Args:
        bucket: its class, which is made of what knows the time, the tokens that come a second, and the most it holds.
    """
    clock = SimpleNamespace(now=0.0)

    def made(rate: float, most: float) -> Any:
        clock.now = 0.0
        return bucket(clock, rate, most)

    full = made(10, 5)
    first = full.take()
    if not isinstance(first, bool):
        return NotRight("True or False", repr(first), "take says whether the tokens were there: return True or False.")
    taken = 1 + sum(full.take() for _ in range(9)) if first else 0
    if taken != 5:
        mistake = (
            "with fewer tokens than are wanted the call is refused."
            if taken > 5
            else "it is full at first, and each call takes one token."
        )
        return NotRight("5 of 10 calls at once, of a bucket that holds 5", str(taken), mistake)
    two = made(1, 5)
    if not two.take(3) or two.take(3):
        return NotRight("3 of 5 tokens once, not twice", "otherwise", "a call takes as many tokens as it wants.")
    if not two.take(2):
        return NotRight("the two that are left", "refused", "a call that is refused takes no token.")
    full = made(10, 5)
    full.take(5)
    clock.now = 0.25
    later = sum(full.take() for _ in range(9))
    if later != 2:
        mistake = (
            "what came since then is rate × seconds, and is added before one looks."
            if later < 2
            else "note the time at which tokens were added, or the next call adds them again."
        )
        return NotRight("2 more after a quarter of a second, at 10 a second", str(later), mistake)
    clock.now = 0.31
    if not full.take():
        return NotRight(
            "a token after 0.31 s", "refused", "half a token is kept: what a call leaves, the next one finds."
        )
    clock.now = 1000.0
    if (often := sum(full.take() for _ in range(99))) != 5:
        return NotRight("5 after a long pause", str(often), "a bucket never holds more than the most: min(most, …).")
    return None


def judged_growth(grown: Callable[[int, int, int], Any]) -> NotRight | None:
    """Whether a mapping gets the loops that it should.

    Args:
        grown: takes loops, messages that wait, and the most loops; gives the loops of the next second.
    """
    cases = {
        (5, 51, 1250): (10, "while more than ten for each loop wait, five loops are added."),
        (40, 401, 1250): (45, "five are added, however many there are already."),
        (5, 50, 1250): (5, "ten for each loop are not too many: there stay as many as there are."),
        (40, 60, 1250): (40, "it is ten for each loop, not ten, and not fifty."),
        (1248, 100_000, 1250): (1250, "there are never more than the most: min(…, most)."),
        (2, 100_000, 2): (2, "a maximum of two stays two, however much waits."),
        (10, 0, 1250): (10, "with nothing to do, there stay as many as there are."),
    }
    for given, (wanted, mistake) in cases.items():
        if isinstance(found := called(grown, *given), NotRight):
            return found
        if found != wanted:
            loops, waiting, most = given
            return NotRight(f"{wanted} for {loops} loops, {waiting} that wait, {most} at most", repr(found), mistake)
    return None


def judged_model(held: Any) -> Verdict:
    """Whether a model foretold what was measured.

    Args:
        held: a frame with the columns predicted and measured, and a row for each thing.
    """
    if not isinstance(held, pd.DataFrame) or held.empty:
        return NotYet("Run the cell that compares the model with the run: held = compared(8, known=ramp[4]).")
    off = (held.predicted / held.measured).loc[[*SURE, *ROUGH]]
    off = off.where(off >= 1, 1 / off)  # as a factor, whichever way
    worst = off[list(SURE)].max()
    said = ", ".join(f"{name} by {held.predicted[name] / held.measured[name] - 1:+.0%}" for name in off.index)
    if not worst < FAR:
        mistake = "by so much it is another machine's: does the model know the work of an order, and the cores?"
        return NotRight(f"throughput and last order within a factor of {CLOSE}", said, mistake)
    if worst > CLOSE or off[list(ROUGH)].max() > ROUGHLY:
        return NotYet(f"Off: {said}. Other programs came or went meanwhile: run the cells from the ramp on once more.")
    return Right(f"Throughput and last order within 25 per cent, percentiles within a factor of 2. Off: {said}.")


def judged_ceiling(ceiling: Callable[[int, int, float, float], Any]) -> NotRight | None:
    """Whether a ceiling is that of loops which take full batches.

    Args:
        ceiling: takes loops, records of a batch, and seconds, fixed and of each record; gives records a second.
    """
    for loops, batch, fixed, each in ((2, 10, 0.012, 0.010), (4, 10, 0.045, 0.004), (1, 1, 0.5, 0.5)):
        found, took = called(ceiling, loops, batch, fixed, each), fixed + each * batch
        if isinstance(found, NotRight):
            return found
        if isinstance(found, bool) or not isinstance(found, int | float):
            return NotRight("a number of records", repr(found), "return records a second.")
        likely = {
            batch / took: "that is one loop: there are more, at the same time.",
            loops / took: "those are batches: each has several records.",
            loops * batch / (fixed + each): "a batch takes each seconds for every record in it, not once.",
            loops * batch / (batch * took): "a batch has its fixed seconds once, not for every record.",
            loops * batch / (batch * (fixed + each)): "a batch has its fixed seconds once, not for every record.",
            loops * batch / each / batch: "a batch takes its fixed seconds, too.",
            took / (loops * batch): "that is the seconds of a record: the other way round.",
            took: "that is how long a batch lasts: how many records a second are that, with all loops?",
        }
        wanted = loops * batch / took
        if abs(found / wanted - 1) > 0.02:
            mistake = next(
                (why for number, why in likely.items() if abs(found / number - 1) < 0.001),
                "it is the records that all loops have in hand, divided by the time of a batch.",
            )
            asked = f"{loops} loops, batches of {batch}, {fixed} s and {each} s a record"
            return NotRight(f"{wanted:.1f} for {asked}", f"{found:.6g}", mistake)
    return None


def judged_maximum(most: int | None) -> NotRight | None:
    """Whether the mapping of EventLog's queue lets enough through for a million an hour, and protects its table.

    Args:
        most: its maximum concurrency; None if it has none.
    """
    if most is None:
        mistake = "without max_concurrency it takes as many environments as it gets, and others have none."
        return NotRight("a maximum", "none", mistake)
    if most < ENOUGH:
        return NotRight("five loops", str(most), f"{most} × 10 in 112 ms are {most * 89} a second, and 278 come.")
    if most > TOO_MANY:
        return NotRight("five loops", str(most), "it protects what is behind the function: five are enough here.")
    return None


def judged_run(found: pd.Series) -> NotRight | None:
    """Whether in a simulated run nobody was refused, and nothing piled up.

    Args:
        found: as `simulate` gives it.
    """
    if found["refused by"] != "nobody":
        mistake = "that is not the run of a million an hour: simulate(deployed(), million, 120, after=5)."
        return NotRight("nobody refused", found["refused by"], mistake)
    if late := {name: count for name in QUEUES if (count := found[f"{name} is behind"]) > FEW}:
        mistake = "the run is older than the deployment, or one of the two stacks is not deployed: run both cells."
        return NotRight("no backlog", ", ".join(f"{name}: {count}" for name, count in late.items()), mistake)
    return None


def judged_changes(changes: Any, settings: Mapping[str, float]) -> NotRight | None:
    """Whether a choice has at most three of the settings, with values that AWS takes.

    Args:
        changes: the choice.
        settings: all of them, as they are deployed.
    """
    if isinstance(changes, NotRight):
        return changes
    if not isinstance(changes, Mapping):
        return NotRight("a dict of settings", type(changes).__name__, 'return {"stage": …, …}.')
    if unknown := [str(name) for name in changes if name not in settings]:
        mistake = f"a setting has one of these names: {', '.join(settings)}."
        return NotRight("names of settings", ", ".join(unknown), mistake)
    if len(changes) > 3:
        return NotRight("three settings", str(len(changes)), "leave out what does not bind: look at the ladder above.")
    for name, value in changes.items():
        least, most = RANGES[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            return NotRight(f"{name} from {least:,} to {most:,}", repr(value), "AWS does not take this value.")
    return None


def judged_sale(found: pd.Series) -> NotRight | None:
    """Whether all customers of the sale were accepted, and their orders stored in time.

    Args:
        found: as `simulate` gives it.
    """
    if found["orders"] < found["came"]:
        mistake = "a limit in front still refuses customers until they give up, or are still asking at the end."
        share = f"{found['orders'] / found['came']:.1%}"
        return NotRight("all accepted", f"{share}; refused by {found['refused by']}", mistake)
    if (p95 := found["Ordering: p95, s"]) > PATIENCE:
        mistake = (
            "the orders wait in the outbox: more shards, larger batches or more of them at once."
            if found["in the outbox"] > found["Ordering is behind"]
            else "the orders wait in Ordering's queue: it may work on more of them at once."
        )
        return NotRight(f"95 of 100 stored within {PATIENCE} s", f"{p95:.0f} s", mistake)
    return None


def judged_break_even(break_even: Callable[[float, float, float], Any]) -> Verdict:
    """Whether the numbers of orders are those at which containers cost as much as API Gateway and Lambda.

    Args:
        break_even: takes tasks, vCPU and gigabytes of each; gives orders a month.
    """
    for given in TASKS:
        found = called(break_even, *given)
        if isinstance(found, NotRight):
            return found
        if found is None:
            return NotYet("Write the function; it returns nothing yet.")
        if isinstance(found, bool) or not isinstance(found, int | float):
            return NotRight("a number of orders", type(found).__name__, "return orders a month.")
        wanted = _always_on(*given) / _per_order()
        if not wanted / HONEST <= found <= wanted * HONEST:
            tasks, vcpu, gigabytes = given
            about = f"about {wanted / 1e6:.1f} million for {tasks} tasks of {vcpu:g} vCPU and {gigabytes:g} GB"
            return NotRight(about, f"{found:,.7g}", _why(found, given))
    return Right("Above some million orders a month a container is cheaper for that part, if the load is even.")


def _always_on(tasks: float, vcpu: float, gigabytes: float, hours: float = HOURS) -> float:
    balancer = cost("load balancer", "application load balancer", hours)
    balancer += cost("load balancer", "capacity units", hours)
    return _tasks(tasks, vcpu, gigabytes, hours) + balancer + cost("VPC", "public IPv4 address", (tasks + 2) * hours)


def _tasks(tasks: float, vcpu: float, gigabytes: float, hours: float = HOURS) -> float:
    processors = cost("Fargate", "vCPU, x86", tasks * vcpu * hours)
    return processors + cost("Fargate", "memory, x86", tasks * gigabytes * hours)


def _per_order() -> float:
    function = cost("Lambda", "requests", 7, free=False) + cost("Lambda", "time, x86", 0.0525, free=False)
    return cost("API Gateway", "REST API calls", 3) + function


def _why(found: float, given: tuple[float, float, float]) -> str:
    """The mistake that a number of orders looks like."""
    always, order = _always_on(*given), _per_order()
    likely = {
        always / order / 1e6: "that is in millions: return orders.",
        order / always: "it is the other way round: the month of the tasks, divided by what an order costs.",
        always: "that is what the tasks cost a month; divide it by what an order costs.",
        _tasks(*given) / order: "nobody reaches tasks without a load balancer and addresses.",
        _always_on(*given, hours=1) / order: "that is one hour of the tasks: a month has 730.",
        _always_on(1, *given[1:]) / order: "it is one task: there are more.",
        always / (_per_order() - 10.5e-6): "that is Lambda only: three calls of the API are saved, too.",
        always / 10.5e-6: "that is the API only: seven calls of functions are saved, too.",
    }
    nearest = min(likely, key=lambda value: abs(found / value - 1))
    if abs(found / nearest - 1) < 0.05:
        return likely[nearest]
    return "divide what tasks, balancer and addresses cost in 730 hours by what API Gateway and Lambda take an order."
