"""Policies side by side: one study shared out under several rules, with the same money, and re-planned later."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from planner.core.errors import InfeasibleError, InputError, LimitReached, Problem
from planner.core.months import month_number
from planner.core.settings import SHARING
from planner.results.compare import Comparison, Interval
from planner.results.plan import Plan
from planner.results.teams import price_of_fairness
from planner.study import Study

log = logging.getLogger("planner")
BEST = "utilitarian"
FOUR = ("priority", "pro_rata", "max_min", BEST)
DONE = ("started", "late")
PENNY = 0.01  # M$: budgets are rounded up to it
FIGURES = {
    "objective_musd": ("M$", "net value"),
    "gap_musd": ("M$", "bound less net value"),
    "low_musd": ("M$", "net value of the best by this rule less that of the best plan, at least"),
    "high_musd": ("M$", "the same, at most"),
    "gross_musd": ("M$", "gross value, of today"),
    "price_low": ("1", "price of fairness: share of gross value given up, at least"),
    "price_high": ("1", "the same, at most"),
    "refused": ("1", "programmes and single runs refused"),
    "months_late": ("months", "months after `due`, of all runs together"),
    "finish_ratio": ("1", "months to the finish over months to `due`, of the run that is worst"),
    "least_u": ("1", "value over that standing alone, of the team that is worst"),
    "jain": ("1", "Jain's index of those of all teams"),
    "stranded_mw": ("MW", "MW of IT housed and fed that nothing draws, mean"),
    "moved": ("1", "runs that do not start as in the plan compared with"),
    "quarters": ("quarters", "by how much their starts differ, together; of those that start in both"),
}


@dataclass(frozen=True)
class Policies:
    """Plans of one study by policy, and what they come to.

    Attributes
    ----------
    data
        By dim `policy` the figures of `FIGURES` and `status`; by `policy` and `team` value, u, months late, finish
        ratio. `moved` and `quarters` are against the best plan, or against the plan before if these follow one.
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
        from planner.export.policies import policies_text

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

        Raises
        ------
        InputError
            A date lies outside the horizon, or the plans name what the changed study does not have.
        """
        now = changed.with_(_budgets(self.study))
        found: dict[str, Plan | str] = {}
        for policy, plan in self.plans.items():
            follows = now.with_(_rule(policy)).replan(plan, replanned, moving=moving)
            found[policy] = _solve(follows, policy, plan, {"gap": gap, "time_limit": time_limit, "threads": threads})
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
        budgets, instead of the budgets. Else a rule that looks at teams alone spends for them all there is.
    gap, time_limit, threads
        Of each solve; default: the scenario's.
    out
        Folder that gets each plan as POLICY.nc.

    Raises
    ------
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
    asked = {"gap": gap, "time_limit": time_limit, "threads": threads}
    best = study.with_(_rule(BEST)).solve(**asked)  # type: ignore[arg-type]
    shared = study.with_(_spent(best)) if same_money else study
    found: dict[str, Plan | str] = {BEST: best}
    for name in dict.fromkeys(names):
        if name != BEST:
            found[name] = _solve(shared.with_(_rule(name)), name, best, asked)
    if out is not None:
        keep(found, out)
    order = [*(name for name in dict.fromkeys(names) if name != BEST), BEST]
    return _gathered({name: found[name] for name in order}, {}, shared)


def keep(found: Mapping[str, Plan | str], out: str | Path) -> list[Path]:
    """Write the plans into a folder as POLICY.nc; the paths."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    return [plan.to_netcdf(folder / f"{name}.nc") for name, plan in found.items() if isinstance(plan, Plan)]


def _rule(policy: str) -> dict[str, Any]:
    return {"sharing.policy": policy, "sharing.stand_alone": True}


def _spent(plan: Plan) -> dict[str, float]:
    """Budgets at what a plan spends, for the years that have a row."""
    if "budget_spend" not in plan.data:
        return {}
    rows = {(row["category"], row["fiscal_year"]) for row in plan.inputs.rows("budgets")}
    spend = plan.data["budget_spend"].to_series()
    return {
        f"budgets.{year}.{category}.budget_musd": math.ceil(musd / PENNY) * PENNY
        for (category, year), musd in spend.items()
        if (category, year) in rows
    }


def _budgets(study: Study) -> dict[str, float]:
    rows = study.inputs.rows("budgets")
    return {f"budgets.{row['fiscal_year']}.{row['category']}.budget_musd": row["budget_musd"] for row in rows}


def _solve(study: Study, policy: str, start: Plan, asked: Mapping[str, Any]) -> Plan | str:
    try:
        plan = study.solve(**asked, start=start)
    except InfeasibleError:
        return "infeasible"
    except LimitReached:
        return "no_plan"
    log.info("%s: %r", policy, plan)
    return plan


