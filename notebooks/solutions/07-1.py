def worth_redriving(letters, mended, stored):
    chosen, done = [], set(stored)
    for letter in letters.itertuples():
        if letter.reason not in mended:
            continue
        try:
            checkout_id = json.loads(letter.body)["detail"]["data"]["checkoutId"]
        except (ValueError, KeyError, TypeError):
            continue  # not a checkout
        if checkout_id not in done:
            chosen.append(letter.messageId)
            done.add(checkout_id)
    return chosen
