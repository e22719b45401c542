"""Re-planning, second opinion: what is settled stays (K1, K2, K5, K6), what departs later is counted (K3, K4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.results.check.calendar import FOREVER
from planner.results.check.case import Case
from planner.results.check.chosen import Choice
from planner.results.check.report import Array

BUILT = (
    ("hall", "halls", "hall_build"),
    ("power_source", "power_sources", "power_source_build"),
    ("fabric", "fabrics", "endpoint_order"),
    ("lease", "leases", "lease_signed"),
    ("phase", "power_phases", "phase_build"),
    ("module", "link_modules", "link_build"),
    ("retrofit", "retrofits", "retrofit_mw"),
)
NO_LEAD = ("lease", "retrofit")


@dataclass(frozen=True, slots=True)
class Dates:
    """Months: of the re-planning, the end of the frozen zone, and from when the plan before says nothing."""

    now: int
    frozen: int
    known: int


def check_replan(case: Case, choices: list[Choice]) -> None:
    """Orders and starts against the previous plan's; the fees of cancelling, the prices of moving."""
    for plan in case.inputs.rows("previous_plan"):
        now = case.calendar.month(plan["replanned"])
        frozen = case.months_of("frozen_until", plan, now)
        dates = Dates(now, frozen, case.months_of("known_until", plan, FOREVER))
        prices = {row["what"]: float(row["musd"]) for row in case.inputs.rows("moving_prices")}
        _orders(case, dates, prices)
        _starts(case, choices, dates, prices.get("run"))


def _ordered(case: Case) -> tuple[Array, Array]:
    """What is ordered, by item and period of arrival, and the lead of each item, in the order of the labels."""
    counts: list[Array] = []
    leads: list[int] = []
    order = case.read("order", "accelerator", "site", "period")
    for g, row in enumerate(case.accelerators.values()):
        counts += [order[g, s] for s in range(len(case.own))]
        leads += [int(row["lead_time_months"] or 0) + int(row["bring_up_months"] or 0)] * len(case.own)
    for dim, table, name in BUILT:
        counts += list(case.read(name, dim, "period"))
        leads += [0 if dim in NO_LEAD else int(row["lead_time_months"] or 0) for row in case.inputs.rows(table)]
    return np.array(counts).reshape(len(leads), len(case.calendar.starts)), np.array(leads)


def _orders(case: Case, dates: Dates, prices: dict[str, float]) -> None:
    starts = case.calendar.starts
    counts, leads = _ordered(case)
    before, named = np.zeros(counts.shape), np.zeros(counts.shape, dtype=bool)
    cancelled = case.read("order_cancelled", "previous_order")
    dims = case.dims("previous_order")
    for whole in (True, False):
        rows = enumerate(case.inputs.rows("previous_orders"))
        of = [o for o, row in rows if (row["what"] != "retrofit") == whole]
        labels = [case.labels["previous_order"][o] for o in of]
        case.found.decision("order_cancelled", cancelled[of], [("previous_order", labels)], "lots", whole=whole)
    kept, was = np.zeros(len(cancelled)), np.zeros(len(cancelled))
    zone, able = np.zeros(len(cancelled), dtype=bool), np.zeros(len(cancelled), dtype=bool)
    for o, row in enumerate(case.inputs.rows("previous_orders")):
        item = ".".join(row[part] for part in ("what", "site", "part_of", "item") if row[part] is not None)
        i, arrives = case.position("ordered_item", item), case.calendar.month(row["arrives"])
        t = int(np.flatnonzero(starts == arrives)[0])
        before[i, t], named[i, t] = row["count"], True
        kept[o], was[o], zone[o] = counts[i, t], row["count"], arrives - leads[i] < dates.frozen
        able[o] = zone[o] and case.months_of("cancellable_until", row, -FOREVER) >= dates.now
        fee = float(cancelled[o]) * float(row["cancel_fee_musd"])
        case.money.line("fee", "cancelled_order", item, dates.now, fee)
    case.found.never("eligibility", cancelled, dims, ~able, "lots", "cancelled what cannot be, or is not settled")
    case.found.equal("K1", kept + cancelled, was, dims, zone)
    frozen = (starts[None, :] - leads[:, None] < dates.frozen) & (starts < dates.known)
    fresh = frozen & ~named
    case.found.at_most("K2", (counts * fresh).sum(axis=1), 0.0, case.dims("ordered_item"), fresh.any(axis=1))
    priced = np.array([item.partition(".")[0] in prices for item in case.labels["ordered_item"]], dtype=bool)
    _departures(case, counts - before, ~frozen & (starts < dates.known) & priced[:, None], dates.now, prices)


def _departures(case: Case, more: Array, later: Array, now: int, prices: dict[str, float]) -> None:
    """What is ordered more (or less) after the frozen zone against what the plan says of it, and its price."""
    stated = case.read("order_departure", "ordered_item", "period")
    dims = case.dims("ordered_item", "period")
    case.found.decision("order_departure", stated, dims, "lots")
    case.found.at_most("K3", more, stated, dims, later)
    case.found.at_most("K4", -more, stated, dims, later)
    case.found.same("order_departure", stated, np.where(later, np.abs(more), 0.0), dims, "lots")
    for i, item in enumerate(case.labels["ordered_item"]):
        price = prices.get(item.partition(".")[0], 0.0)
        case.money.line("fee", "moved_order", item, now, float(stated[i].sum()) * price)


def _starts(case: Case, choices: list[Choice], dates: Dates, price: float | None) -> None:
    runs, rows = case.labels["run"], case.inputs.by_id("previous_runs", "run")
    if not runs:
        return
    types = list(case.accelerators)
    same, early, total = (np.zeros(len(runs)) for _ in range(3))
    for choice in choices:
        i, row = case.position("run", choice.run), rows.get(choice.run)
        total[i] += choice.share
        stands = (case.calendar.date(choice.start), choice.place, types[choice.accelerator])
        if row is not None and stands == (row["start"], row["site"], row["accelerator"]):
            same[i] += choice.share
        elif choice.start < dates.frozen:
            early[i] += choice.share
    started = np.array([r in rows and rows[r]["start"] is not None for r in runs], dtype=bool)
    begun = [int(case.months_of("start", rows[r], FOREVER)) if r in rows else FOREVER for r in runs]
    held = np.array(begun) < dates.frozen
    dims = case.dims("run")
    case.found.at_most("K5", 1.0, same, dims, held)
    case.found.at_most("K6", early, 0.0, dims)
    moved = np.where(started, 1.0 - same, total) * np.array([float(r in rows) for r in runs])
    case.compare("run_moved", moved, "run", unit="1")
    for i, r in enumerate(runs):
        if price is not None and r in rows:
            case.money.line("fee", "moved_run", r, dates.now, float(moved[i]) * price)
