"""The OpenAPI descriptions say what the handlers do: which routes there are, and what they let through.

That the deployed APIs keep to them is for `tests/integration/test_openapi.py`.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from decimal import Decimal
from types import SimpleNamespace

import jsonschema_rs
import pytest
from anything import UNFIT, as_json, fit_text, json_values, no_prices, prices
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from hypothesis import assume, example, given
from hypothesis import strategies as st
from samples import ADA
from services import loaded, only_moto

from workbook.maintenance import openapi

pytestmark = pytest.mark.slow

NAMES = {"TABLE_NAME": "none", "CHECKOUTS_NAME": "none", "OUTBOX_NAME": "none"}
SERVICES = ("product", "basket", "ordering")
LAMP = {"name": "Lamp", "price": 1}
CHAIR = {"productId": "p", "productName": "Chair", "quantity": 1, "price": 1}
RULES = {  # each with a body that it lets through
    "product": ("product", "NewProduct", LAMP | {"category": "light", "description": "", "imageFile": ""}),
    "basket": ("basket", "Basket", {"userName": "ada", "items": [CHAIR | {"color": "red"}]}),
    "checkout": ("basket", "Checkout", ADA),
}
CHECKS = [("product", "FIELDS", name) for name in RULES["product"][2]] + [
    *(("basket", "ITEM", name) for name in (*CHAIR, "color")), *(("basket", "CHECKOUT", name) for name in ADA),
    ("basket", "BASKET", "items"),
]  # fmt: skip

LENGTHS = [n + more for n in (1, 3, 50, 100, 200, 254, 500, 2000) for more in (-1, 0, 1)]
EDGES = [*map("x".__mul__, LENGTHS), "card", "invoice", "cash", *range(-1, 3), *range(998, 1002)]
values = st.one_of(
    json_values, prices, no_prices, fit_text(1, 5), st.integers(-1, 1001), st.decimals(-1, 1001, places=1),
    st.builds(lambda letter, length: letter * length, fit_text(1, 1), st.sampled_from(LENGTHS)),
    st.builds(
        lambda before, unfit: before + unfit,
        fit_text(0, 5), st.sampled_from([c for c in UNFIT if not "\ud800" <= c <= "\udfff"]),
    ),
    st.text(st.sampled_from("aZ9äßЖ久𝒜Ⅷ²_.@+- /"), max_size=5), st.sampled_from(["card", "invoice", ".", "..", "ada\n"]),
    st.integers(99, 102).map(lambda many: [CHAIR] * many),
    st.lists(st.sampled_from([CHAIR, {}, CHAIR | {"x": 1}, CHAIR | {"quantity": 0}, 1]), max_size=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def apps():
    """The handlers of the services."""
    with only_moto(), ExitStack() as stack:
        yield {service: stack.enter_context(loaded(service, **NAMES)) for service in SERVICES}


def as_sent(value):
    return json.loads(as_json(value), parse_float=Decimal, parse_int=Decimal)


def refusal(check, *arguments):
    """What is said against it; None if it is let through."""
    try:
        check(*arguments)
    except BadRequestError as error:
        return error.msg
    return None


# Routes


def test_the_descriptions_have_the_routes_that_the_handlers_have(apps):
    described = [openapi.describe(app)["paths"] for app in apps.values()]
    assert {
        f"{method.upper()} {path}" for paths in described for path in paths for method in paths[path]
    } == openapi.ROUTES.keys()


def test_the_command_prints_a_description(apps):
    said = subprocess.run(
        [sys.executable, "-m", "workbook.maintenance.openapi", "ordering"], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(said) == openapi.describe(apps["ordering"])


def test_a_route_that_nobody_has_described_is_noticed(apps, monkeypatch):
    resolver = apps["ordering"].app
    monkeypatch.setattr(resolver, "_static_routes", list(resolver._static_routes))
    resolver.get("/order/newest")(lambda: None)
    with pytest.raises(KeyError, match="GET /order/newest"):
        openapi.describe(apps["ordering"])


# Bodies: what the schema has nothing against is let through, and nothing else is.


@pytest.mark.parametrize(("service", "fields", "name"), CHECKS)
@given(value=values)
def test_a_schema_judges_a_field_as_its_check_does(apps, service, fields, name, value):
    check, sent = getattr(apps[service].rules, fields)[name], as_sent(value)
    assert (refusal(check, name, sent) is None) == jsonschema_rs.is_valid(openapi.schema_of(check), sent)


@pytest.mark.parametrize(("service", "fields", "name"), CHECKS)
def test_a_schema_has_the_bounds_of_its_check(apps, service, fields, name):
    check = getattr(apps[service].rules, fields)[name]
    for value in map(as_sent, EDGES):
        assert (refusal(check, name, value) is None) == jsonschema_rs.is_valid(openapi.schema_of(check), value), value


@pytest.mark.parametrize("rule", RULES)
@given(field=st.sampled_from(["", "id", "x", *ADA, *LAMP, *RULES["product"][2], "items"]), value=st.none() | values)
@example("", None)
def test_a_schema_judges_a_body_as_its_rule_does(apps, rule, field, value):
    service, name, valid = RULES[rule]
    sent = as_sent({n: v for n, v in valid.items() if n != field} | ({} if value is None else {field: value}))
    said = refusal(getattr(apps[service].rules, rule), sent)
    assume(not said or "card number" not in said and "together" not in said)  # which no schema can say
    assert (said is None) == jsonschema_rs.is_valid(
        openapi.describe(apps[service])["components"]["schemas"][name], sent
    )


def test_each_body_by_itself_is_let_through(apps):
    for rule, (service, name, valid) in RULES.items():
        assert refusal(getattr(apps[service].rules, rule), as_sent(valid)) is None
        assert jsonschema_rs.is_valid(openapi.describe(apps[service])["components"]["schemas"][name], valid)


def test_a_product_may_be_changed_with_its_id_and_without(apps):
    schema, id = (
        openapi.describe(apps["product"])["components"]["schemas"]["ChangedProduct"],
        "00000000-0000-4000-8000-000000000000",
    )
    for body in (LAMP, LAMP | {"id": id}, LAMP | {"id": 1}, {"id": id}, {"id": id, "x": 1} | LAMP):
        said = refusal(apps["product"].rules.product_with_id, as_sent(body), id)
        assert (said is None) == jsonschema_rs.is_valid(schema, body), body


def test_a_check_of_a_new_kind_is_noticed():
    with pytest.raises(TypeError, match="has no schema yet"):
        openapi.schema_of(lambda name, value: value)


# Parameters


def schema_of(apps, service, name):
    return openapi.describe(apps[service])["components"]["parameters"][name]["schema"]


def test_the_limits_of_a_page_are_those_of_the_handler(apps):
    schema = schema_of(apps, "basket", "limit")
    for limit in range(-2, 110):
        event = SimpleNamespace(multi_value_query_string_parameters={"limit": [str(limit)]})
        assert (refusal(apps["basket"].paging.limit, event) is None) == jsonschema_rs.is_valid(schema, limit)


@given(
    key=st.text(st.characters(codec="ascii"), max_size=300)
    | st.text()
    | st.sampled_from([254, 255, 256]).map("k".__mul__)
)
def test_an_idempotency_key_may_be_what_the_handler_takes(apps, key):
    event = {"headers": {"Idempotency-Key": key}}
    assert (refusal(apps["basket"].idempotency_key, event) is None) == jsonschema_rs.is_valid(
        schema_of(apps, "basket", "Idempotency-Key"), key
    )


@given(moment=st.dates().map(str) | st.datetimes().map(lambda at: at.isoformat() + "Z"))
def test_a_date_may_be_what_the_handler_takes(apps, moment):
    assert refusal(apps["ordering"].dates.span, moment, moment) is None
    assert jsonschema_rs.validator_for(schema_of(apps, "ordering", "from"), validate_formats=True).is_valid(moment)
