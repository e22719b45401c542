"""The LP of a study and of its neighbours in one HiGHS: what differs is patched, and the basis is kept.

A changed right-hand side or cost leaves the optimal basis primal or dual feasible, so that a few pivots lead from one
optimum to the next; a matrix of another shape is passed anew, its basis put together from the columns and rows that
both have. What-ifs go out from the same basis each: undoing the one before would take pivots too.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from planner.core.declare import Room
from planner.core.errors import LimitReached, SolverError
from planner.data.derive import Case
from planner.solve.compile import Matrix, Vector
from planner.solve.diagnose import limit_name
from planner.solve.highs import new_highs, pass_matrix
from planner.solve.options import Options

MOST_PATCHED = 0.2  # of the coefficients: beyond, passing the whole matrix costs less
DUAL, PRIMAL = 1, 4  # HiGHS's simplex_strategy
Status = highspy.HighsBasisStatus


@dataclass(frozen=True)
class Optimum:
    """An LP's optimum: values, net value (M$) and M$ of cost per unit of each right-hand side; none if infeasible.

    `how` says how HiGHS came by the matrix: `passed`, `rebased` (passed with a basis put together) or `patched`.
    """

    x: Vector | None
    objective: float
    row_dual: Vector | None
    how: str
    iterations: int


@dataclass
class _Held:
    """A HiGHS object, the matrix inside it, and the one passed last with its optimal basis: where patches start."""

    highs: highspy.Highs
    inside: Matrix
    passed: Matrix
    basis: highspy.HighsBasis


class Relaxer:
    """One HiGHS object for the LPs of a study and its neighbours."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: _Held | None = None

    def solve(self, matrix: Matrix, options: Options) -> Optimum:
        """The LP of a matrix, from the basis of the last one that was passed: what was asked between is undone.

        Raises
        ------
        LimitReached
            The time limit came first.
        SolverError
            HiGHS fails, or the LP is unbounded.
        """
        with self._lock:
            # whatever goes wrong from here on leaves no half-patched HiGHS behind
            held, self._held = self._held, None
            if held is not None and _same_shape(held.inside, matrix) and _patched(held.highs, held.inside, matrix):
                h, how = held.highs, "patched"
                _taken(h.setBasis(held.basis), "its own basis")
                # where costs alone changed the old optimum is a point still: primal simplex goes on from there
                strategy = PRIMAL if _same_points(held.passed, matrix) else DUAL
            else:
                h, strategy = new_highs(options) if held is None else held.highs, DUAL
                pass_matrix(h, matrix, relax=True)
                how = "rebased" if held is not None and _rebased(held, matrix) else "passed"
            _taken(h.setOptionValue("simplex_strategy", strategy), "the simplex strategy")
            _taken(h.setOptionValue("time_limit", options.time_limit_s), "the time limit")
            _run(h)
            found = _optimum(h, matrix, how)
            if held is not None and how == "patched":
                self._held = replace(held, inside=matrix)
            elif found.x is not None:
                self._held = _Held(h, matrix, matrix, h.getBasis())
            return found


def _taken(status: highspy.HighsStatus, what: str) -> None:
    if status != highspy.HighsStatus.kOk:
        raise SolverError(f"HiGHS does not take {what}")


def _same_shape(a: Matrix, b: Matrix) -> bool:
    """Whether the columns, the rows and the places of the coefficients are the same."""
    return (
        a.a.nnz == b.a.nnz
        and np.array_equal(a.a.indptr, b.a.indptr)
        and np.array_equal(a.a.indices, b.a.indices)
        and a.rows == b.rows
        and a.names == b.names
    )


def _same_points(a: Matrix, b: Matrix) -> bool:
    """Whether two matrices of the same shape differ in costs alone."""
    return all(
        np.array_equal(old, new)
        for old, new in (
            (a.a.data, b.a.data),
            (a.row_lower, b.row_lower),
            (a.row_upper, b.row_upper),
            (a.lower, b.lower),
            (a.upper, b.upper),
        )
    )


