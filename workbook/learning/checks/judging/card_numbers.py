"""Chapter 12's rule against card numbers: which checkouts are refused for it, and which are let through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbook.clients.rest import Answer
from workbook.learning.exercises import NotRight, Right, Verdict

CARD = "0" * 16  # passes the checksum of card numbers, and is nobody's
GROUPS = " ".join([CARD[:4]] * 4)
REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"address": f"1 Main Street, {GROUPS}"}, "a card number in the address"),
    ({"lastName": CARD}, "a card number as a name"),
    ({"lastName": "0" * 13}, "a card number of 13 digits"),
    ({"cardNumber": CARD}, "a card number in a field that is not known"),
    ({GROUPS: "mine"}, "a card number as a field's name"),
)
LET_THROUGH: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "a checkout without one"),
    ({"address": "1 Main Street, " + "0" * 15 + "1"}, "digits that do not pass Luhn's rule"),
    ({"address": "1 Main Street, tel. +31 620 0000 0005"}, "a telephone number"),
    ({"address": "00000000-0000-0000-0000-000000000000"}, "an id"),
)


def judged(send: Callable[[dict[str, Any]], Answer]) -> Verdict:
    """Card numbers are refused wherever they stand, and nothing else is.

    Args:
        send: a checkout with these fields beside the usual ones, of a user who has no basket: so nothing is stored,
            and what the rules let through is answered with 404.
    """
    for more, what in REFUSED:
        answer, said = send(more), f"400 for {what}"
        if answer.status >= 500:
            mistake = "only a BadRequestError becomes a 400; any other error says that the service failed."
            return NotRight(said, str(answer.status), mistake)
        if answer.status != 400:
            mistake = "a card number is refused in every field: has_card_number looks at all of the body."
            return NotRight(said, str(answer.status), mistake)
        if any(digits in str(answer.body) for digits in (CARD, GROUPS)):
            mistake = "the answer says the number again: ask has_card_number before the fields are checked."
            return NotRight(f"{said}, and nothing of the number in the answer", "the number", mistake)
        if "cardNumber" in str(answer.body):
            mistake = "it is refused for its name only: has_card_number looks at all of the body, and comes first."
            return NotRight(f"{said}, for the number", "a sentence about the field", mistake)
    for more, what in LET_THROUGH:
        if (answer := send(more)).status != 404:
            mistake = "only what has a card number is refused, and then the fields are checked as before."
            return NotRight(f"404 for {what}, as there is no basket", str(answer.status), mistake)
    return Right("Refused in every field, whoever means well; and ids and telephone numbers are let through.")
