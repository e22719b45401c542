"""Things built in modules - halls, power sources: their capacity, their money, and the sites they need open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.core.declare import Row
from planner.core.units import KW_PER_MW, MONTHS_PER_YEAR, USD_PER_MUSD
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.workspace import Line, Term, Workspace


@dataclass(frozen=True)
class SiteBuild:
    """A decision to build modules at a site: its variable, dates, and the most modules it can ever be.

    `kind` is hall, power_source or phase: items of two kinds may bear one name.
    """

    kind: str
    item: str
    site: str
    period: int
    order: int
    modules: Any
    most: float


def standing(build: Any, d: Case, item: str, row: Row, t: int) -> list[Term]:
    """The modules that stand in a period, as terms: arrived, and at least half of the period inside their life."""
    period, life = d.calendar.periods[t], row.get("life_months")
    arrived = [v for v in range(t + 1) if (item, v) in build]
    if life is not None:
        starts = d.calendar.periods
        arrived = [v for v in arrived if d.calendar.in_service(period, starts[v].start, starts[v].start + life)]
    return [(1.0, build[item, v]) for v in arrived]


def capacity(build: Any, d: Case, item: str, row: Row, t: int) -> tuple[list[Term], float]:
    """MW in a period: the terms of what stands of what is built, and what exists."""
    mw = row["module_mw"]
    return [(mw * n, v) for n, v in standing(build, d, item, row, t)], row["existing_mw"]


def site_builds(
    kind: str, build: Any, rows: Mapping[str, Row], arrivals: Mapping[str, list[Arrival]], most: Mapping[str, float]
) -> list[SiteBuild]:
    """What can be built, for the room that opens sites."""
    return [
        SiteBuild(kind, item, row["site"], a.period, a.order, build[item, a.period], most[item])
        for item, row in rows.items()
        for a in arrivals[item]
    ]


def module_money(
    m: Workspace,
    d: Case,
    part: str,
    key: str,
    rows: Mapping[str, Row],
    arrivals: Mapping[str, list[Arrival]],
    build: Any,
    further: Mapping[tuple[str, int], list[Term]],
) -> None:
    """Cash and terminal value of the modules, running cost of all MW, rent of what exists and is built.

    `part` is the capex part, `key` the column of `rows` that holds the item's own name; `further` are MW by
    (item, period) besides the modules.
    """
    monthly = {row["item"]: row["usd_per_year"] / USD_PER_MUSD / MONTHS_PER_YEAR for row in d.inputs.rows("opex")}
    for item, row in rows.items():
        site, name = row["site"], row[key]
        for a in arrivals[item]:
            price = row["module_mw"] * d.prices.at(name, site, row["price_musd_per_mw"], a.order)
            payments = d.cash.payments(name, site, a.order, a.delivery)
            end = None if row.get("life_months") is None else a.start + row["life_months"]
            charge(m, d, Asset(part, site, price, a, end), payments, build[item, a.period])
        running = monthly.get(item, monthly.get(name, 0.0))
        rent = row.get("rent_usd_per_kw_month", 0.0) * KW_PER_MW / USD_PER_MUSD
        for opex, rate in (("running", running), ("rent", rent)):
            for t, period in enumerate(d.calendar.periods) if rate else []:
                terms, existing = capacity(build, d, item, row, t)
                line = Line("opex", opex, site, period.start)
                m.ledger.add_constant(line, rate * period.months * existing)
                for coefficient, variable in terms + (further.get((item, t), []) if opex == "running" else []):
                    m.ledger.add(line, rate * period.months * coefficient, variable)
