"""The shell command `planner`: one file per command; nothing heavy is imported before a command runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130


def terminated(signum: int, frame: FrameType | None) -> None:
    """SIGTERM, as schedulers of jobs send it, is what Ctrl-C is, also where that is ignored (in the background)."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        raise KeyboardInterrupt
    interrupt(signum, frame)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command with the arguments of the shell (or `args`) and exit with its code."""
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # whoever ignores it has a reason
            signal.signal(signal.SIGTERM, terminated)
        from planner.cli.app import run

        code = run(sys.argv[1:] if args is None else [*args])  # `list` is a module here
        for stop in (signal.SIGINT, signal.SIGTERM):  # all is said and saved
            signal.signal(stop, signal.SIG_IGN)
    except KeyboardInterrupt:  # before there was anybody to heed it
        sys.stderr.write("planner: interrupted\n")
        code = INTERRUPTED
    if code == INTERRUPTED:
        # A Ctrl-C that passed through exec() (as in a dataclass) leaves a mark by which Python dies of the signal at
        # its end, with another exit code, even though it was handled; any exec() wipes it out.
        exec("")
    sys.exit(code)
