"""What a refund may be. API Gateway's model has said some of it already; here all of it is said."""

from shop_http.validation import BadRequestError, checked, matching, money, one_of

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MOST = 10_000


def amount(name, value):
    found = money(name, value)
    if not 0 < found <= MOST:
        raise BadRequestError(f"{name} must be more than 0 and at most {MOST}.")
    return found


FIELDS = {
    "checkoutId": matching(UUID, "the id of a checkout"),
    "amount": amount,
    "reason": one_of("damaged", "late", "unwanted"),
}


def refund(body):
    return checked(body, FIELDS, required=FIELDS)
