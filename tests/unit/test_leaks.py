"""No secret stands where anybody may read it; and `leaks` would notice one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from workbook import leaks
from workbook.base.paths import ROOT

X = "x" * 36  # put together here, so that the file itself has none
PLANTED = {
    "AWS access key id": ["AKIA" + "IOSFODNN7EXAMPLE", "key=ASIA" + "1234567890ABCDEF;"],
    "API key": ["x-api-" + "key: 504ce6755abe4e57a3294d41131e85a6",
        '{"X-Api-' + 'Key": "504ce6755abe4e57a3294d41131e85a6"}'],
    "GitHub token": ["gh" + f"p_{X}"],
    "JSON Web Token": ["Bearer eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"],
    "password": ["pass" + "word = 'correct horse'".replace(" horse", "horse"), '"tok' + 'en": "abcdefgh12"'],
    "password in an address": ["postgres://shop:" + "geheim12@db.example.com/orders"],
    "private key": ["-----BEGIN RSA PRI" + "VATE KEY-----", "-----BEGIN PRI" + "VATE KEY-----"],
    "signature": ["AWS4-HMAC-" + "SHA256 Credential=AKI/20260131"],
    "card number": [
        "4111" + "111111111111", "paid with 5555 5555" + " 5555 4444.",
        '{"note": "3782-8224' + '6310-005"}'.replace("0-005", "0005"),
        "6011" + "111111111117",
    ],
}  # fmt: skip
HARMLESS = [
    "", "a password is refused", "secret=secret", "token: None", "def without_people(event, secret):", "x-api-key",
    "9d9e4b2e-7a41-4c62-9a37-4111111111111111"[:36], "1795551733588", "arn:aws:iam::000000000000:role/Basket",
    "http://127.0.0.1:4566/000000000000/Ordering-Queue", "AKIA", "4111 1111 1111 1112", "0" * 16, "price 4111.11",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PLANTED.items() for text in texts])
def test_a_planted_one_is_found(kind: str, text: str) -> None:
    assert leaks(text) == [kind]
    assert leaks(f'{{"log": [{json.dumps(text)}]}}') == [kind] or '"' in text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert leaks(text) == []


def test_several_are_all_named() -> None:
    assert leaks("AKIA" + "IOSFODNN7EXAMPLE and 4111" + "111111111111") == ["AWS access key id", "card number"]


def files(*folders: str) -> list[Path]:
    """What is under version control in these folders; everything in them where there is no git."""
    done = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True)
    named = [ROOT / name for name in done.stdout.splitlines()] if done.returncode == 0 else []
    found = named or [f for folder in folders for f in (ROOT / folder).glob("**/*.py")]
    return [f for f in found if f.suffix in (".py", ".json", ".toml", ".yml", ".md", ".txt") and f.is_file()]


def test_no_code_has_a_secret_in_it() -> None:
    found = files(
        "lambda_src",
        "cdk_app/app.py",
        "cdk_app/cdk.json",
        "cdk_app/shop",
        "cdk_app/layer",
        "workbook",
        "run.py",
        "notebooks",
    )
    assert len(found) > 40
    assert {
        f.relative_to(ROOT).as_posix(): leaks(f.read_text(encoding="utf-8"))
        for f in found
        if leaks(f.read_text(encoding="utf-8"))
    } == {}


def test_no_notebook_has_a_secret_in_it_or_in_its_outputs() -> None:
    notebooks = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    assert len(notebooks) >= 10
    for notebook in notebooks:
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            outputs = json.dumps(
                [{k: v for k, v in o.items() if k != "data"} | _text(o) for o in cell.get("outputs", [])]
            )
            assert leaks("".join(cell["source"])) == leaks(outputs) == [], f"{notebook.name}, {cell['id']}"


def _text(output: dict) -> dict:
    """What can be read in an output; a picture's bytes are no text."""
    return {kind: value for kind, value in output.get("data", {}).items() if not kind.startswith("image/png")}
