"""Phases: named one-off steps of a power source, such as a substation or a plant's second block.

Sets: phase p of a source, period t; v the period at whose start it arrives.

Decisions
    phase_build[p,v]  phase built, arriving at the start of v                         [0/1]

    (P10) sum over v of phase_build[p,v] <= 1                                         [-]

A phase adds its MW to the source from v on (P2, P4, P6 of `power`), and its site must be open (P7 of `sites`).
Money: its price at the order date by cash profile (capex `power`), its worth at the end (terminal).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Finding, Output, Room, Row, Rule, Table
from planner.core.inputs import Inputs
from planner.core.rules import nearest
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.modules import SiteBuild
from planner.model.workspace import Term, Workspace, index_set, linear


def _sources(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    known: dict[str, list[str]] = defaultdict(list)
    for source in inputs.rows("power_sources"):
        known[source["site"]].append(source["power_source"])
    for i, row in enumerate(rows):
        if row["power_source"] not in known[row["site"]]:
            near = nearest(row["power_source"], known[row["site"]])
            yield Finding(i, "power_source", f"is no power source of {row['site']}", row["power_source"], near)


PHASES = Table(
    "power_phases",
    "Named steps of a power source, each built once or not at all.",
    ("site", "power_source", "phase"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("power_source", "id", "source it belongs to"),
        Column("phase", "id", "name"),
        Column("mw", "number", "MW at the meter", "MW", low=0, low_open=True),
        Column("available_from", "date", "earliest arrival; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to energised", "months", low=0),
        Column("price_musd", "number", "price of the whole phase", "M$", low=0),
    ),
    rules=(Rule("phase_names_source", "a phase names a power source of its site", _sources),),
)
EQUATIONS = (Equation("P10", "phase_is_built_once", "a phase is built at most once", "-", ("phase",)),)
OUTPUTS = (Output("phase_build", "phase_build", ("phase", "period"), "1", "phase built, by period of arrival"),)


def _phases(d: Case) -> tuple[dict[str, Row], dict[str, list[Arrival]]]:
    rows: dict[str, Row] = {f"{r['site']}.{r['power_source']}.{r['phase']}": r for r in d.inputs.rows("power_phases")}
    return rows, {p: d.module_arrivals(row) for p, row in rows.items()}


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the phases' block, and offer their MW to their sources."""
    rows, arrivals = _phases(d)
    b.BUILD = index_set([(p, a.period) for p, found in arrivals.items() for a in found], 2)
    b.phase_build = pyo.Var(b.BUILD, domain=pyo.Binary, doc="phase built")
    b.phase_is_built_once = pyo.Constraint(
        [p for p, found in arrivals.items() if found],
        rule=lambda b, p: linear([(1.0, b.phase_build[p, a.period]) for a in arrivals[p]]) <= 1,
        doc="(P10)",
    )
    mw: dict[tuple[str, int], list[Term]] = defaultdict(list)
    builds = []
    for p, row in rows.items():
        for a in arrivals[p]:
            for t in range(a.period, len(d.calendar.periods)):
                mw[f"{row['site']}.{row['power_source']}", t].append((row["mw"], b.phase_build[p, a.period]))
            builds.append(SiteBuild("phase", p, row["site"], a.period, a.order, b.phase_build[p, a.period], 1.0))
    m.offer("phase_mw", dict(mw))
    m.offer("phase_builds", builds)


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what phases cost and are worth in the end."""
    rows, arrivals = _phases(d)
    for p, row in rows.items():
        for a in arrivals[p]:
            price = d.prices.at(row["phase"], row["site"], row["price_musd"], a.order)
            payments = d.cash.payments(row["phase"], row["site"], a.order, a.delivery)
            charge(m, d, Asset("power", row["site"], price, a), payments, b.phase_build[p, a.period])


ROOM = Room(
    name="phases",
    build=build,
    account=account,
    offers=("phase_mw", "phase_builds"),
    money=(("capex", "power"), ("terminal", "power")),
    inputs=(PHASES,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"phase_build": "module"},
)
