"""The model with most integers held: what is fixed is taken out, the rest is a small MIP for HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import highspy
import numpy as np

from planner.core.errors import SolverError
from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.control import Control

FIXED = 1e-9
FEASIBLE = 1e-6  # HiGHS's tolerance on rows
USUAL_ROWS = 7_000  # with more the LPs take longer, and so may a search
FoundOne = Callable[[Vector, float], None]


@dataclass(frozen=True)
class Effort:
    """How long to search a restriction: wall clock, s; nodes; how often HiGHS looks up; the gap that is good enough.

    `gap` is a share of gross value; `of` says it in M$, and gives large matrices longer.
    """

    seconds: float
    nodes: int
    ticks: int
    gap: float

    def of(self, scale: float, rows: int) -> Effort:
        """The same for a matrix of that many rows whose plans are worth `scale` M$, gross."""
        return replace(self, gap=self.gap * abs(scale), seconds=self.seconds * max(1.0, rows / USUAL_ROWS))


@dataclass(frozen=True)
class Searched:
    """What came of it: the best point (None: none found), whether nothing better is left, nodes, and work."""

    x: Vector | None
    objective: float
    finished: bool
    nodes: int
    work: int


def search_restricted(
    matrix: Matrix, control: Control, lower: Vector, upper: Vector, effort: Effort,
    *, start: Vector | None = None, on_found: FoundOne | None = None,
) -> Searched:  # fmt: skip
    """Search the matrix within other bounds of its columns.

    Parameters
    ----------
    lower, upper
        Bounds by column; where they meet the column is taken out.
    start
        A point of the whole matrix within the bounds.
    on_found
        Told each better point (of the whole matrix) and its net value, on the solver's thread.

    Raises
    ------
    SolverError
        HiGHS fails.
    """
    free = upper - lower > FIXED
    base = np.where(free, 0.0, lower)
    if not _decided_rows_hold(matrix, free, base):
        return Searched(None, -np.inf, True, 0, 0)
    h = control.highs()
    _pass_free(h, matrix, lower, upper, free, base)
    for name, value in (
        ("time_limit", control.left() if control.by_work else min(effort.seconds, control.left())),
        ("mip_max_nodes", effort.nodes),
        ("mip_abs_gap", effort.gap),
        ("mip_heuristic_run_shifting", True),  # off by default; they find first points sooner here
        ("mip_heuristic_run_zi_round", True),
    ):
        h.setOptionValue(name, value)
    if start is not None:
        h.setSolution(int(free.sum()), np.arange(free.sum(), dtype=np.int32), start[free])

    def whole(values: Vector) -> tuple[Vector, float]:
        x = base.copy()
        x[free] = values
        return x, -float(matrix.cost @ x + matrix.offset)

    ticks = [0]

    def tick(event: highspy.HighsCallbackEvent) -> None:
        ticks[0] += 1
        if ticks[0] >= effort.ticks and event.data_in is not None:
            event.data_in.user_interrupt = True

    h.cbMipInterrupt += tick
    if on_found is not None:
        h.cbMipImprovingSolution += lambda event: on_found(*whole(np.array(event.data_out.mip_solution, dtype=float)))
    if h.run() == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS failed on a restriction, model status {h.getModelStatus()}")
    info = h.getInfo()
    nodes = max(0, int(info.mip_node_count))
    work = nodes + max(0, int(info.simplex_iteration_count))
    done = h.getModelStatus() in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Searched(None, -np.inf, done, nodes, work)
    x, objective = whole(np.array(h.getSolution().col_value, dtype=float))
    return Searched(x, objective, done, nodes, work)


def _decided_rows_hold(matrix: Matrix, free: np.ndarray, base: Vector) -> bool:
    """Whether the rows in which nothing is free hold: they are not handed over."""
    decided, taken = np.diff(matrix.a[:, free].tocsr().indptr) == 0, matrix.a @ base
    slack = FEASIBLE * np.maximum(1.0, np.abs(taken))
    return bool(((matrix.row_lower - slack <= taken) & (taken <= matrix.row_upper + slack))[decided].all())


def _pass_free(h: highspy.Highs, matrix: Matrix, lower: Vector, upper: Vector, free: np.ndarray, base: Vector) -> None:
    """Hand over the free columns and the rows they stand in, the fixed ones on the right-hand sides."""
    taken = matrix.a @ base
    part = matrix.a[:, free].tocsr()
    rows = np.diff(part.indptr) > 0
    part = part[rows].tocsc()
    status = h.passModel(
        part.shape[1], part.shape[0], part.nnz, 1, 1, float(matrix.offset + matrix.cost @ base),
        matrix.cost[free], lower[free], upper[free], (matrix.row_lower - taken)[rows], (matrix.row_upper - taken)[rows],
        part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data.astype(float),
        matrix.integer[free].astype(np.int32),
    )  # fmt: skip
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses a restriction (matrix not accepted)")
