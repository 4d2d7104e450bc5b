"""What shows the shop at work: frames, traces, the ledger, diagrams, alarms, and what leaks."""
