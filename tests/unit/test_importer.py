"""Product's importer: what is right in a file becomes products, once; the rest goes to a file with line and reason."""

import csv
import io
import json
from decimal import Decimal
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from samples import UUID
from services import TABLE, emptied, invoker, loaded, make_product_table, only_moto, proxy_event, stored

from workbook.clients import raw_events

BUCKET = "the-bucket-of-this-test"
KEY = "products/spring.csv"


@pytest.fixture(scope="module")
def importer():
    with only_moto():
        make_product_table()
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        with loaded("product", "importer", TABLE_NAME=TABLE) as module:
            yield module


@pytest.fixture(scope="module")
def rows(importer):
    return importer.rows


@pytest.fixture
def products(importer):
    """The table of products, empty at the start of a test; and so is the bucket."""
    for found in importer.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        importer.s3.delete_object(Bucket=BUCKET, Key=found["Key"])
    return emptied(boto3.resource("dynamodb").Table(TABLE))


@pytest.fixture
def upload(importer, products):
    """Uploads a file and hands the importer its event: what it logged in the end, and the rejects."""

    def upload(content, key=KEY):
        importer.s3.put_object(Bucket=BUCKET, Key=key, Body=content if isinstance(content, bytes) else content.encode())
        event = raw_events.s3("ObjectCreated:Put", key)
        event["Records"][0]["s3"]["bucket"]["name"] = BUCKET
        _, logged = invoker(importer)(event)
        return SimpleNamespace(rejects=rejects(importer, key.replace("products/", "rejects/", 1)), **logged[-1])

    return upload


def rejects(importer, key):
    try:
        body = importer.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    except importer.s3.exceptions.NoSuchKey:
        return None
    return [(int(row["line"]), row["reason"], row["row"]) for row in csv.DictReader(io.StringIO(body))]


def by_name(table):
    return {item["name"]: item for item in stored(table)}


def test_a_row_becomes_a_product_with_what_it_says_and_nothing_else(upload, products):
    done = upload("sku,name,price,category,description,imageFile\nL-1,Lamp,12.50,lamps,Tall,lamp.png\nL-2,Shade,0,,,\n")
    assert (done.message, done.new, done.there_already, done.rejected, done.rejects) == ("Imported", 2, 0, 0, None)
    found = by_name(products)
    lamp_id, shade_id = (found[name].pop("id") for name in ("Lamp", "Shade"))
    assert found == {
        "Lamp": {
            "name": "Lamp",
            "price": Decimal("12.5"),
            "category": "lamps",
            "description": "Tall",
            "imageFile": "lamp.png",
        },
        "Shade": {"name": "Shade", "price": 0},
    }
    assert UUID.fullmatch(lamp_id) and UUID.fullmatch(shade_id) and lamp_id != shade_id


def test_a_repeated_upload_changes_nothing(upload, products):
    file = "sku,name,price\nL-1,Lamp,12.50\nL-2,Shade,5\n"
    upload(file)
    before = by_name(products)
    again = upload(file)
    assert (again.new, again.there_already) == (0, 2)
    assert by_name(products) == before


def test_it_undoes_nothing_that_happened_meanwhile(upload, products):
    upload("sku,name,price\nL-1,Lamp,12.50\n")
    [lamp] = stored(products)
    products.put_item(Item=lamp | {"price": Decimal("9.9"), "name": "A good lamp"})
    done = upload("sku,name,price\nL-1,Lamp,12.50\nL-2,Shade,5\n", "products/another name.csv")
    assert (done.new, done.there_already) == (1, 1)
    assert by_name(products)["A good lamp"] == lamp | {"price": Decimal("9.9"), "name": "A good lamp"}


def test_a_half_done_file_is_finished_when_it_comes_again(importer, upload, products, monkeypatch):
    file = "sku,name,price\n" + "".join(f"S-{n},Thing {n},1\n" for n in range(250))
    real, calls = importer.intake.dynamodb.transact_write_items, []

    def dies(**request):
        calls.append(request)
        if len(calls) == 2:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "not now"}}, "TransactWriteItems")
        return real(**request)

    monkeypatch.setattr(importer.intake.dynamodb, "transact_write_items", dies)
    with pytest.raises(ClientError, match="ThrottlingException"):  # and Lambda tries it again
        upload(file)
    assert len(stored(products)) == 100
    done = upload(file)
    assert (done.new, done.there_already, len(stored(products))) == (150, 100, 250)


