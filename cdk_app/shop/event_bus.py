from aws_cdk import CfnOutput, Stack, aws_events as events

NAME = "ShopEventBus"  # all that publishers and consumers know of each other


class EventBus(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        bus = events.EventBus(self, "Bus", event_bus_name=NAME)
        CfnOutput(self, "EventBusName", value=bus.event_bus_name)


def shop_bus(scope):
    return events.EventBus.from_event_bus_name(scope, "Bus", NAME)
