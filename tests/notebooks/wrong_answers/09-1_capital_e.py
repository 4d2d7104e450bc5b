# expect: KeyError
from aws_lambda_powertools.utilities.data_classes import SNSEvent, SQSEvent


def recognise(event):
    if event["Records"][0]["eventSource"] == "aws:sqs":
        return "sqs", next(SQSEvent(event).records).body
    return "sns", SNSEvent(event).sns_message
