import csv
from pathlib import Path

from aws_cdk import Acknowledgment, Validations
from cdk_nag import AwsSolutionsChecks

ACKNOWLEDGED = Path(__file__).parents[1] / "acknowledged.csv"


def watch(app):
    """Let cdk-nag look at all stacks.

    What it finds, and nobody has given a reason for, fails the synthesis.
    """
    for row in csv.DictReader(ACKNOWLEDGED.read_text(encoding="utf-8").splitlines()):
        place = app
        for name in filter(None, row["where"].split("/")):
            place = place.node.find_child(name)
        rule = f"AwsSolutions-{row['rule']}"
        Validations.of(place).acknowledge(Acknowledgment(id=rule, reason=row["reason"]))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
