from aws_cdk import Duration, aws_cloudwatch as cloudwatch

APIS = ("Product", "Basket", "Ordering")


def widgets(stack):
    """The rows of the shop's dashboard: names that are agreed on, so no stack need be asked."""
    return [
        [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms_of_all(stack), width=24)],
        [
            plot("Orders", business("OrdersStored")),
            plot("Revenue", business("Revenue")),
            plot("Not stored", business("NotStored")),
        ],
        [
            plot("Requests", *(api(name, "Count", "Sum") for name in APIS)),
            plot("Error rate", *(api(name, "5XXError", "Average") for name in APIS)),
            plot("Latency, 95th percentile", *(api(name, "Latency", "p95") for name in APIS)),
        ],
        [
            plot("Backlog", queues("ApproximateNumberOfMessagesVisible")),
            plot("Oldest message, seconds", queues("ApproximateAgeOfOldestMessage")),
        ],
    ]


def alarms_of_all(stack):
    """The alarms of all stacks that the app has so far."""
    found = stack.node.root.node.find_all()
    names = [it.alarm_name for it in found if isinstance(it, cloudwatch.CfnAlarm)]
    return [cloudwatch.Alarm.from_alarm_name(stack, name, name) for name in names]


def plot(title, *metrics):
    return cloudwatch.GraphWidget(
        title=title, left=list(metrics), width=8, period=Duration.minutes(1)
    )


def business(name):
    """What Ordering's worker writes into its log."""
    return cloudwatch.Metric(
        namespace="Shop", metric_name=name, dimensions_map={"service": "ordering"},
        statistic="Sum", period=Duration.minutes(5),
    )


def api(name, metric, statistic):
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway", metric_name=metric, statistic=statistic,
        dimensions_map={"ApiName": name}, label=name,
    )


def queues(metric):
    """A line for each of the shop's queues, found by their names."""
    names = "(Product OR Ordering OR EventLog OR Report)"
    what = f'{{AWS/SQS,QueueName}} MetricName="{metric}" QueueName={names}'
    found = f"SEARCH('{what}', 'Maximum', 60)"
    return cloudwatch.MathExpression(expression=found, label="")
