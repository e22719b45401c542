"""A study: validated inputs, and the only place that strings load, build, solve, read and check together."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pyomo.common.gc_manager import PauseGC

from planner import __version__
from planner.core.declare import Room
from planner.core.errors import InfeasibleError, InputError, Problem
from planner.core.inputs import Inputs
from planner.core.interrupts import undisturbed
from planner.core.methods import with_noted_methods
from planner.core.reuse import Shelf
from planner.data.derive import Case
from planner.data.load import read_scenario
from planner.data.overrides import Override, overrides_from_mapping
from planner.data.reading.raw import RawScenario
from planner.data.reading.sheets import Workbook
from planner.data.validate import resolve, typed_cells
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.model.workspace import Workspace
from planner.results.plan import Plan
from planner.results.previous import PREVIOUS, Terms, previous_tables
from planner.results.read_back import Reader, timed
from planner.results.relaxation import Relaxation
from planner.results.starts import start_values
from planner.solve.compile import Matrix, compile_model
from planner.solve.diagnose import explain_infeasible, missing_candidates
from planner.solve.highs import Outcome
from planner.solve.options import Options, Progress
from planner.solve.relax import Relaxer, limit_values
from planner.solve.search import Found, gross_scale, search
from planner.solve.sharing.account import Account, find
from planner.solve.strategy.choices import read_choices

if TYPE_CHECKING:
    from planner.sweeps import Sweep

log = logging.getLogger("planner")


@dataclass(frozen=True)
class _Shared:
    """What a study shares with all made from it by `with_`: typed cells, what was built, the HiGHS with its LP."""

    typed: Workbook
    shelf: Shelf = field(default_factory=Shelf)
    relaxer: Relaxer = field(default_factory=Relaxer)


class SweepMethod(Protocol):
    """How `Study.sweep` is called: as `planner.sweep`, which says what everything means."""

    def __call__(
        self, axes: Mapping[str, Sequence[Any]], *, gap: float | None = None, time_limit: float | None = None,
        strategy: str | None = None, work_limit: int | None = None, workers: int | None = None,
        out: str | Path | None = None,
    ) -> Sweep: ...  # fmt: skip


@with_noted_methods
class Study:
    """A scenario, validated and immutable; `with_` makes a changed copy, `solve` a plan, `sweep` a cube of plans."""

    # noted in planner/__init__.py: sweeps are made of studies
    sweep: SweepMethod

    def __init__(
        self,
        raw: RawScenario,
        overrides: Sequence[Override] = (),
        rooms: Sequence[Room] = ROOMS,
        shared: _Shared | None = None,
    ) -> None:
        tables = [table for room in rooms for table in room.inputs]
        self._raw = raw
        self._shared = _Shared(typed_cells(raw, tables)) if shared is None else shared
        self._overrides = tuple(overrides)
        self._rooms = tuple(rooms)
        with PauseGC():
            self.inputs: Inputs = resolve(raw, tables, self._overrides, typed=self._shared.typed)

    @property
    def name(self) -> str:
        return self.inputs.name

    def __repr__(self) -> str:
        sites, runs, periods = (*map(self.inputs.rows, ("sites", "runs")), self.inputs.setting("calendar", "periods"))
        return f"<Study {self.name}: periods {len(periods)}, sites {len(sites)}, runs {len(runs)}>"

    @cached_property
    def case(self) -> Case:
        """What follows from the inputs before any decision: calendar, prices, candidates."""
        return Case(self.inputs, self._shared.shelf)

    def with_(self, changes: Mapping[str, Any]) -> Study:
        """A copy with some inputs changed.

        Parameters
        ----------
        changes
            Path to value: a number or text sets, `"+3"`, `"-2"`, `"*0.8"` change what is there.

        Raises
        ------
        InputError
            A path names nothing, or the changed inputs are not valid.
        """
        return Study(self._raw, (*self._overrides, *overrides_from_mapping(changes)), self._rooms, self._shared)

    def replan(
        self,
        plan: Plan,
        replanned: str,
        *,
        frozen_until: str | None = None,
        cancellable: Terms | None = None,
        moving: Mapping[str, float] | None = None,
    ) -> Study:
        """A copy that follows a plan: what it orders and starts by then is settled (see `previous_tables`).

        Accelerators ordered before this horizon join the fleet; what else lies before it, or is not held, is logged.

        Raises
        ------
        InputError
            A date lies outside the horizon, or the plan names what this study does not have.
        """
        found = previous_tables(
            plan.data, replanned, frozen_until=frozen_until, start=str(self.inputs.setting("calendar", "start")),
            runs={row["run"] for row in self.inputs.rows("runs")}, cancellable=cancellable, moving=moving,
        )  # fmt: skip
        for text in found.notes:
            log.warning("%s: %s", self.name, text)
        raw = self._raw.with_tables(found.tables | ({"fleet": found.fleet} if found.fleet else {}), PREVIOUS)
        return Study(raw, self._overrides, self._rooms)

    def solve(
        self,
        gap: float | None = None,
        time_limit: float | None = None,
        *,
        threads: int | None = None,
        seed: int | None = None,
        strategy: str | None = None,
        work_limit: int | None = None,
        start: Plan | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_plan: Callable[[Plan], None] | None = None,
    ) -> Plan:
        """The best plan found, read back and checked.

        Parameters
        ----------
        gap
            Stop at this share of gross value; default: the scenario's.
        time_limit
            Wall clock of the search, s; default: the scenario's.
        threads, seed
            Of the solver; default: the scenario's, else all cores and 0.
        strategy
            `guided` or `plain` branch and cut; default: the scenario's.
        work_limit
            Stop after this much work, simplex iterations: with it the same inputs, seed and threads give the same
            plan; default: the scenario's.
        start
            An earlier plan to start from, of this study or a changed one: its decisions are taken over by label.
        on_progress
            Called now and then with where the search stands.
        on_plan
            Called with better and better plans while the search goes on, each read back and checked, of status
            `running`, without prices and reasons; so seldom that making them and what is done with them takes a
            tenth of the time at most. The plan returned is not among them. What it raises ends the search.

        Raises
        ------
        InputError
            An option is out of bounds, or `start` is no plan.
        InfeasibleError
            No plan keeps every hard limit; the message says which collide.
        LimitReached
            The limit or Ctrl-C came before any plan.
        CheckFailed
            The independent check disagrees, with the plan or one for `on_plan`: a defect, not a result.
        SolverError
            HiGHS failed.
        """
        began = time.perf_counter()
        options = Options.of(
            self.inputs.settings("solve"),
            gap=gap, time_limit_s=time_limit, threads=threads, seed=seed, strategy=strategy, work_limit=work_limit,
        )  # fmt: skip
        if start is not None and not isinstance(start, Plan):
            raise InputError([Problem("start_kind", "must be a plan (see open_plan)", path="start", got=repr(start))])
        if text := missing_candidates(self.case):
            raise InfeasibleError(text)
        timings: dict[str, float] = {"candidates": time.perf_counter() - began}
        m, matrix = self._compiled(timings)
        log.info("%s: %s", self.name, ", ".join(f"{n:,} {what}" for what, n in matrix.shape.items()))
        scale = gross_scale(m, self.case, matrix)
        begin = None if start is None else start_values(start.data, m, self.case, self._rooms, matrix)
        choices = read_choices(matrix, self.case, self._rooms)
        reader = Reader(m, matrix, self.case, self._rooms)

        def plan_of(found: Found, seconds: dict[str, float], account: Account | None = None) -> Plan:
            plan = reader.plan(found, options, seconds, __version__, account)
            plan.data.attrs["wall_seconds"] = round(time.perf_counter() - began, 3)
            return plan

        on_better = None if on_plan is None else lambda better: on_plan(plan_of(better, dict(timings)))
        found, account = timed(
            timings,
            "solve",
            lambda: find(
                search, m, self.case, matrix, options, scale,
                choices=choices, start=begin, on_progress=on_progress, on_better=on_better,
            ),
        )  # fmt: skip
        if isinstance(found, Outcome):
            raise InfeasibleError(explain_infeasible(matrix, options, self.case, self._rooms))
        with undisturbed():
            return plan_of(found, timings, account)

    def relax(self, time_limit: float | None = None) -> Relaxation:
        """The study without integrality: a bound on every plan, and what its limits are worth; for screening.

        The first takes a build and an LP; those of studies made from this one by `with_` only what the change
        calls for: the rooms that read it are rebuilt, HiGHS goes on from the optimum before.

        Parameters
        ----------
        time_limit
            Wall clock of the LP, s; default: the scenario's.

        Raises
        ------
        InfeasibleError
            Not even fractions keep every hard limit; the message says which collide.
        LimitReached
            The time limit came first.
        SolverError
            HiGHS failed.
        """
        options = Options.of(self.inputs.settings("solve"), time_limit_s=time_limit, threads=1)
        if text := missing_candidates(self.case):
            raise InfeasibleError(text)
        seconds: dict[str, float] = {}
        m, matrix = self._compiled(seconds)
        found = timed(seconds, "solve", lambda: self._shared.relaxer.solve(matrix, options))
        if found.x is None or found.row_dual is None:
            fractional = replace(matrix, integer=np.zeros_like(matrix.integer))
            raise InfeasibleError(explain_infeasible(fractional, options, self.case, self._rooms))
        read = partial(Reader(m, matrix, self.case, self._rooms).dataset, found.x)
        values = partial(limit_values, matrix, found.row_dual, self.case, self._rooms)
        return Relaxation(found.objective, values, read, seconds, found.how)

    def _compiled(self, timings: dict[str, float]) -> tuple[Workspace, Matrix]:
        # many objects that last: the collector would walk over them again and again
        with self._shared.shelf.lock, PauseGC():
            m = timed(timings, "build", lambda: assemble(self.case, self._rooms))
            return m, timed(timings, "compile", lambda: compile_model(m, self._rooms))

    def __reduce__(self) -> tuple[Any, ...]:
        """A study travels as what it was read from: rooms of the registry by name, nothing that is derived or built."""
        known = {room.name: room for room in ROOMS}
        rooms = [room.name if known.get(room.name) is room else room for room in self._rooms]
        return _unpickled, (self._raw, self._overrides, rooms)


def _unpickled(raw: RawScenario, overrides: Sequence[Override], rooms: Sequence[str | Room]) -> Study:
    known = {room.name: room for room in ROOMS}
    return Study(raw, overrides, [known[room] if isinstance(room, str) else room for room in rooms])


def load(source: str | Path | Mapping[str, Any], *, rooms: Sequence[Room] = ROOMS) -> Study:
    """Load and validate a scenario.

    Parameters
    ----------
    source
        A scenario folder, the name of a bundled scenario, or the same document as a mapping.
    rooms
        The families of constraints to model with; default: all.

    Raises
    ------
    InputError
        With every problem found.
    """
    return Study(read_scenario(source), rooms=rooms)
