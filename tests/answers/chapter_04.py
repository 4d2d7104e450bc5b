"""Answers to the exercises of chapter 04."""

from __future__ import annotations

from answers import Answer, changed

SOURCE, KIND, METHOD = '["shop.basket"]', '["BasketCheckedOut"]', '"paymentMethod": ["invoice"]'
PRICE = '[{"numeric": [">=", 100]}]'
WRONG = [
    changed("04-1", "every source that begins so", "to the letter", (SOURCE, '[{"prefix": "shop.basket"}]')),
    changed("04-1", "every source of the shop", "to the letter", (SOURCE, '[{"prefix": "shop."}]')),
    changed("04-1", "every source that ends so", "to the letter", (SOURCE, '[{"suffix": "basket"}]')),
    changed("04-1", "any source", "to the letter", (f'"source": {SOURCE},', "")),
    changed("04-1", "every detail-type that begins so", "to the letter", (KIND, '[{"prefix": "BasketCheckedOut"}]')),
    changed("04-1", "any detail-type", "to the letter", (f'"detail-type": {KIND},', "")),
    changed("04-1", "not too large", "misses checkouts", ('">=", 100', '">=", 100, "<", 100000')),
    changed("04-1", "all but cards", "must be invoice", ('["invoice"]', '[{"anything-but": "card"}]')),
    changed("04-1", "whatever begins with invoice", "must be invoice", ('["invoice"]', '[{"prefix": "invoice"}]')),
    changed("04-1", "whatever ends with invoice", "must be invoice", ('["invoice"]', '[{"suffix": "invoice"}]')),
    changed("04-1", "cards as well", "must be invoice", ('["invoice"]', '["invoice", "card"]')),
    changed("04-1", "any payment", "must be invoice", (METHOD + ", ", "")),
    changed("04-1", "cards", "paymentMethod does not fit", ('["invoice"]', '["card"]')),
    changed("04-1", "more than 100", "100 is wanted, too", ('">="', '">"')),
    changed("04-1", "less than 100", "totalPrice does not fit", ('">="', '"<"')),
    changed("04-1", "100 and no other", "totalPrice does not fit", (PRICE, "[7]")),
    changed("04-1", "from 99", "must be 100 or more", ('">=", 100', '">=", 99')),
    changed("04-1", "up to 1000", "asks for more", ('">=", 100', '">=", 100, "<", 1000')),
    changed("04-1", "any price", "must be 100 or more", (f', "totalPrice": {PRICE}', "")),
    changed("04-1", "a price as text", "does not take it", ('">=", 100', '">=", "100"')),
    changed("04-1", "an operator of Python", "does not take it", ('">="', '"=>"')),
    changed(
        "04-1", "schemaVersion 1 only", "asks for more",
        ('{"data":', '{"metadata": {"schemaVersion": ["1"]}, "data":'),
    ),
    changed("04-1", "one customer only", "asks for more", (METHOD, f'{METHOD}, "userName": ["ada"]')),
    changed("04-1", "one event only", "asks for more", ('"source"', '"id": ["1"], "source"')),
    changed("04-1", "without data", "which stands in detail", ('{"data": {', "{"), ("}]}},", "}]},")),
    changed("04-1", "values by themselves", "stands in a list",
            (SOURCE, '"shop.basket"'), (KIND, '"BasketCheckedOut"')),
    changed("04-1", "DetailType", "not on the event's outside", ("detail-type", "DetailType")),
    changed("04-1", "a misspelt field", "payment does not fit", ("paymentMethod", "payment")),
    changed("04-1", "a misspelt source", "source does not fit", ("shop.basket", "shop-basket")),
    Answer("04-1", "JSON text", "pattern = json.dumps({'source': ['shop.basket']})", "has the form of an event"),
    changed("04-2", "blames the publisher", "the publisher is right", ('"pattern"', '"bus"')),
    changed("04-2", "blames the rule", "so this one never was", ('such event": "bus"', 'such event": "pattern"')),
    changed("04-2", "a grant for silence", "so this one never was", ('such event": "bus"', 'such event": "grant"')),
    changed("04-2", "a grant, though it may call", "the rule did not want it", ('"pattern"', '"grant"')),
    changed("04-2", "the bus refuses", "the publisher itself was told", ('"grant"', '"bus"')),
    changed("04-2", "the pattern of an error", "the error is its own", ('"consumer"', '"pattern"')),
    changed("04-2", "another word", "one of these four words", ('"consumer"', '"handler"')),
]  # fmt: skip
RIGHT = [
    changed("04-1", "more than 99.99", "", ('">=", 100', '">", 99.99')),
    changed("04-1", "in other letters", "", ('["invoice"]', '[{"equals-ignore-case": "invoice"}]')),
    changed("04-1", "with the account", "", ('"source"', '"account": [{"exists": True}], "source"')),
    Answer("04-1", "piece by piece", """
pattern = dict(source=["shop.basket"])
pattern["detail-type"] = ["BasketCheckedOut"]
large = {"numeric": [">=", 100.0]}
pattern["detail"] = {"data": {"totalPrice": [large], "paymentMethod": ["invoice"]}}
"""),
    changed("04-2", "with capitals", "", ('"bus"', '"Bus"'), ('"grant"', '"Grant"')),
    changed("04-2", "in another order", "", ("mistake = {", "mistake = dict(reversed({"), ("\n}", "\n}.items()))")),
    changed("04-2", "with blanks", "", ('"bus"', '"bus "'), ('"pattern"', '" pattern"')),
]  # fmt: skip
