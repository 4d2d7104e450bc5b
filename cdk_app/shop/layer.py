"""The layer that the services share: Powertools for AWS Lambda, and `shop_http`.

It is made without Docker, from what is installed here. Only pure Python goes in, so that the very
same files run on this machine and on AWS, whatever its processor
(https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html).
"""

import hashlib
import shutil
from importlib.metadata import distribution
from pathlib import Path

from aws_cdk import Stack, aws_lambda as lambda_

PACKAGES = ("aws-lambda-powertools", "jmespath", "typing-extensions")
CDK_APP = Path(__file__).resolve().parent.parent
OWN = CDK_APP / "layer"
BUILT = CDK_APP / "cdk.out" / "layers"


class ShopLayer(lambda_.LayerVersion):
    """A layer that lets a handler `import aws_lambda_powertools` and `import shop_http`."""

    def __init__(self, scope, id):
        super().__init__(
            scope,
            id,
            # the folder is named for what is in it, so CDK need not read it all to tell
            code=lambda_.Code.from_asset(str(folder := build()), asset_hash=folder.name),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
            description=f"Powertools for AWS Lambda {distribution(PACKAGES[0]).version}, shop_http",
        )

    @classmethod
    def of(cls, scope) -> "ShopLayer":
        """The layer of the stack that `scope` is in: one for all its functions."""
        stack = Stack.of(scope)
        return stack.node.try_find_child("Layer") or cls(stack, "Layer")


def build() -> Path:
    """The layer's folder, made once for each combination of versions and own code."""
    packages = [distribution(name) for name in PACKAGES]
    own = sorted(OWN.glob("**/*.py"))
    digest = hashlib.sha256("".join(f"{p.name}{p.version}" for p in packages).encode())
    for file in own:
        digest.update(file.read_bytes())
    folder = BUILT / digest.hexdigest()[:16]
    if not folder.exists():
        half = folder.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        for package in packages:
            for file in package.files:
                if file.suffix == ".py" or file.name == "METADATA":
                    _copy(file.locate(), half / "python" / file)
        for file in own:
            _copy(file, half / "python" / file.relative_to(OWN))
        half.rename(folder)
    return folder


def _copy(source: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, goal)
