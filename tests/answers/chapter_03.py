"""Answers to the exercises of chapter 03."""

from __future__ import annotations

from answers import Answer, changed

NAMED = 'f"{name} must be SAVE and one or two digits, such as SAVE10."'
WRONG = [
    changed("03-1", "digits of any alphabet", "other alphabets", ("[0-9]", r"\\d")),
    changed(
        "03-1", "isdigit", "other alphabets",
        ('re.fullmatch("SAVE[0-9]{1,2}", value)', '(value[:4] == "SAVE" and value[4:].isdigit() and len(value) < 7)'),
    ),
    changed(
        "03-1", "isdecimal", "other alphabets",
        ('re.fullmatch("SAVE[0-9]{1,2}", value)', '(value[:4] == "SAVE" and value[4:].isdecimal() and len(value) < 7)'),
    ),
    changed("03-1", "match instead of fullmatch", "the whole text must fit", ("fullmatch", "match")),
    changed("03-1", "search", "the whole text must fit", ("fullmatch", "search")),
    changed("03-1", "dollar", "before a newline", ("fullmatch", "match"), ("{1,2}", "{1,2}$")),
    changed("03-1", "no digit is a code", "the whole text must fit", ("{1,2}", "{0,2}")),
    changed("03-1", "any number of digits", "the whole text must fit", ("{1,2}", "+")),
    changed("03-1", "one digit only", "is refused", ("{1,2}", "")),
    changed("03-1", "two digits only", "is refused", ("{1,2}", "{2}")),
    changed("03-1", "no nought in front", "is refused", ("[0-9]{1,2}", "[1-9][0-9]?")),
    changed("03-1", "the examples only", "is refused", ("[0-9]{1,2}", "(5|10)")),
    changed("03-1", "small letters", "the whole text must fit", ('2}", value)', '2}", value, re.IGNORECASE)')),
    changed("03-1", "stripped", "the whole text must fit", ("2}\", value)", "2}\", value.strip())")),
    changed("03-1", "upper", "the whole text must fit", ("2}\", value)", "2}\", value.upper())")),
    changed("03-1", "text is not asked for", "a check that fails itself", ("not isinstance(value, str) or ", "")),
    changed("03-1", "and for or", "a check that fails itself", (") or not", ") and not")),
    changed("03-1", "a ValueError", "only a BadRequestError", ("raise BadRequestError", "raise ValueError")),
    changed("03-1", "refused by None", "None would be stored",
            (f"raise BadRequestError({NAMED})", "return None")),
    changed("03-1", "true", "what it returns is stored", ("return value", "return True")),
    changed("03-1", "nothing returned", "what it returns is stored", ("return value", "return")),
    changed("03-1", "always the same name", "under another name", ("{name} must", "discountCode must")),
    changed("03-1", "no name", "must name the field", ("{name} must be", "Must be")),
    changed("03-1", "the name only", "must name the field", (NAMED, "name")),
    changed("03-1", "refuses everything", "is refused", ("not re.fullmatch", "re.fullmatch")),
    changed("03-2", "the function takes the table along", "the function is another resource",
            ('512 MB of memory": "kept"', '512 MB of memory": "lost"')),
    changed("03-2", "an index makes a new table", "an index is added", ('by-price": "kept"', 'by-price": "lost"')),
    changed("03-2", "a key in place", "a key cannot be changed",
            ('sort key, name": "lost"', 'sort key, name": "kept"')),
    changed("03-2", "an id is a name", "part of the table's logical id", ('"Items"\': "lost"', '"Items"\': "kept"')),
    changed("03-2", "a class is an id", "only ids are", ('CrudService": "kept"', 'CrudService": "lost"')),
    changed("03-2", "other words", "kept or lost", ('"lost"', '"gone"')),
    changed("03-2", "true and false", "kept or lost", ('"lost"', "False"), ('"kept"', "True")),
    changed("03-2", "all kept", "a key cannot be changed", ('"lost"', '"kept"')),
    changed("03-2", "all lost", "the function is another resource", ('"kept"', '"lost"')),
    changed("03-2", "one taken out", "change nothing else",
            ('    "the function gets 512 MB of memory": "kept",\n', "")),
]  # fmt: skip
RIGHT = [
    Answer("03-1", "character by character", """
def discount_code(name, value):
    fits = isinstance(value, str) and value.startswith("SAVE") and len(value) in (5, 6)
    if fits and all(character in "0123456789" for character in value[4:]):
        return value
    raise BadRequestError(f"{name} must be SAVE, and then one or two digits.")
"""),
    Answer("03-1", "a pattern with anchors", r"""
CODE = re.compile(r"\ASAVE[0-9][0-9]?\Z")


def discount_code(name, value):
    if isinstance(value, str):
        if CODE.search(value):
            return value
    raise BadRequestError(name + ' must look like "SAVE5" or "SAVE10".')
"""),
    Answer("03-1", "ASCII digits", r"""
def discount_code(name, value):
    try:
        match = re.fullmatch(r"SAVE\d{1,2}", value, re.ASCII)
    except TypeError:
        match = None
    if match is None:
        raise BadRequestError(f"{name} is not a discount code, which is SAVE and one or two digits.")
    return match[0]
"""),
    Answer("03-1", "text of whatever came", """
def discount_code(name, value):
    if re.fullmatch("SAVE[0-9]{1,2}", str(value)):
        return value
    raise BadRequestError(f"{name} must be SAVE and one or two digits.")
"""),
    Answer("03-1", "a list of all there are", """
CODES = {f"SAVE{n}" for n in range(100)} | {f"SAVE{n:02}" for n in range(10)}


def discount_code(name, value):
    if type(value) is not str or value not in CODES:
        raise BadRequestError(f"{name}: SAVE and one or two digits, please.")
    return value
"""),
    Answer("03-2", "in another order", "products_are = dict(reversed({\n" + """
    "the function gets 512 MB of memory": "kept",
    "the table gets a second index, by-price": "kept",
    "the table gets a sort key, name": "lost",
    'in rest_service.py, the id "Table" becomes "Items"': "lost",
    "in rest_service.py, the class is called CrudService": "kept",
}.items()))"""),
    Answer("03-2", "with a capital", "products_are = " + """{
    "the function gets 512 MB of memory": "Kept",
    "the table gets a second index, by-price": "Kept",
    "the table gets a sort key, name": "Lost",
    'in rest_service.py, the id "Table" becomes "Items"': "Lost",
    "in rest_service.py, the class is called CrudService": "Kept",
}"""),
    Answer("03-2", "with blanks", "products_are = " + """{
    "the function gets 512 MB of memory": "kept ",
    "the table gets a second index, by-price": " kept",
    "the table gets a sort key, name": "lost ",
    'in rest_service.py, the id "Table" becomes "Items"': "lost",
    "in rest_service.py, the class is called CrudService": "kept",
}"""),
]  # fmt: skip
