"""Halls, second opinion: what they house, tents and leased ones among them, and retrofits (P1, P5, P9)."""

from __future__ import annotations

import numpy as np

from planner.results.check.built import Built, pay, read_built, read_excess
from planner.results.check.case import Case
from planner.results.check.money import Item, Purchase
from planner.results.check.report import Array


def read_halls(case: Case) -> Built:
    """The halls with their modules and what retrofits take from them and bring back, paid for."""
    halls = read_built(case, "halls", "max_modules")
    halls = halls.with_further(_retrofitted(case, halls))
    if case.inputs.has("halls"):
        case.compare("hall_mw", halls.mw, "hall", "period", unit="MW")
    pay(case, halls, "hall")
    return halls


def _retrofitted(case: Case, halls: Built) -> Array:
    """MW by (hall, period): gone from one hall from the start on, in the other after the outage."""
    rows, starts = case.inputs.rows("retrofits"), case.calendar.starts
    moved = np.zeros(halls.modules.shape)
    taken = case.read("retrofit_mw", "retrofit", "period")
    dims = case.dims("retrofit", "period")
    case.found.decision("retrofit_mw", taken, dims, "MW")
    allowed = np.array([starts >= case.months_of("available_from", row, 0) for row in rows], dtype=bool)
    why = "a retrofit before it can be had"
    case.found.never("eligibility", taken, dims, ~allowed.reshape(taken.shape), "MW", why)
    decay = float(case.setting("finance", "decay_power"))
    for x, row in enumerate(rows):
        source, target = (case.position("hall", f"{row['site']}.{row[end]}") for end in ("from_hall", "to_hall"))
        for v in np.flatnonzero(taken[x]):
            mw, begins = float(taken[x, v]), int(starts[v])
            back = begins + int(row["outage_months"])
            moved[source] -= mw * (starts >= begins)
            moved[target] += mw * (starts >= back)
            item = Item((), row["musd_per_mw"])
            amount = mw * row["musd_per_mw"]
            case.money.buy(Purchase("hall", row["site"], item, amount, begins, begins, back, decay))
    return moved


def check_halls(case: Case, halls: Built, draw: dict[str, Array]) -> Array:
    """What is drawn fits the halls; MW of halls by (own site, period)."""
    excess = read_excess(case, "halls", "hall_excess_mw", "P1")
    dims, periods = case.dims("hall", "period"), case.dims("period")
    room = {"air": ("air", "either"), "liquid": ("liquid", "either"), "all": ()}
    for s, site in enumerate(case.own):
        for need, classes in room.items():
            limit = halls.at_site(site, classes) + excess[s]
            place = [("site", [site]), ("cooling", [need]), *periods]
            case.found.at_most("P1", draw[need][s][None, None], limit[None, None], place)
    most = np.array([float(row["max_modules"]) for row in halls.rows])[:, None]
    case.found.at_most("P5", halls.standing, most, dims)
    sources = {f"{row['site']}.{row['from_hall']}" for row in case.inputs.rows("retrofits")}
    case.found.at_most("P9", 0.0, halls.mw, dims, np.array([name in sources for name in halls.names])[:, None])
    return np.array([halls.at_site(site) for site in case.own])
