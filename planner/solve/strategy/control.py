"""When to stop, shared by all that searches at once: the clock, an interruption, the gap, the work done."""

from __future__ import annotations

import math
import threading
import time

import highspy

from planner.solve.highs import new_highs
from planner.solve.options import Options


class Control:
    """The limits of a search and the wish to end it; every HiGHS made here heeds both.

    Work is counted where threads have joined only, so that a limit on it ends a search at the same place each time.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self._began = time.perf_counter()
        self._stop = threading.Event()
        self.work = 0

    def stop(self) -> None:
        """Ask everything under way to end."""
        self._stop.set()

    def count(self, work: int) -> None:
        """Add to the work done, in simplex iterations and nodes."""
        self.work += work

    @property
    def by_work(self) -> bool:
        """Whether a limit on work is set: then the clock decides nothing but the end."""
        return self.options.work_limit is not None

    @property
    def work_left(self) -> float:
        """Work until the limit; infinite without one."""
        limit = self.options.work_limit
        return math.inf if limit is None else max(0, limit - self.work)

    def seconds(self) -> float:
        """Since the search began."""
        return time.perf_counter() - self._began

    def left(self) -> float:
        """Seconds until the time limit; 0 once the search is to end."""
        return 0.0 if self._stop.is_set() else max(0.0, self.options.time_limit_s - self.seconds())

    def late(self, share: float) -> bool:
        """Whether that share of the time limit has passed; never where work is limited, as that hangs on the clock."""
        return not self.by_work and self.seconds() > share * self.options.time_limit_s

    @property
    def over(self) -> bool:
        """Whether the search is to end."""
        return self.left() <= 0.0 or self.work_left <= 0

    def highs(self) -> highspy.Highs:
        """A quiet Highs object on one thread that ends when the search is stopped or out of time."""
        h = new_highs(self.options, threads=1)
        h.cbMipInterrupt += self._interrupt
        h.cbSimplexInterrupt += self._interrupt
        h.cbIpmInterrupt += self._interrupt
        return h

    def _interrupt(self, event: highspy.HighsCallbackEvent) -> None:
        if event.data_in is not None and self.left() <= 0.0:
            event.data_in.user_interrupt = True
