"""The rows and the objective of a Pyomo block as arrays: whole sums where the model keeps them, else node by node.

Pyomo's compiler visits every term of every row. Nearly all of a model's terms stand in `Terms`, whose coefficients and
variables can be taken as they are; whatever else a room may write is left to Pyomo's own walker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.expr.numeric_expr import NegationExpression, SumExpression
from pyomo.repn.linear import LinearRepnVisitor
from scipy.sparse import csr_array

from planner.model.terms import Terms

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class BlockRows:
    """Rows over the variables used, with bounds and the constraints they are of; the cost, to be minimised, if any."""

    used: tuple[Any, ...]
    a: csr_array
    lower: Vector
    upper: Vector
    constraints: tuple[Any, ...]
    cost: Vector | None
    offset: float


def read_rows(block: Any) -> BlockRows:
    """What a block states. A constraint with two unlike bounds is two rows; one without any is none.

    Raises
    ------
    InfeasibleConstraintException
        If a row in which nothing is decided does not hold.
    ValueError
        If a row or the objective is not linear.
    """
    met = _Met()
    goal = next(block.component_data_objects(pyo.Objective, active=True), None)
    of_goal = _Rows(met)
    if goal is not None:
        of_goal.add(goal, goal.expr, None, None)
    rows = _Rows(met)
    for component in block.component_objects(pyo.Constraint, active=True):
        for constraint in component.values():
            if constraint.active:
                lower, body, upper = constraint.to_bounded_expression(evaluate_bounds=True)
                sides = [(lower, upper)] if lower == upper else [(None, upper), (lower, None)]
                for low, high in sides:
                    if low is not None or high is not None:
                        rows.add(constraint, body, low, high)
    return _block_rows(met.variables, rows, None if goal is None else of_goal)


class _Met:
    """The variables met, in order."""

    def __init__(self) -> None:
        self.variables: list[Any] = []
        self._at: dict[int, int] = {}  # column by the identity of a variable
        self._shared: dict[int, tuple[Sequence[Any], NDArray[np.int32]]] = {}

    def columns(self, variables: Sequence[Any]) -> NDArray[np.int32]:
        """The columns of some variables."""
        ids = list(map(id, variables))
        try:
            return np.fromiter(map(self._at.__getitem__, ids), np.int32, len(ids))
        except KeyError:
            new = dict(zip(ids, variables, strict=True))
            for known in new.keys() & self._at.keys():
                del new[known]
            at = len(self.variables)
            self._at.update(zip(new, range(at, at + len(new)), strict=True))
            self.variables += new.values()
            return self.columns(variables)

    def columns_at(self, variables: Sequence[Any], positions: NDArray[np.int64]) -> NDArray[np.int32]:
        """The columns of the variables at some positions of a sequence that many sums share."""
        if id(variables) not in self._shared:
            self._shared[id(variables)] = variables, self.columns(variables)
        columns: NDArray[np.int32] = self._shared[id(variables)][1][positions]
        return columns


class _Walked:
    """The variables that Pyomo's walker has met, by their identity."""

    def __init__(self) -> None:
        self.var_map: dict[int, Any] = {}

    def add(self, variable: Any) -> None:
        """Enter a variable."""
        self.var_map[id(variable)] = variable


