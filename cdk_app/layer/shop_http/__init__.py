"""What the services of the shop have in common: how they read what comes, and tell others."""
