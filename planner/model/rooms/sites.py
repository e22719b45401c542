"""Sites: opening one is paid once, before anything is ordered for it.

Sets: site s, period t; q a hall, power source or phase of a closed site; v the period at whose start its module
arrives (a phase is one module).

Decisions
    opened[s,t]      site opened at the start of t                                    [0/1]

    (P7) modules of q that arrive at v <= most modules of q * sum of opened[s,t] over the t that start
         no later than the order date                                                 [modules]
    (P8) sum over t of opened[s,t] <= 1                                               [-]

A site is open from the start if it has existing hall or source MW, or fleet.
Money: opening cost at the opening (capex `hall`).
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.data.derive import Case
from planner.model.modules import SiteBuild
from planner.model.workspace import Line, Workspace, index_set, linear

SITES = Table(
    "sites",
    "Own sites.",
    ("site",),
    (
        Column("site", "id", "name"),
        Column("pue", "number", "facility power over IT power", "", low=1),
        Column(
            "opening_cost_musd",
            "number",
            "paid once when the first module of a closed site is ordered",
            "M$",
            0.0,
            low=0,
        ),
    ),
)
EQUATIONS = (
    Equation(
        "P7",
        "site_opens_before_modules",
        "a site opens before its modules are ordered",
        "modules",
        ("kind", "hall or power_source or phase", "period"),
    ),
    Equation("P8", "site_opens_once", "a site opens at most once", "-", ("site",)),
)
OUTPUTS = (Output("opened", "opened", ("site", "period"), "1", "site opened"),)


def open_sites(d: Case) -> set[str]:
    """Sites that are open from the start: they have existing halls, power or fleet."""
    tables = ("halls", "power_sources")
    standing = {row["site"] for table in tables for row in d.inputs.rows(table) if row["existing_mw"]}
    return standing | {row["site"] for row in d.inputs.rows("fleet")}


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the sites' block: only sites that are closed and can be built have anything to decide."""
    closed = set(d.sites) - open_sites(d)
    offered: list[SiteBuild] = [*m.take("hall_builds", []), *m.take("source_builds", []), *m.need("phase_builds")]
    builds = {(x.kind, x.item, x.period): x for x in offered if x.site in closed}
    latest: dict[str, int] = {}
    for x in builds.values():
        latest[x.site] = max(latest.get(x.site, 0), x.order)
    periods = d.calendar.periods
    b.OPENING = index_set([(s, t) for s in latest for t, p in enumerate(periods) if p.start <= latest[s]], 2)
    b.opened = pyo.Var(b.OPENING, domain=pyo.Binary, doc="site opened")

    def open_by(b: Any, site: str, month: int) -> Any:
        return linear([(1.0, b.opened[s, t]) for s, t in b.OPENING if s == site and periods[t].start <= month])

    b.site_opens_before_modules = pyo.Constraint(
        list(builds),
        rule=lambda b, *key: builds[key].modules <= builds[key].most * open_by(b, builds[key].site, builds[key].order),
        doc="(P7)",
    )
    b.site_opens_once = pyo.Constraint(list(latest), rule=lambda b, s: open_by(b, s, latest[s]) <= 1, doc="(P8)")
    for s, t in b.OPENING:
        line = Line("capex", "hall", s, periods[t].start)
        m.ledger.add(line, d.sites[s]["opening_cost_musd"], b.opened[s, t])


ROOM = Room(
    name="sites",
    build=build,
    needs=("phase_builds",),
    money=(("capex", "hall"),),
    inputs=(SITES,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"opened": "site"},
)
