"""A fault campaign: many checkouts while everything around them breaks, and a judge at the end.

`python3 run.py bench --faults` runs it in a copy of the tree; tests/integration/test_fault_campaign.py runs it short.
"""
