"""What a plan comes to beside others that share the same out by other rules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from planner.core.inputs import Inputs
from planner.core.months import month_number
from planner.results.finishes import DONE, lateness
from planner.results.teams import price_of_fairness

FIGURES = {
    "objective_musd": ("M$", "net value"),
    "gap_musd": ("M$", "bound less net value"),
    "low_musd": ("M$", "net value of the best plan as fair by this rule less that of the best, at least"),
    "high_musd": ("M$", "the same, at most"),
    "gross_musd": ("M$", "gross value, of today"),
    "price_low": ("1", "price of fairness: net value given up, of gross value (least cost: gross cost), at least"),
    "price_high": ("1", "the same, at most"),
    "refused": ("1", "programmes and single runs refused"),
    "months_late": ("months", "months after `due`, of all programmes and other runs together"),
    "finish_ratio": ("1", "months to the finish over months to `due`, of the run that is worst"),
    "least_u": ("1", "value over that standing alone, of the team that is worst"),
    "jain": ("1", "Jain's index of those of all teams"),
    "stranded_mw": ("MW", "MW of IT housed and fed that nothing draws, mean"),
    "moved": ("1", "runs that do not start as in the plan compared with"),
    "quarters": ("quarters", "by how much their starts differ, together; of those that start in both"),
}


def figures(plan: xr.Dataset, best: xr.Dataset | None, base: xr.Dataset | None) -> dict[str, float]:
    """What `FIGURES` lists of a plan that says how it was shared out.

    Parameters
    ----------
    best
        The best plan by any rule: what differences and the price of fairness are against.
    base
        The plan that `moved` and `quarters` are against.
    """
    said = json.loads(plan.attrs["sharing"])
    found = {
        "objective_musd": plan.attrs["objective_musd"],
        "gap_musd": plan.attrs["bound_musd"] - plan.attrs["objective_musd"],
        "gross_musd": _gross(plan),
        "refused": float(len(refused(plan))),
        "months_late": sum(lateness(Inputs.from_json(plan.attrs["inputs"]), plan).values()),
        "finish_ratio": max(finish_ratios(plan).values(), default=np.nan),
        "least_u": np.nan if said["least_u"] is None else said["least_u"],
        "jain": np.nan if said["jain"] is None else said["jain"],
        "stranded_mw": _stranded(plan),
    }
    if best is not None:
        gap = best.attrs["bound_musd"] - best.attrs["objective_musd"]
        less = found["objective_musd"] - best.attrs["objective_musd"]
        mine, its = found["objective_musd"], best.attrs["objective_musd"]
        price = price_of_fairness(its, gap, mine, found["gap_musd"], best.attrs["scale_musd"])
        between = (less - gap, less + found["gap_musd"], *price) if plan is not best else (0.0,) * 4
        found |= dict(zip(("low_musd", "high_musd", "price_low", "price_high"), between, strict=True))
    if base is not None:
        moved, quarters = churn(plan, base)
        found |= {"moved": float(moved), "quarters": quarters}
    return found


def _gross(plan: xr.Dataset) -> float:
    return float(plan["ledger_discounted_musd"].to_numpy()[plan["line_kind"].to_numpy() == "value"].sum())


def _stranded(plan: xr.Dataset) -> float:
    """Mean of all sites' stranded MW over the months that are reported."""
    if "stranded_mw" not in plan:
        return np.nan
    months = plan["months"].where(~plan["in_tail"], 0)
    return float((plan["stranded_mw"].sum("site") * months).sum() / months.sum())


def refused(plan: xr.Dataset) -> list[str]:
    """Programmes that nothing fulfils, and refused runs that belong to none and that nothing else waits for."""
    inputs = Inputs.from_json(plan.attrs["inputs"])
    found = _where(plan, "programme", "refused")
    parts = {row["run"] for row in inputs.rows("programme_options")}
    parts |= {row["after"] for row in inputs.rows("precedence")}
    return found + [run for run in _where(plan, "run", "refused") if run not in parts]


def _where(data: xr.Dataset, dim: str, status: str) -> list[str]:
    name = f"{dim}_status"
    return [str(x) for x in data[dim].to_numpy()[data[name].to_numpy() == status]] if name in data else []


def finish_ratios(plan: xr.Dataset) -> dict[str, float]:
    """Of each run that is done: months from `earliest` to its finish over months from `earliest` to `due`."""
    rows = Inputs.from_json(plan.attrs["inputs"]).by_id("runs", "run")
    found = {}
    for run, at in _stands(plan).items():
        first = month_number(rows[run]["earliest"])
        if at["status"] in DONE:
            due = max(1, month_number(rows[run]["due"]) - first)
            found[run] = (month_number(at["finish"]) - first) / due
    return found


def churn(this: xr.Dataset, base: xr.Dataset) -> tuple[int, float]:
    """(runs that do not start in the month they start in the base, quarters by which starts in both differ)."""
    mine, theirs = _stands(this), _stands(base)
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
