from aws_cdk import Acknowledgment, Validations
from cdk_nag import AwsSolutionsChecks

WRITES_LOGS = (
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"
)
UPLOADS = "IAM5[Resource::arn:aws:s3:::product-uploads-<AWS::AccountId>-<AWS::Region>"

FOLDER = "One folder of one bucket: what lies in it has names that nobody knows before."
DESTINATION = "Failed events end here: it is a destination itself, which the rule does not know."
WITHOUT_LOGS = (
    "Access logs need a bucket of their own. A shop whose uploads are worth it turns them on."
)
PLAIN = (
    "All callers are AWS's services and SDKs, which use TLS. "
    "The local cloud has none: nobody could get in."
)
OPEN = (
    "Customers have no accounts: the contract leaves these APIs open. "
    "Backoffice is for staff only."
)
ONE_ROUTE = (
    "One route takes all paths, so no model fits. The function checks each field, and names it."
)

ACKNOWLEDGED = {  # where, in the app: which rule may be broken there, and why
    "": {
        WRITES_LOGS: (
            "All that AWS's own policy allows is to write logs, "
            "into groups whose names Lambda makes."
        ),
        "L1": "Python 3.13 has support until 2029, and the handlers are tested on it.",
        "DDB3": (
            "The data are made up, and go with the stack. "
            "A shop with real orders turns recovery on."
        ),
        "APIG1": (
            "An access log needs a role of the whole account. "
            "Each function logs the requests it gets."
        ),
        "APIG3": (
            "A web ACL costs 5 USD a month before its first request. "
            "Throttling limits a flood."
        ),
        "APIG6": "As with APIG1, the role would be the whole account's.",
        "COG4": (
            "There are no user pools: "
            "staff sign with IAM's credentials, customers have no accounts."
        ),
        "SNS3": PLAIN,
        "SQS4": PLAIN,
    },
    "Pricing/Failures": {"SQS3": DESTINATION},
    "Product/Imports": {f"{UPLOADS}/products/*]": FOLDER, f"{UPLOADS}/rejects/*]": FOLDER},
    "Product/Imports/Uploads": {"S1": WITHOUT_LOGS, "S10": PLAIN},
    "Product/Imports/Failures": {"SQS3": DESTINATION},
    "Product/PriceChanges/Failures": {"SQS3": DESTINATION},
    "Basket/Failures": {"SQS3": DESTINATION},
    "Ordering/Undelivered": {
        "SQS3": "It is the dead-letter queue of a rule's target, which cdk-nag does not know.",
    },
    "Report": {"IAM5[Resource::<Bucket83908E77.Arn>/orders/*]": FOLDER},
    "Report/Bucket": {"S1": WITHOUT_LOGS, "S10": PLAIN},
    "Operations/Notifications": {
        "SQS3": "People read it, not a function: nothing fails there again and again.",
    },
    "Product/Default/Api": {"APIG2": ONE_ROUTE, "APIG4": OPEN},
    "Basket/Default/Api": {"APIG2": ONE_ROUTE, "APIG4": OPEN},
    "Ordering/Default/Api": {"APIG2": ONE_ROUTE, "APIG4": OPEN},
}


def watch(app, acknowledged=ACKNOWLEDGED):
    """Let cdk-nag look at all stacks.

    What it finds, and nobody has given a reason for, fails the synthesis.
    """
    for path, rules in acknowledged.items():
        place = app
        for name in filter(None, path.split("/")):
            place = place.node.find_child(name)
        for rule, reason in rules.items():
            acknowledgment = Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason)
            Validations.of(place).acknowledge(acknowledgment)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
