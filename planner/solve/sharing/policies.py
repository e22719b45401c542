"""The stages of each policy: what is to be made most of, with the columns and rows it takes (see `stages`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.solve.sharing.extended import Additions, Linear, total
from planner.solve.sharing.teams import Teams

FIRST_TANGENT = 0.01
STEP = 1.05
MOST = 100.0  # of u: at most 20 (5 % of all it asks for is the least a team is measured against), before discounting


@dataclass(frozen=True)
class Task:
    """A stage: its name and number, what is to be made most of, and the amount of it that its gap is a share of.

    `unitless`: whether it counts shares or moves instead of M$.
    """

    name: str
    which: int
    goal: Linear
    unit: float
    unitless: bool = True


@dataclass(frozen=True)
class Policy:
    """Stages of a policy: their names as far as they can be told, how they are made, whether spending is held."""

    names: Callable[[Teams], list[str]]
    tasks: Callable[[Teams, Mapping[str, float], Mapping[str, Any], Additions], Iterator[Task]]
    holds_spend: bool


def _ordered(j: int) -> str:
    return f"sum of the {j} smallest" if j > 1 else "the smallest"


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
            kept.at_least_zero("S1", (j, k), total([Linear({d: 1.0, tau: -1.0}), u]))
        yield Task(_ordered(j), j, Linear({tau: j} | dict.fromkeys(short, -1.0)), float(j))


def sharing_incentive(
    teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions
) -> Iterator[Task]:
    """The least share of its value standing alone that any team has, up to all of it."""
    tau = kept.column(0.0, 1.0)
    for k, musd in alone.items():
        if musd > 0:
            kept.at_least_zero("S2", (k,), total([teams.value[k], Linear({tau: -musd})]))
    yield Task("least share of standing alone", 1, Linear({tau: 1.0}), 1.0)


def alpha_fair(
    teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions
) -> Iterator[Task]:
    """The sum of concave utilities, from above by tangents."""
    alpha, goal = float(settings["alpha"]), {}
    for k, musd in teams.measure(dict(alone)).items():
        y = kept.column(utility(FIRST_TANGENT, alpha) - FIRST_TANGENT ** (1 - alpha), utility(MOST, alpha))
        u, at, n = teams.value[k].times(1.0 / musd), FIRST_TANGENT, 0
        while at <= MOST:
            slope = at**-alpha
            height = utility(at, alpha) - slope * at
            kept.at_least_zero("S3", (k, n), total([u.times(slope), Linear({y: -1.0}, height)]))
            at, n = at * STEP, n + 1
        goal[y] = teams.tree.weight[k]
    # near u = 1 a utility moves as u does: so a gap is a share of u, summed over teams
    yield Task("utilities", 1, Linear(goal), float(max(1, len(goal))))


def utility(u: float, alpha: float) -> float:
    """u^(1-alpha) / (1-alpha), or the logarithm."""
    return math.log(u) if alpha == 1 else u ** (1.0 - alpha) / (1.0 - alpha)


def priority(teams: Teams, alone: Mapping[str, float], settings: Mapping[str, Any], kept: Additions) -> Iterator[Task]:
    """The value of the teams of each rank, the first rank first."""
    measure = teams.measure(dict(alone))
    for rank in ranks(teams):
        mine = [k for k, at in teams.priority.items() if at == rank]
        unit = sum(measure.get(k, 0.0) for k in mine)
        yield Task(f"value of priority {rank}", rank, total([teams.value[k] for k in mine]), unit or 1.0, False)


def ranks(teams: Teams) -> list[int]:
    """The ranks of a priority list, the first first."""
    return sorted(set(teams.priority.values()))


def afterwards(
    teams: Teams,
    settings: Mapping[str, Any],
    gross: float,
    runs: Mapping[str, Sequence[int]],
    start: Mapping[int, float] | None,
) -> Iterator[tuple[float, Task]]:
    """Least spend and fewest moves, if sought: by what share of gross value net value may fall for each."""
    if (within := settings["spend_within"]) is not None:
        yield within, Task("spend", 1, teams.spend.times(-1.0), gross, False)
    if (within := settings["churn_within"]) is not None and start is not None:
        yield within, Task("churn", 1, moves(runs.values(), start).times(-1.0), 1.0)


def moves(runs: Iterable[Sequence[int]], start: Mapping[int, float]) -> Linear:
    """How many runs do not start, or not so, as in the plan started from; `runs`: the columns of each one's starts."""
    parts = []
    for columns in runs:
        was = [i for i in map(int, columns) if start.get(i, 0.0) > 0.5]
        starts = was or list(map(int, columns))
        parts.append(Linear(dict.fromkeys(starts, -1.0 if was else 1.0), 1.0 if was else 0.0))
    return total(parts)


POLICIES: Mapping[str, Policy] = {
    "max_min": Policy(
        lambda teams: [_ordered(j) for j, _ in enumerate(filter(None, teams.on_time.values()), 1)], max_min, True
    ),
    "sharing_incentive": Policy(lambda teams: ["least share of standing alone"], sharing_incentive, False),
    "alpha_fair": Policy(lambda teams: ["utilities"], alpha_fair, True),
    "priority": Policy(lambda teams: [f"value of priority {rank}" for rank in ranks(teams)], priority, True),
}
