"""Goals one after the other, each kept while the next is sought: value, fairness by a policy, spend, churn.

The first is the best plan without fairness. Then come the teams alone, the stages of the policy (see `stages`), net
value again, least spend and fewest moves. All share the time and the work there is: each has an even part of what is
left, and what it does not need is the others'. Ctrl-C ends the chain, as do time and work that are over: what was
reached by then is kept, and a last short search looks after net value.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planner.core.errors import LimitReached
from planner.solve.compile import Matrix, Vector
from planner.solve.highs import ABSOLUTE_GAP, Outcome, Scale
from planner.solve.options import Options, Progress, relative_gap
from planner.solve.search import Found
from planner.solve.sharing.alone import Standing
from planner.solve.sharing.extended import Additions, Linear, extended, silenced
from planner.solve.sharing.policies import POLICIES, Task, afterwards
from planner.solve.sharing.stages import Stage
from planner.solve.sharing.teams import Teams

log = logging.getLogger("planner")
SHARED_ROWS = ("T1", "T2", "T3", "T4", "T5", "T6")
SLACK = 1e-6
LAST_SECONDS = 5.0  # of a search whose user wants it to end
LEAST_SECONDS = 0.05
AGAIN = "value, fairness kept"
LIMITS = ("interrupted", "time_limit", "work_limit")

Search = Callable[..., Found | Outcome]
Tell = Callable[[Progress], None]


class _Ended(Exception):
    """The chain is to end, by a status of LIMITS."""


@dataclass
class Goals:
    """Seeks the goals of a study in order; `stages` tells of each, `ahead` what was not reached, `ended` why."""

    search: Search
    matrix: Matrix
    choices: Any
    options: Options
    scale: Scale
    teams: Teams
    settings: Mapping[str, Any]
    stand_alone: Callable[[str, Options, Tell | None], Standing]  # of a team, in its part of time and work; who is told
    on_progress: Callable[[Progress], None] | None = None
    on_better: Callable[[Found], None] | None = None  # told plans that keep the policy
    stages: list[Stage] = field(default_factory=list)
    alone: dict[str, Standing] = field(default_factory=dict)
    best: Found | None = None  # the plan of most value, fairness left aside
    ended: str = ""

    def __post_init__(self) -> None:
        n = len(self.matrix.columns)
        self._net = Linear({int(i): -float(self.matrix.cost[i]) for i in np.flatnonzero(self.matrix.cost)},
                           -self.matrix.offset)  # fmt: skip
        self._kept = Additions(n)
        self._began = time.perf_counter()
        self._ends = self._began + self.options.time_limit_s
        self._work = self.options.work_limit
        self._point: Vector | None = None
        self._plan: Found | None = None
        self._reached: Found | None = None  # the last plan that keeps the policy's rows
        self._gross = 1.0
        self._policy = str(self.settings["policy"])
        self.ahead = ["value", *(f"{k} alone" for k in self.teams.tree.asking)]
        self.ahead += POLICIES[self._policy].names(self.teams) if self._policy in POLICIES else []
        self.ahead += [AGAIN] * (self._policy != "utilitarian")

    def run(self, start: dict[int, float] | None) -> Found | Outcome:
        """The plan that all goals leave, its bound that on net value with fairness kept; or an infeasible outcome.

        Raises
        ------
        LimitReached
            The limit or an interruption came before any plan.
        SolverError
            HiGHS failed.
        """
        after = {"spend": self.settings["spend_within"], "churn": None if start is None else
                 self.settings["churn_within"]}  # fmt: skip
        self.ahead += [name for name, within in after.items() if within is not None]
        try:
            if isinstance(refused := self._chain(start), Outcome):
                return refused
        except _Ended as end:
            self.ended = str(end)
        except KeyboardInterrupt:  # between two searches
            self.ended = "interrupted"
        if self.ended and (self._plan is None or not self.stages[-1].settled):
            self._last()  # a stage of fairness leaves money lie about
        assert self._plan is not None
        statuses = {stage.status for stage in self.stages} | ({self.ended} if self.ended else set())
        worst = next((status for status in (*LIMITS, "gap_reached") if status in statuses), "optimal")
        return replace(self._plan, status=worst)

    def _chain(self, start: dict[int, float] | None) -> Outcome | None:
        rows_of_policy = {row.equation for row in self.matrix.rows} & set(SHARED_ROWS)
        free = silenced(self.matrix, lambda row: row.equation in SHARED_ROWS)
        best = self._seek("value", free, start=start, kept=not rows_of_policy)
        if isinstance(best, Outcome):
            return best
        self.best = best
        for k in self.teams.tree.asking:
            self._heed()
            self.alone[k] = self.stand_alone(k, self._part(), self._told(f"{k} alone"))
            self._work = None if self._work is None else self._work - self.alone[k].iterations
            self.ahead.remove(f"{k} alone")
        self._fairness(best)
        if self._policy != "utilitarian":
            again = self._seek(AGAIN, self.matrix, start=self._start(), kept=True)
            if isinstance(again, Outcome):
                if again.status == "infeasible" and self._plan is None:
                    return again
                raise _Ended("time_limit" if again.status == "infeasible" else again.status)
        for within, task in afterwards(self.teams, self.settings, self._gross, self.choices.runs, start):
            self._afterward(within, task)
        return None

    def _fairness(self, best: Found) -> None:
        """The stages of the policy, in plans that give up and spend no more than agreed."""
        if (policy := POLICIES.get(self._policy)) is None:
            return
        self._floor("value", self.settings["value_given_up"], best)
        if policy.holds_spend:
            least = (1.0 + self.settings["spend_more"]) * self.teams.spend.at(best.x) + SLACK
            spend = self.teams.spend.times(-1.0)
            self._kept.at_least_zero("S6", (), Linear(spend.terms, spend.constant + least))
        values = {k: standing.value_musd for k, standing in self.alone.items()}
        for task in policy.tasks(self.teams, values, self.settings, self._kept):
            found = self._seek(task.name, self.matrix, task, start=self._start())
            if isinstance(found, Outcome):
                self._missed(found)
                break  # earlier ones kept leave no plan, by a hair: what is kept is kept
            self._keep(task, found)

    def _keep(self, task: Task, found: Found) -> None:
        least = found.objective - SLACK * max(1.0, abs(found.objective))
        self._kept.at_least_zero("S4", (task.name,), Linear(task.goal.terms, task.goal.constant - least))

    def _missed(self, found: Outcome) -> None:
        """A goal was not reached in its part of time or work: the plan says so, though those after it are sought."""
        if found.status in LIMITS:
            self.ended = found.status

    def _floor(self, goal: str, share: float | None, plan: Found) -> None:
        """Net value may fall no further than agreed."""
        if share is not None:
            least = plan.objective - share * plan.scale - SLACK
            self._kept.at_least_zero("S5", (goal,), Linear(self._net.terms, self._net.constant - least))

    def _afterward(self, within: float, task: Task) -> None:
        found = self._plan
        assert found is not None
        self._floor(task.name, within, found)
        after = self._seek(task.name, self.matrix, task, start=self._start())
        if isinstance(after, Outcome):
            self._missed(after)
        else:
            self._keep(task, after)
            self._plan = self._in_money(after, found.bound)

    def _in_money(self, found: Found, bound: float) -> Found:
        """A point found for another goal, as a plan worth so much."""
        net, gross = self._net.at(found.x), self.scale(found.x[: len(self.matrix.columns)])
        bound = max(bound, net)
        gap = 0.0 if bound - net <= 2 * ABSOLUTE_GAP else relative_gap(bound, net, gross)
        return replace(found, objective=net, scale=gross, bound=bound, gap=gap)

    def _last(self) -> None:
        """A short search for net value with all kept that was reached; the plan reached if it finds none."""
        try:
            found = self._seek(AGAIN, self.matrix, start=self._start(), kept=True, seconds=LAST_SECONDS)
        except (_Ended, KeyboardInterrupt):
            found = None
        if isinstance(found, Found) or (self._plan is not None and self.stages[-1].settled):
            return
        if self._reached is None or self.best is None:
            text = f"the search ended before a plan that keeps fairness was found ({self.ended})"
            raise LimitReached(text, self.ended)
        self._plan = self._in_money(self._reached, self.best.bound)

    def _heed(self) -> None:
        """End the chain if time or work is over."""
        if time.perf_counter() >= self._ends:
            raise _Ended("time_limit")
        if self._work is not None and self._work <= 0:
            raise _Ended("work_limit")

    def _part(self, seconds: float | None = None) -> Options:
        """An even part of the time and work left for the goal that is next; by work all the time: it is the end's."""
        left, goals = self._ends - time.perf_counter(), max(1, len(self.ahead))
        work = None if self._work is None else max(1, self._work // goals)
        if seconds is None:
            seconds = max(LEAST_SECONDS, left / (goals if work is None else 1))
        return replace(self.options, time_limit_s=seconds, work_limit=work)

    def _seek(
        self, name: str, matrix: Matrix, task: Task | None = None, *, start: dict[int, float] | None = None,
        kept: bool = False, seconds: float | None = None,
    ) -> Found | Outcome:  # fmt: skip
        """Seek a goal, or net value: its optimum found and bound in its own unit; its stage is told and `_plan` kept.

        `kept`: whether what is found is a plan that keeps the policy and looks after net value.
        """
        if seconds is None:
            self._heed()
        began, n = time.perf_counter(), self._kept.width
        money = 1.0 if task is None else self._gross / task.unit  # the guided search reckons in M$
        whole = extended(matrix, self._kept, None if task is None else task.goal.times(money))
        options = self._part(seconds)

        def size(x: Vector) -> float:
            return self.scale(x[:n]) if task is None else money * max(task.unit, abs(task.goal.at(x)))

        tell = self._teller(n) if kept else None
        try:
            found = self.search(
                whole, options, size, start=start, choices=self.choices, on_better=tell,
                on_progress=self._told(name, money, "" if task and task.unitless else "M$"),
            )  # fmt: skip
        except LimitReached as error:
            if error.status == "interrupted" and self._point is not None:
                raise _Ended("interrupted") from None
            if self._point is None:
                raise
            return Outcome(error.status, None, -math.inf, math.inf)
        if isinstance(found, Outcome):
            return found
        self._work = None if self._work is None else self._work - found.iterations
        self._point = found.x
        if task is None:
            self._gross = found.scale or 1.0
        if name in self.ahead and seconds is None:
            self.ahead.remove(name)
        found = replace(found, objective=found.objective / money, bound=found.bound / money)
        if name == AGAIN and self.best is not None and self.best.bound < found.bound:
            found = self._in_money(found, self.best.bound)  # what no plan is worth, none is that keeps fairness
        self._tell(name, task, found, time.perf_counter() - began)
        found = replace(found, x=found.x[:n])
        self._reached = found if task is not None or kept else None
        self._plan = found if kept else self._plan
        if found.status == "interrupted":
            self._interrupted(name, task, found)
        return found

    def _interrupted(self, name: str, task: Task | None, found: Found) -> None:
        """Ctrl-C: keep what there is, and end the chain."""
        if name == "value":
            self.best = found
        if task is not None and name not in ("spend", "churn"):
            self._keep(task, found)
        elif task is not None and self._plan is not None:
            self._plan = self._in_money(found, self._plan.bound)
        raise _Ended("interrupted")

    def _tell(self, name: str, task: Task | None, found: Found, seconds: float) -> None:
        x = found.x
        log.info("%s: %g, no more than %g, %s after %.1f s", name, found.objective, found.bound, found.status, seconds)
        net, unit = self._net.at(x), found.scale if task is None else task.unit
        before = next((stage.net_musd for stage in reversed(self.stages) if stage.settled), net)
        kind = name if name in ("spend", "churn") else "value" if task is None else self._policy
        self.stages.append(
            Stage(name, kind, 0 if task is None else task.which, found.status, found.objective, found.bound, unit,
                  found.gap, net, self.scale(x[: self._kept.width]), self.teams.spend.at(x), before - net,
                  task is None or kind != self._policy, round(seconds, 3))
        )  # fmt: skip

    def _told(self, goal: str, money: float = 1.0, unit: str = "M$") -> Tell | None:
        """Who is told where a search stands, since when the first began and in the unit of its goal."""
        if (tell := self.on_progress) is None:
            return None
        before = time.perf_counter() - self._began

        def told(now: Progress) -> None:
            objective, bound = (None if x is None else x / money for x in (now.objective, now.bound))
            tell(replace(now, seconds=before + now.seconds, objective=objective, bound=bound, goal=goal, unit=unit))

        return told

    def _start(self) -> dict[int, float] | None:
        point = self._point
        return None if point is None else {int(i): float(round(point[i])) for i in np.flatnonzero(self.matrix.integer)}

    def _teller(self, n: int) -> Callable[[Found], None] | None:
        tell = self.on_better
        return None if tell is None else lambda better: tell(replace(better, x=better.x[:n]))
