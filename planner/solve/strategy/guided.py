"""The guided search: relax, dive, improve in rounds; beside it or after it the whole model, for the proof."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import numpy as np

from planner.core.errors import SolverError
from planner.solve.compile import Matrix, Vector
from planner.solve.highs import Outcome, Scale
from planner.solve.options import Options
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control
from planner.solve.strategy.dive import Dive, decide
from planner.solve.strategy.kernel import SETTLE, SOON, Kernel
from planner.solve.strategy.proof import prove
from planner.solve.strategy.relaxation import Point, Relaxation
from planner.solve.strategy.restricted import Effort, Searched, search_restricted
from planner.solve.strategy.rounds import Rounds
from planner.solve.strategy.standing import Standing
from planner.solve.strategy.tighten import tighten
from planner.solve.waiting import Listener, wait

STALL = 12  # rounds without gain before the rest of the time goes into the proof, where it does not run beside
COMPLETE = Effort(seconds=20.0, nodes=50, ticks=200, gap=1e-4)
FEW = 0  # passes of a large LP before the dive, where the whole LP is solved beside it
PROVEN_BESIDE = 1_000_000  # nonzeros: beyond, branch and cut on the whole model does not leave its root in time


class Guided:
    """One guided search: its parts share limits and where the search stands."""

    def __init__(self, matrix: Matrix, choices: Choices, options: Options, scale: Scale) -> None:
        self._matrix, self._choices, self._options, self._scale = tighten(matrix), choices, options, scale
        self._control = Control(options)
        self._standing = Standing(self._control, scale)
        self._ended = "stopped"
        self._done = threading.Event()
        self._error: BaseException | None = None
        self.rounds: Rounds | None = None

    def run(self, start: Mapping[int, float] | None, listener: Listener) -> Outcome:
        """Search until the gap, a limit or Ctrl-C.

        Parameters
        ----------
        start
            Values of integer columns to start from; what they leave open is completed, and what does not fit ignored.
        listener
            Who is told on the waiting thread.

        Raises
        ------
        SolverError
            HiGHS fails. An error raised by the listener stops the search and comes out as it is.
        """
        leader = threading.Thread(target=self._guarded, args=(lambda: self._lead(start),), name="guided")
        leader.start()
        interrupted = wait(self._done, self._control.stop, self._standing.stand, listener)
        leader.join()
        if self._error is not None:
            raise SolverError(f"the guided search failed: {self._error}") from self._error
        return self._outcome(interrupted)

    def _lead(self, start: Mapping[int, float] | None) -> None:
        try:
            self._begin(start or {})
            beside = self._beside()
            try:
                self._search(beside)
            finally:
                for thread in beside:
                    thread.join()
            if not beside and not self._control.over:
                self._prove()
        finally:
            self._done.set()

    def _begin(self, start: Mapping[int, float]) -> None:
        """A first plan: the start where there is one that fits, else one that does nothing that it need not do."""
        m, columns = self._matrix, self._choices.column
        for values in ([start] if start else []) + [dict(zip(columns.tolist(), m.lower[columns], strict=True))]:
            lower, upper = m.lower.copy(), m.upper.copy()
            where = np.fromiter(values, np.int64, len(values))
            lower[where] = upper[where] = np.clip(list(values.values()), m.lower[where], m.upper[where])
            found = search_restricted(m, self._control, lower, upper, COMPLETE.of(1.0, len(m.rows)))
            if self._standing.offer(found.x, found.objective, "start"):
                break

    def _beside(self) -> list[threading.Thread]:
        """What bounds the plan while it is sought: branch and cut, or the whole LP where that alone takes minutes."""
        if self._options.threads == 1 or self._control.by_work:
            return []
        part = self._prove if self._matrix.a.nnz <= PROVEN_BESIDE else self._bound
        thread = threading.Thread(target=self._guarded, args=(part,), name="bound")
        thread.start()
        return [thread]

    def _bound(self) -> None:
        """The optimum of the whole LP."""
        self._relaxation().root(on_bound=self._standing.prove)

    def _relaxation(self) -> Relaxation:
        return Relaxation(self._matrix, self._choices, self._control)

    def _search(self, beside: list[threading.Thread]) -> None:
        """A dive, and rounds until the search is to end; where nothing runs beside, until they bring nothing."""
        relaxation = self._relaxation()
        large = self._matrix.a.nnz > PROVEN_BESIDE
        root = relaxation.root(passes=FEW if large and beside else None, on_bound=self._standing.prove)
        self._control.count(relaxation.iterations)
        if root is None:  # no point, or no time for one: branch and cut says which
            return
        self._first_plans(relaxation, root)
        if self._standing.best is not None:
            scale, threads = self._scale(root.x), self._options.threads
            self.rounds = Rounds(self._matrix, self._choices, self._control, self._standing, root.x, scale)
            self.rounds.run(lambda: threads - sum(t.is_alive() for t in beside), stall=None if beside else STALL)

    def _first_plans(self, relaxation: Relaxation, root: Point) -> None:
        """A plan soon, with runs where the LP has most of them; then a good one round the runs of a dive."""
        m, choices, control, scale = self._matrix, self._choices, self._control, self._scale(root.x)
        kernel, counted = Kernel(m, choices, control, scale, self._offer), relaxation.iterations
        if relaxation.large:  # each of a dive's LPs would take many seconds: it goes on with what is likely to be used
            relaxation, counted = Relaxation(m, choices, control, inside=kernel.near(root.x)), 0
            root = relaxation.solve(m.lower, m.upper) or root
        lower, upper = m.lower.copy(), m.upper.copy()
        decide(choices, root.x, choices.runs, lower, upper)
        self._take(kernel.search(root.x, upper, SOON))
        dive = Dive(relaxation, choices, control, m.lower, m.upper, root, scale)
        dive.runs()
        control.count(relaxation.iterations - counted)
        starts, upper = choices.starts[0], m.upper.copy()
        upper[starts] = np.maximum(m.lower[starts], np.rint(dive.point.x[starts]))
        self._take(kernel.search(dive.point.x, upper, SETTLE))

    def _take(self, found: Searched) -> None:
        if found.x is not None:
            self._offer(found.x, found.objective)

    def _offer(self, x: Vector | None, objective: float) -> None:
        self._standing.offer(x, objective, "dive")

    def _prove(self) -> None:
        self._ended = prove(self._matrix, self._control, self._standing)
        if self._control.by_work and self._ended == "stopped" and self._control.left() > 0:
            self._control.count(int(self._control.work_left))  # what was left of it is what stopped it
        if self._ended != "stopped":
            self._control.stop()

    def _guarded(self, part: Callable[[], None]) -> None:
        try:
            part()
        except BaseException as error:  # carried to the waiting thread and raised there
            self._error = error
            self._control.stop()

    def _outcome(self, interrupted: bool) -> Outcome:
        best, standing = self._standing.best, self._standing
        if self._ended == "unbounded":  # doing nothing is a plan all the same, and no answer
            return Outcome("unbounded", None, -np.inf, np.inf)
        if self._ended == "infeasible" and best is None:
            return Outcome("infeasible", None, -np.inf, -np.inf)
        if self._ended == "optimal":
            status = "optimal"
        elif standing.reached:
            status = "gap_reached" if standing.gap > 0 else "optimal"
        elif interrupted:
            status = "interrupted"
        else:
            status = "time_limit" if self._control.work_left > 0 else "work_limit"
        objective = -np.inf if best is None else best.objective
        x = None if best is None else best.x
        return Outcome(status, x, objective, float(standing.bound), standing.nodes, self._control.work)
