"""The filter criterion of exercise 10-2: deleted lamps, and nothing else."""

from __future__ import annotations

from typing import Any

from workbook.clients import raw_events
from workbook.learning.checks.judging.patterns import NoPattern, fits, mistake_in
from workbook.learning.exercises import NotRight, NotYet, Right, Verdict

_CATEGORY = "the category must be lamps, to the letter."
_DELETED = "only what was deleted is wanted: the eventName must be REMOVE, and nothing else."


def _image(category: str | None, **more: Any) -> dict[str, Any]:
    kind = {} if category is None else {"category": {"S": category}}
    return {"id": {"S": "1"}, "price": {"N": "5"}, **kind, **more}


_LAMP, _CHAIR = _image("lamps"), _image("chairs")
_RECORDS = {  # what happens, the images it has, whether the warehouse is to be called, the likely mistake
    "a lamp is deleted": ("REMOVE", {"OldImage": _LAMP}, True, ""),
    "a lamp with another id and price is deleted": (
        "REMOVE", {"OldImage": _LAMP | {"id": {"S": "2"}, "price": {"N": "80"}, "name": {"S": "Moon"}}}, True,
        "it asks for more than that a lamp was deleted.",
    ),
    "a chair is deleted": ("REMOVE", {"OldImage": _CHAIR}, False, _CATEGORY),
    "a lampshade is deleted": ("REMOVE", {"OldImage": _image("lampshades")}, False, _CATEGORY),
    "a lamp for the garden is deleted": ("REMOVE", {"OldImage": _image("lamps, garden")}, False, _CATEGORY),
    "a chair called lamps is deleted": (
        "REMOVE", {"OldImage": _image("chairs", name={"S": "lamps"})}, False, _CATEGORY,
    ),
    "a product without a category is deleted": ("REMOVE", {"OldImage": _image(None)}, False, _CATEGORY),
    "a lamp gets another price": (
        "MODIFY", {"OldImage": _LAMP, "NewImage": _LAMP | {"price": {"N": "6"}}}, False, _DELETED,
    ),
    "a lamp becomes a chair": ("MODIFY", {"OldImage": _LAMP, "NewImage": _CHAIR}, False, _DELETED),
    "a chair becomes a lamp": ("MODIFY", {"OldImage": _CHAIR, "NewImage": _LAMP}, False, _DELETED),
    "a new lamp": ("INSERT", {"NewImage": _LAMP}, False, "a new product has a NewImage only, and nothing is gone."),
}  # fmt: skip


def judged(criterion: Any) -> Verdict:
    """The criterion lets deleted lamps through, and nothing else."""
    if not criterion:
        return NotYet("Write the filter criterion.")
    if not isinstance(criterion, dict):
        return NotRight(
            "a dict", type(criterion).__name__, "a criterion has the form of a record: fields and their values."
        )
    try:
        for name, (event, images, wanted, mistake) in _RECORDS.items():
            if fits({"detail": criterion}, _record(event, images)) != wanted:
                return NotRight(
                    f"{name}: {'a call' if wanted else 'no call'}", "no call" if wanted else "a call",
                    mistake or _mistake(criterion),
                )  # fmt: skip
    except NoPattern as error:
        return NotRight("a pattern", str(error), _form(criterion) or "every value stands in a list, as in a rule.")
    return Right(
        "Only for lamps that are gone. The others cost nothing, since Lambda does not call the function for them."
    )


def _record(event: str, images: dict[str, Any]) -> dict[str, Any]:
    """A record of the stream, where test-event-pattern looks for what it may look for."""
    keys = {"Keys": {"id": {"S": "1"}}, "StreamViewType": "NEW_AND_OLD_IMAGES", "SequenceNumber": "1"}
    record = {"eventName": event, "eventSource": "aws:dynamodb", "dynamodb": keys | images}
    return raw_events.eventbridge("check", "Check", record)


def _mistake(criterion: dict[str, Any]) -> str:
    """Why a deleted lamp is not let through."""
    images = criterion.get("dynamodb")
    if wrong := _form(criterion):
        return wrong
    if isinstance(images, dict) and "OldImage" not in images and "NewImage" in images:
        return "there is no NewImage of what is gone: look into the OldImage."
    image = images.get("OldImage", {}) if isinstance(images, dict) else {}
    if isinstance(image, dict) and "category" in image and not isinstance(image["category"], dict):
        return 'in an image every value says its type: {"category": {"S": ["lamps"]}}.'
    return mistake_in({"detail": criterion}, _record(*_RECORDS["a lamp is deleted"][:2])).replace("detail.", "")


def _form(criterion: dict[str, Any]) -> str:
    """What is wrong with the form of the whole, if anything."""
    if {"OldImage", "NewImage", "category"} & criterion.keys():
        return 'the images stand in dynamodb: {"dynamodb": {"OldImage": …}}.'
    if {"Filters", "Pattern", "Records", "detail"} & criterion.keys():
        return "the criterion is to have the form of one record, and to begin with its fields: eventName, dynamodb."
    return ""
