"""The LP of a matrix in one Highs object: starts of runs come in as they are worth it, bounds change, the basis stays.

Of the thousands of ways in which a run may be done an optimum uses a few. The LP begins with some of each run and takes
in others whose reduced cost says that they would help, until none does (column generation; Dantzig and Wolfe 1960).
As a run starts at most once, at any time (least reduced cost of each run's starts) bounds the whole (Lasdon 1970).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.core.errors import SolverError
from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control

FIRST, MORE = 14, 14  # starts of a run taken in at first, and at most each time
WORTHWHILE = 1e-7  # M$ of reduced cost
INTERIOR_ROWS = 15_000  # from here on interior points beat the simplex from scratch
CLOSE = 1e-5  # of net value: as near as interior points are brought to the optimum
DUAL, PRIMAL = 1, 4  # HiGHS's simplex_strategy


@dataclass(frozen=True)
class Point:
    """A solution of the LP: values by column and net value, M$."""

    x: Vector
    objective: float


class Relaxation:
    """The matrix without its integrality; solved again and again under changed bounds of columns."""

    def __init__(
        self, matrix: Matrix, choices: Choices, control: Control, *, inside: NDArray[np.bool_] | None = None
    ) -> None:
        """`inside`: the columns that are in the LP from the beginning, all others at zero; default: see `_first`."""
        self._matrix, self._control = matrix, control
        self._starts, self._run = choices.starts
        self._rows_of_starts = matrix.a[:, self._starts].T.tocsr()
        self._inside = np.ones(len(matrix.columns), bool) if inside is None else inside.copy()
        if inside is None:
            self._first()
        self._inside[matrix.lower > 0] = True
        self._where = np.flatnonzero(self._inside)
        self._highs = control.highs()
        self._pass()
        self.rows = len(matrix.rows)
        self.large = inside is None and self.rows >= INTERIOR_ROWS
        self.bound = np.inf
        self.iterations = 0

    def _first(self) -> None:
        """All columns but starts of runs, and of each run those of most worth and some evenly among the others."""
        self._inside[self._starts] = False
        for run in range(int(self._run.max(initial=-1)) + 1):
            mine = self._starts[self._run == run]
            best = mine[np.argsort(self._matrix.cost[mine], kind="stable")[:2]]
            spread = mine[np.unique(np.linspace(0, len(mine) - 1, FIRST).astype(np.int64))]
            self._inside[best] = self._inside[spread] = True

    def _pass(self) -> None:
        m, at = self._matrix, self._where
        part = m.a[:, at]
        status = self._highs.passModel(
            len(at), part.shape[0], part.nnz, 1, 1, m.offset, m.cost[at], m.lower[at], m.upper[at],
            m.row_lower, m.row_upper,
            part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data, np.zeros(len(at), np.int32),
        )  # fmt: skip
        if status == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refuses the relaxation (matrix not accepted)")

    def root(self, *, passes: int | None = None, on_bound: Callable[[float], None] | None = None) -> Point | None:
        """The optimum of the LP, or nearly; None if there is no point, or the search is to end first.

        A large LP is left at an interior point: from a vertex of it, each commitment would take thousands of pivots.

        Parameters
        ----------
        passes
            How often starts are taken in at most; default: until none would help.
        on_bound
            Told a bound, M$, on the whole LP after each pass.
        """
        m, h = self._matrix, self._highs
        interior = self.large
        if interior:  # its duals lie amid the optimal ones and so price better, and need no vertex
            h.setOptionValue("solver", "ipm")
            h.setOptionValue("run_crossover", "off")
        self._run_highs(DUAL)
        done = 0
        while (point := self._point()) is not None and not self._control.over:
            worth = self._priced(m.upper, point)
            if on_bound is not None:
                on_bound(self.bound)
            close = interior and self.bound - point.objective <= 2 * CLOSE * abs(point.objective)
            if not len(worth) or close or done == passes:
                break
            done += 1
            self._take_in(worth, m.lower, m.upper)
            self._run_highs(PRIMAL)
        return point

    def solve(self, lower: Vector, upper: Vector, *, least: float = -np.inf, exact: bool = False) -> Point | None:
        """The optimum within these bounds; None if there is no point that good, or the search is to end.

        Parameters
        ----------
        lower, upper
            By column. A start that is held at one is taken in.
        least
            Net value, M$, below which the optimum is of no interest.
        exact
            Whether starts are priced in until none helps; else those inside are all there is.

        Raises
        ------
        SolverError
            HiGHS fails.
        """
        h = self._highs
        h.setOptionValue("objective_bound", np.inf if exact else -least)
        if len(held := np.flatnonzero((lower > 0) & ~self._inside)):
            self._take_in(held, lower, upper)
        every = np.arange(len(self._where), dtype=np.int32)
        h.changeColsBounds(len(every), every, lower[self._where], upper[self._where])
        self._run_highs(DUAL)
        while (point := self._point()) is not None and exact:
            worth = self._priced(upper, point)
            if not len(worth) or self._control.over:
                break
            self._take_in(worth, lower, upper)
            self._run_highs(PRIMAL)
        return point

    def _run_highs(self, strategy: int) -> None:
        h = self._highs
        h.setOptionValue("simplex_strategy", strategy)
        if h.run() == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS failed on the relaxation, model status {h.getModelStatus()}")
        info = h.getInfo()
        self.iterations += sum(max(0, int(n)) for n in (info.simplex_iteration_count, info.crossover_iteration_count))

    def _point(self) -> Point | None:
        h = self._highs
        if h.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            return None
        x = np.zeros(len(self._inside))
        x[self._where] = h.getSolution().col_value
        return Point(x, -float(self._matrix.cost @ x + self._matrix.offset))

    def _priced(self, upper: Vector, point: Point) -> NDArray[np.int64]:
        """The starts outside that would help most; on the way, the bound of all starts."""
        reduced = self._matrix.cost[self._starts] - self._rows_of_starts @ np.array(self._highs.getSolution().row_dual)
        reduced[self._inside[self._starts] | (upper[self._starts] <= 0)] = 0.0
        least = np.zeros(int(self._run.max(initial=-1)) + 1)
        np.minimum.at(least, self._run, reduced)
        # an interior point may be that much short of the optimum of what is inside
        short = CLOSE * abs(point.objective) if self.large else 0.0
        self.bound = point.objective + short - float(least.sum())
        helps = np.flatnonzero(reduced < -WORTHWHILE)
        order = helps[np.lexsort((reduced[helps], self._run[helps]))]
        run = self._run[order]
        rank = np.arange(len(order)) - np.searchsorted(run, run, side="left")
        return self._starts[order[rank < MORE]]

    def _take_in(self, columns: NDArray[np.int64], lower: Vector, upper: Vector) -> None:
        m = self._matrix
        part = m.a[:, columns]
        self._highs.addCols(
            len(columns), m.cost[columns], lower[columns], upper[columns], part.nnz,
            part.indptr[:-1].astype(np.int32), part.indices.astype(np.int32), part.data,
        )  # fmt: skip
        self._inside[columns] = True
        self._where = np.concatenate([self._where, columns])
