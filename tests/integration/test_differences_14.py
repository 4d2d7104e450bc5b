"""Where the local cloud is not like AWS, as far as chapter 14 touches it: each row as AWS documents it."""

from __future__ import annotations

import uuid

from botocore.exceptions import BotoCoreError, ClientError
from differences import differs
from learner import Learner


@differs("there is no CodeDeploy")
def test_codedeploy_shifts_an_alias(shop: Learner) -> None:
    """CodeDeploy shifts the calls of an alias from one version to another by degrees.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-lambda.html
    """
    application = f"rollout-{uuid.uuid4()}"
    try:
        made = shop.client("codedeploy").create_application(applicationName=application, computePlatform="Lambda")
    except (BotoCoreError, ClientError) as error:
        raise AssertionError(error) from None
    assert made["applicationId"]
