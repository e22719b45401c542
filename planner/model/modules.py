"""Things built in modules - halls, power sources: their capacity, their money, and the sites they need open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.core.declare import Row
from planner.core.units import MONTHS_PER_YEAR, USD_PER_MUSD
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.workspace import Line, Term, Workspace


@dataclass(frozen=True)
class SiteBuild:
    """A decision to build modules at a site: its variable, dates, and the most modules it can ever be."""

    item: str
    site: str
    period: int
    order: int
    modules: Any
    most: float


def capacity(build: Any, item: str, row: Row, t: int) -> tuple[list[Term], float]:
    """MW in a period: the terms of what is built, and what exists."""
    return [(row["module_mw"], build[item, v]) for v in range(t + 1) if (item, v) in build], row["existing_mw"]


def site_builds(
    build: Any, rows: Mapping[str, Row], arrivals: Mapping[str, list[Arrival]], most: Mapping[str, float]
) -> list[SiteBuild]:
    """What can be built, for the room that opens sites."""
    return [
        SiteBuild(item, row["site"], a.period, a.order, build[item, a.period], most[item])
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
) -> None:
    """Cash and terminal value of the modules, and the running cost of all MW, into the ledger.

    `part` is the capex part, `key` the column of `rows` that holds the item's own name.
    """
    monthly = {row["item"]: row["usd_per_year"] / USD_PER_MUSD / MONTHS_PER_YEAR for row in d.inputs.rows("opex")}
    for item, row in rows.items():
        site, name = row["site"], row[key]
        for a in arrivals[item]:
            price = row["module_mw"] * d.prices.at(name, site, row["price_musd_per_mw"], a.order)
            payments = d.cash.payments(name, site, a.order, a.delivery)
            charge(m, d, Asset(part, site, price, a), payments, build[item, a.period])
        rate = monthly.get(item, monthly.get(name, 0.0))
        for t, period in enumerate(d.calendar.periods) if rate else []:
            terms, existing = capacity(build, item, row, t)
            line = Line("opex", "running", site, period.start)
            m.ledger.add_constant(line, rate * period.months * existing)
            for coefficient, variable in terms:
                m.ledger.add(line, rate * period.months * coefficient, variable)
