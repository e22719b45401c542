"""A matrix with more columns and rows, another goal, or rows that say nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_array, csc_array, hstack, vstack

from planner.solve.compile import Matrix, RowName, Vector


@dataclass(frozen=True)
class Linear:
    """coefficients by column (those of a matrix, then of added ones) and a constant."""

    terms: Mapping[int, float]
    constant: float = 0.0

    def at(self, x: Vector) -> float:
        """Its value at a point."""
        return float(sum(c * x[i] for i, c in self.terms.items()) + self.constant)

    def times(self, factor: float) -> Linear:
        """A multiple of it."""
        return Linear({i: factor * c for i, c in self.terms.items()}, factor * self.constant)


def total(parts: Sequence[Linear]) -> Linear:
    """The sum of some."""
    terms: dict[int, float] = {}
    for part in parts:
        for i, c in part.terms.items():
            terms[i] = terms.get(i, 0.0) + c
    return Linear(terms, sum(part.constant for part in parts))


@dataclass
class Additions:
    """Columns (their bounds) and numbered rows (`linear >= 0`) added to a matrix of some width."""

    width: int
    bounds: list[tuple[float, float]] = field(default_factory=list)
    rows: list[tuple[RowName, Linear]] = field(default_factory=list)

    def column(self, low: float = 0.0, high: float = np.inf) -> int:
        """Add a continuous column; its number."""
        self.bounds.append((low, high))
        return self.width + len(self.bounds) - 1

    def at_least_zero(self, equation: str, index: tuple[str | int, ...], row: Linear) -> None:
        """Add a row of a numbered equation."""
        self.rows.append((RowName(equation, index), row))


def extended(matrix: Matrix, more: Additions, goal: Linear | None = None) -> Matrix:
    """The matrix with what is added, and maximising `goal` instead of net value if one is given."""
    n, m = len(more.bounds), len(more.rows)
    entries = [(r, c, v) for r, (_, row) in enumerate(more.rows) for c, v in row.terms.items()]
    at, column, value = (np.array(x) for x in zip(*entries, strict=True)) if entries else (np.zeros(0),) * 3
    below = coo_array(
        (value.astype(float), (at.astype(np.int64), column.astype(np.int64))), shape=(m, matrix.a.shape[1] + n)
    )
    wide = hstack([matrix.a, csc_array((matrix.a.shape[0], n))], format="csc") if n else matrix.a
    cost = np.concatenate([matrix.cost, np.zeros(n)])
    offset = matrix.offset
    if goal is not None:
        cost, offset = np.zeros(len(cost)), -goal.constant
        for i, c in goal.terms.items():
            cost[i] -= c
    low, high = np.array([b[0] for b in more.bounds]), np.array([b[1] for b in more.bounds])
    return replace(
        matrix,
        a=csc_array(vstack([wide, below], format="csc")) if m else wide,
        cost=cost,
        offset=offset,
        lower=np.concatenate([matrix.lower, low]),
        upper=np.concatenate([matrix.upper, high]),
        row_lower=np.concatenate([matrix.row_lower, [-row.constant for _, row in more.rows]]),
        row_upper=np.concatenate([matrix.row_upper, np.full(m, np.inf)]),
        integer=np.concatenate([matrix.integer, np.zeros(n, dtype=bool)]),
        roles=matrix.roles + (None,) * n,
        columns=matrix.columns + (None,) * n,
        names=matrix.names + tuple(("sharing", "added", i) for i in range(n)),
        rows=matrix.rows + tuple(name for name, _ in more.rows),
        doubles=(),
    )


def silenced(matrix: Matrix, silent: Callable[[RowName], bool]) -> Matrix:
    """The matrix with some rows saying nothing."""
    rows = np.array([silent(row) for row in matrix.rows], dtype=bool)
    return replace(
        matrix,
        row_lower=np.where(rows, -np.inf, matrix.row_lower),
        row_upper=np.where(rows, np.inf, matrix.row_upper),
    )
