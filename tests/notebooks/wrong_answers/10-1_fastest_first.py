# expect: the slowest should come first
def slow_ones(lines, limit):
    percentiles = lines[lines.message == "Answered"].groupby("function").milliseconds.quantile(0.95).sort_values()
    return list(percentiles[percentiles > limit].index)
