"""A queue's batch, message by message: what chapter 07 has Ordering's worker do, for all others."""

import json
from collections.abc import Callable
from decimal import Decimal

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor, EventType, process_partial_response,
)


def each_message(logger, work: Callable[[dict, str], None], *, failed: str) -> Callable:
    """A handler that has `work` done for each message; one that fails comes back, and no other.

    Args:
        logger: the service's. The correlation id of its lines is that of the event.
        work: takes an event, and its text.
        failed: what the log says if it could not be done.
    """
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def process(record) -> None:
        logger.set_correlation_id(None)  # not that of the message before
        try:
            event = json.loads(record.body, parse_float=Decimal)
            logger.set_correlation_id(_correlation_id(event))
            work(event, record.body)
        except Exception:
            logger.exception(failed, message_id=record.message_id)
            raise

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: dict, context) -> dict:
        return process_partial_response(
            event=event, record_handler=process, processor=processor, context=context
        )

    return handler


def _correlation_id(event) -> str | None:
    """What the event says of the request that brought it about, if it says so."""
    try:
        found = event["detail"]["metadata"]["correlationId"]
    except (KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None
