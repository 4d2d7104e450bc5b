"""`chapter(NN)`: bring this machine to where a chapter starts, and say what that took."""

from __future__ import annotations

import html
import sys
from pathlib import Path

from workbook.base.display import GREY, Progress, as_markup, enumerated, in_notebook, show
from workbook.base.errors import WorkbookError
from workbook.base.paths import CDK_APP, read_code, shown
from workbook.cloud import local, saved_state, sentences, target
from workbook.cloud.consent import confirm_aws, confirm_going_back
from workbook.cloud.stacks import described_stacks, physical_names, recorded_stacks
from workbook.deployment.deploy import deploy, get_ready
from workbook.deployment.teardown import destroy, empty_bucket, importers_first, names_that_go
from workbook.learning import (
    bookmark, broken_off, learner_files, memory, other_kernels, progress, published, what_changed, working_ahead,
)  # fmt: skip
from workbook.learning.learner_data import keep_contents
from workbook.learning.mending import CURE, changed_by_hand, listed, mend
from workbook.observe import plots


def chapter(number: int, *, deployed: bool = True) -> None:
    """The set-up of a chapter: starts the local cloud, and brings code and deployment to the start.

    What was changed by hand in the deployed shop is put back. Run again in the middle of the chapter, it leaves
    everything as it is, unless a cell was broken off; a kernel that was restarted has its names again. Run again
    once the chapter, or a later one, is finished, it starts the chapter over; rows in tables that this removes are
    kept aside first, and so are edits of one's own.

    Args:
        number: the chapter's.
        deployed: whether to deploy what the chapters before have built; else the chapter does it itself.

    Raises:
        WorkbookError: there is no such chapter, or its code does not deploy.
    """
    _known(number)
    ready = f"Chapter {number:02} is ready."
    with Progress(f"Bringing this machine to chapter {number:02}", text=ready) as shown_progress:
        lost = _reach_the_cloud(confirm=deployed)
        done = [lost] if lost else []
        _prepare_kernel()
        _widen_frames()
        at, where = bookmark.position()
        within = at == number and where in (bookmark.START, bookmark.WITHIN)
        if within:
            done += put_back() if lost else []
            done += _go_on(number, begun=where == bookmark.WITHIN)
        elif lost or (at, where) != (number - 1, bookmark.END) or (deployed and not _stand_before(number)):
            ask_before_going_back(number)
            done += catch_up(number, deployed=deployed)
        else:
            done += mend()
        done += memory.follow(number, again=within)
        saved_state.restored()
        bookmark.move_to(number, bookmark.WITHIN)
        broken_off.forget()
        shown_progress.closing = f"<p>✓ {ready}</p>" + "".join(f"<p>{as_markup(line)}</p>" for line in done)
    if not in_notebook():
        print(ready)


def catch_up(number: int, *, deployed: bool = True) -> list[str]:
    """Bring code and deployment to how they stand at the start of a chapter.

    Args:
        number: the chapter's; one more than the last means the end of the book.
        deployed: whether what is not deployed yet is deployed, too.

    Returns:
        Sentences that say what was done.
    """
    bookmark.move_to(number, bookmark.HALF_WAY)  # for `status`, should this be stopped; the last line moves on
    done = [f"The code stands as at the start of chapter {number:02}."]
    done += mend()  # first: a role with a policy that is not its stack's, say, cannot be deleted on AWS
    aside = learner_files.new_folder_aside()  # one for everything, so that `restore` brings back everything
    if learner_files.replay(number, aside):
        done.append(f"Edits of your own are kept in {shown(aside)}; `python3 run.py restore` brings them back.")
    expected = published.stacks_before(number)
    if expected:
        get_ready(*expected)
    for stack in importers_first(_stacks_that_go(number)):
        done += keep_contents(stack, aside)
        destroy(stack)
        done.append(f"The stack {stack} was removed; the chapter makes it anew.")
    there = described_stacks()
    stood = [stack for stack in expected if stack in there]
    for stack in stood:
        done += _clear_buckets_that_go(stack, aside)
    learner_files.remove_if_empty(aside)
    if expected and deployed:
        deployment = deploy(*expected)
        if stood and target.is_local():
            mend()  # a setting that a template no longer has stays in the local cloud
        if not deployment.changes.empty:
            done.append(f"Deployed {', '.join(expected)} in {deployment.seconds:.1f} s.")
    memory.forget()
    bookmark.move_to(number, bookmark.START)
    return done


def ask_before_going_back(number: int, command: str = "", *, yes: bool = False) -> None:
    """Before one goes back to the start of a chapter: say which stacks that removes, and ask.

    Args:
        number: the chapter's.
        command: what a person types for it, if nobody can be asked; that of `catch-up` by default.
        yes: the answer, if it was given already.

    Raises:
        WorkbookError: the answer is not yes, or nobody can be asked.
    """
    if yes or not (going := _stacks_that_go(number)):
        return
    named, they = (
        (f"the stacks {', '.join(going)}", "they hold") if len(going) > 1 else (f"the stack {going[0]}", "it holds")
    )
    confirm_going_back(
        f"To go to the start of chapter {number:02} removes {named}; rows and objects that {they}, and your own edits, "
        "are kept aside, and `python3 run.py restore` brings them back.",
        f"{command or f'python3 run.py catch-up {number:02}'} --yes",
    )