class _Rows:
    """Rows one after the other, each in pieces as they are read."""

    def __init__(self, met: _Met) -> None:
        self._met = met
        self._walked = _Walked()
        self._walker = LinearRepnVisitor({}, var_recorder=self._walked)
        self.pieces: list[tuple[Any, Any]] = []  # coefficients, columns
        self.lengths: list[int] = []
        self.constants: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.of: list[Any] = []

    def add(self, owner: Any, body: Any, lower: float | None, upper: float | None) -> None:
        """Enter a row; `owner` is its constraint or objective."""
        before = len(self.pieces)
        self.constants.append(self._read(owner, body, 1.0))
        self.lengths.append(sum(len(columns) for _, columns in self.pieces[before:]))
        self.lower.append(-np.inf if lower is None else lower)
        self.upper.append(np.inf if upper is None else upper)
        self.of.append(owner)

    def _read(self, owner: Any, expression: Any, sign: float) -> float:
        """Enter the terms of sign * expression, and return its constant."""
        kind = expression.__class__
        if kind is Terms:
            if len(expression.coefficients):
                self._take(expression, sign)
            return float(sign * expression.constant)
        if kind in native_numeric_types:
            return float(sign * expression)
        if kind is SumExpression:
            return sum(self._read(owner, part, sign) for part in expression.args)
        if kind is NegationExpression:
            return self._read(owner, expression.args[0], -sign)
        if isinstance(expression, NamedExpressionData):
            return self._read(owner, expression.expr, sign)
        found = self._walker.walk_expression(expression)
        if found.nonlinear is not None:
            raise ValueError(f"{owner.name} is not linear")
        if found.linear:
            variables = [self._walked.var_map[v] for v in found.linear]
            self.pieces.append(([sign * c for c in found.linear.values()], self._met.columns(variables)))
        return float(sign * found.constant)

    def _take(self, terms: Terms, sign: float) -> None:
        coefficients = terms.coefficients
        if terms.positions is None:
            columns = self._met.columns(terms.variables)
        else:
            columns = self._met.columns_at(terms.variables, terms.positions)
        if sign != 1.0:
            coefficients = sign * np.asarray(coefficients, dtype=float)
        self.pieces.append((coefficients, columns))

    def matrix(self, width: int) -> csr_array:
        """All rows, terms of the same column added up, none that is 0."""
        data = _joined([coefficients for coefficients, _ in self.pieces], np.float64)
        indices = _joined([columns for _, columns in self.pieces], np.int32)
        a = csr_array((data, indices, np.cumsum([0, *self.lengths])), shape=(len(self.lengths), width))
        a.sum_duplicates()
        a.eliminate_zeros()
        return a


def _joined(pieces: Sequence[Any], dtype: Any) -> NDArray[Any]:
    """Pieces, lists or arrays, as one array."""
    whole = np.empty(sum(map(len, pieces)), dtype=dtype)
    at = 0
    for piece in pieces:
        whole[at : at + len(piece)] = piece
        at += len(piece)
    return whole


def _block_rows(variables: Sequence[Any], rows: _Rows, goal: _Rows | None) -> BlockRows:
    """The rows and the cost over the variables that are in use: in some row or the objective, and not fixed."""
    width = len(variables)
    a, cost = rows.matrix(width), np.zeros(width)
    constants, offset = np.array(rows.constants, dtype=float), 0.0
    if goal is not None:
        sign = -1.0 if goal.of[0].sense == pyo.maximize else 1.0
        cost, offset = sign * goal.matrix(width).toarray().reshape(-1), sign * goal.constants[0]
    used = cost != 0.0
    used[a.indices] = True
    fixed = np.fromiter((v.fixed for v in variables), np.bool_, width) & used
    if fixed.any():
        values = np.array([pyo.value(v) if f else 0.0 for v, f in zip(variables, fixed.tolist(), strict=True)])
        constants, offset = constants + a @ values, offset + float(cost @ values)
        a.data[fixed[a.indices]] = 0.0
        a.eliminate_zeros()
        used &= ~fixed
    kept = _deciding(a, rows, constants)
    columns, position = np.flatnonzero(used), np.cumsum(used, dtype=np.int32) - 1
    a = csr_array((a.data, position[a.indices], a.indptr), shape=(a.shape[0], len(columns)))
    return BlockRows(
        used=tuple(variables[i] for i in columns.tolist()),
        a=a if kept.all() else csr_array(a[kept]),
        lower=(np.array(rows.lower, dtype=float) - constants)[kept],
        upper=(np.array(rows.upper, dtype=float) - constants)[kept],
        constraints=tuple(row for row, keep in zip(rows.of, kept.tolist(), strict=True) if keep),
        cost=None if goal is None else cost[columns],
        offset=offset,
    )


def _deciding(a: csr_array, rows: _Rows, constants: Vector) -> NDArray[np.bool_]:
    """Which rows have anything to decide; the others hold, or there is no plan."""
    kept: NDArray[np.bool_] = np.diff(a.indptr) > 0
    for i in np.flatnonzero(~kept).tolist():
        if not rows.lower[i] <= constants[i] <= rows.upper[i]:
            raise InfeasibleConstraintException(f"{rows.of[i].name} does not hold, with nothing to decide")
    return kept
