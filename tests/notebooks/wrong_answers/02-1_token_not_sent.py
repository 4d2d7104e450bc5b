# expect: the token of the page before was not sent
def all_products(api, limit):
    products, more = [], True
    while more:
        page = api.get("product", limit=limit).body
        products += page["items"]
        more = page["next"]
    return products
