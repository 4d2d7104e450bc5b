# expect: name the detail-type
pattern = {
    "source": ["shop.basket"],
    "detail": {"data": {"paymentMethod": ["invoice"], "totalPrice": [{"numeric": [">=", 100]}]}},
}
