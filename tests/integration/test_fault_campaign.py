"""The promise under faults, in short: each kind at least once, 100 checkouts, always the same seed.

The long form is `python3 run.py bench --faults`.
"""

from __future__ import annotations

SEED, CHECKOUTS = 1, 100


def test_one_order_or_one_dead_letter_whatever_breaks(learner):
    python = learner.kernel()
    python("from workbook import deploy; _ = deploy('EventBus', 'Basket', 'Ordering', 'EventLog')")
    python("from workbook.maintenance.faults import campaign, report")
    python(f"result = campaign.run({SEED}, {CHECKOUTS}, short=True)")
    print(python("report.markdown(result)"))
    assert not python("result.wrongs"), python("result.verdict")
    assert (
        python("result.orders") + python("result.dead") == python("result.accepted") >= python("result.checkouts") * 0.9
    )
    assert python("result.dead") > 0
    never = [what for what, times, _ in python("result.rows") if not times]
    assert not never, f"never happened: {never}; again: {python('result.command')}"
