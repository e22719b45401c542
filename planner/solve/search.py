"""How a plan is found and proven: guided or by branch and cut alone, the integers made exact, the limits priced."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.core.errors import LimitReached, SolverError
from planner.core.interrupts import undisturbed
from planner.data.derive import Case
from planner.model.rooms.finance import weight
from planner.model.workspace import Workspace
from planner.solve.compile import Matrix, RowName, Vector
from planner.solve.highs import ABSOLUTE_GAP, Outcome, Scale, solve_lp, solve_matrix
from planner.solve.options import RUNNING, Options, Progress, relative_gap
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.guided import Guided
from planner.solve.waiting import Listener, Stand

log = logging.getLogger("planner")
EARNING = ("runs", "stream_segments", "programmes", "cancellable")
CONTINUOUS_IN_PRICES = ("module", "contract")


@dataclass(frozen=True)
class Found:
    """A plan's point: values by column, net value, its proven bound, gross scale (all M$) and gap."""

    status: str
    x: Vector
    objective: float
    bound: float
    scale: float
    gap: float
    nodes: int
    iterations: int


def gross_scale(m: Workspace, case: Case, matrix: Matrix) -> Scale:
    """What the gap is a share of, M$: the point's gross discounted value.

    Its gross cost where the objective is least cost, or where nothing could earn: a network for traffic alone.
    """
    least_cost = case.inputs.setting("finance", "objective") == "least_cost"
    of_cost = least_cost or not any(case.inputs.rows(table) for table in EARNING)
    kinds = ("capex", "opex", "fee", "penalty") if of_cost else ("value",)
    at, coefficients = matrix.positions(), np.zeros(len(matrix.columns))
    constant = 0.0
    for line, _ in m.ledger.lines(*kinds):
        factor = abs(weight(line, case))
        terms, fixed = m.ledger.terms(line)
        constant += factor * fixed if of_cost else 0.0
        for coefficient, variable in terms:
            if (column := at.get(id(variable))) is not None:  # a variable in no row or cost has no column
                coefficients[column] += factor * coefficient
    return lambda x: float(coefficients @ x + constant)


def search(
    matrix: Matrix,
    options: Options,
    scale: Scale,
    *,
    choices: Choices | None = None,
    start: dict[int, float] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_better: Callable[[Found], None] | None = None,
) -> Found | Outcome:
    """The best plan found within the options, its integers exact; or an infeasible outcome.

    Parameters
    ----------
    matrix, options, scale
        What to search, how long, and what the gap is a share of.
    choices
        What the integer columns are; without them, or if the options say so, branch and cut on the whole model.
    start
        Values of integer columns to start from; passed over where they do not fit.
    on_progress
        Called now and then on the waiting thread.
    on_better
        Called there with better plans as they are found, its own time a small share of the search's.

    Raises
    ------
    LimitReached
        The limit or an interruption came before any plan.
    SolverError
        HiGHS failed, or the model is unbounded.
    """
    listener = Listener(on_progress, None if on_better is None else Announcer(matrix, options, scale, on_better))
    if options.strategy == "guided" and choices is not None and matrix.integer.any():
        outcome = Guided(matrix, choices, options, scale).run(start, listener)
    else:
        outcome = solve_matrix(matrix, options, scale, start=start, listener=listener)
    if outcome.status == "infeasible":
        return outcome
    if outcome.status == "unbounded":
        raise SolverError("the value of a plan has no bound (or no plan exists): something worth money is free")
    if outcome.x is None:
        raise LimitReached(f"no plan was found before the search ended ({outcome.status})", outcome.status)
    with undisturbed() as pressed:
        found = _found(matrix, options, scale, outcome)
    # whoever pressed just now wants no further search to follow
    return replace(found, status="interrupted") if pressed else found


