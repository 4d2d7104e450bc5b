"""Powertools for AWS Lambda as a layer, made without Docker from what is installed here.

Only pure Python goes in, so that the very same files run on this machine and on AWS, whatever
its processor (https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html).
"""

import hashlib
import shutil
from importlib.metadata import distribution
from pathlib import Path

from aws_cdk import aws_lambda as lambda_

PACKAGES = ("aws-lambda-powertools", "jmespath", "typing-extensions")
BUILD = Path(__file__).resolve().parent.parent / "cdk.out" / "layers"


class PowertoolsLayer(lambda_.LayerVersion):
    """A layer that lets a handler `import aws_lambda_powertools`."""

    def __init__(self, scope, id):
        super().__init__(
            scope,
            id,
            code=lambda_.Code.from_asset(str(build())),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            description=f"Powertools for AWS Lambda {distribution(PACKAGES[0]).version}",
        )


def build() -> Path:
    """The layer's folder, made once for each combination of versions."""
    packages = [distribution(name) for name in PACKAGES]
    versions = "".join(f"{p.name}{p.version}" for p in packages)
    folder = BUILD / hashlib.sha256(versions.encode()).hexdigest()[:16]
    if not folder.exists():
        half = folder.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        for package in packages:
            for file in package.files:
                if file.suffix == ".py" or file.name == "METADATA":
                    goal = half / "python" / file
                    goal.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file.locate(), goal)
        half.rename(folder)
    return folder
