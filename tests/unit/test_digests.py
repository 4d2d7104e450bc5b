"""What a digest of a folder is made from: the files that a person wrote, and no others."""

from __future__ import annotations

from workbook.deployment.assets import folder_digest, source_files


def test_what_was_installed_or_made_by_running_is_no_source(tmp_path):
    for path in ("app.py", "shop/api.py", "node_modules/one/index.js", "shop/__pycache__/api.pyc", "cdk.out/tree.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    assert [f.relative_to(tmp_path).as_posix() for f in source_files(tmp_path)] == ["app.py", "shop/api.py"]


def test_a_digest_changes_with_a_name_or_a_content_and_nothing_else(tmp_path):
    (tmp_path / "app.py").write_text("one")
    before = folder_digest(tmp_path)
    (tmp_path / "app.py").touch()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "index.js").write_text("x")
    assert folder_digest(tmp_path) == before
    (tmp_path / "app.py").write_text("two")
    changed = folder_digest(tmp_path)
    (tmp_path / "app.py").rename(tmp_path / "main.py")
    assert len({before, changed, folder_digest(tmp_path)}) == 3
