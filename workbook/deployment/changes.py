"""What turns one template into another, as a person reads it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Change = tuple[str, str, str]  # a construct; created, changed or deleted; which resources


def changes_between(stack: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """What turns one template into another: one for each construct and kind of change."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for logical_id in [*new, *(i for i in old if i not in new)]:
        if logical_id not in old:
            change = "created"
        elif logical_id not in new:
            change = "deleted"
        elif _essence(old[logical_id]) != _essence(new[logical_id]):
            change = "changed"
        else:
            continue
        resource = new.get(logical_id) or old[logical_id]
        path = resource.get("Metadata", {}).get("aws:cdk:path", f"{stack}/{logical_id}")
        [construct, *_] = [part for part in path.split("/")[1:] if part != "Default"]  # CDK, too, leaves it out
        kinds.setdefault((construct, change), Counter())[resource["Type"]] += 1
    return [(construct, change, _counted(counts)) for (construct, change), counts in kinds.items()]


def as_frame(changes: dict[str, list[Change]]) -> pd.DataFrame:
    """The changes of stacks, by their names, as a frame; which stack each is of, if there is more than one."""
    from workbook.base.text_frame import TextFrame

    rows = [(stack, *change) for stack, of_stack in changes.items() for change in of_stack]
    frame = TextFrame(rows, columns=["stack", "construct", "change", "resources"])
    return frame if len(changes) > 1 else TextFrame(frame.drop(columns="stack"))


def differ(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether two templates differ in anything but what CDK notes about their resources."""
    return _bare(before) != _bare(after)


def _bare(template: dict[str, Any]) -> dict[str, Any]:
    resources = template.get("Resources", {}).items()
    return template | {"Resources": {i: {k: v for k, v in r.items() if k != "Metadata"} for i, r in resources}}


def _essence(resource: dict[str, Any]) -> dict[str, Any]:
    """What a resource is, without what CDK notes about it and the order in which it is made."""
    return {key: value for key, value in resource.items() if key not in ("Metadata", "DependsOn")}


def _counted(types: Counter[str]) -> str:
    """Types of resources as a person reads them: `ApiGateway RestApi, 2 × Method, Lambda Permission`."""
    words, last = [], ""
    for kind, number in types.items():
        _, service, name = kind.split("::", 2)
        many = f"{number} × " if number > 1 else ""
        words.append(f"{many}{name}" if service == last else f"{many}{service} {name}")
        last = service
    return ", ".join(words)
