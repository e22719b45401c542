"""Goals one after the other, each kept while the next is sought: value, fairness by a policy, spend, churn.

Fairness by policy, u[k] = value[k] / (measure[k] * weight[k]) of an asking team k out of K:

    max_min            for j = 1..K: maximise j * tau[j] - sum over k of d[j,k],  d[j,k] >= tau[j] - u[k], d >= 0:
                       the sum of the j smallest u; each kept at its optimum - 1e-6
    sharing_incentive  maximise tau <= 1 with value[k] >= tau * alone[k]
    alpha_fair         maximise sum of weight[k] * y[k], y[k] below the tangents of U(u) = u^(1-alpha)/(1-alpha) (log u)
                       at u = 0.01 and on, each 5 % further (u here without weight)
    priority           for each rank: maximise the value of its teams, kept at its optimum - 1e-6 of it
    entitlement, pro_rata
                       rows of the room `teams`

The ordered sums are Ogryczak and Tamir's (Information Processing Letters 85, 2003): raising all and fixing whoever is
tight would be wrong with integers. After fairness net value is sought again, then least spend, then fewest moves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.core.errors import LimitReached
from planner.solve.compile import Matrix, Vector
from planner.solve.highs import ABSOLUTE_GAP, Outcome, Scale
from planner.solve.options import Options, relative_gap
from planner.solve.search import Found
from planner.solve.sharing.extended import Additions, Linear, extended, silenced
from planner.solve.sharing.policies import POLICIES, Task
from planner.solve.sharing.teams import Teams

SHARED_ROWS = ("T1", "T2", "T3", "T4", "T5", "T6")
SLACK = 1e-6

Search = Callable[..., Found | Outcome]


@dataclass(frozen=True)
class Stage:
    """A goal sought: its optimum found and the bound on it, and what the plan then comes to, M$ of today."""

    goal: str
    found: float
    bound: float
    net_musd: float
    gross_musd: float
    spend_musd: float
    given_up_musd: float
    seconds: float


@dataclass
class Goals:
    """Seeks the goals of a study in order; `stages` tells of each."""

    search: Search
    matrix: Matrix
    options: Options
    scale: Scale
    teams: Teams
    settings: Mapping[str, Any]
    alone: Mapping[str, float]
    listen: dict[str, Any] = field(default_factory=dict)  # of every search: who is told
    stages: list[Stage] = field(default_factory=list)
    best: Found | None = None  # the plan of most value, fairness left aside

    def __post_init__(self) -> None:
        n = len(self.matrix.columns)
        self._net = Linear({int(i): -float(self.matrix.cost[i]) for i in np.flatnonzero(self.matrix.cost)},
                           -self.matrix.offset)  # fmt: skip
        self._kept = Additions(n)
        self._ends = time.perf_counter() + self.options.time_limit_s
        self._point: Vector | None = None
        self._left = self._searches()

    def run(self, start: dict[int, float] | None, choices: Any, on_better: Any = None) -> Found | Outcome:
        """The plan that all goals leave, its bound that on net value with fairness kept; or an infeasible outcome.

        Raises
        ------
        LimitReached
            The limit or an interruption came before any plan.
        SolverError
            HiGHS failed.
        """
        policy = str(self.settings["policy"])
        free = silenced(self.matrix, lambda row: row.equation in SHARED_ROWS)
        best = self._seek("value", free, None, start, choices=choices)
        if isinstance(best, Outcome):
            return best
        self.best = found = best
        self._floor(best)
        for task in POLICIES[policy](self.teams, self.alone, self.settings, self._kept) if policy in POLICIES else ():
            if isinstance(self._fair(task), Outcome):
                break
        if policy != "utilitarian":
            tell = self._narrowed(on_better)
            again = self._seek("value, fairness kept", self.matrix, None, self._start(), on_better=tell)
            if isinstance(again, Outcome) and again.status != "infeasible":
                raise LimitReached("the search ended before a plan that keeps fairness was found", again.status)
            if isinstance(again, Outcome):
                return again
            found = again
        for goal, within, sought in self._afterwards(start):
            found = self._afterward(goal, within, sought, found)
        return found

    def _searches(self) -> int:
        """How many goals there are to seek: each has an even part of the time that is left."""
        policy, n = str(self.settings["policy"]), len(self.teams.measure(dict(self.alone)))
        fair = {"max_min": n, "priority": len(set(self.teams.priority.values()))}.get(policy, int(policy in POLICIES))
        after = sum(self.settings[name] is not None for name in ("spend_within", "churn_within"))
        return 1 + (0 if policy == "utilitarian" else fair + 1) + after

    def _floor(self, best: Found) -> None:
        """Net value may fall no further than agreed."""
        share = self.settings["value_given_up"]
        if share is not None:
            least = best.objective - share * best.scale - SLACK
            self._kept.at_least_zero("value kept", Linear(self._net.terms, self._net.constant - least))

    def _fair(self, task: Task) -> Found | Outcome:
        found = self._seek(task.name, self.matrix, task.goal, self._start())
        if isinstance(found, Found):
            least = found.objective - SLACK * max(1.0, abs(found.objective))
            self._kept.at_least_zero(task.name, Linear(task.goal.terms, task.goal.constant - least))
        return found

    def _afterwards(self, start: dict[int, float] | None) -> list[tuple[str, float, Linear]]:
        """(goal, share of gross value that net value may fall, what to make most of) of spend and churn."""
        tasks = []
        if (within := self.settings["spend_within"]) is not None:
            tasks.append(("spend", float(within), self.teams.spend.times(-1.0)))
        if (within := self.settings["churn_within"]) is not None and start is not None:
            tasks.append(("churn", float(within), self._moves(start).times(-1.0)))
        return tasks

    def _moves(self, start: Mapping[int, float]) -> Linear:
        """Runs that start otherwise than in the plan started from: half of the changed candidates of each."""
        runs = [i for i in start if self.matrix.roles[i] == "run"]
        was = {i: round(start[i]) for i in runs}
        return Linear({i: 1.0 - 2.0 * was[i] for i in runs}, float(sum(was.values())))

    def _afterward(self, goal: str, within: float, sought: Linear, found: Found) -> Found:
        least = found.objective - within * found.scale - SLACK
        self._kept.at_least_zero("value kept", Linear(self._net.terms, self._net.constant - least))
        after = self._seek(goal, self.matrix, sought, self._start())
        if isinstance(after, Outcome):
            return found
        kept = after.objective - SLACK * max(1.0, abs(after.objective))
        self._kept.at_least_zero(goal, Linear(sought.terms, sought.constant - kept))
        net, gross = self._net.at(after.x), self.scale(after.x)
        bound = max(found.bound, net)
        proven = bound - net <= 2 * ABSOLUTE_GAP
        status = found.status if proven or found.status != "optimal" else "gap_reached"
        gap = 0.0 if proven else relative_gap(bound, net, gross)
        return replace(found, x=after.x, objective=net, scale=gross, bound=bound, gap=gap, status=status)

    def _seek(self, name: str, matrix: Matrix, goal: Linear | None, start: dict[int, float] | None,
              choices: Any = None, on_better: Any = None) -> Found | Outcome:  # fmt: skip
        began, n = time.perf_counter(), self._kept.width
        whole = extended(matrix, self._kept, goal)

        def size(x: Vector) -> float:
            if goal is not None:
                return max(SLACK, abs(goal.at(x)))
            return self.scale(x[:n])  # of the matrix's own columns

        left = max(0.05, (self._ends - began) / max(1, self._left))
        self._left -= 1
        options = replace(self.options, time_limit_s=left, strategy=self.options.strategy if choices else "plain")
        try:
            found = self.search(whole, options, size, start=start, choices=choices, on_better=on_better, **self.listen)
        except LimitReached:
            if self._point is None:
                raise
            return Outcome("time_limit", None, -math.inf, math.inf)
        if isinstance(found, Outcome):
            return found
        self._point = found.x
        self._tell(name, found, time.perf_counter() - began)
        return replace(found, x=found.x[:n])

    def _tell(self, name: str, found: Found, seconds: float) -> None:
        x = found.x
        net = self._net.at(x)
        before = self.stages[-1].net_musd if self.stages else net
        self.stages.append(
            Stage(name, found.objective, found.bound, net, self.teams.gross.at(x), self.teams.spend.at(x), before - net,
                  round(seconds, 3))
        )  # fmt: skip

    def _start(self) -> dict[int, float] | None:
        if self._point is None:
            return None
        return {int(i): float(round(self._point[i])) for i in np.flatnonzero(self.matrix.integer)}

    def _narrowed(self, tell: Any) -> Any:
        n = self._kept.width
        return None if tell is None else lambda better: tell(replace(better, x=better.x[:n]))
