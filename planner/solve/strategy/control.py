"""When to stop, shared by all that searches at once: the clock, an interruption, the gap."""

from __future__ import annotations

import threading
import time

import highspy

from planner.solve.highs import new_highs
from planner.solve.options import Options


class Control:
    """The wall clock of a search and the wish to end it; every HiGHS made here heeds both."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.began = time.perf_counter()
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask everything under way to end."""
        self._stop.set()

    def seconds(self) -> float:
        """Since the search began."""
        return time.perf_counter() - self.began

    def left(self) -> float:
        """Seconds until the time limit; 0 once the search is to end."""
        return 0.0 if self._stop.is_set() else max(0.0, self.options.time_limit_s - self.seconds())

    @property
    def over(self) -> bool:
        """Whether the search is to end."""
        return self.left() <= 0.0

    def highs(self) -> highspy.Highs:
        """A quiet Highs object on one thread that ends when the search does."""
        h = new_highs(self.options, threads=1)
        h.cbMipInterrupt += self._interrupt
        h.cbSimplexInterrupt += self._interrupt
        h.cbIpmInterrupt += self._interrupt
        return h

    def _interrupt(self, event: highspy.HighsCallbackEvent) -> None:
        if event.data_in is not None and self.over:
            event.data_in.user_interrupt = True
