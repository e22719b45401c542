"""Teams standing alone: what each is worth if it has its share of every shared limit, and the others ask for nothing.

Limits are shared as amounts: the right-hand sides of fleet, supply, leases, halls, power, sites, links, endpoints and
budgets times the team's share, orders and modules continuous; gangs stay whole, and how many fit an instance of a
fabric (N2) is no amount that could be shared. What must run or be served need not be, nor what is in progress if the
share does not carry it, and a team alone follows no plan before. What runs on and may not be cancelled, by whomever,
is taken off first. What a team earns is its own value, not that of others whose needs its runs serve too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from planner.core.reuse import note
from planner.data.derive import Case
from planner.data.teams import teams_of_runs
from planner.solve.compile import Matrix, RowName, Vector
from planner.solve.highs import Outcome, solve_matrix
from planner.solve.options import Options
from planner.solve.sharing.extended import Linear, silenced
from planner.solve.sharing.teams import LEAST_SHARE, Teams
from planner.solve.waiting import NOBODY, Listener

OWN_ROOMS = ("demand", "streams", "portfolio")
OF_REQUESTS = ("D3", "D5", "D7", "D8", "G1", "G3", "G4", "G5", "G6", "N2")
NOT_ASKED = ("D4", "D6", "G2")


@dataclass(frozen=True, eq=False)
class Alone:
    """A team's problem standing alone: a matrix, the team's value, how hard to search, run and finish of each start.

    Two are the same whose answers are: how much of the time was left to search in does not count.
    """

    matrix: Matrix
    value: Linear
    options: Options
    least: float
    finish: Mapping[int, tuple[str, int]]

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Alone):
            return False
        a, b = self.matrix, other.matrix
        arrays = ("cost", "lower", "upper", "row_lower", "row_upper", "integer")
        return (
            a.a.shape == b.a.shape
            and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in arrays)
            and all(np.array_equal(getattr(a.a, name), getattr(b.a, name)) for name in ("indptr", "indices", "data"))
            and (self.value, self.options, self.least) == (other.value, other.options, other.least)
            and self.finish == other.finish
        )


@dataclass(frozen=True)
class Standing:
    """What a team is worth alone, M$ of today; more is at most what is proven about its net value then.

    `finish` gives the month, from the horizon's start, in which each run that it then does is finished; `iterations` is
    the work it took.
    """

    value_musd: float
    gap_musd: float
    finish: Mapping[str, int] = field(default_factory=dict)
    iterations: int = 0


UNKNOWN = Standing(math.nan, math.inf)


def stand_alone(
    matrix: Matrix, case: Case, teams: Teams, team: str, options: Options, part: Options, listener: Listener = NOBODY
) -> Standing:
    """A team standing alone; solved once for all studies that share a shelf and read the same.

    Parameters
    ----------
    matrix, case, teams, team
        The study's, and the team's id.
    options, part
        Of the whole search, and what of its time and work is for this.
    listener
        Who is told on the waiting thread.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C: what was found by then is nothing to be measured against.
    SolverError
        HiGHS fails.
    """
    least = LEAST_SHARE * max(0.0, teams.on_time[team])
    asked = replace(options, work_limit=part.work_limit)  # by work the answer hangs on it, by time it is not to
    own = _alone(matrix, case, team, teams.tree.share[team], teams.besides[team])
    problem = Alone(own, teams.value[team], asked, least, _finish(matrix, case))

    def solved(reads: object) -> Standing:  # reads nothing of the case: the problem is all that it hangs on
        note(("alone",), problem)
        gross = problem.value

        def search(own: Matrix) -> Outcome:
            return solve_matrix(own, part, lambda x: max(gross.at(x), least), listener=listener)

        outcome = search(problem.matrix)
        if outcome.status == "infeasible":  # its share does not carry what it has in progress
            outcome = search(_without_progress(problem.matrix))
        if outcome.status == "interrupted":
            raise KeyboardInterrupt
        if outcome.x is None:
            return Standing(0.0, np.inf, iterations=outcome.iterations)
        gap = max(0.0, outcome.bound - outcome.objective)
        done = dict(at for i, at in problem.finish.items() if outcome.x[i] > 0.5)
        return Standing(max(0.0, gross.at(outcome.x)), gap, done, outcome.iterations)

    return case.shelf.get(f"alone.{team}", lambda key: problem, solved)


def _finish(matrix: Matrix, case: Case) -> dict[int, tuple[str, int]]:
    """The run that each column starts, if it starts one, and the month in which it is finished then."""
    runs, months = (case.placements[name].tolist() for name in ("run", "finish"))
    starts = [
        (i, int(str(index)))
        for i, (room, component, index) in enumerate(matrix.names)
        if (room, component) == ("demand", "start")
    ]
    return {i: (runs[c], int(months[c])) for i, c in starts}


def requests_of(case: Case, team: str) -> set[str]:
    """Runs and runs in progress that a team may do alone: its own, its programmes' options, and what they wait for."""
    mine = {row["programme"] for row in case.inputs.rows("programmes") if row["team"] == team}
    found = {r for r, k in teams_of_runs(case.inputs).items() if k == team}
    found |= {row["run"] for row in case.inputs.rows("programme_options") if row["programme"] in mine and row["run"]}
    waiting = [(row["run"], row["after"]) for row in case.inputs.rows("precedence")]
    while more := {q for r, q in waiting if r in found} - found:
        found |= more
    return found


