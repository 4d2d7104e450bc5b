"""A request finds its route as API Gateway hands it over, and as the local cloud does: HEAD, base paths, percents."""

from __future__ import annotations

import json

import pytest
from samples import CHAIR
from services import context, proxy_event, stored

ADAS = {"userName": "ada@home", "items": [CHAIR]}

pytestmark = pytest.mark.usefixtures("basket_table")


@pytest.mark.parametrize("path", ["/basket", "/basket/ada@home", "/basket/nobody", "/basket/a b", "/nowhere"])
def test_head_answers_as_get_does_without_a_body(basket_service, basket, path):
    basket("POST", "/basket", ADAS)
    got, head = (basket_service.handler(proxy_event(method, path), context()) for method in ("GET", "HEAD"))
    for answer in (got, head):
        answer["multiValueHeaders"].pop("x-correlation-id")
    assert got["body"] and head == got | {"body": ""}


def test_head_where_get_does_not_work_does_nothing(basket, basket_service, basket_table):
    basket("POST", "/basket", ADAS)
    answer = basket_service.handler(proxy_event("HEAD", "/basket/checkout"), context())
    assert (answer["statusCode"], answer["body"]) == (404, "") and len(stored(basket_table)) == 1


@pytest.mark.parametrize("base", ["", "/shop", "/shop/v1", "/basket"])
@pytest.mark.parametrize("name", ["ada@home", "ada%40home"])
def test_a_custom_domains_base_path_is_no_part_of_the_route(basket_service, basket, base, name):
    """In the event it stands in `path`, and not in what `{proxy+}` stands for."""
    basket("POST", "/basket", ADAS)
    event = proxy_event("GET", f"/basket/{name}") | {"path": f"{base}/basket/{name}"}
    answer = basket_service.handler(event, context())
    assert answer["statusCode"] == 200 and json.loads(answer["body"])["userName"] == "ada@home"
    event = proxy_event("POST", "/basket", ADAS) | {"path": f"{base}/basket"}
    assert basket_service.handler(event, context())["multiValueHeaders"]["Location"] == ["./basket/ada%40home"]


def test_a_path_is_decoded_once(basket):
    """API Gateway leaves a path as it was sent: https://github.com/hotsock/voker/pull/8 shows what it hands over."""
    basket("POST", "/basket", ADAS)
    assert basket("GET", "/basket/ada%40home").status == 200
    assert basket("GET", "/basket/ada%2540home").status == 400  # a % stands in no name


@pytest.mark.parametrize("parameters", [None, {}, {"userName": "ada@home"}])
def test_a_route_without_proxy_takes_the_path_as_it_is(basket_service, basket, parameters):
    """As of an API that names each of its routes, where no base path can be told from the rest."""
    basket("POST", "/basket", ADAS)
    event = proxy_event("GET", "/basket/ada@home") | {"pathParameters": parameters}
    assert json.loads(basket_service.handler(event, context())["body"])["userName"] == "ada@home"
