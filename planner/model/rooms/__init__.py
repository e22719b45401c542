"""The rooms: one file per family of constraints."""
