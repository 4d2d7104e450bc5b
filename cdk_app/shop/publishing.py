from aws_cdk import aws_iam as iam


def may_publish(function, bus, source):
    """Let a function publish on this bus, in this name and in nobody else's."""
    in_this_name = {"ForAllValues:StringEquals": {"events:source": source}}
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["events:PutEvents"], resources=[bus.event_bus_arn], conditions=in_this_name
        )
    )
