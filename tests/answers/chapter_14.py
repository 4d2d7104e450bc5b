"""Answers to the exercise of chapter 14."""

from __future__ import annotations

from answers import Answer, changed

MISSING = "            if key not in token:\n                return False\n"
EQUALS = '            if operator == "StringEquals" and token[key] != wanted:\n                return False\n'
LIKE = 'if operator == "StringLike" and not fnmatchcase(token[key], wanted):'
WRONG = [
    changed("14-1", "any condition", "same letters fit",
            ("return False", "continue"), ("    return True", "    return False")),
    Answer("14-1", "any key", """
FITS = {"StringEquals": str.__eq__, "StringLike": fnmatchcase}


def gets_in(condition, token):
    found = [(key, FITS[it], wanted) for it, keys in condition.items() for key, wanted in keys.items()]
    return any(key in token and fits(token[key], wanted) for key, fits, wanted in found)
""", "all keys must fit"),
    changed("14-1", "a missing key fits", "never fits", (MISSING, "            if key not in token:\n"
            "                continue\n")),
    changed("14-1", "patterns everywhere", "a star is a star",
            (EQUALS, ""), (LIKE, "if not fnmatchcase(token[key], wanted):")),
    changed("14-1", "no patterns", "* stands for any letters", (LIKE, "if token[key] != wanted:")),
    changed("14-1", "small letters", "large letters from small",
            ("token[key] != wanted", "token[key].lower() != wanted.lower()")),
    changed("14-1", "begins with", "to the last letter",
            ("token[key] != wanted", "not token[key].startswith(wanted)")),
    changed("14-1", "a regular expression", "fits the whole text",
            ("not fnmatchcase(token[key], wanted)", 'not re.search(wanted.replace("*", ".*"), token[key])')),
    changed("14-1", "the star alone", "? stands for one letter",
            ("not fnmatchcase(token[key], wanted)",
             'not re.fullmatch(re.escape(wanted).replace(r"\\*", ".*"), token[key])')),
    changed("14-1", "a word", "return True or False", ("    return True", '    return "yes"')),
]  # fmt: skip
RIGHT = [
    Answer("14-1", "all of all", """
FITS = {"StringEquals": str.__eq__, "StringLike": fnmatchcase}


def gets_in(condition, token):
    return all(
        key in token and FITS[operator](token[key], wanted)
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )
"""),
    Answer("14-1", "one after the other", """
def gets_in(condition, token):
    for key, wanted in condition.get("StringEquals", {}).items():
        if token.get(key) != wanted:
            return False
    for key, pattern in condition.get("StringLike", {}).items():
        if not (key in token and fnmatchcase(token[key], pattern)):
            return False
    return True
"""),
    Answer("14-1", "a regular expression, whole", """
def gets_in(condition, token):
    def fits(operator, value, wanted):
        if operator == "StringEquals":
            return value == wanted
        pattern = re.escape(wanted).replace(r"\\*", ".*").replace(r"\\?", ".")
        return re.fullmatch(pattern, value) is not None

    pairs = [(o, k, w) for o, keys in condition.items() for k, w in keys.items()]
    return not [k for o, k, w in pairs if k not in token or not fits(o, token[k], w)]
"""),
]  # fmt: skip
