"""Policies side by side: one study shared out under several rules, with the same money, and re-planned later."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from planner.core.errors import InputError, Problem
from planner.core.settings import SHARING
from planner.export.policies import policies_text
from planner.policy_search import Search, Searches
from planner.results.compare import Comparison, Interval
from planner.results.plan import Plan
from planner.results.policy_figures import FIGURES, figures
from planner.solve.options import Progress
from planner.study import Study

BEST = "utilitarian"
FOUR = ("priority", "pro_rata", "max_min", BEST)
PENNY = 0.01  # M$: budgets are rounded up to it


@dataclass(frozen=True)
class Policies:
    """Plans of one study by policy, and what they come to.

    Attributes
    ----------
    data
        By dim `policy` what `planner.results.policy_figures` lists, and `status`; by `policy` and `team` what is said
        of each team, as in a plan. `moved` and `quarters` are against the best plan, or against the plan before if
        these follow one; then there is no price of fairness.
    plans
        The plan of each policy that has one.
    before
        The plans that these follow; empty: none.
    study
        What was shared out: the study, its budgets at what the best plan spends if that was asked for.
    """

    data: xr.Dataset
    plans: Mapping[str, Plan]
    before: Mapping[str, Plan]
    study: Study

    def table(self) -> pd.DataFrame:
        """The figures, a row for each policy."""
        return self.data[[*FIGURES, "status"]].to_dataframe()

    def text(self) -> str:
        """The plans side by side as plain text; of those that follow others also what moved, and why."""
        moved = {name: self.moves(name).moves.text() for name in self.plans if name in self.before}
        return policies_text(self.data, moved)

    def difference(self, this: str, base: str) -> Interval:
        """Net value of the best plan by one policy less that by another, as their gaps leave it open, M$."""
        mine, theirs = self.plans[this], self.plans[base]
        return Interval(mine.objective_musd - theirs.bound_musd, mine.bound_musd - theirs.objective_musd)

    def moves(self, policy: str) -> Comparison:
        """What moved from the plan before to a plan that follows it, and why.

        Raises
        ------
        KeyError
            The policy has no plan, or follows none.
        """
        return self.plans[policy].compare(self.before[policy])

    def replan(
        self,
        changed: Study,
        replanned: str,
        *,
        moving: Mapping[str, float] | None = None,
        gap: float | None = None,
        time_limit: float | None = None,
        threads: int | None = None,
        out: str | Path | None = None,
        on_search: Callable[[Search], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Policies:
        """Each plan followed by another of the same policy, after inputs have changed.

        Parameters
        ----------
        changed
            The study as it is known now: budgets are taken over from the study that was shared out.
        replanned
            Month in which that becomes known, YYYY-MM: what was ordered or started before is settled.
        moving
            M$ for each run or order that departs from the plan before, later on (see `Study.replan`).
        gap, time_limit, threads
            Of each solve; default: the scenario's.
        out
            Folder that gets each plan as POLICY.nc.
        on_search, on_progress
            As of `planner.policies`.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C: there is nothing to compare; what was found is in `out`.
        InputError
            A date lies outside the horizon, or the plans name what the changed study does not have.
        """
        now = changed.with_(_budgets(self.study))
        asked = {"gap": gap, "time_limit": time_limit, "threads": threads, "on_progress": on_progress}
        searches = Searches(len(self.plans), asked, out, on_search)
        found: dict[str, Plan | str] = {}
        for policy, plan in self.plans.items():
            follows = now.with_(_rule(policy)).replan(plan, replanned, moving=moving)
            found[policy] = searches.plan_or_why(follows, policy, plan)
        return _gathered(found, self.plans, now)


def policies(
    study: Study,
    names: Sequence[str] = FOUR,
    *,
    same_money: bool = True,
    gap: float | None = None,
    time_limit: float | None = None,
    threads: int | None = None,
    out: str | Path | None = None,
    on_search: Callable[[Search], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Policies:
    """Solve a study under several policies, and set their plans side by side.

    The best plan (policy `utilitarian`) is solved first, whether it is named or not.

    Parameters
    ----------
    study
        What is shared out; it has teams.
    names
        The policies (`sharing.policy`).
    same_money
        Whether every policy has the money that the best plan spends, year by year and category by category of its
        budgets, instead of the budgets: what is left is carried over as they say, nothing is pulled forward on top.
        Else a rule that looks at teams alone spends for them all there is, as far as `sharing.spend_more` lets it
        exceed the best plan in all.
    gap, time_limit, threads
        Of each solve; default: the scenario's.
    out
        Folder that gets each plan as POLICY.nc.
    on_search
        Called as each search begins, and as it ends.
    on_progress
        Called now and then with where the search stands.

    Raises
    ------
    KeyboardInterrupt
        Ctrl-C: no more plans are sought, and there is nothing to compare; what was found is in `out`.
    InputError
        The study has no teams, or there is no such policy: before anything is solved.
    InfeasibleError, LimitReached
        There is no best plan to compare with.
    """
    if not study.inputs.rows("teams"):
        raise InputError([Problem("no_teams", "policies share compute out among teams, and it has none")])
    known = SHARING.column("policy").choices
    if wrong := [name for name in names if name not in known]:
        raise InputError([Problem("no_such_policy", f"there is no policy {wrong[0]}: {', '.join(known)}")])
    others = [name for name in dict.fromkeys(names) if name != BEST]
    asked = {"gap": gap, "time_limit": time_limit, "threads": threads, "on_progress": on_progress}
    searches = Searches(1 + same_money + len(others), asked, out, on_search)
    best = searches.plan(study.with_(_rule(BEST)), BEST, None)
    shared = study.with_(_spent(best)) if same_money else study
    if same_money:  # measured against teams that stand alone with that money too
        best = searches.plan(shared.with_(_rule(BEST)), BEST, best)
    found: dict[str, Plan | str] = {BEST: best}
    for name in others:
        found[name] = searches.plan_or_why(shared.with_(_rule(name)), name, best)
    order = [*others, BEST]
    return _gathered({name: found[name] for name in order}, {}, shared)


def _rule(policy: str) -> dict[str, Any]:
    return {"sharing.policy": policy, "sharing.stand_alone": True}


def _spent(plan: Plan) -> dict[str, float]:
    """Budgets at what a plan spends, for the years that have a row; nothing is pulled forward on top of that."""
    if "budget_spend" not in plan.data:
        return {}
    rows = {(row["category"], row["fiscal_year"]): row["budget_musd"] for row in plan.inputs.rows("budgets")}
    found: dict[str, float] = {}
    spend = plan.data["budget_spend"]
    for category, year in sorted(rows):
        if year in spend["fiscal_year"]:
            at = {"budget_category": category, "fiscal_year": year}
            whole = plan.data["budget"].sel(at).item()
            # a row is for the reported months of its year: where the tail covers more of it there is more to spend
            part = rows[category, year] / whole if whole > 0 else 1.0
            spent = math.ceil(part * spend.sel(at).item() / PENNY) * PENNY
            found |= dict(zip(_cells(category, year), (spent, 0.0), strict=True))
    return found


def _budgets(study: Study) -> dict[str, float]:
    return {
        path: row[path.rpartition(".")[2]]
        for row in study.inputs.rows("budgets")
        for path in _cells(row["category"], row["fiscal_year"])
    }


def _cells(category: str, year: int) -> list[str]:
    """What is taken over of a budget, by path."""
    return [f"budgets.{year}.{category}.{name}" for name in ("budget_musd", "pull_forward_share")]


def _gathered(found: Mapping[str, Plan | str], before: Mapping[str, Plan], study: Study) -> Policies:
    plans = {name: plan for name, plan in found.items() if isinstance(plan, Plan)}
    best = plans[BEST].data if BEST in plans else None
    base = {name: before[name].data if name in before else best for name in plans}
    each = {name: figures(plan.data, best, base[name]) for name, plan in plans.items()}
    for found_of in each.values() if before else ():  # what is settled differs: none is the best the others could be
        found_of |= {"price_low": np.nan, "price_high": np.nan}
    data = xr.Dataset(coords={"policy": list(found)})
    status = [plan.status if isinstance(plan, Plan) else plan for plan in found.values()]
    data["status"] = ("policy", np.array(status, dtype=object), {"long_name": "how the search ended"})
    for key, (unit, meaning) in FIGURES.items():
        values = [each.get(name, {}).get(key, np.nan) for name in found]
        data[key] = ("policy", values, {"units": unit, "long_name": meaning})
    parts = [plan.data[_of_teams(plan)].expand_dims(policy=[name]) for name, plan in plans.items()]
    whole = xr.merge([data, *parts], compat="no_conflicts", combine_attrs="drop", join="outer")
    return Policies(whole.sel(policy=list(found)), plans, before, study)


def _of_teams(plan: Plan) -> list[str]:
    return [str(name) for name, item in plan.data.data_vars.items() if item.dims == ("team",)]
