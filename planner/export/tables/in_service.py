"""The tables of what stands and works, period by period: accelerators and their sales, MW, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from planner.core.units import USD_PER_MUSD
from planner.export.facts import Facts
from planner.export.facts.reading import LEAST, Reading, whole
from planner.export.tables.table import Declared, Field, Row
from planner.model.rooms.resale import price_at_age

PERIOD_FIELDS = (
    Field("period", "date", "first month of the period"),
    Field("months", "integer", "length of the period"),
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("in_tail", "flag", "behind the reported horizon"),
)
USE_FIELDS = (
    Field("site", "id", "site or lease"),
    Field("accelerator", "id", "type"),
    *PERIOD_FIELDS,
    Field("added", "number", "first in service (rented: handed over) in the period"),
    Field("retired", "number", "at their life's end (rented: handed back) at its start"),
    Field("sold", "number", "sold at its start"),
    Field("in_service", "number", "accelerators in service: those of the period before, + added - retired - sold"),
    Field("online", "number", "accelerators powered (rented: in use)"),
    Field("taken", "number", "accelerators that runs and streams take"),
    Field("stranded", "number", "in service at own sites but not powered"),
    Field("utilisation", "share", "share of what is in service that is taken"),
)
MW_FIELDS = (
    Field("site", "id", "own site"),
    *PERIOD_FIELDS,
    Field("hall_mw", "number", "MW of IT that halls house"),
    Field("power_source_mw", "number", "MW at the meter"),
    Field("energised_mw", "number", "MW of IT housed and fed: the lesser of halls and, over the PUE, sources"),
    Field("draw_mw", "number", "provisioned IT draw of what is online"),
    Field("stranded_mw", "number", "IT power housed and fed that nothing draws"),
)
TRAFFIC_FIELDS = (
    Field("link", "id", "link"),
    Field("site_a", "id", "one end"),
    Field("site_b", "id", "the other end"),
    *PERIOD_FIELDS,
    Field("shared", "flag", "whether both directions share the capacity; if not, each has it"),
    Field("capacity_tbps", "number", "capacity"),
    Field("from_a_tbps", "number", "traffic from a to b"),
    Field("from_b_tbps", "number", "traffic from b to a"),
    Field("used", "share", "traffic over capacity, of the fuller direction where each has its own"),
)
SALE_FIELDS = (
    Field("date", "date", "month of the sale"),
    Field("fiscal_year", "year", "the calendar year in which the fiscal year ends"),
    Field("site", "id", "where"),
    Field("accelerator", "id", "type"),
    Field("in_service_from", "date", "start of their service"),
    Field("age_months", "integer", "age at the sale"),
    Field("accelerators", "number", "accelerators sold", total=True),
    Field("unit_price_usd", "usd", "price of one at that age"),
    Field("amount_musd", "musd", "proceeds; they refill no budget", total=True),
    Field("in_tail", "flag", "sold behind the reported horizon"),
)


def _use(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    names = {"in_service": "in_service", "online": "online", "taken": "taken", "stranded": "stranded_accelerators"}
    arrays = {field: r.by_period(name, "site", "accelerator") for field, name in names.items()}
    for site in r.labels("site"):
        for g in r.labels("accelerator"):
            units = {field: found[site, g] for field, found in arrays.items() if found}
            if "in_service" not in units:
                continue
            none = np.zeros(len(r.case.calendar.periods))
            series_of = dict.fromkeys(names, none) | units | _changes(r, site, g, units["in_service"])
            for t in range(len(r.case.calendar.periods)):
                cells = {field: whole(series[t]) for field, series in series_of.items()}
                if any(abs(value) > LEAST for value in cells.values()):
                    share = units["taken"][t] / cells["in_service"] if cells["in_service"] > LEAST else 0.0
                    yield {"site": site, "accelerator": g, **r.when(t), **cells, "utilisation": float(share)}


def _changes(r: Reading, site: str, accelerator: str, in_service: Any) -> dict[str, Any]:
    """What comes into service, goes out of it and is sold, by period."""
    calendar, size = r.case.calendar, len(in_service)
    added, retired, sold = np.zeros(size), np.zeros(size), np.zeros(size)
    if site in r.case.leases:
        step = np.diff(in_service, prepend=0.0)
        return {"added": np.maximum(step, 0.0), "retired": np.maximum(-step, 0.0), "sold": sold}
    for count, arrival, end, gone in _vintages(r, site, accelerator):
        there = np.array([calendar.in_service(period, arrival, end) for period in calendar.periods], dtype=bool)
        first = np.flatnonzero(there & ~np.concatenate([[arrival < 0], there[:-1]]))
        last = np.flatnonzero(~there & np.concatenate([[False], there[:-1]]))
        added[first] += count
        retired[last] += count - gone.cumsum()[last]
        sold += gone
    return {"added": added, "retired": retired, "sold": sold}


def _vintages(r: Reading, site: str, accelerator: str) -> Iterator[tuple[float, int, int | None, Any]]:
    """Count, arrival, end and sales by period of every cohort and order of a type at a site."""
    sales = r.by_period("sold", "cohort")
    none = np.zeros(len(r.case.calendar.periods))
    for f, cohort in enumerate(r.case.cohorts):
        if (cohort.site, cohort.accelerator) == (site, accelerator):
            yield cohort.count, cohort.arrival, cohort.end, sales.get((f,), none)
    row = r.case.accelerators[accelerator]
    for t, lots in enumerate(r.by_period("order", "site", "accelerator").get((site, accelerator), none)):
        if lots > LEAST:
            start = r.case.calendar.periods[t].start
            yield lots * row["lot_size"], start, start + row["life_months"], none


def _mw(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    able = {f"{name}_mw": _at_sites(r, name) for name in ("hall", "power_source") if r.inputs.has(f"{name}s")}
    if not able:
        return
    draw, idle = r.by_period("draw_mw", "site"), r.by_period("stranded_mw", "site")
    for site, row in r.case.sites.items():
        for t in range(len(r.case.calendar.periods)):
            held = {name: mw[site, t] for name, mw in able.items()}
            fed = [mw / (row["pue"] if name == "power_source_mw" else 1.0) for name, mw in held.items()]
            yield {
                "site": site, **r.when(t), "hall_mw": None, "power_source_mw": None, **held, "energised_mw": min(fed),
                "draw_mw": float(draw[(site,)][t]) if draw else None,
                "stranded_mw": float(idle[(site,)][t]) if idle else None,
            }  # fmt: skip


def _at_sites(r: Reading, dim: str) -> dict[tuple[str, int], float]:
    """MW of halls or sources, by site and period."""
    found: dict[tuple[str, int], float] = defaultdict(float)
    for (label,), mw in r.by_period(f"{dim}_mw", dim).items():
        for t, value in enumerate(mw):
            found[label.partition(".")[0], t] += float(value)
    return found


def _traffic(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    flow, capacity = r.by_period("flow", "link", "direction"), r.by_period("link_tbps", "link")
    for row in r.inputs.rows("links") if capacity else ():
        link, shared = row["link"], row["capacity"] == "shared"
        for t in range(len(r.case.calendar.periods)):
            there = float(capacity[(link,)][t])
            a, b = (float(flow[link, way][t]) if flow else 0.0 for way in ("ab", "ba"))
            used = (a + b if shared else max(a, b)) / there if there > LEAST else 0.0
            yield {
                "link": link, "site_a": row["site_a"], "site_b": row["site_b"], **r.when(t), "shared": shared,
                "capacity_tbps": there, "from_a_tbps": a, "from_b_tbps": b, "used": used,
            }  # fmt: skip


def _sales(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    for (f, t), units in r.entries("sold"):
        cohort, start = r.case.cohorts[f], r.case.calendar.periods[t].start
        price = price_at_age(r.case, cohort.accelerator, start - cohort.arrival)
        yield {
            "date": r.month(start), "fiscal_year": r.case.calendar.fiscal_year(start), "site": cohort.site,
            "accelerator": cohort.accelerator, "in_service_from": r.month(cohort.arrival),
            "age_months": start - cohort.arrival, "accelerators": whole(units), "unit_price_usd": price,
            "amount_musd": units * price / USD_PER_MUSD, "in_tail": r.in_tail(start),
        }  # fmt: skip


USE = Declared("use", "Fleet", "Accelerators in service, retired, sold and used, by period", USE_FIELDS, _use)
MW = Declared("mw", "MW", "MW housed, fed and drawn, by site and period", MW_FIELDS, _mw)
TRAFFIC = Declared("traffic", "Traffic", "Capacity and traffic of links, by period", TRAFFIC_FIELDS, _traffic)
SALES = Declared("sales", "Sales", "Accelerators retired before their time and sold", SALE_FIELDS, _sales)