def _gathered(found: Mapping[str, Plan | str], before: Mapping[str, Plan], study: Study) -> Policies:
    plans = {name: plan for name, plan in found.items() if isinstance(plan, Plan)}
    best = plans.get(BEST)
    figures = {
        name: _figures(plan, best, before.get(name, best)) if isinstance(plan, Plan) else {}
        for name, plan in found.items()
    }
    data = xr.Dataset(coords={"policy": list(found)})
    status = [plan.status if isinstance(plan, Plan) else plan for plan in found.values()]
    data["status"] = ("policy", np.array(status, dtype=object), {"long_name": "how the search ended"})
    for key, (unit, meaning) in FIGURES.items():
        values = [figures[name].get(key, np.nan) for name in found]
        data[key] = ("policy", values, {"units": unit, "long_name": meaning})
    parts = [plan.data[_of_teams(plan)].expand_dims(policy=[name]) for name, plan in plans.items()]
    return Policies(xr.merge([data, *parts], combine_attrs="drop", join="outer"), plans, before, study)


def _of_teams(plan: Plan) -> list[str]:
    return [str(name) for name, item in plan.data.data_vars.items() if item.dims == ("team",)]


def _figures(plan: Plan, best: Plan | None, base: Plan | None) -> dict[str, float]:
    said = json.loads(plan.data.attrs["sharing"])
    found = {
        "objective_musd": plan.objective_musd,
        "gap_musd": plan.bound_musd - plan.objective_musd,
        "gross_musd": _gross(plan),
        "refused": float(len(refused(plan))),
        "months_late": float(plan.data["run_months_late"].sum()) if "run_months_late" in plan.data else 0.0,
        "finish_ratio": max(finish_ratios(plan).values(), default=np.nan),
        "least_u": np.nan if said["least_u"] is None else said["least_u"],
        "jain": np.nan if said["jain"] is None else said["jain"],
        "stranded_mw": _stranded(plan),
    }
    if best is not None:
        low, high = plan.objective_musd - best.bound_musd, plan.bound_musd - best.objective_musd
        gaps = best.bound_musd - best.objective_musd, found["gap_musd"]
        price = price_of_fairness(_gross(best), gaps[0], found["gross_musd"], gaps[1])
        alike = plan is best
        found |= {"low_musd": 0.0 if alike else low, "high_musd": 0.0 if alike else high}
        found |= {"price_low": 0.0 if alike else price[0], "price_high": 0.0 if alike else price[1]}
    if base is not None:
        moved, quarters = churn(plan, base)
        found |= {"moved": float(moved), "quarters": quarters}
    return found


def _gross(plan: Plan) -> float:
    data = plan.data
    return float(data["ledger_discounted_musd"].to_numpy()[data["line_kind"].to_numpy() == "value"].sum())


def _stranded(plan: Plan) -> float:
    """Mean of all sites' stranded MW over the months that are reported."""
    if "stranded_mw" not in plan.data:
        return np.nan
    months = plan.data["months"].where(~plan.data["in_tail"], 0)
    return float((plan.data["stranded_mw"].sum("site") * months).sum() / months.sum())


def refused(plan: Plan) -> list[str]:
    """Programmes that nothing fulfils, and refused runs that belong to none and that nothing else waits for."""
    data, inputs = plan.data, plan.inputs
    found = _where(data, "programme", "refused")
    parts = {row["run"] for row in inputs.rows("programme_options")}
    parts |= {row["after"] for row in inputs.rows("precedence")}
    return found + [run for run in _where(data, "run", "refused") if run not in parts]


def _where(data: xr.Dataset, dim: str, status: str) -> list[str]:
    name = f"{dim}_status"
    return [str(x) for x in data[dim].to_numpy()[data[name].to_numpy() == status]] if name in data else []


def finish_ratios(plan: Plan) -> dict[str, float]:
    """Of each run that is done: months from `earliest` to its finish over months from `earliest` to `due`."""
    rows = plan.inputs.by_id("runs", "run")
    found = {}
    for run, at in _stands(plan.data).items():
        first = month_number(rows[run]["earliest"])
        if at["status"] in DONE:
            due = max(1, month_number(rows[run]["due"]) - first)
            found[run] = (month_number(at["finish"]) - first) / due
    return found


def churn(this: Plan, base: Plan) -> tuple[int, float]:
    """(runs that do not start in the month they start in the base, quarters by which starts in both differ)."""
    mine, theirs = _stands(this.data), _stands(base.data)
    both = [(mine[run], theirs[run]) for run in mine if run in theirs]
    moved = sum(here["start"] != there["start"] for here, there in both)
    months = (
        abs(month_number(here["start"]) - month_number(there["start"]))
        for here, there in both
        if here["start"] and there["start"]
    )
    return moved, sum(months) / 3.0


def _stands(data: xr.Dataset) -> dict[str, dict[str, str]]:
    if "run_status" not in data:
        return {}
    columns: Iterable[Any] = (data[f"run_{name}"].to_numpy().tolist() for name in ("status", "start", "finish"))
    rows = zip(data["run"].to_numpy().tolist(), *columns, strict=True)
    return {run: {"status": status, "start": start, "finish": finish} for run, status, start, finish in rows}
