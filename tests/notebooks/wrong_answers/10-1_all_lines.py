# expect: lines that are no answers were counted
def slow_ones(lines, limit):
    percentiles = lines.groupby("function").milliseconds.quantile(0.95).sort_values(ascending=False)
    return list(percentiles[percentiles > limit].index)
