"""What AWS charges, and what comes of it."""
