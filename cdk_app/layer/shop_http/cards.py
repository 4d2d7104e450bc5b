"""Card numbers: to be kept out, whatever field they come in."""

import re
import unicodedata

# What is none, though chance may put a card number's digits into it: an id, a telephone number.
UUID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
ABROAD = r"(?<!\d)(?:\+|00(?=[1-9]))\d(?:[ ()./-]{0,3}\d){6,14}"  # +49 170 123 45 67
AT_HOME = r"(?<!\d)(?:\(\d{2,5}\) ?\d{3,5}|\d{3}[ .-]\d{3})[ .-]?\d{4}"  # (555) 123-4567
OTHERS = re.compile(f"{UUID}|(?:{ABROAD}|{AT_HOME})" r"(?![ ()./-]{0,3}\d)", re.IGNORECASE)
GAP = r"[\W_]{1,3}"  # whatever stands between two digits, but for letters
DIGITS = re.compile(rf"\d+(?:{GAP}\d+)*")
LENGTHS = range(13, 20)  # of a card number
LONGEST = 1000  # characters; a longer text is too long for any field


def has_card_number(value):
    """Whether a card number stands anywhere in a piece of JSON."""
    if isinstance(value, dict):
        return any(has_card_number(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(has_card_number, value))
    found = DIGITS.findall(OTHERS.sub("another number", plain(str(value)[:LONGEST])))
    split = (re.split(GAP, digits) for digits in found)
    return any(passes_luhn(number) for groups in split for number in numbers(groups))


def plain(text):
    """The text with the digits of all alphabets, and those in circles, as 0 to 9."""
    return "".join(str(unicodedata.digit(character, character)) for character in text)


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
