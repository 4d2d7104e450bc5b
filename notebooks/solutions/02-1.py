def all_products(api, limit):
    page = api.get("product", limit=limit).body
    products = page["items"]
    while page["next"] is not None:
        page = api.get("product", limit=limit, next=page["next"]).body
        products += page["items"]
    return products
