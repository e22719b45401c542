"""The stages of each policy: what is to be made most of, with the columns and rows it takes (see `goals`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planner.solve.sharing.extended import Additions, Linear, total
from planner.solve.sharing.teams import Teams

FIRST_TANGENT = 0.01
STEP = 1.05
MOST = 100.0  # of u: at most 20 (5 % of all it asks for is the least a team is measured against), before discounting


@dataclass(frozen=True)
class Task:
    """A stage: its name and what is to be made most of."""

    name: str
    goal: Linear


Policy = Callable[[Teams, Mapping[str, float], Mapping[str, Any], Additions], Iterator[Task]]


def max_min(teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions) -> Iterator[Task]:
    """The sums of the 1, 2, ... smallest u."""
    measure = teams.measure(dict(alone))
    most = MOST / min((teams.tree.weight[k] for k in measure), default=1.0)
    for j in range(1, len(measure) + 1):
        tau = kept.column(0.0, most)
        short = []
        for k, musd in measure.items():
            d = kept.column(0.0, most)
            short.append(d)
            u = teams.value[k].times(1.0 / (musd * teams.tree.weight[k]))
            kept.at_least_zero("ordered sums", total([Linear({d: 1.0, tau: -1.0}), u]))
        yield Task(
            f"sum of the {j} smallest" if j > 1 else "the smallest", Linear({tau: j} | dict.fromkeys(short, -1.0))
        )


def sharing_incentive(
    teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions
) -> Iterator[Task]:
    """The least share of its value standing alone that any team has, up to all of it."""
    tau = kept.column(0.0, 1.0)
    for k, musd in alone.items():
        if musd > 0:
            kept.at_least_zero("sharing incentive", total([teams.value[k], Linear({tau: -musd})]))
    yield Task("least share of standing alone", Linear({tau: 1.0}))


def alpha_fair(
    teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions
) -> Iterator[Task]:
    """The sum of concave utilities, from above by tangents."""
    alpha, goal = float(settings["alpha"]), {}
    for k, musd in teams.measure(dict(alone)).items():
        y = kept.column(utility(FIRST_TANGENT, alpha) - FIRST_TANGENT ** (1 - alpha), utility(MOST, alpha))
        u, at = teams.value[k].times(1.0 / musd), FIRST_TANGENT
        while at <= MOST:
            slope = at**-alpha
            height = utility(at, alpha) - slope * at
            kept.at_least_zero("tangents", total([u.times(slope), Linear({y: -1.0}, height)]))
            at *= STEP
        goal[y] = teams.tree.weight[k]
    yield Task(f"utilities, alpha {alpha:g}", Linear(goal))


def utility(u: float, alpha: float) -> float:
    """u^(1-alpha) / (1-alpha), or the logarithm."""
    return math.log(u) if alpha == 1 else u ** (1.0 - alpha) / (1.0 - alpha)


def priority(teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions) -> Iterator[Task]:
    """The value of the teams of each rank, the first rank first."""
    for rank in sorted(set(teams.priority.values())):
        mine = [teams.value[k] for k, at in teams.priority.items() if at == rank]
        yield Task(f"value of priority {rank}", total(mine))


POLICIES: Mapping[str, Policy] = {
    "max_min": max_min,
    "sharing_incentive": sharing_incentive,
    "alpha_fair": alpha_fair,
    "priority": priority,
}
