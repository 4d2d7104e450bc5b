# expect: the publisher is right
mistake = {
    "put_events reports no failure, and the event is not in the log": "bus",
    "the event is in the log; my rule has the right target, and it was never called": "bus",
    "put_events raises AccessDeniedException": "grant",
    "the event is in the log, and my function's log ends with a KeyError": "consumer",
}
