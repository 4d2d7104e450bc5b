# expect: so this one never was
mistake = {
    "put_events reports no failed entry, and EventLog has no such event": "pattern",
    "EventLog has the event; my rule names the right target, may call it, and did not": "pattern",
    "put_events raises AccessDeniedException": "grant",
    "EventLog has the event, and my function's own log ends with a KeyError": "consumer",
}
