"""The stacks of the book, and what they are made of."""

from functools import partial

from aws_cdk import aws_lambda as lambda_

# No part of a function's code: what tools and file managers leave behind, and editors' copies.
NO_CODE = (
    "node_modules", "cdk.out", "__pycache__", ".ipynb_checkpoints",
    ".DS_Store", "._*", "Thumbs.db", "desktop.ini", ".directory",
    "*~", ".*~", ".*.sw?", "[#]*#", ".#*",
)  # fmt: skip
lambda_.Code.from_asset = partial(lambda_.Code.from_asset, exclude=[*NO_CODE])
