# expect: the average or the slowest one says that it is slow
def slow_ones(lines, limit):
    answers = lines[lines.message == "Answered"]
    means = answers.groupby("function").milliseconds.mean().sort_values(ascending=False)
    return list(means[means > limit / 2].index)
