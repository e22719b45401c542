"""The first plan: runs committed one after another where the LP wants them, then whole modules around them.

A run's start is what the LP splits: over places, types and times, so that it needs a share of its gang only. The
dive decides the runs of most worth first, each by trying what the LP prefers and keeping what costs least, and the
small ones many at a time. What the LP cannot carry whole is looked for elsewhere before it is refused.
"""

from __future__ import annotations

import numpy as np

from planner.solve.compile import Vector
from planner.solve.strategy.choices import Choices, Columns
from planner.solve.strategy.control import Control
from planner.solve.strategy.relaxation import Point, Relaxation

WHOLE = 1e-6
SHARE_AT_ONCE = 0.15  # of the worth of the runs that are still split
LOSS_OF_WORTH = 0.02  # what committing a run may cost, as a share of its worth
LOSS_OF_VALUE = 1e-4  # and as a share of gross value
PREFERRED = 4  # starts of a run tried of those the LP uses
ELSEWHERE = 4  # and of those it would use next


class Dive:
    """Bounds that close round the starts of runs, with the LP's optimum within them."""

    def __init__(
        self, relaxation: Relaxation, choices: Choices, control: Control,
        lower: Vector, upper: Vector, root: Point, scale: float,
    ) -> None:  # fmt: skip
        self._lp = relaxation
        self._choices = choices
        self._control = control
        self.lower, self.upper = lower.copy(), upper.copy()
        self.point = root
        self._small = LOSS_OF_VALUE * scale

    def runs(self) -> bool:
        """Commit every run to one start or none; False if that led nowhere or the search is to end."""
        while split := self._split():
            if self._control.over:
                return False
            group = self._largest(split)
            if (len(group) == 1 or not self._commit_all(group)) and not self._commit_best(group[0]):
                return False
        return True

    def _split(self) -> list[str]:
        x = self.point.x
        return [
            run
            for run, columns in self._choices.runs.items()
            if ((x[columns] > WHOLE) & (x[columns] < 1 - WHOLE)).any()
        ]

    def _largest(self, split: list[str]) -> list[str]:
        """The runs to decide next: of most worth, some share of all that are split."""
        worth = self._choices.worth_of
        share = SHARE_AT_ONCE * sum(worth[run] for run in split)
        reach = np.cumsum([worth[run] for run in split])
        return split[: max(1, int(np.searchsorted(reach, share, side="right")))] if len(split) > 3 else split[:1]

    def _commit_all(self, group: list[str]) -> bool:
        """Commit each run of a group to the start that the LP uses most; nothing changes if that costs too much."""
        lower, upper = self.lower.copy(), self.upper.copy()
        for run in group:
            columns = self._choices.runs[run]
            _close(lower, upper, columns, int(columns[np.argmax(self.point.x[columns])]))
        found = self._lp.solve(lower, upper)
        worth = sum(self._choices.worth_of[run] for run in group)
        if found is None or self.point.objective - found.objective > LOSS_OF_WORTH * worth + self._small:
            return False
        self.lower, self.upper, self.point = lower, upper, found
        return True

    def _commit_best(self, run: str) -> bool:
        """Commit one run to the best of the starts tried, or refuse it if that is better; False if neither goes."""
        columns = self._choices.runs[run]
        enough = LOSS_OF_WORTH * self._choices.worth_of[run] + self._small
        tried: list[int] = []
        best: tuple[Point, int | None] | None = None
        for column in self._preferred(columns, self.point.x)[:PREFERRED]:
            best = self._better(best, columns, column)
            tried.append(column)
            if best is not None and self.point.objective - best[0].objective <= enough:
                break
        else:
            best = self._elsewhere(columns, tried, best)
            best = self._better(best, columns, None)
        if best is None:
            return False
        _close(self.lower, self.upper, columns, best[1])
        self.point = best[0]
        return True

    def _elsewhere(
        self, columns: Columns, tried: list[int], best: tuple[Point, int | None] | None
    ) -> tuple[Point, int | None] | None:
        """Look for a run's start where the LP goes once what was tried is closed to it."""
        upper = self.upper.copy()
        for _ in range(ELSEWHERE):
            upper[tried] = 0.0
            found = None if self._control.over else self._lp.solve(np.minimum(self.lower, upper), upper)
            next_best = [] if found is None else self._preferred(columns, found.x)[:1]
            if not next_best:
                break
            best = self._better(best, columns, next_best[0])
            tried += next_best
        return best

    def _better(
        self, best: tuple[Point, int | None] | None, columns: Columns, column: int | None
    ) -> tuple[Point, int | None] | None:
        lower, upper = self.lower.copy(), self.upper.copy()
        _close(lower, upper, columns, column)
        found = self._lp.solve(lower, upper)
        return best if found is None or (best and best[0].objective >= found.objective) else (found, column)

    @staticmethod
    def _preferred(columns: Columns, x: Vector) -> list[int]:
        used = columns[x[columns] > WHOLE]
        return [int(i) for i in used[np.argsort(-x[used], kind="stable")]]


def _close(lower: Vector, upper: Vector, columns: Columns, column: int | None) -> None:
    """Hold a run at one of its starts, or at none."""
    lower[columns] = upper[columns] = 0.0
    if column is not None:
        lower[column] = upper[column] = 1.0
