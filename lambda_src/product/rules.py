"""What a product may be."""

from shop_http.validation import BadRequestError, checked, money, text

# With these lengths no product comes near the limits of DynamoDB: 400 KB for an item, 2 KB for the
# partition key of an index (category, therefore never empty), 1 KB for its sort key (name).
FIELDS = {
    "name": text(1, 200),
    "price": money,
    "category": text(1, 100),
    "description": text(0, 2000),
    "imageFile": text(0, 500),
}


def product(body):
    return checked(body, FIELDS, required={"name", "price"})


def product_with_id(body, product_id):
    if body.pop("id", product_id) != product_id:
        raise BadRequestError("id must be the id in the address, or be left out.")
    return product(body)


def category(wanted):
    return wanted if wanted is None else FIELDS["category"]("category", wanted)
