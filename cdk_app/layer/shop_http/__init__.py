"""What the services of the shop have in common: how they read requests and how they answer."""
