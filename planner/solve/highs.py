"""The driver of HiGHS: one solve on its own thread, interruptible, every return status checked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np

from planner.core.errors import SolverError
from planner.solve.compile import Matrix, Vector
from planner.solve.options import Options, Progress, relative_gap
from planner.solve.waiting import NOBODY, Listener, Stand, wait

REFUSED = "1.14."  # returned wrong optima
ABSOLUTE_GAP = 1e-6  # M$: what counts as no gap at all
TICK = 100  # simplex iterations between two looks of HiGHS, roughly: inside branch and cut it does not tell them

Scale = Callable[[Vector], float]


@dataclass
class Outcome:
    """What HiGHS found: status, the point (if any), net value and its bound, M$."""

    status: str
    x: Vector | None
    objective: float
    bound: float
    nodes: int = 0
    iterations: int = 0
    row_dual: Vector | None = None


@dataclass
class _Watch:
    """Shared between the solver's thread and the one that waits."""

    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    reached: bool = False
    spent: bool = False
    best: Vector | None = None
    objective: float = -np.inf
    scale: float = 0.0
    bound: float = np.inf
    nodes: int = 0
    error: BaseException | None = None


class _Quiet(highspy.Highs):
    """HiGHS that says nothing: its constructor prints a banner as soon as it sets up callbacks."""

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's name
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def new_highs(options: Options, *, threads: int | None = None) -> highspy.Highs:
    """A quiet Highs object with the options set, each acceptance checked; `threads` instead of theirs if given.

    Raises
    ------
    SolverError
        The installed HiGHS is refused, or does not take an option.
    """
    h = _Quiet()  # type: ignore[no-untyped-call]
    if h.version().startswith(REFUSED):
        raise SolverError(f"HiGHS {h.version()} returned wrong optima: install highspy >= 1.15")
    for name, value in (
        ("threads", threads or options.threads),
        ("random_seed", options.seed),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", ABSOLUTE_GAP),
    ):
        if h.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS does not take the option {name} = {value}")
    return h


def pass_matrix(h: highspy.Highs, matrix: Matrix, *, relax: bool = False) -> None:
    """Hand the whole matrix over at once.

    Raises
    ------
    SolverError
        HiGHS refuses the model.
    """
    integer = np.zeros(len(matrix.columns), np.int32) if relax else matrix.integer.astype(np.int32)
    status = h.passModel(
        len(matrix.columns), len(matrix.rows), matrix.a.nnz, 1, 1, matrix.offset,
        matrix.cost, matrix.lower, matrix.upper, matrix.row_lower, matrix.row_upper,
        matrix.a.indptr.astype(np.int32), matrix.a.indices.astype(np.int32), matrix.a.data.astype(float), integer,
    )  # fmt: skip
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refuses the model (matrix not accepted)")


def solve_matrix(
    matrix: Matrix,
    options: Options,
    scale: Scale,
    *,
    start: dict[int, float] | None = None,
    listener: Listener = NOBODY,
) -> Outcome:
    """Search for the best point until the gap, a limit or an interruption.

    Parameters
    ----------
    matrix
        The compiled model.
    options
        Gap as a share of `scale` of the incumbent; wall clock, threads, seed.
    scale
        Gross discounted value, M$, of a point: what the gap is a share of.
    start
        Values of the integer columns to start from, completed by an LP; one that does not fit is passed over. HiGHS
        does not see it: handed a start, 1.16 may take it for worth more than it is and call it optimal.
    listener
        Who is told on the waiting thread.

    Returns
    -------
    The best point with its bound, `status` one of optimal, gap_reached, time_limit, work_limit, interrupted,
    infeasible, unbounded; the last two, and a limit reached too early, come without a point.

    Raises
    ------
    SolverError
        HiGHS fails. An error raised by the listener stops the search and comes out as it is.
    """
    h = new_highs(options)
    h.setOptionValue("time_limit", options.time_limit_s)
    pass_matrix(h, matrix)
    watch = _Watch()
    if start and (begin := solve_lp(matrix, options, start)).x is not None:
        watch.best, watch.objective, watch.scale = begin.x, begin.objective, scale(begin.x)
    _attach(h, matrix, options, scale, watch)
    began = time.perf_counter()
    thread = threading.Thread(target=_run, args=(h, watch), name="highs")
    thread.start()
    interrupted = wait(watch.done, watch.stop.set, lambda: _stand(watch, began), listener)
    if watch.error is not None:
        raise SolverError(f"HiGHS failed: {watch.error}") from watch.error
    return _outcome(h, matrix, watch, interrupted)


