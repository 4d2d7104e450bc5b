# expect: only a queue that is polled holds them
choice = {
    "the product page needs the price of one product": "synchronous",
    "a resized picture is wanted, some time soon; the uploader goes on": "asynchronous",
    "10,000 orders arrive in a minute, and the warehouse system takes 50 a second": "asynchronous",
}
