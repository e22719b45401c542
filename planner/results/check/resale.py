"""Resale, second opinion: cohorts sold before their time (F8), what is gone of them and what they bring."""

from __future__ import annotations

import numpy as np

from planner.results.check.calendar import FOREVER
from planner.results.check.case import Case
from planner.results.check.money import MUSD
from planner.results.check.report import Array


def check_resale(case: Case) -> Array:
    """Accelerators by (accelerator, place, period) that would be in service, but have been sold by then."""
    calendar, cohorts = case.calendar, case.inputs.rows("fleet")
    gone = np.zeros((len(case.accelerators), len(case.places), len(calendar.starts)))
    sold = case.read("sold", "cohort", "period")
    dims = case.dims("cohort", "period")
    case.found.decision("sold", sold, dims, "accelerators")
    prices = [_prices(case, row["accelerator"]) for row in cohorts]
    begins = [calendar.month(row["in_service_from"]) for row in cohorts]
    ends = [case.months_of("retires", row, FOREVER) for row in cohorts]
    allowed = np.zeros(sold.shape, dtype=bool)
    for f, price in enumerate(prices):
        if price:
            allowed[f] = (calendar.starts >= begins[f]) & (calendar.starts < ends[f])
    case.found.never("eligibility", sold, dims, ~allowed, "accelerators", "sold while not in service, or at no price")
    counts = np.array([float(row["count"]) for row in cohorts])
    case.found.at_most("F8", sold.sum(axis=1), counts, case.dims("cohort"), allowed.any(axis=1))
    for f, t in np.argwhere(sold != 0):
        row, start = cohorts[f], int(calendar.starts[t])
        g, s = case.position("accelerator", row["accelerator"]), case.position("site", row["site"])
        later = calendar.in_service(begins[f], ends[f]) & (calendar.starts >= start)
        gone[g, s] += sold[f, t] * later
        if prices[f]:
            amount = _at_age(prices[f], start - begins[f]) * MUSD * float(sold[f, t])
            case.money.line("resale", "compute", row["site"], start, amount)
    return gone


def _prices(case: Case, accelerator: str) -> list[tuple[int, float]]:
    """(age in months, USD) by age; none for a type that cannot be sold."""
    rows = [row for row in case.inputs.rows("resale") if row["accelerator"] == accelerator]
    return sorted((int(row["age_months"]), float(row["price_usd"])) for row in rows)


def _at_age(prices: list[tuple[int, float]], age: int) -> float:
    """The price of the oldest age that is reached; of the youngest before any is."""
    price = prices[0][1]
    for months, usd in prices:
        if months <= age:
            price = usd
    return price
