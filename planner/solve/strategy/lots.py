"""Whole lots, modules and tiers round the runs of a dive: rounded up where the LP is nearest, many at a time.

More of a module carries what less of it did, but may not fit a budget or what can be had; so a group that costs too
much is cut until it does not, and one that fits nowhere is rounded down. Runs that lose their place are left out.
"""

from __future__ import annotations

import numpy as np

from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control
from planner.solve.strategy.relaxation import Point, Relaxation
from planner.solve.strategy.restricted import Effort, FoundOne, Searched, search_restricted

WHOLE = 1e-6
LOSS = 0.03  # of gross value, if all were rounded at that rate
LEAST_LOSS = 1e-4  # of gross value
FIRST_SHARE = 0.3  # of what is fractional
LATE = 0.4  # of the time limit
WORK = 1_000_000_000  # iterations times rows, then all that is still fractional is rounded down
STARTS = Effort(seconds=10.0, nodes=100, ticks=400, gap=1e-4)
SETTLE = Effort(seconds=20.0, nodes=200, ticks=400, gap=1e-3)


class Lots:
    """Bounds that close round whole numbers of modules, with the LP's optimum within them."""

    def __init__(
        self, matrix: Matrix, relaxation: Relaxation, choices: Choices, control: Control,
        lower: Vector, upper: Vector, point: Point, scale: float,
    ) -> None:  # fmt: skip
        self._matrix, self._lp, self._choices, self._control = matrix, relaxation, choices, control
        self._columns = choices.column[choices.others]
        self._lower, self._upper, self._point, self._scale = lower.copy(), upper.copy(), point, scale
        starts = choices.starts[0]
        self._upper[starts] = np.maximum(matrix.lower[starts], np.rint(point.x[starts]))
        self._lower[starts] = np.minimum(self._lower[starts], self._upper[starts])
        self._hard = True
        self._last = relaxation.iterations + WORK // max(1, relaxation.rows)

    @property
    def upper(self) -> Vector:
        """Upper bounds that leave the runs of the dive open, each at its start."""
        return self._upper

    def plan(self) -> Vector | None:
        """A whole plan; None if none was found, or the search is to end."""
        at_once = 0
        while len(open_ := self._fractional()):
            if self._control.over:
                return None
            if self._lp.iterations > self._last or self._control.late(LATE):
                self._down(open_)
                break
            at_once = max(1, min(at_once or int(FIRST_SHARE * len(open_)), len(open_)))
            if self._up(open_[:at_once], len(open_)):
                at_once += at_once // 2 + 1
            elif at_once > 1:
                at_once = max(1, at_once // 3)
            elif not self._one(int(open_[0])):
                return None
        return self._whole()

    def _fractional(self) -> np.ndarray:
        """The columns that are no whole number, those nearest to the next one first."""
        x = self._point.x[self._columns]
        missing = np.ceil(x - WHOLE) - x
        open_ = np.flatnonzero((missing > WHOLE) & (self._upper[self._columns] > self._lower[self._columns]))
        return self._columns[open_[np.argsort(missing[open_], kind="stable")]]

    def _up(self, columns: np.ndarray, of: int) -> bool:
        """Have at least the next whole number of each; nothing changes if that costs too much."""
        lower = self._lower.copy()
        lower[columns] = np.minimum(np.ceil(self._point.x[columns] - WHOLE), self._upper[columns])
        loss = (LOSS * len(columns) / of + LEAST_LOSS) * self._scale
        found = self._lp.solve(lower, self._upper, least=self._point.objective - loss)
        if found is None:
            return False
        self._lower, self._point = lower, found
        return True

    def _one(self, column: int) -> bool:
        """Round one column up or down, whichever costs less; if neither goes, let runs go first."""
        lower, upper = self._lower.copy(), self._upper.copy()
        upper[column] = np.floor(self._point.x[column] + WHOLE)
        down = self._lp.solve(lower, upper) if upper[column] >= lower[column] else None
        higher = self._lower.copy()
        higher[column] = min(np.ceil(self._point.x[column] - WHOLE), self._upper[column])
        up = self._lp.solve(higher, self._upper, least=-np.inf if down is None else down.objective)
        if up is not None and (down is None or up.objective > down.objective):
            self._lower, self._point = higher, up
        elif down is not None:
            self._upper, self._point = upper, down
        elif self._hard:
            self._hard = False
            starts = self._choices.starts[0]
            self._lower[starts] = self._matrix.lower[starts]
        else:
            return False
        return True

    def _down(self, columns: np.ndarray) -> None:
        starts = self._choices.starts[0]
        self._lower[starts] = self._matrix.lower[starts]
        self._upper[columns] = np.maximum(self._lower[columns], np.floor(self._point.x[columns] + WHOLE))
        found = self._lp.solve(self._lower, self._upper)
        self._point = self._point if found is None else found

    def _whole(self) -> Vector | None:
        """The plan with these modules and such of the runs as fit whole; if none does, with other modules."""
        lower, upper = self._matrix.lower.copy(), self._upper.copy()
        lower[self._columns] = upper[self._columns] = np.rint(self._point.x[self._columns])
        found = search_restricted(self._matrix, self._control, lower, upper, STARTS.of(self._scale))
        self._control.count(found.work)
        if found.x is None:
            found = settle(self._matrix, self._choices, self._control, self._upper, SETTLE.of(self._scale))
        return found.x


def settle(
    matrix: Matrix, choices: Choices, control: Control, upper: Vector, effort: Effort,
    *, start: Vector | None = None, on_found: FoundOne | None = None,
) -> Searched:  # fmt: skip
    """The best modules found for the runs whose starts `upper` leaves open, or some of them; a plan to start from."""
    open_ = matrix.upper.copy()
    starts = choices.starts[0]
    open_[starts] = upper[starts]
    found = search_restricted(matrix, control, matrix.lower, open_, effort, start=start, on_found=on_found)
    control.count(found.work)
    return found