def _alone(matrix: Matrix, case: Case, team: str, share: float, besides: Linear) -> Matrix:
    requests = requests_of(case, team)
    runs = case.placements["run"].tolist()
    streams = {row["stream"] for row in case.inputs.rows("streams") if row["team"] == team}
    programmes = {row["programme"] for row in case.inputs.rows("programmes") if row["team"] == team}
    running = {row["running"] for row in case.inputs.rows("cancellable")}

    def own(name: tuple[str, str, object]) -> bool:
        room, component, index = name
        first = index[0] if isinstance(index, tuple) else index
        if room == "demand":
            return component == "start" and runs[int(str(first))] in requests
        return first in streams if room == "streams" else str(first).split(".")[0] in programmes

    asked = np.array([name[0] in OWN_ROOMS for name in matrix.names], dtype=bool)
    mine = np.array([not a or own(name) for a, name in zip(asked, matrix.names, strict=True)], dtype=bool)
    part = np.where(asked, np.where(mine, 1.0, 0.0), share)

    def silent(row: RowName) -> bool:
        others_end = row.equation == "G6" and row.index[0] in running - requests
        return row.equation.startswith(("T", "K")) or row.equation in NOT_ASKED or others_end

    rows = np.array([1.0 if row.equation in OF_REQUESTS else share for row in matrix.rows])
    kept, cost = silenced(matrix, silent), matrix.cost.copy()
    for i, c in besides.terms.items():
        cost[i] += c
    return replace(
        kept,
        cost=cost,
        offset=matrix.offset + besides.constant,
        lower=_times(matrix.lower, part),
        upper=np.where(mine, _times(matrix.upper, part), 0.0),
        row_lower=_times(kept.row_lower, rows),
        row_upper=_times(kept.row_upper, rows),
        integer=matrix.integer & asked,
    )


def _without_progress(matrix: Matrix) -> Matrix:
    """A team's problem in which its runs in progress, too, may be none of its work: neither kept nor cancelled."""
    ends = np.array([row.equation == "G6" for row in matrix.rows], dtype=bool)
    return replace(matrix, row_lower=np.where(ends, -np.inf, matrix.row_lower))


def _times(values: Vector, part: Vector) -> Vector:
    """Bounds times a part of them; what has no bound gets none."""
    return np.multiply(values, part, out=values.copy(), where=np.isfinite(values))
