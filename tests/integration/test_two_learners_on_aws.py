"""Two learners in one AWS account, a region each: same names, and neither sees, changes or removes what is the other's.

Another cloud plays AWS.
"""

from __future__ import annotations

import pytest
from learner import a_learner, client_at
from second_cloud import ACCOUNT, REGION, second_cloud
from test_whose_on_aws import EVENT_BUS, SAY_YES

pytestmark = pytest.mark.nightly

OTHER = "eu-central-1"
NAMES = """
import boto3
from workbook import clean_up, deploy, invoke, leftovers, outputs
from workbook.cloud.consent import confirm_without_asking
"""
STACKS = "sorted(it['StackName'] for it in boto3.client('cloudformation').describe_stacks()['Stacks'])"


@pytest.fixture(scope="module")
def both(learner):
    """The Python of each of them, signed in to the same account."""
    with second_cloud(learner) as aws, a_learner() as neighbour:
        found = []
        for one, region in ((learner, REGION), (neighbour, OTHER)):
            one.write("cdk_app/app.py", EVENT_BUS)
            bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{region}"
            place = {"LocationConstraint": region}
            s3 = client_at(aws.url, "s3", account=ACCOUNT, region=region)
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
            run = one.kernel(**aws.signed_in | {"AWS_REGION": region})
            run(NAMES)
            run(f"confirm_without_asking('{ACCOUNT}', '{region}')")
            run(SAY_YES)
            found.append(run)
        yield found


def test_each_deploys_under_the_same_names(both):
    for python in both:
        python("_ = deploy()")
    assert [python("outputs['EventBusName']") for python in both] == ["ShopEventBus"] * 2
    for python in both:
        assert python(STACKS) == ["EventBus", "Hello"]
        assert "Ada" in str(python("invoke(outputs['HelloFunction'], {'name': 'Ada'})"))


def test_who_cleans_up_removes_their_own(both):
    ada, bob = both
    ada("clean_up()")
    assert ada(STACKS) == []
    assert bob(STACKS) == ["EventBus", "Hello"]
    assert "Bob" in str(bob("invoke(outputs['HelloFunction'], {'name': 'Bob'})"))
    assert bob("boto3.client('events').describe_event_bus(Name='ShopEventBus')['Name']") == "ShopEventBus"
