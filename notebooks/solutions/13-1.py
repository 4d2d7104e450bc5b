def break_even(tasks, vcpu, gigabytes):
    hours, million = 730, 1_000_000
    always_on = (
        cost("Fargate", "vCPU, x86", tasks * vcpu * hours)
        + cost("Fargate", "memory, x86", tasks * gigabytes * hours)
        + cost("load balancer", "application load balancer", hours)
        + cost("load balancer", "capacity units", hours)
        + cost("VPC", "public IPv4 address", (tasks + 2) * hours)
    )
    orders = (
        cost("API Gateway", "REST API calls", 3 * million, free=False)
        + cost("Lambda", "requests", 7 * million, free=False)
        + cost("Lambda", "time, x86", 0.0525 * million, free=False)
    )
    return always_on / orders * million
