"""Product's lists: page by page, and of one category."""

from __future__ import annotations

from workbook.clients.rest import Answer, Rest
from workbook.cloud.stacks import outputs
from workbook.learning.exercises import NotRight, Verdict
from workbook.observe.frames import table


def judged_pages(api: Rest, listed: Answer) -> Verdict | None:
    """What is wrong with the list page by page, if anything.

    Args:
        api: Product's.
        listed: its answer to `limit=1`.
    """
    there = table(outputs["ProductTable"])
    if len(listed.body["items"]) != min(1, len(there)):
        return NotRight("one product for limit=1", f"{len(listed.body['items'])}", "limit does not reach the table.")
    if len(there) < 2:
        return None
    if not listed.body["next"]:
        return NotRight("a token for the next page", "none", "a page that is not the last must say where it goes on.")
    following = api.get("product", limit=1, next=listed.body["next"])
    if following.status != 200 or following.body["items"] in ([], listed.body["items"]):
        mistake = "the token is not where the next page begins: hand the place on as it came."
        return NotRight("another product on the next page", str(following.body)[:200], mistake)
    return None


def judged_category(api: Rest) -> Verdict | None:
    """What is wrong with the list of one category, if anything.

    Args:
        api: Product's.
    """
    found = api.get("product", category="furniture")
    if found.status != 200:
        mistake = "a category is asked of the index, and by its key: table.query with IndexName and a condition."
        return NotRight("200 for a category", str(found.status), mistake)
    if any(item.get("category") != "furniture" for item in found.body["items"]):
        return NotRight(
            "only furniture", str(len(found.body["items"])) + " products", "the query ignores the category."
        )
    kinds = table(outputs["ProductTable"]).get("category", [])
    if not found.body["items"] and "furniture" in set(kinds):
        return NotRight("the furniture", "nothing", "the query looks for something else than the category.")
    return _judged_pages_of_category(api, [item["id"] for item in found.body["items"]])


def _judged_pages_of_category(api: Rest, wanted: list[str]) -> Verdict | None:
    """What is wrong with the furniture page by page, if anything: a scan with a filter has other pages than an index.

    Args:
        api: Product's.
        wanted: the ids of what is on the first page without a limit.
    """
    found, token = [], {}
    for _ in wanted:
        page = api.get("product", category="furniture", limit=1, **token)
        if page.status != 200 or len(page.body["items"]) != 1:
            what = f"status {page.status}" if page.status != 200 else f"{len(page.body['items'])} products"
            mistake = "a category is one query of the index, which says itself where the next page begins."
            return NotRight("one product on each page of a category", what, mistake)
        found, token = [*found, page.body["items"][0]["id"]], {"next": page.body["next"]}
        if not page.body["next"]:
            break
    if found != wanted:
        mistake = "page by page, a category is what it is as a whole, in the order of the index."
        return NotRight(f"{len(wanted)} products, page by page", f"{len(found)}, or another order", mistake)
    return None
