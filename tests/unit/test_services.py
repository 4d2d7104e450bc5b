"""The unit tests of the services reach nothing but moto, and keep the services apart."""

import logging
import sys

import services
from services import TABLE, loaded, make_product_table, only_moto


def test_nothing_around_the_tests_can_lead_them_to_a_real_account(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[profile real]\nendpoint_url = http://127.0.0.1:9\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALLYREAL000000")
    with only_moto():
        make_product_table()
        with loaded("product", TABLE_NAME=TABLE) as app:
            client = app.products.table.meta.client
            assert client.meta.endpoint_url == "https://dynamodb.us-east-1.amazonaws.com"
            assert client._request_signer._credentials.access_key != "AKIAREALLYREAL000000"
            assert app.products.table.scan()["Count"] == 0


def test_services_with_modules_of_the_same_name_do_not_meet(monkeypatch, tmp_path):
    monkeypatch.setattr(services, "SERVICES", tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text("import os, helper\nname = helper.name, os.environ['NAME']\n")
        (tmp_path / name / "helper.py").write_text(f"name = {name!r}\n")
    path, modules = list(sys.path), set(sys.modules)
    with loaded("one", NAME="1") as one, loaded("two", NAME="2") as two:
        assert (one.name, two.name) == (("one", "1"), ("two", "2"))
    assert (path, modules) == (sys.path, set(sys.modules))


def test_a_service_is_loaded_anew_each_time(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(services, "SERVICES", tmp_path)
    (tmp_path / "one").mkdir()
    for number in (1, 2):
        (tmp_path / "one" / "app.py").write_text(
            f"from aws_lambda_powertools import Logger\nnumber = {number}\nlogger = Logger(service='one')\n"
            + "#" * number
        )
        with loaded("one") as app:
            assert app.number == number
            assert app.logger.logger_handler.stream is sys.stdout
    assert len(logging.getLogger("one").handlers) == 1


def test_two_handlers_of_one_service_have_modules_of_their_own(monkeypatch, tmp_path):
    """As in Lambda, where each function has its own processes."""
    monkeypatch.setattr(services, "SERVICES", tmp_path)
    (tmp_path / "one").mkdir()
    for name in ("app", "worker"):
        (tmp_path / "one" / f"{name}.py").write_text("import helper\n")
    (tmp_path / "one" / "helper.py").write_text("names = []\n")
    with loaded("one") as app, loaded("one", "worker") as worker:
        assert (app.__name__, worker.__name__) == ("app", "worker")
        assert app.helper is not worker.helper
