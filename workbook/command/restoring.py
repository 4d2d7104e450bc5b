"""`workbook restore`: bring back what was kept aside, and say what came back."""

from __future__ import annotations

from workbook.base.paths import shown
from workbook.cloud import local, target
from workbook.command.terminal import say
from workbook.learning import learner_data, learner_files


def bring_back(name: str | None) -> None:
    """Bring back edits, rows and objects that were kept aside.

    Args:
        name: a folder in .workbook/kept; the newest if it is None.

    Raises:
        WorkbookError: there is no such folder, or nothing was kept.
    """
    folder, paths, aside = learner_files.bring_back(name)
    contents = []
    if (folder / learner_files.DATA).exists():
        if target.is_local():
            local.ensure()
        contents = learner_data.bring_back_contents(folder)
    say(contents)
    if paths:
        print(f"Brought back from {shown(folder)}: {', '.join(paths)}.")
    elif not contents:
        print(f"All that is kept in {shown(folder)} stands in its place already.")
    if aside:
        print(f"What stood there is now kept in {shown(aside)}.")
    if any(not path.startswith(("notebooks/", "learn/")) for path in paths):
        print("Deploy again to see it work: in the notebook, or with `python3 run.py up`.")
