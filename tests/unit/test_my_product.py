def test_a_product_comes_back_as_it_went_in(call):
    made = call("POST", "/product", {"name": "Chair", "price": 50})
    assert made.status == 201
    assert call("GET", f"/product/{made.body['id']}").body == made.body


def test_what_is_not_there_is_not_found(call):
    assert call("GET", "/product/2").status == 404
