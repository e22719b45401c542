"""A search by the goals of a study, and its account: stages, teams alone, the best plan without fairness."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from planner.data.derive import Case
from planner.model.workspace import Workspace
from planner.solve.compile import Matrix
from planner.solve.highs import Outcome, Scale
from planner.solve.options import Options, Progress
from planner.solve.search import Found
from planner.solve.sharing.alone import UNKNOWN, Standing, stand_alone
from planner.solve.sharing.goals import Goals, Search
from planner.solve.sharing.stages import Stage
from planner.solve.sharing.teams import Teams, read_teams
from planner.solve.sharing.trade import least_trade
from planner.solve.strategy.choices import Choices
from planner.solve.waiting import Listener

log = logging.getLogger("planner")


@dataclass(frozen=True)
class Account:
    """How a plan was shared out among teams: M$ are of today.

    `best` is each team's value in the best plan without fairness, `best_net_musd` and `best_gross_musd` that plan's net
    and gross value (gross cost, where that is least), `best_gap_musd` what is not proven of it. `ended` says what ended
    the search early (empty: nothing), `ahead` which goals it then had not come to.
    """

    policy: str
    stages: tuple[Stage, ...]
    alone: Mapping[str, Standing]
    measure: Mapping[str, float]
    best: Mapping[str, float]
    best_net_musd: float
    best_gross_musd: float
    best_gap_musd: float
    ended: str
    ahead: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The account as JSON takes it."""
        return asdict(self)


def find(
    search: Search,
    m: Workspace,
    case: Case,
    matrix: Matrix,
    options: Options,
    scale: Scale,
    *,
    choices: Choices,
    start: dict[int, float] | None,
    on_progress: Callable[[Progress], None] | None,
    on_better: Callable[[Found], None] | None,
) -> tuple[Found | Outcome, Account | None]:
    """The best plan by the study's goals, each sought by `search`; with teams to account for, how it came about.

    Raises
    ------
    LimitReached
        The limit or an interruption came before any plan.
    SolverError
        HiGHS failed, or the model is unbounded.
    """
    settings = case.inputs.settings("sharing")
    teams = read_teams(m, case, matrix) if _asked_for(settings) else None
    if teams is None:
        found = search(
            matrix, options, scale, choices=choices, start=start, on_progress=on_progress, on_better=on_better
        )
        return found, None
    if start is None and settings["churn_within"] is not None:
        log.warning("there is no plan to start from, so that fewest moves are not sought (sharing.churn_within)")
    goals = Goals(
        search, matrix, choices, options, scale, teams, settings,
        lambda team, part, tell: stand_alone(matrix, case, teams, team, options, part, Listener(tell)),
        on_progress, on_better,
    )  # fmt: skip
    plan = goals.run(start)
    if isinstance(plan, Outcome) or goals.best is None:
        return plan, None
    if settings["policy"] == "entitlement":
        plan = least_trade(matrix, case, options, plan)
    return plan, _account(goals, goals.best, teams)


def _asked_for(settings: Mapping[str, Any]) -> bool:
    """Whether anything but the plan of most value is wanted."""
    return bool(
        settings["policy"] != "utilitarian"
        or settings["stand_alone"]
        or settings["spend_within"] is not None
        or settings["churn_within"] is not None
    )


def _account(goals: Goals, best: Found, teams: Teams) -> Account:
    alone = {k: goals.alone.get(k, UNKNOWN) for k in teams.tree.asking}
    return Account(
        str(goals.settings["policy"]),
        tuple(goals.stages),
        alone,
        teams.measure({k: standing.value_musd for k, standing in goals.alone.items()}),
        {k: teams.value[k].at(best.x) for k in teams.tree.members},
        best.objective,
        goals.scale(best.x),
        max(0.0, best.bound - best.objective),
        goals.ended,
        tuple(goals.ahead),
    )
