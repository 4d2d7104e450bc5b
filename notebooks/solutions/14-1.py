def gets_in(condition, token):
    for operator, keys in condition.items():
        for key, wanted in keys.items():
            if key not in token:
                return False
            if operator == "StringEquals" and token[key] != wanted:
                return False
            if operator == "StringLike" and not fnmatchcase(token[key], wanted):
                return False
    return True
