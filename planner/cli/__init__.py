"""The shell command `planner`: one file per command; nothing heavy is imported before a command runs."""

from planner.cli.app import main

__all__ = ["main"]
