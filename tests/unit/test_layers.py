"""Layers of the local cloud's workers: unpacked once, whoever asks, and never half."""

from __future__ import annotations

import zipfile
from types import SimpleNamespace

import pytest

from workbook.cloud.engine import layers


@pytest.fixture
def runtime(tmp_path):
    """MiniStack's module that starts workers, as far as zip files go."""
    module = SimpleNamespace(zipfile=zipfile)
    layers.share(module, tmp_path / "layers")
    return module


@pytest.fixture
def worker(tmp_path, runtime):
    """Unpacks for a worker what is packed in an archive; the folder that it gets."""

    def unpack(number, name, content):
        place = tmp_path / f"worker-{number}" / name
        place.mkdir(parents=True)
        archive = place.with_suffix(".zip")
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr(zipfile.ZipInfo("python/module.py"), content)
        with runtime.zipfile.ZipFile(archive) as packed:
            packed.extractall(place)
        return place

    return unpack


def test_a_layer_is_unpacked_once_for_all_workers(worker, tmp_path):
    places = [worker(number, "layer_0", "X = 1") for number in range(3)]
    assert {(place / "python/module.py").read_text() for place in places} == {"X = 1"}
    assert len({place.resolve() for place in places}) == 1
    assert len([*(tmp_path / "layers").iterdir()]) == 1


def test_another_content_is_another_layer(worker):
    old, new = worker(1, "layer_0", "X = 1"), worker(2, "layer_0", "X = 2")
    assert (old / "python/module.py").read_text() == "X = 1"
    assert (new / "python/module.py").read_text() == "X = 2"


def test_code_is_unpacked_for_each_worker(worker):
    mine, other = worker(1, "code", "X = 1"), worker(2, "code", "X = 1")
    (mine / "python/module.py").write_text("changed")
    assert (other / "python/module.py").read_text() == "X = 1"


def test_of_two_at_once_one_stays_and_nothing_half(tmp_path):
    for number in range(2):
        half = tmp_path / f"half-{number}"
        half.mkdir()
        (half / "module.py").write_text(str(number))
        layers._move(half, tmp_path / "layer")
    assert (tmp_path / "layer/module.py").read_text() == "0"
    assert [path.name for path in tmp_path.iterdir()] == ["layer"]


def test_what_was_not_used_for_long_goes_at_the_next_start(worker, tmp_path, monkeypatch, runtime):
    monkeypatch.setattr(layers, "KEPT", 1)
    worker(1, "layer_0", "X = 1")
    used = worker(2, "layer_0", "X = 2").resolve()
    layers.share(runtime, tmp_path / "layers")
    assert [*(tmp_path / "layers").iterdir()] == [used]


def test_what_else_a_zip_file_can_do_it_can(runtime):
    assert runtime.zipfile.BadZipFile is zipfile.BadZipFile
    assert runtime.zipfile.is_zipfile is zipfile.is_zipfile
