"""What calls the shop: over HTTP, by invoking a function, and with the events that sources send."""
