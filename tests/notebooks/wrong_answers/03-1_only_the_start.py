# expect: the whole text must fit
def discount_code(name, value):
    if not isinstance(value, str) or not re.match("SAVE[0-9]{1,2}", value):
        raise BadRequestError(f"{name} must be SAVE and one or two digits.")
    return value
