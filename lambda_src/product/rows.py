"""The rows of an uploaded file: products, and what is none, with its line and the reason."""

import re
import unicodedata
import uuid
from decimal import Decimal

import rules
from shop_http.spreadsheets import named, rows_of
from shop_http.validation import BadRequestError, text

LARGEST, MOST = 5_000_000, 10_000  # bytes and rows: what is done in seconds, and in little memory
COLUMNS = ("sku", *rules.FIELDS)
NAMESPACE = uuid.UUID("0d5a9a52-6f0c-4a3f-8f25-8a2f3a1c7b0e")  # ours alone, made once
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
sku_of = text(1, 100)


def read(content):
    """The products in a file, and the rest: a line, a reason and the row as it stood for each."""
    try:
        if len(content) > LARGEST:
            raise BadRequestError(f"The file has more than {LARGEST} bytes.")
        header, rows = rows_of(content, COLUMNS, required={"sku", "name", "price"}, most=MOST)
    except BadRequestError as refused:
        return [], [(1, refused.msg, "")]
    products, rejects, seen = [], [], {}
    for line, row in rows:
        try:
            found = product(named(header, row))
            if seen.setdefault(found["id"], line) != line:
                raise BadRequestError(f"The sku stands in line {seen[found['id']]} already.")
            products.append(found)
        except BadRequestError as refused:
            rejects.append((line, refused.msg, row))
    return products, rejects


def product(row):
    """The product in a row, by the API's rules. Its id is made of the sku: the same each time."""
    sku = sku_of("sku", unicodedata.normalize("NFC", row.pop("sku", "")))
    if NUMBER.fullmatch(row.get("price", "")):
        row["price"] = Decimal(row["price"])
    if "description" in row:
        row["description"] = " ".join(row["description"].splitlines())
    return {"id": str(uuid.uuid5(NAMESPACE, sku)), **rules.product(row)}
