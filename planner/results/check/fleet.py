"""Fleet, second opinion: arrivals, lives and sales, supply, what is online (F1 to F3), what accelerators cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.results.check.calendar import FOREVER
from planner.results.check.case import Case
from planner.results.check.money import MUSD, Item, Purchase
from planner.results.check.report import Array, Flags
from planner.results.check.resale import check_resale


@dataclass(frozen=True, slots=True)
class Fleet:
    """Accelerators by type, place and period: there (own: in service; rented: handed over) and in use."""

    in_service: Array
    online: Array


def check_fleet(case: Case) -> Fleet:
    """Own accelerators: orders allowed, in service, supply, online, money. Rented ones are filled in later."""
    order = case.read("order", "accelerator", "site", "period")
    case.found.decision("order", order, case.dims("accelerator", "site", "period"), "lots", whole=True)
    allowed = orders_allowed(case)
    dims = case.dims("accelerator", "site", "period")
    why = "accelerators ordered where or when they cannot be"
    case.found.never("eligibility", order, dims, ~allowed, "lots", why)

    in_service, delivered = _in_service(case, order)
    in_service -= check_resale(case)
    online = case.read("online", "accelerator", "site", "period")
    case.found.decision("online", online, dims, "accelerators")
    own = np.arange(len(case.places))[None, :, None] < len(case.own)
    case.found.at_most("F1", online, in_service, dims, own)
    if case.setting("power", "basis") == "installed":
        case.found.at_most("F3", in_service, online, dims, own)
    check_supply(case, order)
    _money(case, order, in_service)
    case.compare("delivered", delivered, "accelerator", "site", "period", unit="accelerators")
    return Fleet(in_service, online)


def lead(row: dict[str, Any]) -> int:
    """Months from an order to service."""
    return int(row["lead_time_months"] or 0) + int(row["bring_up_months"])


def can_cool(needs: str | None, gives: str | None) -> bool:
    """Whether a hall of one cooling class can house a type."""
    return needs in (None, "either") or gives in (needs, "either")


def can_stand(case: Case, row: dict[str, Any], site: str) -> bool:
    """Whether a type has a hall that can cool it (now, built or retrofitted) and a fabric of its family at a site."""
    gain = [row["to_hall"] for row in case.inputs.rows("retrofits") if row["site"] == site]
    at_site = [h for h in case.inputs.rows("halls") if h["site"] == site]
    halls = [h for h in at_site if h["existing_mw"] or h["max_modules"] or h["hall"] in gain]
    fabrics = [f for f in case.inputs.rows("fabrics") if f["site"] == site]
    cooled = not case.inputs.has("halls") or any(can_cool(row["cooling"], h["cooling"]) for h in halls)
    joined = not case.inputs.has("fabrics") or any(f["family"] == row["fabric_family"] for f in fabrics)
    return cooled and joined


def orders_allowed(case: Case) -> Flags:
    """(accelerator, site, period): orders that arrive then may be made."""
    allowed = np.zeros((len(case.accelerators), len(case.places), len(case.calendar.starts)), dtype=bool)
    for g, row in enumerate(case.accelerators.values()):
        if not row["orderable"]:
            continue
        ordered = case.calendar.starts - lead(row)
        first = max(0, case.months_of("orderable_from", row, 0))
        when = (ordered >= first) & (ordered <= case.months_of("orderable_until", row, FOREVER))
        for s, site in enumerate(case.own):
            allowed[g, s] = when & can_stand(case, row, site)
    return allowed


def _in_service(case: Case, order: Array) -> tuple[Array, Array]:
    calendar = case.calendar
    in_service = np.zeros_like(order)
    delivered = np.zeros_like(order)
    for row in case.inputs.rows("fleet"):
        g, s = case.position("accelerator", row["accelerator"]), case.position("site", row["site"])
        begin = calendar.month(row["in_service_from"])
        in_service[g, s] += row["count"] * calendar.in_service(begin, case.months_of("retires", row, FOREVER))
        period = calendar.period_at(begin)
        if row["status"] == "committed" and period is not None:
            delivered[g, s, period] += row["count"]
    for g, row in enumerate(case.accelerators.values()):
        if not order[g].any():
            continue
        lot, life = row["lot_size"] or 1, FOREVER if row["life_months"] is None else row["life_months"]
        serves = np.array([calendar.in_service(start, start + life) for start in calendar.starts.tolist()], dtype=float)
        in_service[g] += lot * order[g] @ serves
        delivered[g] += lot * order[g]
    return in_service, delivered


def held(dated: Sequence[tuple[int, Any]], months: int, before: Any) -> list[Any]:
    """The value that holds in each month of the horizon: the last dated one, `before` until the first date."""
    ordered = sorted(dated, key=lambda pair: pair[0])
    values = []
    for month in range(months):
        since = [value for date, value in ordered if date <= month]
        values.append(since[-1] if since else before)
    return values


def check_supply(case: Case, order: Array) -> None:
    """F2: what can be had in a period, month by month, less what is committed to arrive."""
    if not case.inputs.has("supply"):
        return
    calendar = case.calendar
    prices = {row["limit"]: row["price_usd"] for row in case.inputs.rows("priced_limits")}
    excess = case.read("supply_excess", "accelerator", "period")
    dims = case.dims("accelerator", "period")
    case.found.decision("supply_excess", excess, dims, "accelerators")
    if "supply" not in prices:
        case.found.never("F2", excess, dims, True, "accelerators", "excess over a supply limit that has no price")
        excess = np.zeros_like(excess)
    limit = np.full(excess.shape, np.inf)
    taken = np.zeros(excess.shape)
    listed: dict[str, list[dict[str, Any]]] = {}
    for row in case.inputs.rows("supply"):
        listed.setdefault(row["accelerator"], []).append(row)
    for name, rows in listed.items():
        g = case.position("accelerator", name)
        rates = held([(calendar.month(row["from"]), row["per_month"]) for row in rows], calendar.end, 0.0)
        limit[g] = np.add.reduceat(np.array(rates, dtype=float), calendar.starts)
        units = order[g].sum(axis=0) * (case.accelerators[name]["lot_size"] or 1)
        if rows[0]["basis"] == "order":
            for v in np.flatnonzero(units):
                period = calendar.period_at(int(calendar.starts[v]) - lead(case.accelerators[name]))
                taken[g, period if period is not None else 0] += units[v]
        else:
            taken[g] = units
            limit[g] = np.maximum(0.0, limit[g] - _committed(case, name))
    case.found.at_most("F2", taken, limit + excess, dims, np.isfinite(limit))
    for g, v in np.argwhere(excess > 0):
        amount = prices.get("supply", 0.0) * MUSD * excess[g, v]
        case.money.line("penalty", "supply", case.labels["accelerator"][g], int(calendar.starts[v]), amount)


def _committed(case: Case, accelerator: str) -> Array:
    units = np.zeros(len(case.calendar.starts))
    for row in case.inputs.rows("fleet"):
        period = case.calendar.period_at(case.calendar.month(row["in_service_from"]))
        if row["accelerator"] == accelerator and row["status"] == "committed" and period is not None:
            units[period] += row["count"]
    return units


def _money(case: Case, order: Array, in_service: Array) -> None:
    calendar, money = case.calendar, case.money
    decay = float(case.setting("finance", "decay_compute"))
    rows = list(case.accelerators.items())
    for g, s, v in np.argwhere(order != 0):
        name, row = rows[g]
        item = Item((name,), row["price_usd"])
        arrived = int(calendar.starts[v])
        delivered, ordered = arrived - int(row["bring_up_months"]), arrived - lead(row)
        amount = float(order[g, s, v]) * (row["lot_size"] or 1) * money.price(item, ordered) * MUSD
        lasts = row["life_months"] is None or arrived + row["life_months"] > calendar.end
        money.buy(Purchase("compute", case.places[s], item, amount, ordered, delivered, arrived, decay, lasts))
    for row in case.inputs.rows("fleet"):
        if row["due_musd"]:
            money.line("capex", "compute", row["site"], calendar.month(row["due_date"]), row["due_musd"])
    rates = np.array([money.running((name,)) for name in case.accelerators]) * MUSD / 12.0
    cost = np.einsum("g,gst,t->st", rates, in_service, calendar.months.astype(float))
    for s, t in np.argwhere(cost[: len(case.own)] != 0):
        money.line("opex", "running", case.own[s], int(calendar.starts[t]), float(cost[s, t]))


def compare_fleet(case: Case, fleet: Fleet) -> None:
    """in_service and online as published, own and rented."""
    case.compare("in_service", fleet.in_service, "accelerator", "site", "period", unit="accelerators")
    case.compare("online", fleet.online, "accelerator", "site", "period", unit="accelerators")