def _attach(h: highspy.Highs, matrix: Matrix, options: Options, scale: Scale, watch: _Watch) -> None:
    looks = [0]

    def improving(event: highspy.HighsCallbackEvent) -> None:
        point = np.array(event.data_out.mip_solution, dtype=float)
        worth = -float(matrix.cost @ point + matrix.offset)
        if worth <= watch.objective:
            return
        watch.objective, watch.scale = worth, scale(point)
        watch.best = point  # last: who sees it sees the others too

    def interrupt(event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        watch.bound, watch.nodes = -float(out.mip_dual_bound), int(out.mip_node_count)
        if watch.best is not None and options.gap > 0:
            watch.reached = relative_gap(watch.bound, watch.objective, watch.scale) <= options.gap
        looks[0] += 1
        watch.spent = _spent(looks[0] * TICK, options)
        if watch.reached or watch.spent or watch.stop.is_set():
            _interrupt(event)

    def simplex(event: highspy.HighsCallbackEvent) -> None:
        watch.spent = watch.spent or _spent(int(event.data_out.simplex_iteration_count), options)
        if watch.spent or watch.stop.is_set():
            _interrupt(event)

    h.cbMipImprovingSolution += improving
    h.cbMipInterrupt += interrupt
    h.cbSimplexInterrupt += simplex


def _spent(iterations: int, options: Options) -> bool:
    return options.work_limit is not None and iterations >= options.work_limit


def _interrupt(event: highspy.HighsCallbackEvent) -> None:
    if event.data_in is not None:
        event.data_in.user_interrupt = True


def _run(h: highspy.Highs, watch: _Watch) -> None:
    try:
        if h.run() == highspy.HighsStatus.kError:
            watch.error = SolverError(f"run() returned an error, model status {h.getModelStatus()}")
    except BaseException as error:  # carried to the waiting thread and raised there
        watch.error = error
    finally:
        watch.done.set()


def _stand(watch: _Watch, began: float) -> Stand:
    found = watch.best is not None
    bound = watch.bound if np.isfinite(watch.bound) else None
    gap = relative_gap(watch.bound, watch.objective, watch.scale) if found and bound is not None else None
    seconds = time.perf_counter() - began
    return Stand(Progress(seconds, watch.objective if found else None, bound, gap, watch.nodes), watch.best)


def _outcome(h: highspy.Highs, matrix: Matrix, watch: _Watch, interrupted: bool) -> Outcome:
    status, info = h.getModelStatus(), h.getInfo()
    kinds = highspy.HighsModelStatus
    if status == kinds.kInfeasible:
        return Outcome("infeasible", None, -np.inf, -np.inf)
    if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
        return Outcome("unbounded", None, -np.inf, np.inf)
    named = {kinds.kOptimal: "optimal", kinds.kModelEmpty: "optimal", kinds.kTimeLimit: "time_limit"}
    if status == kinds.kInterrupt:
        name = "interrupted" if interrupted else "gap_reached" if watch.reached else "work_limit"
    elif status in named:
        name = named[status]
    else:
        raise SolverError(f"HiGHS ended with model status {h.modelStatusToString(status)}")
    # a plan without a single decision is a plan: HiGHS claims no solution for it
    feasible = (
        status == kinds.kModelEmpty or info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    x = np.array(h.getSolution().col_value, dtype=float) if feasible else watch.best
    if watch.best is not None and (x is None or watch.objective > -float(matrix.cost @ x + matrix.offset)):
        x = watch.best
    mip = bool(matrix.integer.any())
    objective = -np.inf if x is None else -float(matrix.cost @ x + matrix.offset)
    if mip:
        bound = -float(info.mip_dual_bound)
    else:
        bound = objective if status in (kinds.kOptimal, kinds.kModelEmpty) else np.inf
    return Outcome(
        name, x, objective, bound, max(0, int(info.mip_node_count)), max(0, int(info.simplex_iteration_count))
    )


def solve_lp(matrix: Matrix, options: Options, fixed: dict[int, float]) -> Outcome:
    """The LP of the matrix with some columns fixed and no integrality, with its duals.

    Returns
    -------
    The optimum with `row_dual` (M$ of cost per unit of each right-hand side), or the status without a point.

    Raises
    ------
    SolverError
        HiGHS fails.
    """
    h = new_highs(options)
    pass_matrix(h, matrix, relax=True)
    if fixed:
        where = np.fromiter(fixed, np.int32, len(fixed))
        values = np.fromiter(fixed.values(), float, len(fixed))
        h.changeColsBounds(len(fixed), where, values, values)
    watch = _Watch()
    thread = threading.Thread(target=_run, args=(h, watch), name="highs-lp")
    thread.start()
    watch.done.wait()
    if watch.error is not None:
        raise SolverError(f"HiGHS failed: {watch.error}") from watch.error
    kinds = highspy.HighsModelStatus
    if h.getModelStatus() not in (kinds.kOptimal, kinds.kModelEmpty):
        return Outcome("infeasible", None, -np.inf, -np.inf)
    solution = h.getSolution()
    x = np.array(solution.col_value, dtype=float)
    objective = -float(matrix.cost @ x + matrix.offset)
    return Outcome("optimal", x, objective, objective, row_dual=np.array(solution.row_dual, dtype=float))
