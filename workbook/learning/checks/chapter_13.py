"""The checks of chapter 13: scale, and count the cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.cloud import target
from workbook.cloud.stacks import outputs
from workbook.learning.checks.judging import scaling
from workbook.learning.checks.judging.asked import asked
from workbook.learning.exercises import NotYet, Right, Verdict, checks


@checks(
    "13-bucket",
    "What came since the last look is self.rate * (self.env.now - self.since).",
    "self.tokens becomes what was there and what came, but no more than self.most; self.since becomes self.env.now.",
    "Then: if self.tokens < wanted, return False. Else take wanted from self.tokens, and return True.",
)
def bucket_holds(bucket: Callable[..., Any]) -> Verdict:
    """The token bucket refuses what it does not hold, and gains what it should."""
    return scaling.judged_bucket(bucket) or Right("Five at once, then as many as come, and never more than it holds.")


@checks(
    "13-growth",
    "waiting > 10 * loops says whether the mapping is behind.",
    "min(loops + 5, most) is five more, and never more than the most.",
)
def mapping_grows(grown: Callable[[int, int, int], Any]) -> Verdict:
    """A mapping that is behind gets five loops more, up to its maximum."""
    return scaling.judged_growth(grown) or Right("It grows while it is behind, by five, up to its maximum.")


@checks("13-model")
def model_holds(held: Any = None) -> Verdict:
    """The model's throughput is within a quarter of what was measured, its percentiles within a factor of two."""
    return scaling.judged_model(held)


@checks(
    "13-ceiling",
    "A loop that takes a batch needs fixed + each * batch seconds for it, so it can do batch / (…) records a second.",
    "loops of them do as many times that.",
)
def ceiling_is_right(ceiling: Callable[..., Any]) -> Verdict:
    """So many records a second: loops × batch ÷ the time of a batch."""
    return scaling.judged_ceiling(ceiling) or Right("Loops × batch ÷ time of a batch.")


@checks(
    "13-mended",
    "subscribe takes at_once; all other arguments stay as they were.",
    "at_once=5",
)
def more_loops(mended: Any = None) -> Verdict:
    """EventLog's mapping has enough loops for a million an hour, and in the run that follows nothing piles up."""
    if mended is None:
        return NotYet('Write the stack, run deploy("EventLog", "Report"), and simulate the hour again.')
    [mapping] = target.client("lambda").list_event_source_mappings(FunctionName=outputs["EventLogFunction"])[
        "EventSourceMappings"
    ]
    most = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if verdict := scaling.judged_maximum(most) or scaling.judged_run(mended):
        return verdict
    return Right("A million orders an hour, and nobody waits for EventLog.")


@checks(
    "13-sale",
    "The ladder shows which limits refuse customers: two of them stand in front.",
    "Write units bring shards of the stream with them, one for each thousand.",
    "The third is how many batches Ordering works on at the same time: multiply until its ceiling is high enough.",
)
def sale(choice: Callable[[], Any], simulate: Callable[..., Any], settings: dict[str, Any]) -> Verdict:
    """With at most three settings changed, everybody in the sale is accepted, and orders are stored within seconds."""
    changes = asked(choice)
    if verdict := scaling.judged_changes(changes, settings):
        return verdict
    found = simulate(settings | changes, lambda second: 3_000 * min(second / 10, 1), 15, after=60)
    return scaling.judged_sale(found) or Right("All accepted, and 95 of 100 orders are stored within ten seconds.")


@checks(
    "13-1",
    'A month of the tasks: cost("Fargate", "vCPU, x86", tasks * vcpu * 730), and likewise the memory.',
    "Add the balancer, one capacity unit, and tasks + 2 addresses, each for 730 hours.",
    "An order: 3 REST API calls, 7 requests and 0.0525 GB-seconds of Lambda. Ask for a million with free=False, and "
    "divide by a million.",
    "The one divided by the other is the number of orders.",
)
def break_even(function: Callable[[float, float, float], Any]) -> Verdict:
    """From so many orders a month on, tasks that always run are cheaper than API Gateway and Lambda."""
    return scaling.judged_break_even(function)
