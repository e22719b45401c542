"""Where a search stands: the best point so far and the bound, shared by all that searches at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from planner.solve.compile import Vector
from planner.solve.highs import Scale
from planner.solve.options import Progress, relative_gap
from planner.solve.strategy.control import Control
from planner.solve.waiting import Stand

ROUNDING = 1e-12


@dataclass(frozen=True)
class Best:
    """A point, its net value, M$, and which part of the search found it."""

    x: Vector
    objective: float
    found_by: str


class Standing:
    """The best point and the least bound that any part of the search has found; neither ever gets worse."""

    def __init__(self, control: Control, scale: Scale) -> None:
        self._control = control
        self._scale = scale
        self._lock = threading.Lock()
        self.best: Best | None = None
        self.bound = np.inf
        self.nodes = 0

    def offer(self, x: Vector | None, objective: float, found_by: str) -> bool:
        """Take a point if it is better than the best, by more than rounding; returns whether it was."""
        with self._lock:
            best = self.best
            if x is None or (best is not None and objective <= best.objective + ROUNDING * abs(best.objective)):
                return False
            self.best = Best(x, objective + 0.0, found_by)  # no -0
        self._stop_at_gap()
        return True

    def prove(self, bound: float) -> None:
        """Take a bound on the net value of any plan if it is less than the least so far."""
        with self._lock:
            self.bound = min(self.bound, bound)
        self._stop_at_gap()

    def count(self, nodes: int) -> None:
        """Add to the nodes searched."""
        with self._lock:
            self.nodes += nodes

    @property
    def gap(self) -> float:
        """The gap as a share of the best point's gross value; infinite without a point or a bound."""
        best = self.best
        if best is None or not np.isfinite(self.bound):
            return float(np.inf)
        return relative_gap(self.bound, best.objective, self._scale(best.x))

    @property
    def reached(self) -> bool:
        """Whether the gap asked for is proven."""
        return self.gap <= self._control.options.gap

    def stand(self) -> Stand:
        """For whoever waits."""
        best, gap = self.best, self.gap
        progress = Progress(
            self._control.seconds(),
            None if best is None else best.objective,
            float(self.bound) if np.isfinite(self.bound) else None,
            gap if np.isfinite(gap) else None,
            self.nodes,
        )
        return Stand(progress, None if best is None else best.x)

    def _stop_at_gap(self) -> None:
        if self.reached:
            self._control.stop()
