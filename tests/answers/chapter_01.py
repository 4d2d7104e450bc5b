"""Answers to the second exercise of chapter 01; what is said to those to the first is tested with the check itself."""

from __future__ import annotations

from answers import changed

PAGE, PICTURE, ORDERS = 'product": "synchronous"', 'goes on": "asynchronous"', '50 a second": "polled"'
WRONG = [
    changed("01-2", "the page is not waited for", "an empty page", (PAGE, 'product": "asynchronous"')),
    changed("01-2", "the page is polled", "an empty page", (PAGE, 'product": "polled"')),
    changed("01-2", "the uploader waits", "nobody waits", (PICTURE, 'goes on": "synchronous"')),
    changed("01-2", "pictures in a queue of one's own", "nobody waits", (PICTURE, 'goes on": "polled"')),
    changed("01-2", "nobody holds the orders", "only a queue that is polled", (ORDERS, '50 a second": "asynchronous"')),
    changed("01-2", "orders one by one", "only a queue that is polled", (ORDERS, '50 a second": "synchronous"')),
    changed("01-2", "one has no answer", "no answer yet", ('"polled"', "None")),
    changed("01-2", "another word", "one of these three words", ('"polled"', '"queue"')),
    changed("01-2", "one is gone", "nothing else",
            ('    "the product page needs the price of one product": "synchronous",\n', "")),
]
RIGHT = [
    changed("01-2", "with capitals", "", ('"synchronous"', '"Synchronous"'), ('"polled"', '"POLLED"')),
    changed("01-2", "with blanks", "", ('"synchronous"', '" synchronous "')),
    changed("01-2", "in another order", "", ("choice = {", "choice = dict(reversed({"), ("\n}", "\n}.items()))")),
]
