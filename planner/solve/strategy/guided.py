"""The guided search: relax, dive, improve in rounds; beside it or after it the whole model, for the proof."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from planner.core.errors import SolverError
from planner.solve.compile import Matrix, Vector
from planner.solve.highs import POLL_SECONDS, Outcome, Scale
from planner.solve.options import Options, Progress
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control
from planner.solve.strategy.dive import Dive
from planner.solve.strategy.proof import prove
from planner.solve.strategy.relaxation import Point, Relaxation
from planner.solve.strategy.restricted import Effort, search_restricted
from planner.solve.strategy.rounds import Rounds
from planner.solve.strategy.standing import Standing
from planner.solve.strategy.tighten import tighten

STALL = 12  # rounds without gain, on one thread, before the rest of the time goes into the proof
SETTLE_NODES = 200


class Guided:
    """One guided search: its parts share a clock and where the search stands."""

    def __init__(self, matrix: Matrix, choices: Choices, options: Options, scale: Scale) -> None:
        self._matrix, self._choices, self._options, self._scale = tighten(matrix), choices, options, scale
        self._control = Control(options)
        self._standing = Standing(self._control, scale)
        self._ended = "stopped"
        self._done = threading.Event()
        self._error: BaseException | None = None

    def run(self, start: Vector | None, on_progress: Callable[[Progress], None] | None) -> Outcome:
        """Search until the gap, the limit or Ctrl-C.

        Raises
        ------
        SolverError
            HiGHS fails. An error raised by `on_progress` stops the search and comes out as it is.
        """
        if start is not None:
            self._standing.offer(start, self._worth(start), "start")
        leader = threading.Thread(target=self._guarded, args=(self._lead,), name="guided")
        leader.start()
        interrupted = self._wait(on_progress)
        leader.join()
        if self._error is not None:
            raise SolverError(f"HiGHS failed: {self._error}") from self._error
        return self._outcome(interrupted)

    def _lead(self) -> None:
        relaxation = Relaxation(self._matrix, self._control)
        root = relaxation.solve(self._matrix.lower, self._matrix.upper)
        if root is None:
            self._prove()
            return
        self._standing.prove(root.objective)
        beside = threading.Thread(target=self._guarded, args=(self._prove,), name="proof")
        if self._options.threads > 1:
            beside.start()
        self._find(relaxation, root)
        if self._options.threads > 1:
            beside.join()
        elif not self._control.over:
            self._prove()

    def _find(self, relaxation: Relaxation, root: Point) -> None:
        """A first plan by a dive, better ones in rounds."""
        scale = self._scale(root.x)
        dive = Dive(relaxation, self._choices, self._control, self._matrix.lower, self._matrix.upper, root, scale)
        dive.runs()
        upper = self._matrix.upper.copy()
        starts = self._choices.column[~self._choices.others]
        upper[starts] = np.maximum(self._matrix.lower[starts], np.rint(dive.point.x[starts]))
        effort = Effort(max(1.0, self._control.left() / 12), SETTLE_NODES, 1e-3 * abs(scale))
        search_restricted(
            self._matrix, self._control, self._matrix.lower, upper, effort,
            on_found=lambda x, objective: self._standing.offer(x, objective, "dive"),
        )  # fmt: skip
        if self._standing.best is not None:
            rounds = Rounds(self._matrix, self._choices, self._control, self._standing, root.x, scale)
            workers = max(1, self._options.threads - 1)
            rounds.run(workers, stall=STALL if self._options.threads == 1 else 10**9)

    def _prove(self) -> None:
        best = self._standing.best
        self._ended = prove(self._matrix, self._control, self._standing, None if best is None else best.x)
        if self._ended != "stopped":
            self._control.stop()

    def _guarded(self, part: Callable[[], None]) -> None:
        try:
            part()
        except BaseException as error:  # carried to the waiting thread and raised there
            self._error = error
            self._control.stop()
        finally:
            if threading.current_thread().name == "guided":
                self._done.set()

    def _wait(self, on_progress: Callable[[Progress], None] | None) -> bool:
        """Wait for the leader; Ctrl-C ends the search and keeps what was found. Returns whether it came."""
        interrupted = False
        while True:
            try:
                done = self._done.wait(POLL_SECONDS)
                if on_progress is not None:
                    on_progress(self._standing.progress())
                if done:
                    return interrupted
            except KeyboardInterrupt:
                interrupted = True
                self._control.stop()
            except BaseException:
                self._control.stop()
                self._done.wait()
                raise

    def _outcome(self, interrupted: bool) -> Outcome:
        best, standing = self._standing.best, self._standing
        if self._ended in ("infeasible", "unbounded") and best is None:
            return Outcome(self._ended, None, -np.inf, np.inf if self._ended == "unbounded" else -np.inf)
        if self._ended == "optimal":
            status = "optimal"
        elif standing.reached:
            status = "gap_reached"
        else:
            status = "interrupted" if interrupted else "time_limit"
        objective = -np.inf if best is None else best.objective
        return Outcome(status, None if best is None else best.x, objective, float(standing.bound), standing.nodes, standing.work)

    def _worth(self, x: Vector) -> float:
        return -float(self._matrix.cost @ x + self._matrix.offset)
