"""From code to the cloud: what changed, how it gets there, what it left, and how it goes."""
