"""Opening of sites, second opinion: paid once, before anything is ordered for a closed site (P7, P8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.results.check.built import Built
from planner.results.check.case import Case
from planner.results.check.report import Array


@dataclass(frozen=True, slots=True)
class Growth:
    """What can be built of one item at a site: the dim it is of, modules by arrival, and how many at most."""

    dim: str
    name: str
    site: str
    modules: Array
    most: float
    lead: int


def open_from_start(case: Case, site: str) -> bool:
    """A site with existing hall or source MW, or with fleet, need not be opened."""
    standing = [*case.inputs.rows("halls"), *case.inputs.rows("power_sources")]
    fleet = any(row["site"] == site for row in case.inputs.rows("fleet"))
    return fleet or any(row["site"] == site and row["existing_mw"] > 0 for row in standing)


def _growth(case: Case, halls: Built, sources: Built, phases: Array) -> Iterator[Growth]:
    for q, row in enumerate(halls.rows):
        if row["max_modules"]:
            most, lead = float(row["max_modules"]), int(row["lead_time_months"] or 0)
            yield Growth("hall", halls.names[q], row["site"], halls.modules[q], most, lead)
    for q, row in enumerate(sources.rows):
        if row["module_mw"]:
            most, lead = row["max_mw"] / row["module_mw"], int(row["lead_time_months"] or 0)
            yield Growth("power_source", sources.names[q], row["site"], sources.modules[q], most, lead)
    for p, row in enumerate(case.inputs.rows("power_phases")):
        yield Growth("phase", case.labels["phase"][p], row["site"], phases[p], 1.0, int(row["lead_time_months"]))


def check_opening(case: Case, halls: Built, sources: Built, phases: Array) -> None:
    """Sites are opened in time, at most once, and only where that means anything."""
    calendar, found = case.calendar, case.found
    growth = list(_growth(case, halls, sources, phases))
    opened = case.read("opened", "site", "period")
    dims = case.dims("site", "period")
    found.decision("opened", opened, dims, "1", whole=True)
    growing = {item.site for item in growth}
    closed = [site for site in case.own if site in growing and not open_from_start(case, site)]
    openable = np.array([site in closed for site in case.places])[:, None]
    found.never("eligibility", opened, dims, ~openable, "1", "opened, though it cannot or need not be")
    if not closed:
        return
    found.at_most("P8", opened.sum(axis=1), 1.0, case.dims("site"), openable[:, 0])
    for item in growth:
        if item.site in closed:
            s = case.position("site", item.site)
            ordered = calendar.starts - item.lead
            by_then = np.array([opened[s][calendar.starts <= month].sum() for month in ordered])
            place = [(item.dim, [item.name]), *case.dims("period")]
            found.at_most("P7", item.modules[None], item.most * by_then[None], place)
    cost = {row["site"]: float(row["opening_cost_musd"]) for row in case.inputs.rows("sites")}
    for s, v in np.argwhere(opened[: len(case.own)] != 0):
        amount = cost[case.own[s]] * float(opened[s, v])
        case.money.line("capex", "hall", case.own[s], int(calendar.starts[v]), amount)
