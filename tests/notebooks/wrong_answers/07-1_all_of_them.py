# expect: whose reason was not mended
def worth_redriving(letters, mended, stored):
    return list(letters.messageId)
