"""Answers to the exercise of chapter 07."""

from __future__ import annotations

from answers import Answer, changed

TRY = """\
        try:
            checkout_id = json.loads(letter.body)["detail"]["data"]["checkoutId"]
        except (ValueError, KeyError, TypeError):
            continue  # not a checkout
"""
READ = 'checkout_id = json.loads(letter.body)["detail"]["data"]["checkoutId"]'
ALSO, KNOWN = "except (ValueError, KeyError, TypeError):", "        if checkout_id not in done:\n"
WRONG = [
    Answer("07-1", "all of them", """
def worth_redriving(letters, mended, stored):
    return list(letters.messageId)
""", "whose reason was not mended"),
    Answer("07-1", "by the reason only", """
def worth_redriving(letters, mended, stored):
    return list(letters.messageId[letters.reason.isin(mended)])
""", "an order is there already"),
    changed("07-1", "no try", "be ready for anything", (TRY, f"        {READ}\n")),
    changed("07-1", "no JSON is all there may be", "be ready for anything", (ALSO, "except ValueError:")),
    changed("07-1", "without KeyError", "be ready for anything", (ALSO, "except (ValueError, TypeError):")),
    changed("07-1", "without TypeError", "be ready for anything", (ALSO, "except (ValueError, KeyError):")),
    changed("07-1", "reads every body", "Look at the reason first",
            (TRY, f"        {READ}\n"), ("        if letter.reason not in mended:\n            continue\n", ""),
            (KNOWN, "        if letter.reason in mended and checkout_id not in done:\n")),
    changed("07-1", "every reason", "whose reason was not mended",
            ("        if letter.reason not in mended:\n            continue\n", "")),
    changed("07-1", "the reasons that were not mended", "whose reason was not mended", ("reason not in", "reason in")),
    changed("07-1", "one reason only", "some are missing", ("letter.reason not in mended", """\
letter.reason != "KeyError: 'color'\"""")),
    changed("07-1", "what is there already", "an order is there already", ("[], set(stored)", "[], set()")),
    changed("07-1", "told again", "told in two letters", ("            done.add(checkout_id)\n", "")),
    changed("07-1", "its only order", "told in two letters", (KNOWN, "        if checkout_id not in stored:\n")),
    changed("07-1", "stored is changed", "whoever else looks", ("set(stored)", "stored")),
    changed("07-1", "no checkout is one, too", "no checkouts at all",
            ("continue  # not a checkout", "checkout_id = letter.messageId")),
    changed("07-1", "ends at the first that is none", "some are missing", ("continue  # not", "break  # not")),
    changed("07-1", "ends at the first other reason", "some are missing",
            ("            continue\n", "            break\n")),
    changed("07-1", "checkouts instead of letters", "by its messageId", ("letter.messageId", "checkout_id")),
    changed("07-1", "places instead of ids", "by its messageId", ("letter.messageId", "letter.Index")),
    changed("07-1", "sorted", "in the order of the frame", ("return chosen", "return sorted(chosen)")),
    changed("07-1", "backwards", "in the order of the frame", ("return chosen", "return chosen[::-1]")),
    changed("07-1", "a set", "return a list", ("return chosen", "return set(chosen)")),
    changed("07-1", "how many", "return a list", ("return chosen", "return len(chosen)")),
    changed("07-1", "the first one only", "some are missing",
            ("            done.add(checkout_id)\n", "            break\n")),
    changed("07-1", "the last letter of each", "the first of them", ("    return chosen", """\
    last = {}
    for letter in letters[letters.messageId.isin(chosen)].itertuples():
        last[letter.messageId] = letter
    bodies = letters.set_index("messageId").body
    again = letters.drop_duplicates("body", keep="last")
    return [m for m in again[again.reason.isin(mended)].messageId if bodies[m] in set(bodies[chosen])]""")),
]  # fmt: skip
RIGHT = [
    Answer("07-1", "a helper, and whatever may go wrong", """
def checkout_of(body):
    try:
        return json.loads(body)["detail"]["data"]["checkoutId"]
    except Exception:
        return None


def worth_redriving(letters, mended, stored):
    found = {}
    for message_id, body, reason in zip(letters.messageId, letters.body, letters.reason):
        checkout = checkout_of(body) if reason in mended else None
        if checkout is not None and checkout not in stored:
            found.setdefault(checkout, message_id)
    return list(found.values())
"""),
    Answer("07-1", "pandas", """
def checkout_of(body):
    try:
        return json.loads(body)["detail"]["data"]["checkoutId"]
    except (ValueError, LookupError, TypeError):
        return None


def worth_redriving(letters, mended, stored):
    good = letters[letters.reason.isin(mended)]
    good = good.assign(checkout=good.body.map(checkout_of)).dropna(subset="checkout")
    return good[~good.checkout.isin(stored)].drop_duplicates("checkout").messageId.to_list()
"""),
    Answer("07-1", "step by step, with isinstance", """
def worth_redriving(letters, mended, stored):
    chosen, known = [], [*stored]
    for _, letter in letters.iterrows():
        checkout = None
        if letter["reason"] in mended:
            try:
                told = json.loads(letter["body"])
            except json.JSONDecodeError:
                continue
            for name in ("detail", "data"):
                told = told.get(name) if isinstance(told, dict) else None
            checkout = told.get("checkoutId") if isinstance(told, dict) else None
        if checkout and checkout not in known:
            known.append(checkout)
            chosen = chosen + [letter["messageId"]]
    return chosen
"""),
]  # fmt: skip
