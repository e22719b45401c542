"""The mathematical model: rooms, and what puts them together."""
