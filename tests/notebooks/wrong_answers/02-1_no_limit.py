# expect: limit was not passed on
def all_products(api, limit):
    return api.get("product").body["items"]
