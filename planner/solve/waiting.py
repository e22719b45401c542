"""Wait for a search that runs on other threads: progress and better points on the waiting one, Ctrl-C heeded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from planner.solve.compile import Vector
from planner.solve.options import Progress

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Stand:
    """Where a search stands, and its best point so far (None: none yet)."""

    progress: Progress
    best: Vector | None


@dataclass(frozen=True)
class Listener:
    """Who is told, on the waiting thread: now and then where the search stands, and of better points.

    `on_better` says whether it took the point; one that it did not take is offered again, or a better one instead.
    """

    on_progress: Callable[[Progress], None] | None = None
    on_better: Callable[[Stand], bool] | None = None


NOBODY = Listener()


def wait(done: threading.Event, stop: Callable[[], None], stand: Callable[[], Stand], listener: Listener) -> bool:
    """Wait for a search to be done; Ctrl-C asks it to stop and keeps what it found. Returns whether it came.

    Not by `Thread.join`: interrupted in there, Python takes a thread that runs for one that has ended. An error that
    the listener raises stops the search and comes out as it is.
    """
    interrupted, heard = False, None
    while True:
        try:
            ended = done.wait(POLL_SECONDS)
            now = stand()
            if listener.on_progress is not None:
                listener.on_progress(now.progress)
            if ended:
                return interrupted
            if listener.on_better is not None and now.best is not None and now.best is not heard and not interrupted:
                heard = now.best if listener.on_better(now) else heard
        except KeyboardInterrupt:
            interrupted = True
            stop()
        except BaseException:
            stop()
            done.wait()
            raise
