"""What a person types, and what that starts."""
