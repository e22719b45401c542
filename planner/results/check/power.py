"""Power, second opinion: halls, sources, energy, site opening (P1 to P8) and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.core.units import HOURS_PER_MONTH, KW_PER_MW
from planner.results.check.case import Case
from planner.results.check.fleet import Fleet
from planner.results.check.money import MUSD, Item, Purchase
from planner.results.check.report import Array


@dataclass(frozen=True, slots=True)
class Built:
    """Modules of halls or of sources: decisions by (item, period), and MW there by (item, period)."""

    rows: list[dict[str, Any]]
    names: list[str]
    modules: Array
    mw: Array


def check_power(case: Case, fleet: Fleet) -> None:
    """Every row of power; what the scenario has no table for is not limited."""
    halls = _built(case, "halls", "hall", "hall_build", "max_modules")
    sources = _built(case, "power_sources", "power_source", "power_source_build", "module_mw")
    draw, by_class = _draw(case, fleet)
    usable = np.full(draw.shape, np.inf)
    if case.inputs.has("halls"):
        usable = np.minimum(usable, _halls(case, halls, by_class))
    if case.inputs.has("power_sources"):
        usable = np.minimum(usable, _sources(case, sources, draw))
    if halls.rows or sources.rows:
        _opening(case, halls, sources)
    if case.inputs.has("halls") or case.inputs.has("power_sources"):
        shown = np.zeros((len(case.places), len(case.calendar.starts)))
        shown[: len(case.own)] = draw
        case.compare("draw_mw", shown, "site", "period", unit="MW")
        shown[: len(case.own)] = np.maximum(0.0, usable - draw)
        case.compare("stranded_mw", shown, "site", "period", unit="MW")


def _built(case: Case, table: str, dim: str, variable: str, grows: str) -> Built:
    rows, starts = case.inputs.rows(table), case.calendar.starts
    modules = case.read(variable, dim, "period")
    dims = case.dims(dim, "period")
    case.found.decision(variable, modules, dims, "modules", whole=True)
    allowed = np.zeros(modules.shape, dtype=bool)
    for q, row in enumerate(rows):
        if row[grows]:
            ordered = starts - int(row["lead_time_months"])
            allowed[q] = (ordered >= 0) & (starts >= case.months_of("available_from", row, 0))
    case.found.never("eligibility", modules, dims, ~allowed, "modules", f"{dim} modules that cannot arrive then")
    size = np.array([row["module_mw"] or 0.0 for row in rows])[:, None]
    there = np.array([row["existing_mw"] for row in rows])[:, None]
    mw = there + size * np.cumsum(modules, axis=1) if rows else np.zeros(modules.shape)
    if case.inputs.has(table):
        case.compare(f"{dim}_mw", mw, dim, "period", unit="MW")
    built = Built(rows, case.labels[dim], modules, mw)
    _money(case, built, dim, "hall" if dim == "hall" else "power")
    return built


def _money(case: Case, built: Built, dim: str, part: str) -> None:
    calendar, money = case.calendar, case.money
    decay = float(case.setting("finance", "decay_power"))
    for q, v in np.argwhere(built.modules != 0):
        row = built.rows[q]
        item = Item((built.names[q], row[dim]), row["price_musd_per_mw"])
        arrived = int(calendar.starts[v])
        ordered = arrived - int(row["lead_time_months"] or 0)
        amount = float(built.modules[q, v]) * (row["module_mw"] or 0.0) * money.price(item, ordered)
        money.buy(Purchase(part, row["site"], item, amount, ordered, arrived, arrived, decay))
    for q, row in enumerate(built.rows):
        rate = money.running((built.names[q], row[dim])) * MUSD / 12.0
        for t, start in enumerate(calendar.starts.tolist()):
            money.line("opex", "running", row["site"], start, rate * float(calendar.months[t] * built.mw[q, t]))


def _draw(case: Case, fleet: Fleet) -> tuple[Array, dict[str, Array]]:
    """IT draw of own sites in all, and of the types that need air or liquid."""
    share = 1.0 + float(case.setting("power", "fabric_draw_share"))
    rows = list(case.accelerators.values())
    online = fleet.online[:, : len(case.own)]
    each = np.array([(row["provisioned_kw"] or 0.0) / KW_PER_MW for row in rows])
    draws = {}
    for need in ("air", "liquid", "all"):
        counted = np.array([need in ("all", row["cooling"]) for row in rows], dtype=float)
        draws[need] = share * np.einsum("g,gst->st", each * counted, online)
    if case.inputs.has("halls") or case.inputs.has("power_sources"):
        for row, units in zip(rows, online, strict=True):
            if row["provisioned_kw"] is None and units.any():
                text = "runs at an own site, but its draw is unknown"
                case.found.add("P1", f"accelerator={row['accelerator']}", float(units.max()), "accelerators", text)
    return draws["all"], draws


def _excess(case: Case, limit: str, variable: str, equation: str) -> Array:
    """MW beyond a priced limit, with its penalty; where the limit has no price there may be none."""
    calendar = case.calendar
    prices = {row["limit"]: row["price_usd"] for row in case.inputs.rows("priced_limits")}
    excess = case.read(variable, "site", "period")[: len(case.own)]
    dims = case.own_dims("site", "period")
    case.found.decision(variable, excess, dims, "MW")
    if limit not in prices:
        case.found.never(equation, excess, dims, True, "MW", f"excess over the limit `{limit}`, which has no price")
        return np.zeros_like(excess)
    for s, t in np.argwhere(excess > 0):
        amount = prices[limit] * MUSD * float(excess[s, t] * calendar.months[t])
        case.money.line("penalty", limit, case.own[s], int(calendar.starts[t]), amount)
    return excess


def _at_site(case: Case, built: Built, site: str, classes: tuple[str, ...] = ()) -> Array:
    rows = [q for q, r in enumerate(built.rows) if r["site"] == site and (not classes or r["cooling"] in classes)]
    total: Array = built.mw[rows].sum(axis=0)
    return total


def _halls(case: Case, halls: Built, draw: dict[str, Array]) -> Array:
    excess = _excess(case, "halls", "hall_excess_mw", "P1")
    dims = case.dims("period")
    room = {"air": ("air", "either"), "liquid": ("liquid", "either"), "all": ()}
    for s, site in enumerate(case.own):
        for need, classes in room.items():
            limit = _at_site(case, halls, site, classes) + excess[s]
            place = [("site", [site]), ("cooling", [need]), *dims]
            case.found.at_most("P1", draw[need][s][None, None], limit[None, None], place)
    built = np.cumsum(halls.modules, axis=1)
    most = np.array([float(row["max_modules"]) for row in halls.rows])[:, None]
    case.found.at_most("P5", built, most, case.dims("hall", "period"))
    return np.array([_at_site(case, halls, site) for site in case.own])


def _sources(case: Case, sources: Built, draw: Array) -> Array:
    calendar, found = case.calendar, case.found
    excess = _excess(case, "power_sources", "source_excess_mw", "P2")
    energy = case.read("energy_mwh", "power_source", "period")
    beyond = case.read("excess_energy_mwh", "site", "period")[: len(case.own)]
    dims, rows = case.own_dims("site", "period"), case.dims("power_source", "period")
    found.decision("energy_mwh", energy, rows, "MWh")
    found.decision("excess_energy_mwh", beyond, dims, "MWh")
    hours = HOURS_PER_MONTH * calendar.months
    pue = np.array([row["pue"] for row in case.inputs.rows("sites")])[:, None]
    mw = np.array([_at_site(case, sources, site) for site in case.own])
    here = np.array([[row["site"] == site for row in sources.rows] for site in case.own], dtype=float)
    bought = here.reshape(len(case.own), len(sources.rows)) @ energy
    found.at_most("P2", pue * draw, mw + excess, dims)
    needed = pue * float(case.setting("finance", "average_draw")) * draw * hours
    found.equal("P3", bought + beyond, needed, dims)
    found.at_most("P4", energy, sources.mw * hours, rows)
    found.at_most("P4", beyond, excess * hours, dims)
    most = np.array([float(row["max_mw"]) for row in sources.rows])[:, None]
    found.at_most("P6", sources.mw, most, rows)
    for q, t in np.argwhere(energy != 0):
        row = sources.rows[q]
        amount = (row["energy_usd_per_mwh"] or 0.0) * MUSD * float(energy[q, t])
        case.money.line("opex", "energy", row["site"], int(calendar.starts[t]), amount)
    for s, t in np.argwhere(beyond != 0):
        charged = [row["energy_usd_per_mwh"] or 0.0 for row in sources.rows if row["site"] == case.own[s]]
        amount = max(charged, default=0.0) * MUSD * float(beyond[s, t])
        case.money.line("opex", "energy", case.own[s], int(calendar.starts[t]), amount)
    usable: Array = mw / pue
    return usable


def open_from_start(case: Case, site: str) -> bool:
    """A site with existing hall or source MW, or with fleet, need not be opened."""
    standing = [*case.inputs.rows("halls"), *case.inputs.rows("power_sources")]
    fleet = any(row["site"] == site for row in case.inputs.rows("fleet"))
    return fleet or any(row["site"] == site and row["existing_mw"] > 0 for row in standing)


def _opening(case: Case, halls: Built, sources: Built) -> None:
    calendar, found = case.calendar, case.found
    opened = case.read("opened", "site", "period")
    dims = case.dims("site", "period")
    found.decision("opened", opened, dims, "1", whole=True)
    growing = {r["site"] for r in halls.rows if r["max_modules"]} | {r["site"] for r in sources.rows if r["module_mw"]}
    closed = [site for site in case.own if site in growing and not open_from_start(case, site)]
    openable = np.array([site in closed for site in case.places])[:, None]
    found.never("eligibility", opened, dims, ~openable, "1", "opened, though it cannot or need not be")
    if not closed:
        return
    found.at_most("P8", opened.sum(axis=1), 1.0, case.dims("site"), openable[:, 0])
    for built, dim in ((halls, "hall"), (sources, "power_source")):
        for q, row in enumerate(built.rows):
            if row["site"] not in closed:
                continue
            most = row["max_modules"] if dim == "hall" else row["max_mw"] / (row["module_mw"] or 1.0)
            ordered = calendar.starts - int(row["lead_time_months"] or 0)
            s = case.position("site", row["site"])
            by_then = np.array([opened[s][calendar.starts <= month].sum() for month in ordered])
            place = [(dim, [built.names[q]]), *case.dims("period")]
            found.at_most("P7", built.modules[q][None], float(most) * by_then[None], place)
    cost = {row["site"]: float(row["opening_cost_musd"]) for row in case.inputs.rows("sites")}
    for s, v in np.argwhere(opened[: len(case.own)] != 0):
        amount = cost[case.own[s]] * float(opened[s, v])
        case.money.line("capex", "hall", case.own[s], int(calendar.starts[v]), amount)
