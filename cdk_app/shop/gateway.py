"""What API Gateway says when it refuses a request by itself."""

import json

from aws_cdk import aws_apigateway as apigateway

ANSWERS = {
    "ACCESS_DENIED": ("Forbidden", "You may not do this."),
    "BAD_REQUEST_BODY": ("BadRequest", "The body does not fit what this route takes."),
    "INVALID_API_KEY": ("Forbidden", "The API key is missing, or it is none of ours."),
    "MISSING_AUTHENTICATION_TOKEN": (
        "Forbidden", "The request is not signed, or there is no such route.",
    ),
    "THROTTLED": ("TooManyRequests", "Too many requests. Wait a moment, and try again."),
    "DEFAULT_4XX": ("Refused", "The request was refused."),
    "DEFAULT_5XX": ("InternalError", "Something went wrong here, not in your request."),
}


def shape_errors(api, *kinds, **headers):
    """Let API Gateway's own answers look like the services' errors, and say nothing internal."""
    for kind in kinds:
        code, message = ANSWERS[kind]
        api.add_gateway_response(
            kind,
            type=apigateway.ResponseType.of(kind),
            response_headers={"x-correlation-id": "context.requestId", **headers},
            templates={
                "application/json": json.dumps({"error": {"code": code, "message": message}}),
            },
        )
