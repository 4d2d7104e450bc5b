mistake = {
    "put_events reports no failure, and the event is not in the log": "bus",
    "the event is in the log; my rule may call the right target, and never did": "pattern",
    "put_events raises AccessDeniedException": "grant",
    "the event is in the log, and my function's log ends with a KeyError": "consumer",
}
