"""Where JupyterLab's kernels listen: on sockets of the owner's own, also in a checkout that lies deep."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from workbook.command import jupyterlab


def mode(folder: Path) -> str:
    return oct(folder.stat().st_mode & 0o777)


def test_in_most_checkouts_it_is_below_it(monkeypatch):
    with TemporaryDirectory(dir="/tmp") as checkout:
        monkeypatch.setattr(jupyterlab, "JUPYTER", Path(checkout, "jupyter"))
        with jupyterlab._runtime_folder() as folder:
            assert (folder, mode(folder)) == (Path(checkout, "jupyter", "runtime"), "0o700")
        assert list(folder.iterdir()) == []  # what was tried is gone


@pytest.mark.parametrize("name", ["a deep one " * 9, "é" * 60])
def test_where_its_path_is_too_long_for_a_socket_it_is_a_temporary_one(monkeypatch, tmp_path, name):
    monkeypatch.setattr(jupyterlab, "JUPYTER", tmp_path / name / "jupyter")
    with jupyterlab._runtime_folder() as folder:
        assert jupyterlab.takes_sockets(folder) and mode(folder) == "0o700"
        assert not folder.is_relative_to(tmp_path)
    assert not folder.exists()


def test_where_nothingtakes_sockets_it_is_below_the_checkout_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(jupyterlab, "JUPYTER", tmp_path / "jupyter")
    monkeypatch.setattr(jupyterlab, "takes_sockets", lambda folder: False)
    with jupyterlab._runtime_folder() as folder:
        assert folder == tmp_path / "jupyter" / "runtime"
