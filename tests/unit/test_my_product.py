def test_a_product_comes_back_as_it_went_in(product):
    made = product("POST", "/product", {"name": "Chair", "price": 50})
    assert made.status == 201
    assert product("GET", f"/product/{made.body['id']}").body == made.body


def test_what_is_not_there_is_not_found(product):
    assert product("GET", "/product/2").status == 404
