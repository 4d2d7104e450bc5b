# expect: 100 is wanted, too
pattern = {
    "source": ["shop.basket"],
    "detail-type": ["BasketCheckedOut"],
    "detail": {"data": {"paymentMethod": ["invoice"], "totalPrice": [{"numeric": [">", 100]}]}},
}
