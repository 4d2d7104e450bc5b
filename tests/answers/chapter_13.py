"""Answers to the exercise of chapter 13."""

from __future__ import annotations

from answers import Answer, changed

BALANCER = '        + cost("load balancer", "application load balancer", hours)\n'
UNITS = '        + cost("load balancer", "capacity units", hours)\n'
ADDRESSES = '        + cost("VPC", "public IPv4 address", (tasks + 2) * hours)\n'
API = '        cost("API Gateway", "REST API calls", 3 * million, free=False)\n        + '
MEMORY = '        + cost("Fargate", "memory, x86", tasks * gigabytes * hours)\n'
WRONG = [
    changed("13-1", "in millions", "in millions: return orders",
            ("always_on / orders * million", "always_on / orders")),
    changed("13-1", "the other way round", "other way round",
            ("always_on / orders * million", "orders / million / always_on")),
    changed("13-1", "what the tasks cost", "divide it by what an order costs", (" / orders * million", "")),
    changed("13-1", "no balancer", "without a load balancer", (BALANCER, ""), (UNITS, ""), (ADDRESSES, "")),
    changed("13-1", "one hour", "a month has 730", ("hours, million = 730", "hours, million = 1")),
    changed("13-1", "a day", "in 730 hours", ("hours, million = 730", "hours, million = 24")),
    changed("13-1", "Lambda only", "that is Lambda only", (API, "        ")),
    changed("13-1", "no addresses, no units", "divide what tasks", (ADDRESSES, ""), (UNITS, "")),
    changed("13-1", "text", "return orders a month",
            ("return ", "return str("), ("orders * million", "orders * million)")),
]  # fmt: skip
RIGHT = [
    Answer("13-1", "one order by hand", """
def break_even(tasks, vcpu, gigabytes):
    task = 0.04048 * vcpu + 0.004445 * gigabytes
    month = 730 * (tasks * task + 0.0225 + 0.008 + 0.005 * (tasks + 2))
    return month / (3 * 3.5e-6 + 7 * 0.2e-6 + 0.0525 * 0.0000166667)
"""),
    Answer("13-1", "without the capacity unit", """
def break_even(tasks, vcpu, gigabytes):
    def always(service, item, units):
        return cost(service, item, units * 730, free=False)

    month = always("Fargate", "vCPU, x86", tasks * vcpu) + always("Fargate", "memory, x86", tasks * gigabytes)
    month += always("load balancer", "application load balancer", 1)
    month += always("VPC", "public IPv4 address", tasks + 2)
    order = cost("API Gateway", "REST API calls", 3) + cost("Lambda", "requests", 7, free=False)
    return round(month / (order + cost("Lambda", "time, x86", 0.0525, free=False)))
"""),
    Answer("13-1", "step by step", """
def break_even(tasks, vcpu, gigabytes):
    always_on = 730 * (tasks * (vcpu * 0.04048 + gigabytes * 0.004445) + 0.0305 + 0.005 * (tasks + 2))
    orders = 0
    while cost("API Gateway", "REST API calls", 3 * orders) + orders * 2.275e-6 < always_on:
        orders += 10_000
    return orders
"""),
    Answer("13-1", "a month of 720 hours", """
def break_even(tasks, vcpu, gigabytes):
    hours = 30 * 24
    fixed = sum([
        cost("Fargate", "vCPU, x86", tasks * vcpu * hours),
        cost("Fargate", "memory, x86", tasks * gigabytes * hours),
        cost("load balancer", "application load balancer", hours),
        cost("load balancer", "capacity units", hours), cost("VPC", "public IPv4 address", 4 * hours),
    ])
    return fixed / (12.775 / 1e6)
"""),
]  # fmt: skip
