# expect: the median and the average hide it
def slow_ones(lines, limit):
    answers = lines[lines.message == "Answered"]
    medians = answers.groupby("function").milliseconds.median().sort_values(ascending=False)
    return list(medians[medians > limit].index)
