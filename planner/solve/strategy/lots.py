"""Whole lots, modules and tiers round the runs of a dive: window by window of months, the later ones left fractional.

Relax and fix (Pochet and Wolsey 2006, Production Planning by Mixed Integer Programming): what arrives in a window is
made whole by a small MIP that still sees everything after it, and then stays. Runs that lose their place are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.choices import Choices, Columns
from planner.solve.strategy.control import Control
from planner.solve.strategy.restricted import Effort, FoundOne, Searched, search_restricted

SETTLE = Effort(seconds=120.0, nodes=200, ticks=2_000, gap=1e-3)
SHARE = 0.5  # of the time that is left when the first window is searched
WINDOW = 200  # open integers that are made whole at once, at least
EFFORT = Effort(seconds=4.0, nodes=30, ticks=300, gap=2e-4)
USUAL_ROWS = 7_000  # with more the LPs take longer, and so may a window
AT_LENGTH = Effort(seconds=16.0, nodes=200, ticks=1_200, gap=2e-4)
POOR = 1e-2  # of gross value: a window that costs more is searched again, together with the one before


class Lots:
    """Bounds that close round whole numbers of modules, earliest months first."""

    def __init__(
        self, matrix: Matrix, choices: Choices, control: Control, upper: Vector, objective: float, scale: float
    ) -> None:
        """`upper` closes all starts of runs but those that a dive has chosen; `objective` is what they are worth."""
        self._matrix, self._choices, self._control, self._scale = matrix, choices, control, scale
        self._lower, self._upper, self._objective = matrix.lower.copy(), upper.copy(), objective
        self._starts = choices.starts[0]

    def plan(self) -> Searched | None:
        """A whole plan; None if none was found, or the search is to end."""
        found, before = None, np.zeros(0, np.int64)
        windows = list(self._windows())
        seconds = SHARE * self._control.left() / len(windows)
        for columns in windows:
            found = self._whole(columns, EFFORT, seconds)
            if found.objective < self._objective - POOR * self._scale and not self._control.over:
                self._lower[before], self._upper[before] = self._matrix.lower[before], self._matrix.upper[before]
                columns = np.concatenate([before, columns])
                found = max(found, self._whole(columns, AT_LENGTH, 2 * seconds), key=lambda one: one.objective)
            if found.x is None:
                return None
            self._lower[columns] = self._upper[columns] = np.rint(found.x[columns])
            self._objective, before = found.objective, columns
        return found

    def _windows(self) -> Iterator[Columns]:
        """The columns that are no starts of runs, in windows of months."""
        columns = self._choices.column[self._choices.others]
        month = self._choices.start[self._choices.others]
        open_ = self._upper[columns] > self._lower[columns]
        inside: NDArray[np.bool_] = np.zeros(len(columns), bool)
        months = np.unique(month)
        for now in months:
            inside |= month == now
            if (inside & open_).sum() >= WINDOW or now == months[-1]:
                yield columns[inside]
                inside = np.zeros(len(columns), bool)
        if not len(months):
            yield columns

    def _whole(self, columns: Columns, effort: Effort, seconds: float) -> Searched:
        """The best found with whole numbers in these columns, and runs whole or left out."""
        whole = np.zeros_like(self._matrix.integer)
        whole[columns] = self._matrix.integer[columns]
        whole[self._starts] = self._matrix.integer[self._starts]
        longest = effort.seconds * max(1.0, len(self._matrix.rows) / USUAL_ROWS)
        found = search_restricted(
            replace(self._matrix, integer=whole), self._control, self._lower, self._upper,
            replace(effort.of(self._scale), seconds=min(longest, seconds)),
        )  # fmt: skip
        self._control.count(found.work)
        return found


def settle(matrix: Matrix, control: Control, upper: Vector, scale: float, on_found: FoundOne | None) -> Searched:
    """The best modules found, all at once, for the runs whose starts `upper` leaves open, or some of them."""
    found = search_restricted(matrix, control, matrix.lower, upper, SETTLE.of(scale), on_found=on_found)
    control.count(found.work)
    return found
