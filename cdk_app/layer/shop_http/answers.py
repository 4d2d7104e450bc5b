"""How a service answers: JSON, errors in one shape, a correlation id, one log line a request."""

import json
import re
import string
import uuid
from decimal import Decimal
from http import HTTPStatus
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, ServiceError

# printable ASCII, which any header can carry
CORRELATION_ID = re.compile(r"[!-~]([ -~]{0,126}[!-~])?")
IDEMPOTENCY_KEY = re.compile(r"[!-~]([ -~]{0,253}[!-~])?")


def answer(status: int, body=None, **headers: str) -> Response:
    """An answer with a JSON body, or with an empty one."""
    return Response(status, "application/json", "" if body is None else as_json(body), headers)


def error(status: int, message: str, code: str | None = None) -> Response:
    """An error in the shape that all of them have; its code is the status in words."""
    code = code or HTTPStatus(status).phrase.replace(" ", "")
    return answer(status, {"error": {"code": code, "message": message}})


def as_json(value) -> str:
    """`value` as JSON text, in which DynamoDB's Decimals are numbers."""
    return json.dumps(value, default=_number, ensure_ascii=False)


def here(event, path: str) -> str:
    """A link to a path of this API, relative to the address of the request.

    Only the caller knows what stands before the path: a stage, a domain of one's own, a proxy.
    """
    depth = event.path.count("/") - 1
    return ("../" * depth or "./") + quote(path)  # headers are ASCII, names of users need not be


def shape_errors(app, logger) -> None:
    """See to it that every error leaves `app` in that shape, and nothing internal with it."""
    app.not_found(lambda _: error(404, "There is no such route."))
    app.exception_handler(ServiceError)(lambda refused: error(refused.status_code, refused.msg))

    @app.exception_handler(Exception)
    def unexpected(_):
        logger.exception("Unexpected error")
        return error(500, "Something went wrong here, not in your request.", "InternalError")


def respond(app, logger, event: dict, context) -> dict:
    """Let `app` answer; the correlation id goes on the answer and into every log line.

    To HEAD it answers as to GET, without the body.
    The log says who asked for what, and never what was in it: bodies are their senders'.
    """
    correlation_id = _sent_correlation_id(event) or str(uuid.uuid4())
    logger.set_correlation_id(correlation_id)
    response = app.resolve(_as_routed(event), context)
    if event["httpMethod"] == "HEAD":
        response["body"] = ""
    response["multiValueHeaders"]["x-correlation-id"] = [correlation_id]
    request = {"method": event["httpMethod"], "path": event["path"]}
    # at the gateway, which then may have waited for a cold start
    arrived = event["requestContext"].get("requestTimeEpoch")
    logger.info("Answered", **request, status=response["statusCode"], arrived_at=arrived)
    return response


def idempotency_key(event) -> str | None:
    """The caller's own name for a request, the same whenever it is sent again."""
    key = _header(event["headers"], "idempotency-key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise BadRequestError("Idempotency-Key must be 1 to 255 printable ASCII characters.")
    return key


def _as_routed(event: dict) -> dict:
    """The request as the routes have it: GET for HEAD, and a path that begins where theirs do.

    A custom domain's base path stands in the event's path, and not in what `{proxy+}` stands for.
    What no path may hold is percent-encoded, as API Gateway leaves it and the local cloud does not.
    """
    path, proxy = event["path"], (event.get("pathParameters") or {}).get("proxy")
    for _ in range(path.strip("/").count("/") - proxy.strip("/").count("/") if proxy else 0):
        path = "/" + path.lstrip("/").partition("/")[2]
    method = "GET" if event["httpMethod"] == "HEAD" else event["httpMethod"]
    routed = quote(path, safe=string.punctuation, errors="replace")
    return {**event, "httpMethod": method, "path": routed}


def _sent_correlation_id(event: dict) -> str | None:
    sent = _header(event["headers"], "x-correlation-id") or ""
    return sent if CORRELATION_ID.fullmatch(sent) else None


def _header(headers: dict | None, name: str) -> str | None:
    return next((value for n, value in (headers or {}).items() if n.lower() == name), None)


def _number(value):
    """DynamoDB's numbers are Decimals; as a float, one of up to 15 digits is still exact."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON")