def finish(number: int) -> None:
    """The last cell of a chapter: record that it is done, and show how far one is.

    In JupyterLab, kernels of other chapters that have nothing to do are ended: each holds memory.

    Args:
        number: the chapter's.
    """
    _known(number)
    bookmark.move_to(number, bookmark.END)
    done, all_chapters = bookmark.finished(), published.chapters()
    later = [n for n in all_chapters if n > number]
    text = _how_it_ended(number) + (f" Next: {published.title(later[0])}." if later else "")
    items = "".join(
        f"<li>{'✓' if n in done else '·'} {html.escape(f'{n:02} {published.title(n)}')}{_how_far(n)}</li>"
        for n in all_chapters
    )
    markup = f"<p>{as_markup(text)}</p><ul style='list-style:none'>{items}</ul>"
    if ended := other_kernels.end(number):
        text, markup = f"{text}\n{ended}", f"{markup}<p>{as_markup(ended)}</p>"
    show(text, markup)


def _how_far(number: int) -> str:
    """How much of a chapter is done, as HTML; nothing if none of it was checked yet."""
    if f"{number:02}" not in bookmark.minutes():
        return ""
    return f' <span style="color:{GREY}">{progress.in_chapter(number).in_words()}</span>'


def _how_it_ended(number: int) -> str:
    """That a chapter is finished; or which of its steps and exercises are still open."""
    if steps := progress.still_open(number, progress.STEP):
        which = f"The step {steps[0]} is" if len(steps) == 1 else f"The steps {enumerated(steps)} are"
        return f"You are at the end of chapter {number:02}. {which} still open: the check has not said Right yet."
    if not (left := progress.still_open(number, progress.EXERCISE)):
        return f"Chapter {number:02} is finished."
    which, them = (f"Exercise {left[0]} is", "it") if len(left) == 1 else (f"Exercises {enumerated(left)} are", "them")
    return f"You are at the end of chapter {number:02}. {which} still open: come back to {them} whenever you like."


def put_back() -> list[str]:
    """Deploy again, from the code as it stands, what a hard kill of the local cloud took.

    Returns:
        Sentences that say what was deployed.
    """
    app = CDK_APP / "app.py"
    named = published.STACK_IN_APP.findall(read_code(app)) if app.exists() else []
    stacks = [stack for stack in recorded_stacks() if stack in named]
    if stacks:
        deploy(*stacks)
    saved_state.restored()
    return [f"Deployed again: {', '.join(stacks)}."] if stacks else []


def _go_on(number: int, *, begun: bool) -> list[str]:
    """In the middle of a chapter, what its cells have changed stays: the next ones count on it.

    But if one was broken off, nobody knows what it left.
    """
    if not begun:
        return mend()
    if broken_off.was_broken_off() and (said := mend(within=number)):
        return [*said, "A cell was broken off: run it again, and what it needs of the cells above it."]
    said = ["You are in the middle of this chapter; everything is left as it is."]
    changed = changed_by_hand(within=number)
    return said + ([f"Changed by hand: {listed(changed)}. {CURE}"] if changed else [])


def _reach_the_cloud(*, confirm: bool) -> str | None:
    """Start the local cloud, or have the use of an AWS account confirmed; what was lost, if anything."""
    if target.is_local():
        local.ensure()
        return saved_state.loss()
    if confirm:
        confirm_aws()
    return None


def _stacks_that_go(number: int) -> list[str]:
    expected, there = published.stacks_before(number), described_stacks()
    return [stack for stack in published.all_stacks() if stack not in expected and stack in there]


def _stand_before(number: int) -> bool:
    return described_stacks().keys() >= set(published.stacks_before(number))


def _known(number: int) -> None:
    if number not in published.chapters():
        there = ", ".join(f"{n:02}" for n in published.chapters())
        raise WorkbookError(f"There is no chapter {number}. There are: {there}.")


def _prepare_kernel() -> None:
    """See to it that `%%writefile` never overwrites an edit of one's own, and that errors are sentences."""
    if in_notebook():
        shell = sys.modules["IPython"].get_ipython()
        for event, what in (
            ("pre_run_cell", learner_files.guard_writefile),
            ("pre_run_cell", what_changed.show_changes),
            ("post_run_cell", working_ahead.synthesize_what_was_written),
            ("post_execute", plots.tell),
        ):
            if what in shell.events.callbacks[event]:
                shell.events.unregister(event, what)
            shell.events.register(event, what)
        sentences.speak_in(shell)
        broken_off.watch(shell)


def _widen_frames() -> None:
    """Let frames be as wide as a page, so that a row stays on its line in text, too."""
    import pandas as pd  # not before it is needed: catching up in a terminal does not wait for it

    pd.set_option("display.width", 120)
    pd.set_option("display.max_colwidth", 80)


def _clear_buckets_that_go(stack: str, aside: Path) -> list[str]:
    """Empty the buckets that the stack will no longer have: CloudFormation deletes no bucket with something in it."""
    if not physical_names(stack, "AWS::S3::Bucket"):
        return []
    going = names_that_go(stack, "AWS::S3::Bucket")
    said = keep_contents(stack, aside, going)
    for name in going:
        empty_bucket(name)
    return said
