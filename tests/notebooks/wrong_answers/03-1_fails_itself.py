# expect: a check that fails itself is a 500
def discount_code(name, value):
    if not re.fullmatch("SAVE[0-9]{1,2}", value):
        raise BadRequestError(f"{name} must be SAVE and one or two digits.")
    return value
