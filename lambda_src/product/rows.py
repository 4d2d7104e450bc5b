"""The rows of an uploaded file: products, and what is none, with its line and the reason."""

import csv
import io
import re
import unicodedata
import uuid
from decimal import Decimal

import rules
from shop_http.spreadsheets import as_meant
from shop_http.validation import BadRequestError, checked, length, text

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
        # sig: without the mark that spreadsheets put in front
        (_, first), *rows = list(rows_of(content.decode("utf-8-sig"))) or [(1, "")]
        header = columns(cells_of(first), rows)
    except UnicodeDecodeError:
        return [], [(1, "The file is not UTF-8.", "")]
    except BadRequestError as refused:
        return [], [(1, refused.msg, "")]
    products, rejects, seen = [], [], {}
    for line, text in rows:
        try:
            found = product(header, cells_of(text))
            if seen.setdefault(found["id"], line) != line:
                raise BadRequestError(f"The sku stands in line {seen[found['id']]} already.")
            products.append(found)
        except BadRequestError as refused:
            rejects.append((line, refused.msg, text))
    return products, rejects


def rows_of(content):
    """The text of each row that is not empty, and the line at which it starts.

    A cell in quotes may have several lines. Of a row with a wrong quote, the first is refused.
    """
    lines, start = list(io.StringIO(content, newline="")), 0
    while start < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), strict=True)
        try:
            is_empty, end = not any(map(str.strip, next(reader))), start + reader.line_num
        except csv.Error:
            is_empty, end = False, start + 1
        if not is_empty:
            yield start + 1, "".join(lines[start:end]).rstrip("\r\n")
        start = end


def cells_of(row):
    try:
        cells = next(csv.reader(io.StringIO(row, newline=""), strict=True), [])
    except csv.Error as error:
        raise BadRequestError(f"The row is not CSV: {error}.") from None
    return [as_meant(cell.strip()) for cell in cells]


def columns(header, rows):
    """The header, if all is right that must be before any row is looked at."""
    if not header:
        raise BadRequestError("The file is empty.")
    names = header[: max(n for n, name in enumerate(header, 1) if name)]  # a comma may end it
    anything = dict.fromkeys(COLUMNS, lambda name, value: value)
    checked(dict.fromkeys(names), anything, {"sku", "name", "price"})
    if len(set(names)) < len(names):
        raise BadRequestError("The header has a column twice.")
    if len(rows) > MOST:
        raise BadRequestError(f"The file has more than {MOST} rows.")
    return header


def product(header, cells):
    """The product in a row, by the API's rules. Its id is made of the sku: the same each time."""
    names = [name for name in header if name]  # a comma at its end makes no column
    if len(cells) == len(header) and not any(cells[len(names) :]):
        cells = cells[: len(names)]
    if len(cells) != len(names):
        raise BadRequestError(f"The row has {len(cells)} cells, the header {len(names)}.")
    row = {name: cell for name, cell in zip(names, cells, strict=True) if length(cell)}
    sku = sku_of("sku", unicodedata.normalize("NFC", row.pop("sku", "")))
    if NUMBER.fullmatch(row.get("price", "")):
        row["price"] = Decimal(row["price"])
    if "description" in row:
        row["description"] = " ".join(row["description"].splitlines())
    return {"id": str(uuid.uuid5(NAMESPACE, sku)), **rules.product(row)}
