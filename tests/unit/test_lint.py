"""Linting: the same findings as cfn-lint alone has, and what was right once is not looked at again."""

from __future__ import annotations

import json

import pytest

from workbook.base.paths import read_json, write_json
from workbook.deployment import lint

pytestmark = pytest.mark.slow

REGION = "us-east-1"
RIGHT = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
QUEUE = "AWS::SQS::Queue"
WRONG = {
    "misspelt": {"Resources": {"Queue": {"Type": QUEUE, "Properties": {"DelaySecond": 1}}}},
    "of another type": {"Resources": {"Queue": {"Type": QUEUE, "Properties": {"DelaySeconds": "many"}}}},
    "unknown reference": {"Resources": {"Queue": {"Type": QUEUE, "Properties": {"QueueName": {"Ref": "No"}}}}},
    "unknown type": {"Resources": {"Queue": {"Type": "AWS::SQS::Kueue"}}},
    "no resources": {"Outputs": {"Out": {"Value": "x"}}},
}


@pytest.fixture(autouse=True)
def record(monkeypatch, tmp_path):
    monkeypatch.setattr(lint, "RECORD", tmp_path / "linted.json")
    monkeypatch.setattr(lint, "OF_THE_BOOK", tmp_path / "book.json")
    return tmp_path / "linted.json"


def found(template: dict) -> list[tuple]:
    return [(m.rule.id, m.message, list(m.path or [])) for m in lint.errors(json.dumps(template), REGION)]


@pytest.mark.parametrize("template", WRONG.values(), ids=WRONG)
def test_the_one_runner_finds_what_a_runner_of_its_own_finds(template, tmp_path):
    from cfnlint.api import lint_file
    from cfnlint.config import ManualArgs

    found(RIGHT)  # so that the rules are not fresh
    (tmp_path / "template.json").write_text(json.dumps(template))
    alone = lint_file(tmp_path / "template.json", config=ManualArgs(regions=[REGION], ignore_checks=["W", "I"]))
    assert alone
    assert found(template) == [(m.rule.id, m.message, list(m.path or [])) for m in alone]


def test_what_was_right_is_not_looked_at_again(monkeypatch):
    assert found(RIGHT) == []
    monkeypatch.setattr(lint, "_found", lambda *_: pytest.fail("it was looked at again"))
    assert found(RIGHT) == []


def test_another_code_of_a_function_makes_no_other_template(monkeypatch):
    def with_code(digest: str) -> dict:
        code = {"S3Bucket": "assets", "S3Key": f"{digest * 64}.zip"}
        properties = {"Code": code, "Role": "arn:aws:iam::123456789012:role/r", "Handler": "app.handler"}
        function = {"Type": "AWS::Lambda::Function", "Properties": properties | {"Runtime": "python3.13"}}
        return {"Resources": {"Function": function}}

    assert found(with_code("a")) == []
    monkeypatch.setattr(lint, "_found", lambda *_: pytest.fail("it was looked at again"))
    assert found(with_code("b")) == []


def test_for_what_was_linted_cfn_lint_is_not_even_loaded(monkeypatch):
    loaded = []
    monkeypatch.setattr(lint, "_runner", loaded.append)
    lint.preload()
    assert loaded == ["us-east-1"]
    lint.lint([])
    lint.preload()
    assert loaded == ["us-east-1"]


def test_what_the_book_was_stored_with_is_not_looked_at_and_anything_else_is(monkeypatch, record):
    assert found(RIGHT) == []
    record.rename(lint.OF_THE_BOOK)
    write_json(lint.OF_THE_BOOK, {"02": read_json(lint.OF_THE_BOOK, [])})
    monkeypatch.setattr(lint, "_found", lambda *_: ["looked at"])
    assert lint.errors(json.dumps(RIGHT), REGION) == []
    assert lint.errors(json.dumps(WRONG["misspelt"]), REGION) == ["looked at"]


def test_what_was_wrong_is_looked_at_again(record):
    wrong = WRONG["misspelt"]
    assert found(wrong) == found(wrong) != []
    assert not record.exists()


@pytest.mark.parametrize("other", ["region", "version", "template"])
def test_anything_else_is_looked_at(monkeypatch, other):
    looked = []
    monkeypatch.setattr(lint, "_found", lambda *what: looked.append(what) or [])
    lint.errors(json.dumps(RIGHT), REGION)
    if other == "version":
        monkeypatch.setattr(lint.metadata, "version", lambda _: "99.0")
    template = RIGHT | {"Description": "other"} if other == "template" else RIGHT
    lint.errors(json.dumps(template), "eu-west-1" if other == "region" else REGION)
    assert len(looked) == 2


def test_not_everything_is_remembered_for_ever(monkeypatch, record):
    monkeypatch.setattr(lint, "_found", lambda *_: [])
    monkeypatch.setattr(lint, "REMEMBERED", 3)
    for number in range(5):
        lint.errors(str(number), REGION)
    assert len(json.loads(record.read_text())) == 3
