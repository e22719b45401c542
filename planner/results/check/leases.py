"""Leases, second opinion: signatures, terms, hand-over in steps, rent (F4 to F7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.results.check.calendar import FOREVER
from planner.results.check.case import Case
from planner.results.check.fleet import Fleet
from planner.results.check.money import MUSD, Item
from planner.results.check.report import Array


@dataclass(frozen=True, slots=True)
class Term:
    """What a signature at u brings: share handed over by period (0: not active) and its last month."""

    share: Array
    active: Array
    ends: int


def check_leases(case: Case, fleet: Fleet) -> None:
    """Check every contract and put what it brings into the fleet at the contract's own place."""
    if not case.inputs.has("leases"):
        return
    signed = case.read("lease_signed", "lease", "period")
    signing = case.read("lease_signing", "lease", "period")
    rented = case.read("lease_rented", "lease", "signature", "period")
    dims = case.dims("lease", "period")
    case.found.decision("lease_signed", signed, dims, "lots", whole=True)
    case.found.decision("lease_signing", signing, dims, "1", whole=True)
    case.found.decision("lease_rented", rented, case.dims("lease", "signature", "period"), "accelerators")
    case.found.never("eligibility", signed, dims, ~_windows(case), "lots", "a lease signed outside its window")
    fleet.online[:, len(case.own) :] = 0.0
    for c, (name, row) in enumerate(case.leases.items()):
        _contract(case, fleet, name, row, (signed[c], signing[c], rented[c]))


def _windows(case: Case) -> np.ndarray[Any, np.dtype[np.bool_]]:
    starts = case.calendar.starts
    allowed = [
        (starts >= case.calendar.month(row["from"])) & (starts <= case.months_of("until", row, FOREVER))
        for row in case.leases.values()
    ]
    return np.array(allowed, dtype=bool).reshape(len(case.leases), len(starts))


def term_of(case: Case, row: dict[str, Any], u: int, served: int = 0) -> Term:
    """A signature that counts from the start of period u, `served` months of its term before; ends with a period."""
    starts = case.calendar.starts
    began = int(starts[u]) - served
    ends = began + int(row["term_months"])
    active = (starts >= starts[u]) & (starts < ends)
    share = np.minimum(1.0, (starts - began + 1) / max(int(row["ramp_months"]), 1))
    return Term(np.where(active, share, 0.0), active.astype(float), ends)


def committed_signature(case: Case, row: dict[str, Any]) -> tuple[int, int] | None:
    """The period in which committed lots enter, and the months of their term before the horizon."""
    begins = case.calendar.month(row["from"])
    later = np.flatnonzero(case.calendar.starts >= max(0, begins))
    if not row["committed_lots"] or not later.size:
        return None
    return int(later[0]), max(0, -begins)


def _contract(case: Case, fleet: Fleet, name: str, row: dict[str, Any], made: tuple[Array, Array, Array]) -> None:
    signed, signing, rented = made
    count = len(case.calendar.starts)
    handed, lots = np.zeros((count, count)), np.zeros(count)
    batches = [(u, float(signed[u]), term_of(case, row, u)) for u in range(count) if signed[u]]
    committed = committed_signature(case, row)
    if committed is not None:
        batches.append((committed[0], float(row["committed_lots"]), term_of(case, row, *committed)))
    item = Item((name,), row["usd_per_accelerator_month"])
    for u, size, term in batches:
        handed[u] += term.share * row["lot_size"] * size
        lots += term.active * size
        price = case.money.price(item, int(case.calendar.starts[u])) * row["take_or_pay_share"]
        _rent_after_horizon(case, name, term.ends, price * row["lot_size"] * size)
    period, place = case.dims("period"), [("lease", [name])]
    found = case.found
    found.at_most("F4", lots[None, :], float(row["max_lots"]), [*place, *period])
    found.at_most("F5", rented[None], handed[None], [*place, *case.dims("signature", "period")])
    if row["min_lots"] >= 2:
        found.at_most("F6", row["min_lots"] * signing[None], signed[None], [*place, *period])
        found.at_most("F7", signed[None], row["max_lots"] * signing[None], [*place, *period])
    _rent(case, name, item, row, handed, rented)
    g, s = case.position("accelerator", row["accelerator"]), case.position("site", name)
    fleet.in_service[g, s] = handed.sum(axis=0)
    fleet.online[g, s] = rented.sum(axis=0)


def _rent(case: Case, name: str, item: Item, row: dict[str, Any], handed: Array, rented: Array) -> None:
    calendar, fixed = case.calendar, row["take_or_pay_share"]
    prices = np.array([case.money.price(item, start) for start in calendar.starts.tolist()]) * MUSD
    units = fixed * handed + (1.0 - fixed) * rented
    due = calendar.months * (prices @ units)
    for t in np.flatnonzero(due):
        case.money.line("opex", "lease", name, int(calendar.starts[t]), float(due[t]))


def _rent_after_horizon(case: Case, name: str, ends: int, usd_per_month: float) -> None:
    for month in range(case.calendar.end, ends):
        case.money.line("opex", "lease", name, month, usd_per_month * MUSD)