def test_what_another_run_of_the_same_file_is_writing_now_is_tried_again(importer, upload, products, monkeypatch):
    """A transaction that meets another is cancelled for that reason, which does not mean that the product is there."""

    def conflict(**request):
        reasons = [{"Code": "TransactionConflict"} for _ in request["TransactItems"]]
        raise importer.intake.dynamodb.exceptions.TransactionCanceledException(
            {"Error": {"Code": "TransactionCanceledException", "Message": "cancelled"}, "CancellationReasons": reasons},
            "TransactWriteItems",
        )

    monkeypatch.setattr(importer.intake.dynamodb, "transact_write_items", conflict)
    with pytest.raises(ClientError):
        upload("sku,name,price\nL-1,Lamp,12.50\n")


def test_ten_thousand_rows_are_a_hundred_requests(importer, upload, monkeypatch):
    sizes = []
    monkeypatch.setattr(
        importer.intake.dynamodb, "transact_write_items", lambda TransactItems: sizes.append(len(TransactItems))
    )
    done = upload("sku,name,price\n" + "".join(f"S-{n},Thing,1\n" for n in range(10_000)))
    assert (done.new, sizes) == (10_000, [100] * 100)


# Bad rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("L-1,Lamp", "The row has 2 cells, the header 4."),
        ("L-1,Lamp,1,,", "The row has 5 cells, the header 4."),
        (",Lamp,1,", "sku must be text of 1 to 100 characters."),
        ("L-1,,1,", "Missing field: name."),
        ("L-1,Lamp,,", "Missing field: price."),
        ("L-1,Lamp,cheap,", "price must be a number from 0 to 9999999999999.99."),
        ("L-1,Lamp,-1,", "price must be a number from 0 to 9999999999999.99."),
        ("L-1,Lamp,NaN,", "price must be a number from 0 to 9999999999999.99."),
        ("L-1,Lamp,Infinity,", "price must be a number from 0 to 9999999999999.99."),
        ("L-1,Lamp,1_000,", "price must be a number from 0 to 9999999999999.99."),
        ('L-1,Lamp,"1,50",', "price must be a number from 0 to 9999999999999.99."),
        ("L-1,Lamp,1.999,", "price must have at most two decimals."),
        ('L-1,"two\nlines",1,', "name must not contain control characters."),
        (f"L-1,{'x' * 201},1,", "name must be text of 1 to 200 characters."),
        (f"L-1,Lamp,1,{'x' * 101}", "category must be text of 1 to 100 characters."),
    ],
)
def test_a_bad_row_is_rejected_and_the_others_are_taken(upload, products, row, reason):
    done = upload(f"sku,name,price,category\nA,Before,1,\n{row}\nB,After,1,\n")
    assert by_name(products).keys() == {"Before", "After"}
    assert [(line, why) for line, why, _ in done.rejects] == [(3, reason)]
    assert (done.new, done.rejected) == (2, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "price": 1},
        {"name": "Lamp", "price": -1},
        {"name": "Lamp", "price": 1.999},
        {"name": "Lamp", "price": 1, "category": "x" * 101},
    ],
)
def test_it_is_refused_in_the_words_of_the_api(importer, upload, fields):
    with loaded("product", TABLE_NAME=TABLE) as app:
        body = {name: value for name, value in fields.items() if value != ""}  # an empty cell is no value
        answer = app.handler(proxy_event("POST", "/product", body), SimpleNamespace(
            function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r"))
    words = json.loads(answer["body"])["error"]["message"]
    header, row = ",".join(fields), ",".join(map(str, fields.values()))
    [(_, reason, _)] = upload(f"sku,{header}\nL-1,{row}\n").rejects
    assert reason == words


def test_lines_are_counted_as_an_editor_counts_them(upload):
    done = upload('sku,name,price,description\r\n\r\nA,Good,1,"three\nlines\nof it"\r\n\r\nB,Bad,x,\r\nC,Bad,x,\r\n')
    assert [line for line, _, _ in done.rejects] == [7, 8]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_breaks_in_a_description_are_taken_as_blanks(upload, products, end):
    """As the API has it, no text of a product has lines."""
    done = upload(f'sku,name,price,description{end}A,Lamp,1,"One, ""two""{end}{end}  three{end}"{end}B,Shade,2,{end}')
    assert done.rejects is None
    assert by_name(products)["Lamp"]["description"] == 'One, "two"    three'


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "wrong", ['W,"Lamp,1', 'W,"5" pipe",1', 'W,Lamp,1,"', '"W,Lamp,1', 'W,"a ""b,1', '"'],
)  # fmt: skip
def test_a_wrong_quote_is_refused_in_its_own_line_and_takes_nothing_along(upload, products, wrong, end):
    good = [f'G-{n},"Thing {n}, with a comma",1,"It is 5"" wide"' for n in range(3)]
    done = upload(end.join(["sku,name,price,description", good[0], wrong, *good[1:], ""]))
    [(line, reason, row)] = done.rejects
    assert (line, row, len(stored(products))) == (3, wrong, 3)
    assert reason.startswith("The row is not CSV: ")


def test_a_wrong_quote_in_the_last_line_is_refused_there(upload, products):
    done = upload('sku,name,price\nA,Shade,1\nB,"Lamp,1')
    assert done.rejects == [(3, "The row is not CSV: unexpected end of data.", 'B,"Lamp,1')]
    assert by_name(products).keys() == {"Shade"}


@pytest.mark.parametrize("row", ["A,Lamp,1", "A,Lamp,1,"])
@pytest.mark.parametrize("closing", [",,,", ",,", '"","",', " , ,\t", ",,,,,,,,"])
def test_what_a_spreadsheet_leaves_at_the_end_of_lines_and_files_is_no_mistake(upload, products, row, closing):
    done = upload(f"sku,name,price,\r\n{row}\r\n{closing}\r\n{closing}\r\n")
    assert (done.new, done.rejects) == (1, None)
    assert by_name(products)["Lamp"].keys() == {"id", "name", "price"}


def test_a_cell_below_the_comma_that_ends_the_header_is_a_mistake(upload):
    assert upload("sku,name,price,\nA,Lamp,1,more\n").rejects == [
        (2, "The row has 4 cells, the header 3.", "A,Lamp,1,more")
    ]


@pytest.mark.parametrize("sku", [" é-1", "é-1 ", "\té-1", "\u00a0é-1\u3000", '" é-1 "', "e\u0301-1"])
def test_the_same_sku_written_otherwise_is_the_same_product(upload, products, sku):
    upload("sku,name,price\né-1,Lamp,1\n")
    done = upload(f"sku , name,price\n{sku}, Lamp , 1 \n")
    assert (done.new, done.there_already, done.rejects) == (0, 1, None)
    assert by_name(products).keys() == {"Lamp"}


def test_cells_of_which_nothing_is_seen_are_empty(upload, products):
    done = upload("sku,name,price,category,description\nA,Lamp,1, ,\u200b\n \u00a0,Shade,1,,\n")
    assert by_name(products)["Lamp"].keys() == {"id", "name", "price"}
    assert [(line, reason) for line, reason, _ in done.rejects] == [(3, "sku must be text of 1 to 100 characters.")]


BAD_ROWS = [
    'A,"Lamp, with a comma",cheap,"He said ""no"""', '"B"," x ",,"two\nlines"', "=C+1,Lamp,x,", '"-D",Lamp,x,',
    "E,Lamp,1",
]  # fmt: skip


def test_rejects_keep_the_rows_as_they_stood_to_be_mended_and_sent_again(upload, products):
    header = "sku,name,price,description\n"
    done = upload(header + "\n".join(BAD_ROWS) + "\n")
    kept = [row for _, _, row in done.rejects]
    assert kept == [row if row[0] != "=" else f"'{row}" for row in BAD_ROWS]  # which is no formula then
    again = upload(header + "\n".join(kept) + "\n", "products/again.csv")
    assert [row for _, _, row in again.rejects] == kept
    mended = [kept[0].replace("cheap", "1"), kept[1].replace(",,", ",2,"), kept[2].replace("x", "3")]
    mended += [kept[3].replace(",x,", ",3,"), kept[4] + ","]
    done = upload(header + "\n".join(mended), "products/mended.csv")
    assert (done.new, done.rejects) == (5, None)
    ids = {item["id"] for item in stored(products)}
    assert upload(header + "=C+1,Lamp,3,\n-D,Lamp,3,\n").there_already == 2 and len(ids) == 5


def test_the_same_sku_twice_in_a_file_is_a_mistake_of_the_second(upload, products):
    done = upload("sku,name,price\nL-1,Lamp,1\nL-1,Another lamp,2\n")
    assert done.rejects == [(3, "The sku stands in line 2 already.", "L-1,Another lamp,2")]
    assert by_name(products).keys() == {"Lamp"}


def test_a_mended_file_takes_its_rejects_away(upload):
    assert upload("sku,name,price\nL-1,Lamp,x\n").rejects
    assert upload("sku,name,price\nL-1,Lamp,1\n").rejects is None


# Files of which nothing can be taken


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\n\n", "The file is empty."),
        (b"sku,name,price\nA,caf\xe9,1\n", "The file is not UTF-8."),
        (b"\xff\xfes\x00k\x00u\x00", "The file is not UTF-8."),
        (b'sku,"name,price\nA,Lamp,1\n', "The row is not CSV: unexpected end of data."),
        (b"sku,name\nA,Lamp\n", "Missing field: price."),
        (
            b"A,Lamp,1\n",
            "Unknown field: 1, A, Lamp. The fields are sku, name, price, category, description, imageFile.",
        ),
        (
            b"sku;name;price\nA;Lamp;1\n",
            "Unknown field: sku;name;price. The fields are sku, name, price, category, description, imageFile.",
        ),
        (b"sku,name,price,price\nA,Lamp,1,2\n", "The header has a column twice."),
        (b"sku,name,price\n" + b"A,Lamp,1\n" * 10_001, "The file has more than 10000 rows."),
        (b"sku,name,price\n" + b"x" * 5_000_000, "The file has more than 5000000 bytes."),
    ],
)
def test_a_file_that_cannot_be_read_is_an_answer_and_not_an_error(upload, products, content, reason):
    done = upload(content)
    assert [(line, why) for line, why, _ in done.rejects] == [(1, reason)]
    assert (done.new, stored(products)) == (0, [])


