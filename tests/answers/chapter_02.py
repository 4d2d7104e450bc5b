"""Answers to the exercise of chapter 02."""

from __future__ import annotations

from answers import Answer, changed

NEXT, LOOP = ', next=page["next"]', 'while page["next"] is not None:'
MORE = '        products += page["items"]\n'
WRONG = [
    Answer("02-1", "the first page", """
def all_products(api, limit):
    return api.get("product", limit=limit).body["items"]
""", "stops too early"),
    changed("02-1", "the first two pages", "stops too early", ("while page", "if page")),
    Answer("02-1", "everything at once", """
def all_products(api, limit):
    return api.get("product").body["items"]
""", "limit was not passed on"),
    Answer("02-1", "the table", """
def all_products(api, limit):
    from workbook import table
    return table(outputs["ProductTable"]).to_dict("records")
""", "and not the table"),
    changed("02-1", "limit in the first request only", "limit was not passed on", ("limit=limit, next", "next")),
    changed("02-1", "limit in the later requests only", "limit was not passed on",
            ('"product", limit=limit).', '"product").')),
    changed("02-1", "always two", "limit was not passed on", ("limit=limit", "limit=2")),
    changed("02-1", "a hundred", "limit was not passed on", ("limit=limit", "limit=100")),
    changed("02-1", "the token was not sent", "the token of the page before", (NEXT, "")),
    changed("02-1", "the token of the first page", "the token of the page before",
            ("while", "first = page\n    while"), ('next=page["next"]', 'next=first["next"]')),
    changed("02-1", "until a page is short", "the token of the page before",
            (LOOP, 'while len(page["items"]) == limit:')),
    changed("02-1", "the first page is left out", "leaves out a page", ('products = page["items"]', "products = []")),
    changed("02-1", "the last page is left out", "leaves out a page",
            (MORE, '        if page["next"]:\n    ' + MORE)),
    changed("02-1", "the last page only", "leaves out a page", ("products +=", "products =")),
    changed("02-1", "pages in a list", "item by item", ('+= page["items"]', '+= [page["items"]]')),
    changed("02-1", "answers", "list of products", ('= page["items"]', "= [page]")),
    changed("02-1", "one page twice", "a page was added twice", (MORE, MORE + MORE)),
    changed("02-1", "names", "add the items", ("return products", "return [p['name'] for p in products]")),
    changed("02-1", "ids", "as they came", ("return products", "return [{'id': p['id']} for p in products]")),
    changed("02-1", "how many", "must return the list", ("return products", "return len(products)")),
    changed("02-1", "nothing returned", "must return the list", ("return products", "return")),
    changed("02-1", "a frame", "must return the list",
            ("return products", "import pandas; return pandas.DataFrame(products)")),
    changed("02-1", "the answer is no dict", "raised an error", (".body", "")),
]  # fmt: skip
RIGHT = [
    Answer("02-1", "requests", """
def all_products(api, limit):
    found, token = [], None
    while True:
        query = {"limit": limit} | ({"next": token} if token else {})
        page = requests.get(f"{api.url}/product", params=query).json()
        found.extend(page["items"])
        token = page["next"]
        if token is None:
            return found
"""),
    Answer("02-1", "urllib, and the address from outputs", """
from urllib.parse import urlencode
from urllib.request import urlopen


def all_products(api, limit):
    found, query = [], {"limit": limit}
    while "next" not in query or query["next"]:
        with urlopen(outputs["ProductApiUrl"] + "product?" + urlencode(query)) as answer:
            page = json.load(answer)
        found = [*found, *page["items"]]
        query["next"] = page["next"]
    return found
"""),
    Answer("02-1", "recursion", """
def all_products(api, limit, **more):
    page = api.get("product", limit=limit, **more).body
    rest = all_products(api, limit, next=page["next"]) if page["next"] else []
    return page["items"] + rest
"""),
    Answer("02-1", "a generator", """
def pages(api, limit):
    token = {}
    while token is not None:
        answer = api.send("GET", "/product", params={"limit": limit, **token})
        yield answer.body["items"]
        token = {"next": answer.body["next"]} if answer.body["next"] else None


def all_products(api, limit):
    return [product for page in pages(api, limit) for product in page]
"""),
]  # fmt: skip
