"""Budgets, second opinion: what each fiscal year may spend and spends, by category (B1, B2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.results.check.case import Case
from planner.results.check.report import Array

YEAR = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """By fiscal year of the horizon: amount, carry-over and pull-forward shares, price of overrun."""

    cap: Array
    carry: Array
    pull: Array
    overrun_price: Array


def check_budgets(case: Case) -> None:
    """Spending by due date against every category's budget. Must come after all lines of capex and opex."""
    if not case.inputs.has("budgets"):
        return
    names = ("budget_left", "budget_pull", "budget_overrun")
    dims = case.dims("budget_category", "fiscal_year")
    left, pull, overrun = (case.read(name, "budget_category", "fiscal_year") for name in names)
    for name, values in zip(names, (left, pull, overrun), strict=True):
        case.found.decision(name, values, dims, "M$")
    spend = np.array([_spend(case, category) for category in case.labels["budget_category"]]).reshape(left.shape)
    terms = [_terms(case, category) for category in case.labels["budget_category"]]
    if not terms:
        return
    cap = np.array([t.cap for t in terms])
    carried = np.zeros_like(cap)
    carried[:, 1:] = (np.array([t.carry for t in terms]) * left)[:, :-1]
    lent = np.zeros_like(cap)
    lent[:, 1:] = pull[:, :-1]
    case.found.equal("B1", spend + left + lent, cap + carried + pull + overrun, dims)
    limit = np.zeros_like(cap)
    limit[:, :-1] = np.array([t.pull for t in terms])[:, :-1] * cap[:, 1:]
    case.found.at_most("B2", pull, limit, dims)
    priced = np.isfinite(np.array([t.overrun_price for t in terms]))
    case.found.never("B1", overrun, dims, ~priced, "M$", "spending beyond a budget that has no price")
    for k, y in np.argwhere((overrun > 0) & priced):
        year = case.calendar.fiscal_years[y]
        first = [case.calendar.fiscal_year(month) for month in range(case.calendar.end)].index(year)
        amount = float(terms[k].overrun_price[y] * overrun[k, y])
        case.money.line("penalty", "budget", case.labels["budget_category"][k], first, amount)
    case.compare("budget", cap, "budget_category", "fiscal_year", unit="M$")
    case.compare("budget_spend", spend, "budget_category", "fiscal_year", unit="M$")


def _spend(case: Case, category: str) -> Array:
    years = case.calendar.fiscal_years
    spend = np.zeros(len(years))
    for (kind, part, _, month), amount in case.money.lines.items():
        capex = kind == "capex" and (category == part or (category == "all" and part in case.labels["category"]))
        if (capex or (kind == "opex" and category == "opex")) and 0 <= month < case.calendar.end:
            spend[years.index(case.calendar.fiscal_year(month))] += amount
    return spend


def _terms(case: Case, category: str) -> Terms:
    calendar = case.calendar
    rows = {row["fiscal_year"]: row for row in case.inputs.rows("budgets") if row["category"] == category}
    last = max(rows)
    years = [calendar.fiscal_year(month) for month in range(calendar.end)]
    reported = years[: calendar.report_end]
    terms = Terms(*(np.zeros(len(calendar.fiscal_years)) for _ in range(4)))
    for i, year in enumerate(calendar.fiscal_years):
        row: dict[str, Any] | None = rows.get(year) or (rows[last] if year > last else None)
        if row is None:
            where = f"budget_category={category} fiscal_year={year}"
            case.found.add("B1", where, 1.0, "rows", "no budget for the year")
            continue
        stated = row["fiscal_year"]
        months = reported.count(stated) or years.count(stated) or YEAR
        terms.cap[i] = row["budget_musd"] * years.count(year) / months
        terms.carry[i] = row["carry_over_share"]
        terms.pull[i] = row["pull_forward_share"]
        price = row["overrun_price_musd"]
        terms.overrun_price[i] = np.inf if price is None else price
    return terms
