"""From when to when: days, or moments, as ISO 8601 writes them."""

from datetime import UTC, date, datetime, time

from shop_http.validation import BadRequestError


def span(first, last):
    """The moments between which orders are wanted; days count from their beginning to their end."""
    start = "0001" if first is None else moment("from", first, time.min)
    end = "9999-12-31T23:59:59.999Z" if last is None else moment("to", last, time.max)
    if start > end:
        raise BadRequestError("from must not be later than to.")
    return start, end


def moment(name, text, of_day):
    """As orders have it: UTC, milliseconds, a Z at the end."""
    try:
        if len(text) <= 10:
            found = datetime.combine(date.fromisoformat(text), of_day, UTC)
        else:
            found = datetime.fromisoformat(text)
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRequestError(
            f"{name} must be a date such as 2026-01-31, or a time such as 2026-01-31T09:30:00Z."
        ) from None
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
