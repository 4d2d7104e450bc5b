def slow_ones(lines, limit):
    answers = lines[lines.message == "Answered"]
    percentiles = answers.groupby("function").milliseconds.quantile(0.95)
    percentiles = percentiles.sort_values(ascending=False)
    return list(percentiles[percentiles > limit].index)
