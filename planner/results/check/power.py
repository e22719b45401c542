"""Power, second opinion: draw, sources with their phases, energy (P2 to P4, P6, P10) and what they cost."""

from __future__ import annotations

import numpy as np

from planner.core.units import HOURS_PER_MONTH, KW_PER_MW
from planner.results.check.built import Built, arrivals, pay, read_built, read_excess
from planner.results.check.case import Case
from planner.results.check.fleet import Fleet
from planner.results.check.halls import check_halls, read_halls
from planner.results.check.money import MUSD, Item, Purchase
from planner.results.check.opening import check_opening
from planner.results.check.report import Array


def check_power(case: Case, fleet: Fleet) -> None:
    """Every row of halls and power; what the scenario has no table for is not limited."""
    halls = read_halls(case)
    phases = _read_phases(case)
    sources = _read_sources(case, phases)
    draw, by_class = _draw(case, fleet)
    usable = np.full(draw.shape, np.inf)
    if case.inputs.has("halls"):
        usable = np.minimum(usable, check_halls(case, halls, by_class))
    if case.inputs.has("power_sources"):
        usable = np.minimum(usable, _sources(case, sources, draw))
    if halls.rows or sources.rows:
        check_opening(case, halls, sources, phases)
    if case.inputs.has("halls") or case.inputs.has("power_sources"):
        shown = np.zeros((len(case.places), len(case.calendar.starts)))
        shown[: len(case.own)] = draw
        case.compare("draw_mw", shown, "site", "period", unit="MW")
        shown[: len(case.own)] = np.maximum(0.0, usable - draw)
        case.compare("stranded_mw", shown, "site", "period", unit="MW")


def _read_phases(case: Case) -> Array:
    """Phases by (phase, period of arrival), each built at most once and paid for as a whole."""
    rows, calendar = case.inputs.rows("power_phases"), case.calendar
    dims = case.dims("phase", "period")
    built = case.read("phase_build", "phase", "period")
    case.found.decision("phase_build", built, dims, "1", whole=True)
    allowed = np.array([arrivals(case, row) for row in rows], dtype=bool).reshape(built.shape)
    case.found.never("eligibility", built, dims, ~allowed, "1", "a phase that cannot arrive then")
    case.found.at_most("P10", built.sum(axis=1), 1.0, case.dims("phase"), allowed.any(axis=1))
    decay = float(case.setting("finance", "decay_power"))
    for p, v in np.argwhere(built != 0):
        row = rows[p]
        item = Item((f"{row['site']}.{row['phase']}", row["phase"]), row["price_musd"])
        arrived = int(calendar.starts[v])
        ordered = arrived - int(row["lead_time_months"])
        amount = float(built[p, v]) * case.money.price(item, ordered)
        case.money.buy(Purchase("power", row["site"], item, amount, ordered, arrived, arrived, decay))
    return built


def _read_sources(case: Case, phases: Array) -> Built:
    """The sources with their modules and phases, paid for."""
    sources = read_built(case, "power_sources", "module_mw")
    further = np.zeros(sources.modules.shape)
    for row, built in zip(case.inputs.rows("power_phases"), phases, strict=True):
        q = case.position("power_source", f"{row['site']}.{row['power_source']}")
        further[q] += row["mw"] * np.cumsum(built)
    sources = sources.with_further(further)
    if case.inputs.has("power_sources"):
        case.compare("power_source_mw", sources.mw, "power_source", "period", unit="MW")
    pay(case, sources, "power")
    return sources


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


def _sources(case: Case, sources: Built, draw: Array) -> Array:
    calendar, found = case.calendar, case.found
    excess = read_excess(case, "power_sources", "source_excess_mw", "P2")
    energy = case.read("energy_mwh", "power_source", "period")
    beyond = case.read("excess_energy_mwh", "site", "period")[: len(case.own)]
    dims, rows = case.own_dims("site", "period"), case.dims("power_source", "period")
    found.decision("energy_mwh", energy, rows, "MWh")
    found.decision("excess_energy_mwh", beyond, dims, "MWh")
    hours = HOURS_PER_MONTH * calendar.months
    pue = np.array([row["pue"] for row in case.inputs.rows("sites")])[:, None]
    mw = np.array([sources.at_site(site) for site in case.own])
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
