# expect: look at the reason first
def worth_redriving(letters, mended, stored):
    chosen, done = [], set(stored)
    for letter in letters.itertuples():
        checkout_id = json.loads(letter.body)["detail"]["data"]["checkoutId"]
        if letter.reason in mended and checkout_id not in done:
            chosen.append(letter.messageId)
            done.add(checkout_id)
    return chosen
