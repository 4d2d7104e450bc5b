# expect: which stands in detail
pattern = {
    "source": ["shop.basket"],
    "detail-type": ["BasketCheckedOut"],
    "detail": {"paymentMethod": ["invoice"], "totalPrice": [{"numeric": [">=", 100]}]},
}
