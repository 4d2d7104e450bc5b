"""Card numbers: to be kept out, whatever field they come in."""

import re

# chance may put a card number's digits into one
UUID = re.compile("[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
DIGITS = re.compile(r"\d+(?:[ -]\d+)*")  # however they are grouped
LENGTHS = range(13, 20)  # of a card number
LONGEST = 1000  # characters; a longer text is too long for any field


def has_card_number(value):
    """Whether a card number stands anywhere in a piece of JSON."""
    if isinstance(value, dict):
        return any(has_card_number(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(has_card_number, value))
    found = DIGITS.findall(UUID.sub("an id", str(value)[:LONGEST]))
    split = (re.split("[ -]", digits) for digits in found)
    return any(passes_luhn(number) for groups in split for number in numbers(groups))


def numbers(groups):
    """Adjacent groups that are as long as a card number; what stands beside may be its date."""
    for first in range(len(groups)):
        for last in range(first, min(first + LENGTHS.stop, len(groups))):
            number = "".join(groups[first : last + 1])
            if len(number) in LENGTHS:
                yield number


def passes_luhn(digits):
    """Whether the last digit follows Luhn's rule: so in every card number, else in one of ten."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
