# expect: the same checkout
def worth_redriving(letters, mended, stored):
    chosen = []
    for letter in letters[letters.reason.isin(mended)].itertuples():
        if json.loads(letter.body)["detail"]["data"]["checkoutId"] not in stored:
            chosen.append(letter.messageId)
    return chosen
