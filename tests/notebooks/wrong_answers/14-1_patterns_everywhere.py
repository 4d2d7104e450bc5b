# expect: a star is a star
def gets_in(condition, token):
    return all(
        key in token and fnmatchcase(token[key], wanted)
        for keys in condition.values()
        for key, wanted in keys.items()
    )
