"""What a solved plan says, and the second opinion on it."""
