"""Requests that a learner makes up, to be refused for one thing and nothing else."""

from __future__ import annotations

from workbook.clients.rest import Answer
from workbook.learning.exercises import NotRight, Right, Verdict


def judged_refusal(answer: Answer, field: str) -> Verdict:
    """What is to be said of a request that was to be refused.

    Args:
        answer: the service's.
        field: what it was to be refused for, as the service names it.
    """
    if answer.status < 400:
        mistake = f"the rules have nothing against it. What may {field} not be?"
        return NotRight("400", f"{answer.status}: it was taken", mistake)
    said = answer.body["error"]["message"]
    if answer.status != 400 or not said.startswith(f"{field} "):
        mistake = f"it is refused, but not for {field}: all the rest must be as it should be."
        return NotRight(f"a sentence that begins with {field}", f"{answer.status}: {said}", mistake)
    return Right(f"Refused, and for nothing else: {said}")
