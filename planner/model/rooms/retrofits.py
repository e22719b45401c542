"""Retrofits: MW moved from one hall of a site to another of a different cooling class, after an outage.

Sets: retrofit x (from a hall to a hall of the same site), period t; v the period at whose start the MW go out.

Decisions
    retrofit[x,v]    MW taken out at the start of v, to be back after the outage      [MW]

The MW are missing from `from_hall` from v on, and stand in `to_hall` in every period that starts no earlier
than start(v) + outage. That no more is taken out than stands is P9 of `halls`.
Money: price per MW at the start of v (capex `hall`), its worth at the end (terminal).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Finding, Output, Room, Row, Rule, Table
from planner.core.inputs import Inputs
from planner.core.rules import differ, nearest
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.workspace import Term, Workspace, index_set


def _halls(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    known: dict[str, list[str]] = defaultdict(list)
    for hall in inputs.rows("halls"):
        known[hall["site"]].append(hall["hall"])
    for i, row in enumerate(rows):
        for end in ("from_hall", "to_hall"):
            if row[end] not in known[row["site"]]:
                near = nearest(row[end], known[row["site"]])
                yield Finding(i, end, f"is no hall of {row['site']}", row[end], near)


RETROFITS = Table(
    "retrofits",
    "MW that can be moved between the halls of a site, such as from air to liquid cooling.",
    ("site", "from_hall", "to_hall"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("from_hall", "id", "hall that loses the MW"),
        Column("to_hall", "id", "hall that gains them"),
        Column("musd_per_mw", "number", "price", "M$/MW", low=0),
        Column("outage_months", "integer", "months in which the MW stand in neither", "months", low=0),
        Column("available_from", "date", "earliest start; empty: no limit", "", None),
    ),
    rules=(
        Rule("retrofit_names_halls", "a retrofit names two halls of its site", _halls),
        differ("from_hall", "to_hall"),
    ),
)
OUTPUTS = (Output("retrofit_mw", "retrofit", ("retrofit", "period"), "MW", "MW taken out for retrofit, by start"),)


def retrofit_names(d: Case) -> dict[str, Row]:
    """The retrofits by name: site.from_hall.to_hall."""
    return {f"{r['site']}.{r['from_hall']}.{r['to_hall']}": r for r in d.inputs.rows("retrofits")}


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the retrofit block, and offer what each hall loses and gains."""
    rows = retrofit_names(d)
    starts = {x: d.arrivals(0, available_from=row["available_from"]) for x, row in rows.items()}
    b.START = index_set([(x, a.period) for x, found in starts.items() for a in found], 2)
    b.retrofit = pyo.Var(b.START, domain=pyo.NonNegativeReals, doc="MW")
    moved: dict[tuple[str, int], list[Term]] = defaultdict(list)
    for x, row in rows.items():
        for a in starts[x]:
            for t, period in enumerate(d.calendar.periods):
                if t >= a.period:
                    moved[f"{row['site']}.{row['from_hall']}", t].append((-1.0, b.retrofit[x, a.period]))
                if period.start >= a.start + row["outage_months"]:
                    moved[f"{row['site']}.{row['to_hall']}", t].append((1.0, b.retrofit[x, a.period]))
            back = Arrival(a.period, a.start + row["outage_months"], a.start, a.start)
            asset = Asset("hall", row["site"], row["musd_per_mw"], back)
            charge(m, d, asset, [(a.start, 1.0)], b.retrofit[x, a.period])
    m.offer("retrofitted", dict(moved))


ROOM = Room(
    name="retrofits",
    build=build,
    offers=("retrofitted",),
    money=(("capex", "hall"), ("terminal", "hall")),
    inputs=(RETROFITS,),
    outputs=OUTPUTS,
)
