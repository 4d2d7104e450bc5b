# expect: an order is there already
def worth_redriving(letters, mended, stored):
    return list(letters.messageId[letters.reason.isin(mended)])
