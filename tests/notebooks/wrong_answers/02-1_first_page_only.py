# expect: the function stops too early
def all_products(api, limit):
    return api.get("product", limit=limit).body["items"]
