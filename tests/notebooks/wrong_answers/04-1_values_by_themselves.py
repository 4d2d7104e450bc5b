# expect: every value in a pattern stands in a list
pattern = {
    "source": "shop.basket",
    "detail-type": "BasketCheckedOut",
    "detail": {"data": {"paymentMethod": "invoice", "totalPrice": [{"numeric": [">=", 100]}]}},
}