def _found(matrix: Matrix, options: Options, scale: Scale, outcome: Outcome) -> Found:
    x, objective = _exact(matrix, options, outcome)
    bound = max(outcome.bound, objective) if math.isfinite(outcome.bound) else outcome.bound
    gross = scale(x)
    gap = relative_gap(bound, objective, gross)
    status = outcome.status
    if bound - objective <= max(2 * ABSOLUTE_GAP, 1e-9 * abs(objective)):
        status, gap = "optimal", gap if gap > 1e-9 else 0.0
    elif status == "optimal":
        status = "gap_reached"
    # + 0.0: a plan that does nothing is worth 0, not -0
    return Found(status, x, objective + 0.0, bound + 0.0, gross, gap, outcome.nodes, outcome.iterations)


class Announcer:
    """Hands better plans on while the search goes on, so seldom that it costs the search little."""

    REST = 9.0  # times what handing on the last one took of the processor

    def __init__(self, matrix: Matrix, options: Options, scale: Scale, tell: Callable[[Found], None]) -> None:
        self._matrix, self._options, self._scale, self._tell = matrix, options, scale, tell
        self._next, self._told = 0.0, -math.inf

    def __call__(self, stand: Stand) -> bool:
        """Whether the point was handed on; if not it may be offered again."""
        began, gap = time.perf_counter(), stand.progress.gap
        if began < self._next or stand.best is None or gap is None or not math.isfinite(gap):
            return False  # a plan that earns nothing has no gap: doing nothing is no news
        found = self._exact(stand.best, stand.progress)
        spent, cpu = time.perf_counter() - began, time.thread_time()  # the LP runs on a thread of its own
        if found is not None and found.objective > self._told:  # rounded it may be worth less than it seemed
            self._told = found.objective
            self._tell(replace(found, status=RUNNING))
        # on a busy machine the clock would count what others do
        self._next = time.perf_counter() + self.REST * (spent + time.thread_time() - cpu)
        return True

    def _exact(self, x: Vector, progress: Progress) -> Found | None:
        """The point with its integers exact; none if that is no plan: the search goes on and may find one that is."""
        assert progress.bound is not None
        objective = -float(self._matrix.cost @ x + self._matrix.offset)
        outcome = Outcome(RUNNING, x, objective, progress.bound, progress.nodes)
        try:
            return _found(self._matrix, replace(self._options, threads=1), self._scale, outcome)
        except SolverError as error:
            log.warning("a better plan was found, but is no result yet: %s", error)
            return None


def _exact(matrix: Matrix, options: Options, outcome: Outcome) -> tuple[Vector, float]:
    """The point with its integers rounded and the rest solved again: no 0.9999 of a lot is reported."""
    assert outcome.x is not None
    if not matrix.integer.any():
        return outcome.x, outcome.objective
    where = np.flatnonzero(matrix.integer)
    fixed = {int(i): float(v) for i, v in zip(where, np.rint(outcome.x[where]), strict=True)}
    again = solve_lp(matrix, options, fixed)
    if again.x is None:
        raise SolverError("the plan's integers, rounded, admit no plan: HiGHS's tolerances hid an infeasibility")
    return again.x, again.objective


@dataclass(frozen=True)
class Prices:
    """Shadow prices at a plan: starts, sites and tiers kept, orders and modules continuous.

    `dual` is M$ of cost per unit of each row's right-hand side; `worth`, of the rows that have one, M$ of
    today for one more unit in the direction that helps.
    """

    dual: Vector
    worth: dict[RowName, float]


def limit_prices(matrix: Matrix, options: Options, found: Found) -> Prices:
    """What one more unit of each limit is worth.

    Raises
    ------
    SolverError
        The LP around a plan that exists has no optimum: a defect.
    """
    keep = {
        i: float(found.x[i])
        for i, role in enumerate(matrix.roles)
        if role is not None and role not in CONTINUOUS_IN_PRICES
    }
    lp = solve_lp(matrix, options, keep)
    if lp.row_dual is None:
        raise SolverError("the LP with the plan's starts, sites and tiers kept has no optimum")
    worth = np.where(np.isfinite(matrix.row_upper), -lp.row_dual, lp.row_dual)
    return Prices(lp.row_dual, {matrix.rows[i]: float(worth[i]) for i in np.flatnonzero(np.abs(worth) > 1e-9)})