def _patched(h: highspy.Highs, old: Matrix, new: Matrix) -> bool:
    """Change in HiGHS what differs; False if that is so much that the matrix had better be passed."""
    places = np.flatnonzero(old.a.data != new.a.data)
    if len(places) > MOST_PATCHED * new.a.nnz:
        return False
    columns = np.searchsorted(new.a.indptr, places, side="right") - 1
    for row, column, value in zip(new.a.indices[places], columns, new.a.data[places], strict=True):
        _taken(h.changeCoeff(int(row), int(column), float(value)), "a coefficient")
    i = np.flatnonzero((old.row_lower != new.row_lower) | (old.row_upper != new.row_upper)).astype(np.int32)
    if len(i):
        change: Any = h  # highspy's own stubs lack changeRowsBounds
        _taken(change.changeRowsBounds(len(i), i, new.row_lower[i], new.row_upper[i]), "right-hand sides")
    i = np.flatnonzero((old.lower != new.lower) | (old.upper != new.upper)).astype(np.int32)
    if len(i):
        _taken(h.changeColsBounds(len(i), i, new.lower[i], new.upper[i]), "bounds")
    i = np.flatnonzero(old.cost != new.cost).astype(np.int32)
    if len(i):
        _taken(h.changeColsCost(len(i), i, new.cost[i]), "costs")
    _taken(h.changeObjectiveOffset(new.offset), "the constant of the objective")
    return True


def _rebased(held: _Held, new: Matrix) -> bool:
    """Give the matrix just passed the basis of the one before, for the columns and rows that both have."""
    mapped = highspy.HighsBasis()
    at_bound = np.where(np.isfinite(new.lower), 0, np.where(np.isfinite(new.upper), 2, 3)).tolist()
    kinds = (Status.kLower, Status.kBasic, Status.kUpper, Status.kZero)
    old, basis = held.passed, held.basis
    mapped.col_status = _mapped(old.names, basis.col_status, new.names, [kinds[k] for k in at_bound])
    mapped.row_status = _mapped(old.rows, basis.row_status, new.rows, [Status.kBasic] * len(new.rows))
    mapped.valid = mapped.alien = True  # alien: HiGHS completes or thins it out to a basis
    return bool(held.highs.setBasis(mapped) == highspy.HighsStatus.kOk)


def _mapped(
    old: Sequence[Hashable], status: Iterable[Any], new: Sequence[Hashable], otherwise: Sequence[Any]
) -> list[Any]:
    known = dict(zip(old, status, strict=True))
    return [known.get(name, default) for name, default in zip(new, otherwise, strict=True)]


def _run(h: highspy.Highs) -> None:
    """Run on a thread of its own: HiGHS keeps the number of threads of the first call from each thread."""
    status = [highspy.HighsStatus.kError]

    def run() -> None:
        status[0] = h.run()

    thread = threading.Thread(target=run, name="highs-relax", daemon=True)
    thread.start()
    thread.join()
    if status[0] == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS failed: run() returned an error, model status {h.getModelStatus()}")


def _optimum(h: highspy.Highs, matrix: Matrix, how: str) -> Optimum:
    kinds, status, info = highspy.HighsModelStatus, h.getModelStatus(), h.getInfo()
    iterations = max(0, int(info.simplex_iteration_count))
    if status == kinds.kInfeasible:
        return Optimum(None, -np.inf, None, how, iterations)
    if status == kinds.kTimeLimit:
        raise LimitReached("the relaxed problem was not solved within the time limit", "time_limit")
    if status not in (kinds.kOptimal, kinds.kModelEmpty):
        raise SolverError(f"HiGHS ended the relaxed problem with model status {h.modelStatusToString(status)}")
    solution = h.getSolution()
    x = np.array(solution.col_value, dtype=float)
    objective = -float(matrix.cost @ x + matrix.offset)
    return Optimum(x, objective, np.array(solution.row_dual, dtype=float), how, iterations)


def limit_values(matrix: Matrix, row_dual: Vector, case: Case, rooms: Sequence[Room]) -> dict[str, float]:
    """What one more unit of each limit that users can change is worth, M$, by its name, dearest first; 0 left out."""
    limits = {e.number: (e, e.limit) for room in rooms for e in room.equations if e.limit is not None}
    worth = np.where(np.isfinite(matrix.row_upper), -row_dual, row_dual)
    found = {}
    for i in np.flatnonzero(np.abs(worth) > 1e-9).tolist():
        row = matrix.rows[i]
        if row.equation in limits:
            found[limit_name(row, *limits[row.equation], case)] = float(worth[i])
    return dict(sorted(found.items(), key=lambda item: -abs(item[1])))
