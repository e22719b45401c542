"""The runs of a first plan: committed one after another where the LP wants them, many at once where that costs little.

A run's start is what the LP splits: over places, types and times, so that it needs a share of its gang only. The
dive decides the runs of most worth first. What the LP cannot carry whole is looked for elsewhere before it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.solve.compile import Vector
from planner.solve.strategy.choices import Choices, Columns
from planner.solve.strategy.control import Control
from planner.solve.strategy.relaxation import Point, Relaxation

WHOLE = 1e-6
LOSS_OF_WORTH = 0.02  # what committing a run may cost, as a share of its worth
LOSS_OF_VALUE = 1e-4  # and as a share of gross value
PREFERRED = 4  # starts of a run tried of those the LP uses
ELSEWHERE = 4  # and of those it would use next
SERIOUS = 5e-3  # of gross value: a run that still costs that much is tried at every start it has
LATE = 0.25  # of the time limit
WORK = 1_000_000_000  # iterations times rows, then all that is still split is decided at once

Tried = tuple[Point, int | None]


class Dive:
    """Bounds that close round the starts of runs, with the LP's optimum within them."""

    def __init__(
        self, relaxation: Relaxation, choices: Choices, control: Control,
        lower: Vector, upper: Vector, root: Point, scale: float,
    ) -> None:  # fmt: skip
        self._lp, self._choices, self._control = relaxation, choices, control
        self.lower, self.upper, self.point = lower.copy(), upper.copy(), root
        self._small, self._serious = LOSS_OF_VALUE * scale, SERIOUS * scale
        self._last = relaxation.iterations + WORK // max(1, relaxation.rows)

    def runs(self) -> bool:
        """Commit every run to one start or none; False if that led nowhere or the search is to end."""
        at_once = 1
        while split := self._split():
            if self._control.over:
                return False
            if self._lp.iterations > self._last or self._control.late(LATE):
                return self._decide(split)
            group = split[:at_once]
            if self._commit_all(group):
                at_once *= 2
            elif len(group) > 1:
                at_once = max(1, len(group) // 4)
            elif not self._commit_best(group[0]):
                return False
        return True

    def _split(self) -> list[str]:
        x = self.point.x
        return [
            run
            for run, columns in self._choices.runs.items()
            if ((x[columns] > WHOLE) & (x[columns] < 1 - WHOLE)).any()
        ]

    def _commit_all(self, group: list[str]) -> bool:
        """Commit each run of a group to the start that the LP uses most; nothing changes if that costs too much."""
        lower, upper = self.lower.copy(), self.upper.copy()
        for run in group:
            columns = self._choices.runs[run]
            _close(lower, upper, columns, int(columns[np.argmax(self.point.x[columns])]))
        worth = sum(self._choices.worth_of[run] for run in group)
        found = self._lp.solve(lower, upper, least=self.point.objective - LOSS_OF_WORTH * worth - self._small)
        if found is None:
            return False
        self.lower, self.upper, self.point = lower, upper, found
        return True

    def _commit_best(self, run: str) -> bool:
        """Commit one run to the best of the starts tried, or refuse it if that is better; False if neither goes."""
        columns = self._choices.runs[run]
        enough = LOSS_OF_WORTH * self._choices.worth_of[run] + self._small
        best = self._better(None, columns, None)  # refused
        preferred = self._preferred(columns, self.point.x)[:PREFERRED]
        for column in preferred[1:]:  # the first was tried alone, and costs too much to be taken unseen
            best = self._better(best, columns, column)
            if best is not None and self.point.objective - best[0].objective <= enough:
                break
        else:
            best = self._elsewhere(columns, preferred, best)
            best = self._better(best, columns, preferred[0])
            if best is None or self.point.objective - best[0].objective > self._serious:
                best = self._anywhere(columns, best)
        if best is None:
            return False
        _close(self.lower, self.upper, columns, best[1])
        self.point = best[0]
        return True

    def _elsewhere(self, columns: Columns, tried: list[int], best: Tried | None) -> Tried | None:
        """Look for a run's start where the LP goes once what was tried is closed to it."""
        upper, tried = self.upper.copy(), list(tried)
        for _ in range(ELSEWHERE):
            upper[tried] = 0.0
            least = -np.inf if best is None else best[0].objective
            found = None if self._control.over else self._lp.solve(np.minimum(self.lower, upper), upper, least=least)
            next_best = [] if found is None else self._preferred(columns, found.x)[:1]
            if not next_best:
                break
            best = self._better(best, columns, next_best[0])
            tried += next_best
        return best

    def _anywhere(self, columns: Columns, best: Tried | None) -> Tried | None:
        """The best of all starts of a run that is worth the time."""
        for column in columns.tolist():
            if self._control.over:
                break
            best = self._better(best, columns, column)
        return best

    def _better(self, best: Tried | None, columns: Columns, column: int | None) -> Tried | None:
        lower, upper = self.lower.copy(), self.upper.copy()
        _close(lower, upper, columns, column)
        found = self._lp.solve(lower, upper, least=-np.inf if best is None else best[0].objective)
        return best if found is None or (best and best[0].objective >= found.objective) else (found, column)

    def _decide(self, split: list[str]) -> bool:
        """All that is split at once; False if no point is left."""
        decide(self._choices, self.point.x, split, self.lower, self.upper)
        found = self._lp.solve(self.lower, self.upper)
        self.point = self.point if found is None else found
        return found is not None

    @staticmethod
    def _preferred(columns: Columns, x: Vector) -> list[int]:
        used = columns[x[columns] > WHOLE]
        return [int(i) for i in used[np.argsort(-x[used], kind="stable")]]


def decide(choices: Choices, x: Vector, runs: Iterable[str], lower: Vector, upper: Vector) -> None:
    """Close bounds round runs at once: what the LP has half of goes where it has most of it, the rest is refused.

    What then turns out not to fit may still be left out.
    """
    for run in runs:
        columns = choices.runs[run]
        _close(lower, upper, columns, int(columns[np.argmax(x[columns])]) if x[columns].sum() > 0.5 else None)
    starts = choices.starts[0]
    lower[starts] = np.minimum(lower[starts], 0.0)


def _close(lower: Vector, upper: Vector, columns: Columns, column: int | None) -> None:
    """Hold a run at one of its starts, or at none."""
    lower[columns] = upper[columns] = 0.0
    if column is not None:
        lower[column] = upper[column] = 1.0
