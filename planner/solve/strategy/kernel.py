"""Whole plans out of what the LP uses: branch and cut on the integers that are not zero there, all others closed.

A kernel search (Angelelli, Mansini and Speranza 2010) with its first kernel alone: of the thousands of ways to order
and to start an optimum of the LP uses a few hundred, and a good plan needs little else, which is found by the
neighbourhoods.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control
from planner.solve.strategy.restricted import Effort, FoundOne, Searched, search_restricted

USED = 1e-6
USED_INSIDE = 0.05  # at an interior point, which leaves little at zero
OF_A_RUN = 0.2  # there: of what the start is that has most of its run
SOON = Effort(seconds=10.0, nodes=20, ticks=300, gap=0.2)
SETTLE = Effort(seconds=30.0, nodes=100, ticks=1_000, gap=5e-4)

Mask = NDArray[np.bool_]


class Kernel:
    """Searches among the columns that points of the LP use."""

    def __init__(self, matrix: Matrix, choices: Choices, control: Control, scale: float, on_found: FoundOne) -> None:
        """`on_found` is told each better plan at once, unless work is limited: then nothing hangs on the clock."""
        self._matrix, self._choices, self._control, self._scale = matrix, choices, control, scale
        self._on_found = None if control.by_work else on_found

    def search(self, x: Vector, upper: Vector, effort: Effort) -> Searched:
        """The best plan found among the columns that a vertex uses, or, if those allow none, among all.

        Parameters
        ----------
        x
            A vertex of the LP, by column.
        upper
            Upper bounds by column; starts of runs that a dive has not chosen are closed. Any run may be left out.
        """
        unused = self._choices.column[x[self._choices.column] <= USED]
        closed = upper.copy()
        closed[unused] = np.maximum(self._matrix.lower[unused], 0.0)
        found = self._searched(closed, effort)
        return self._searched(upper, effort) if found.x is None and found.finished else found

    def near(self, x: Vector) -> Mask:
        """The columns that a vertex near an interior point is likely to use, and all that are no integers."""
        inside = x > USED_INSIDE
        inside |= ~self._matrix.integer
        for columns in self._choices.runs.values():
            inside[columns] = x[columns] > max(USED_INSIDE, OF_A_RUN * x[columns].max())
        return inside

    def _searched(self, upper: Vector, effort: Effort) -> Searched:
        m = self._matrix
        effort = effort.of(self._scale, len(m.rows))
        found = search_restricted(m, self._control, m.lower, upper, effort, on_found=self._on_found)
        self._control.count(found.work)
        return found