@pytest.mark.slow
def test_a_file_of_just_so_many_bytes_and_rows_is_taken(rows):
    header, row = b"sku,name,price\n", b"A,Lamp,1\n"
    products, rejects = rows.read(header + row * 10_000)
    assert (len(products), len(rejects)) == (1, 9_999)
    filled = header + row + (b"x" * 99_999 + b"\n") * 49
    filled += b"\n" * (5_000_000 - len(filled))
    assert [len(found) for found in rows.read(filled)] == [1, 49]
    assert rows.read(filled + b"\n") == ([], [(1, "The file has more than 5000000 bytes.", "")])


def test_a_spreadsheets_mark_in_front_is_no_part_of_the_header(upload, products):
    assert upload(b"\xef\xbb\xbfsku,name,price\nA,Lamp,1\n").rejected == 0
    assert by_name(products).keys() == {"Lamp"}


@given(st.binary(max_size=300) | st.text(alphabet='skunamepric,1.\n\r"; ').map(str.encode))
def test_no_bytes_make_it_fail(rows, content):
    products, rejects = rows.read(content)
    assert all(UUID.fullmatch(product["id"]) for product in products)
    assert all(line >= 1 and reason.endswith(".") for line, reason, _ in rejects)


@given(st.binary(max_size=300))
def test_no_bytes_behind_a_good_header_make_it_fail(rows, content):
    products, rejects = rows.read(b"sku,name,price\n" + content)
    assert all({"id", "name", "price"} <= product.keys() for product in products)


# The event


@pytest.mark.parametrize(
    "name", ["early summer.csv", "a+b.csv", "100%.csv", "ü & ñ.csv", "2026/spring.csv", "a%20b.csv"]
)
def test_a_key_is_decoded(importer, upload, products, name):
    done = upload("sku,name,price\nL-1,Lamp,x\n", f"products/{name}")
    assert done.key == f"products/{name}"
    assert [line for line, _, _ in done.rejects] == [2]


def test_what_it_writes_is_not_what_it_is_called_for(importer, upload):
    """Its own file stands below `rejects/`, even if the upload's name says otherwise."""
    upload("sku,name,price\nL-1,Lamp,x\n", "products/products/rejects/x.csv")
    keys = {found["Key"] for found in importer.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert keys == {"products/products/rejects/x.csv", "rejects/products/rejects/x.csv"}


def test_an_object_that_is_gone_is_an_error_and_so_comes_again(importer, products):
    event = raw_events.s3("ObjectCreated:Put", "products/gone.csv")
    event["Records"][0]["s3"]["bucket"]["name"] = BUCKET
    with pytest.raises(ClientError, match="NoSuchKey"):
        invoker(importer)(event)
