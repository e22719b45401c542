"""The LP of a matrix, kept in one Highs object: bounds change, the basis stays."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from planner.core.errors import SolverError
from planner.solve.compile import Matrix, Vector
from planner.solve.highs import pass_matrix
from planner.solve.strategy.control import Control


@dataclass(frozen=True)
class Point:
    """A solution of the LP: values by column and net value, M$."""

    x: Vector
    objective: float


class Relaxation:
    """The matrix without its integrality; solved again and again under changed bounds of columns."""

    def __init__(self, matrix: Matrix, control: Control) -> None:
        self._matrix = matrix
        self._all = np.arange(len(matrix.columns), dtype=np.int32)
        self._highs = control.highs()
        pass_matrix(self._highs, matrix, relax=True)
        self.solves = 0
        self.iterations = 0

    def solve(self, lower: Vector, upper: Vector) -> Point | None:
        """The optimum within these bounds; None if there is no point, or the search is to end.

        Raises
        ------
        SolverError
            HiGHS fails.
        """
        h = self._highs
        h.changeColsBounds(len(self._all), self._all, lower, upper)
        if h.run() == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS failed on the relaxation, model status {h.getModelStatus()}")
        self.solves += 1
        self.iterations += max(0, int(h.getInfo().simplex_iteration_count))
        if h.getModelStatus() not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            return None
        x = np.array(h.getSolution().col_value, dtype=float)
        return Point(x, -float(self._matrix.cost @ x + self._matrix.offset))
