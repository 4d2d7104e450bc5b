"""The rows of an uploaded file: products, and what is none, with its line and the reason."""

import csv
import io
import re
import uuid
from decimal import Decimal

import rules
from shop_http.validation import BadRequestError, checked, text

LARGEST, MOST = 5_000_000, 10_000  # bytes and rows: what is done in seconds, and in little memory
COLUMNS = ("sku", *rules.FIELDS)
NAMESPACE = uuid.UUID("0d5a9a52-6f0c-4a3f-8f25-8a2f3a1c7b0e")  # ours alone, made once
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
sku_of = text(1, 100)


def read(content):
    """The products in a file, and the rest: a line, a reason and the row for each."""
    try:
        if len(content) > LARGEST:
            raise BadRequestError(f"The file has more than {LARGEST} bytes.")
        # sig: without the mark that spreadsheets put in front
        (_, header), *rows = lines(content.decode("utf-8-sig"))
        check(header, rows)
    except UnicodeDecodeError:
        return [], [(1, "The file is not UTF-8.", [])]
    except csv.Error as error:
        return [], [(1, f"The file is not CSV: {error}.", [])]
    except BadRequestError as refused:
        return [], [(1, refused.msg, [])]
    products, rejects, seen = [], [], {}
    for line, cells in rows:
        try:
            found = product(header, cells)
            if seen.setdefault(found["id"], line) != line:
                raise BadRequestError(f"The sku stands in line {seen[found['id']]} already.")
            products.append(found)
        except BadRequestError as refused:
            rejects.append((line, refused.msg, cells))
    return products, rejects


def lines(content):
    """The rows that are not empty, each with the line at which it starts.

    A cell in quotes may have several.
    """
    reader, start = csv.reader(io.StringIO(content, newline=""), strict=True), 1
    found = []
    for cells in reader:
        if cells:
            found.append((start, cells))
        start = reader.line_num + 1
    return found or [(1, [])]


def check(header, rows):
    """What must be right before any row is looked at."""
    if not header:
        raise BadRequestError("The file is empty.")
    anything = dict.fromkeys(COLUMNS, lambda name, value: value)
    checked(dict.fromkeys(header), anything, {"sku", "name", "price"})
    if len(set(header)) < len(header):
        raise BadRequestError("The header has a column twice.")
    if len(rows) > MOST:
        raise BadRequestError(f"The file has more than {MOST} rows.")


def product(header, cells):
    """The product in a row, by the API's rules. Its id is made of the sku: the same each time."""
    if len(cells) != len(header):
        raise BadRequestError(f"The row has {len(cells)} cells, the header {len(header)}.")
    row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    sku = sku_of("sku", row.pop("sku", ""))
    if NUMBER.fullmatch(row.get("price", "")):
        row["price"] = Decimal(row["price"])
    return {"id": str(uuid.uuid5(NAMESPACE, sku)), **rules.product(row)}
