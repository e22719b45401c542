"""The shell command `planner`: one file per command; nothing heavy is imported before a command runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command with the arguments of the shell (or `args`) and exit with its code."""
    try:
        from planner.cli.app import run

        code = run(sys.argv[1:] if args is None else list(args))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said and saved
    except KeyboardInterrupt:  # before there was anybody to heed it
        sys.stderr.write("planner: interrupted\n")
        code = INTERRUPTED
    if code == INTERRUPTED:
        # A Ctrl-C that passed through exec() (as in a dataclass) leaves a mark by which Python dies of the signal at
        # its end, with another exit code, even though it was handled; any exec() wipes it out.
        exec("")
    sys.exit(code)
