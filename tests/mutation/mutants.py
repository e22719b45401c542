"""Mutants of the compiled model: an equation's rows reversed, or gone. The check and the figures stay as they are.

The rows that goals add to the model, one stage after another, are equations like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array

from planner.model.rooms import ROOMS
from planner.solve.compile import Matrix
from planner.solve.sharing.stages import EQUATIONS as OF_STAGES

STAGES = tuple(equation.number for equation in OF_STAGES)
EQUATIONS = (*(equation.number for room in ROOMS for equation in room.equations), *STAGES)
OBJECTIVE = "O1"
CHANGES = ("flip", "delete")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to all rows of one equation (or to the objective)."""

    equation: str
    change: str

    def __str__(self) -> str:
        return f"{self.equation} {self.change}"


def all_mutants(only: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Every equation, first flipped, then deleted."""
    for number in EQUATIONS:
        if not only or number in only:
            yield from (Mutant(number, change) for change in CHANGES)


def mutate(matrix: Matrix, mutant: Mutant) -> Matrix:
    """The matrix with the mutant's change.

    Flip: `<=` becomes `>=` and the other way round; of an equality the right-hand side is negated or, where that
    is 0, the sign of its first term. The objective is minimised instead. Delete: the rows say nothing; the
    objective is 0.
    """
    if mutant.equation == OBJECTIVE:
        factor = -1.0 if mutant.change == "flip" else 0.0
        return replace(matrix, cost=factor * matrix.cost, offset=factor * matrix.offset)
    rows = np.flatnonzero([row.equation == mutant.equation for row in matrix.rows])
    lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
    if mutant.change == "delete":
        lower[rows], upper[rows] = -np.inf, np.inf
        return replace(matrix, row_lower=lower, row_upper=upper)
    equal = rows[lower[rows] == upper[rows]]
    one_sided = rows[lower[rows] != upper[rows]]
    below = np.isfinite(upper[one_sided])
    lower[one_sided], upper[one_sided] = (
        np.where(below, matrix.row_upper[one_sided], -np.inf),
        np.where(below, np.inf, matrix.row_lower[one_sided]),
    )
    lower[equal], upper[equal] = -matrix.row_upper[equal], -matrix.row_lower[equal]
    flipped = [row for row in equal.tolist() if matrix.row_upper[row] == 0.0]
    return replace(matrix, row_lower=lower, row_upper=upper, a=_first_term_negated(matrix.a, flipped))


def _first_term_negated(a: csc_array, rows: list[int]) -> csc_array:
    if not rows:
        return a
    by_row = csr_array(a)
    by_row.sort_indices()
    for row in rows:
        if by_row.indptr[row] < by_row.indptr[row + 1]:
            by_row.data[by_row.indptr[row]] *= -1.0
    return csc_array(by_row)
