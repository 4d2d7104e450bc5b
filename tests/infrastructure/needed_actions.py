"""Which actions of IAM a learner needs: for what the workbook and its chapters call, and for what a deployment does.

A deployment uses the learner's own rights: CDK's toolkit looks, uploads and tells CloudFormation, and CloudFormation
makes each resource with the rights of whoever told it.
"""

from __future__ import annotations

from collections.abc import Iterable

import botocore.session

PREFIXES = {"dynamodbstreams": "dynamodb", "resourcegroupstaggingapi": "tag", "service-quotas": "servicequotas"}
# Where the action has another name than the operation, or there are several, or none.
ACTIONS = {
    ("budgets", "CreateBudget"): ("budgets:ModifyBudget",),
    ("budgets", "DeleteBudget"): ("budgets:ModifyBudget",),
    ("budgets", "DescribeBudget"): ("budgets:ViewBudget",),
    ("budgets", "DescribeNotificationsForBudget"): ("budgets:ViewBudget",),
    ("budgets", "DescribeSubscribersForNotification"): ("budgets:ViewBudget",),
    ("dynamodb", "TransactWriteItems"): ("dynamodb:PutItem",),
    ("lambda", "Invoke"): ("lambda:InvokeFunction",),
    ("s3", "DeleteObject"): ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3", "GetBucketNotificationConfiguration"): ("s3:GetBucketNotification",),
    ("s3", "ListBuckets"): ("s3:ListAllMyBuckets",),
    ("s3", "ListObjectVersions"): ("s3:ListBucketVersions",),
    ("s3", "ListObjectsV2"): ("s3:ListBucket",),
    ("sqs", "SendMessageBatch"): ("sqs:SendMessage",),
    ("sts", "GetCallerIdentity"): (),
}
# What a call asks beside its own action: whoever gives tags may tag, whoever gives a role may pass it on.
BESIDE = {
    "cloudformation:CreateStack": ("cloudformation:TagResource",),
    "dynamodb:CreateTable": ("dynamodb:TagResource",),
    "events:CreateEventBus": ("events:TagResource",),
    "events:PutRule": ("events:TagResource",),
    "iam:CreateRole": ("iam:PutRolePermissionsBoundary", "iam:TagRole"),
    "lambda:CreateFunction": ("iam:PassRole", "lambda:TagResource"),
    "scheduler:CreateSchedule": ("iam:PassRole",),
    "sqs:CreateQueue": ("sqs:TagQueue",),
    "cloudwatch:PutMetricAlarm": ("cloudwatch:TagResource",),
}
# Several services have an operation of that name, and only these are called.
MEANT = {
    "GetPolicy": ("iam",), "GetResources": ("resourcegroupstaggingapi",),
    "ListExports": ("cloudformation",), "ListImports": ("cloudformation",),
    "ListTagsForResource": ("cloudwatch", "events", "logs", "scheduler", "sns"),
}  # fmt: skip
# CDK's toolkit, in its method "direct"; beside it, what a template's parameter for the bootstrap's version needs.
TOOLKIT = """
cloudformation:CreateStack cloudformation:DescribeStackEvents cloudformation:DescribeStacks cloudformation:GetTemplate
cloudformation:ListStackResources cloudformation:UpdateStack
s3:GetBucketLocation s3:GetEncryptionConfiguration s3:GetObject s3:ListBucket s3:PutObject
ssm:GetParameter ssm:GetParameters
"""
API = "apigateway:DELETE apigateway:GET apigateway:PATCH apigateway:POST apigateway:PUT"
# What CloudFormation needs for each type: the permissions that the type's schema names under "handlers", but for those
# of properties that the shop has not: keys, replicas, file systems, web sites, and so on.
HANDLERS = {
    "AWS::ApiGateway::ApiKey": API,
    "AWS::ApiGateway::Deployment": API,
    "AWS::ApiGateway::GatewayResponse": API,
    "AWS::ApiGateway::Method": API,
    "AWS::ApiGateway::Model": API,
    "AWS::ApiGateway::RequestValidator": API,
    "AWS::ApiGateway::Resource": API,
    "AWS::ApiGateway::RestApi": API,
    "AWS::ApiGateway::Stage": API,
    "AWS::ApiGateway::UsagePlan": API,
    "AWS::ApiGateway::UsagePlanKey": API,
    "AWS::CloudWatch::Alarm": """
        cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource cloudwatch:PutMetricAlarm
        cloudwatch:TagResource cloudwatch:UntagResource
    """,
    "AWS::CloudWatch::Dashboard": "cloudwatch:DeleteDashboards cloudwatch:GetDashboard cloudwatch:PutDashboard",
    "AWS::DynamoDB::Table": """
        dynamodb:CreateTable dynamodb:DeleteTable dynamodb:DescribeContinuousBackups
        dynamodb:DescribeContributorInsights dynamodb:DescribeKinesisStreamingDestination dynamodb:DescribeTable
        dynamodb:DescribeTimeToLive dynamodb:GetResourcePolicy dynamodb:ListTagsOfResource dynamodb:TagResource
        dynamodb:UntagResource dynamodb:UpdateTable dynamodb:UpdateTimeToLive
    """,
    "AWS::Events::EventBus": """
        events:CreateEventBus events:DeleteEventBus events:DescribeEventBus events:ListTagsForResource
        events:TagResource events:UntagResource
    """,
    "AWS::Events::Rule": """
        events:DeleteRule events:DescribeRule events:ListTargetsByRule events:PutRule events:PutTargets
        events:RemoveTargets
    """,
    "AWS::IAM::Policy": "iam:DeleteRolePolicy iam:GetRolePolicy iam:PutRolePolicy",
    "AWS::IAM::Role": """
        iam:AttachRolePolicy iam:CreateRole iam:DeleteRole iam:DeleteRolePolicy iam:DetachRolePolicy iam:GetRole
        iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies iam:PutRolePermissionsBoundary
        iam:PutRolePolicy iam:TagRole iam:UntagRole
    """,
    "AWS::Lambda::EventInvokeConfig": """
        lambda:DeleteFunctionEventInvokeConfig lambda:GetFunctionEventInvokeConfig lambda:PutFunctionEventInvokeConfig
        lambda:UpdateFunctionEventInvokeConfig
    """,
    "AWS::Lambda::EventSourceMapping": """
        lambda:CreateEventSourceMapping lambda:DeleteEventSourceMapping lambda:GetEventSourceMapping lambda:ListTags
        lambda:TagResource lambda:UntagResource lambda:UpdateEventSourceMapping
    """,
    "AWS::Lambda::Function": """
        iam:PassRole lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency lambda:GetFunction
        lambda:GetFunctionCodeSigningConfig lambda:GetFunctionConfiguration lambda:GetFunctionRecursionConfig
        lambda:GetRuntimeManagementConfig lambda:ListTags lambda:PutFunctionConcurrency lambda:TagResource
        lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration s3:GetObject
    """,
    "AWS::Lambda::LayerVersion": """
        lambda:DeleteLayerVersion lambda:GetLayerVersion lambda:PublishLayerVersion s3:GetObject
    """,
    "AWS::Lambda::Permission": "lambda:AddPermission lambda:GetPolicy lambda:RemovePermission",
    "AWS::S3::Bucket": """
        s3:CreateBucket s3:DeleteBucket s3:GetBucketNotification s3:GetBucketPublicAccessBlock s3:GetBucketTagging
        s3:GetEncryptionConfiguration s3:ListBucket s3:PutBucketNotification s3:PutBucketPublicAccessBlock
        s3:PutBucketTagging s3:PutEncryptionConfiguration
    """,
    "AWS::SNS::Subscription": """
        sns:GetSubscriptionAttributes sns:SetSubscriptionAttributes sns:Subscribe sns:Unsubscribe
    """,
    "AWS::SNS::Topic": """
        sns:CreateTopic sns:DeleteTopic sns:GetDataProtectionPolicy sns:GetTopicAttributes
        sns:ListSubscriptionsByTopic sns:ListTagsForResource sns:SetTopicAttributes sns:TagResource sns:UntagResource
    """,
    "AWS::SNS::TopicPolicy": "sns:SetTopicAttributes",
    "AWS::SQS::Queue": """
        sqs:CreateQueue sqs:DeleteQueue sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListQueueTags sqs:SetQueueAttributes
        sqs:TagQueue sqs:UntagQueue
    """,
    "AWS::SQS::QueuePolicy": "sqs:GetQueueAttributes sqs:SetQueueAttributes",
    "AWS::Scheduler::ScheduleGroup": """
        scheduler:CreateScheduleGroup scheduler:DeleteScheduleGroup scheduler:GetScheduleGroup
        scheduler:ListTagsForResource scheduler:TagResource scheduler:UntagResource
    """,
}


def of_calls(called: Iterable[tuple[str, str]]) -> set[str]:
    """The actions that calls need.

    Args:
        called: service and operation of each.
    """
    found: set[str] = set()
    for service, operation in called:
        if service in MEANT.get(operation, (service,)):
            found |= {*ACTIONS.get((service, operation), (_action(service, operation),))}
    return found | {beside for action in found for beside in BESIDE.get(action, ())}


def _action(service: str, operation: str) -> str:
    if service == "apigateway":  # whose actions are methods of HTTP
        model = botocore.session.Session().get_service_model(service)
        return f"apigateway:{model.operation_model(operation).http['method']}"
    return f"{PREFIXES.get(service, service)}:{operation}"


def of_deployments(types: Iterable[str]) -> set[str]:
    """The actions that deploying resources of these types needs.

    Raises:
        KeyError: what a type needs is not known yet.
    """
    found = {action for type_ in types for action in HANDLERS[type_].split()} | {*TOOLKIT.split()}
    return found | {beside for action in found for beside in BESIDE.get(action, ())}
