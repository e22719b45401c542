"""Power: sources at the meter, and the energy they sell.

Sets: site s, period t; source q; v the period at whose start a module arrives.

Decisions
    source_build[q,v]    modules of a source arriving at the start of v               [modules]
    energy[q,t]          energy drawn from a source                                   [MWh]
    excess_source[s,t]   MW beyond the sources, where that is priced                  [MW]
    energy_of_excess[s,t]  energy drawn there                                         [MWh]

source_mw = existing + module_mw * modules arrived + phases (`phases`), at the meter; draw is the halls' IT draw.

    (P2) pue[s] * draw[s,t] <= sum of source_mw[q,t] + excess_source[s,t]             [MW]
    (P3) sum_q energy[q,t] + energy_of_excess = pue[s] * average_draw * draw[s,t] * hours[t]   [MWh]
    (P4) energy[q,t] <= source_mw[q,t] * hours[t]; energy_of_excess <= excess_source * hours   [MWh]
    (P6) source_mw[q,t] <= max_mw                                                     [MW]

A scenario without the table `power_sources` has no such limits and pays for no energy.
Money: modules at their price at the order date by cash profile (capex `power`), their worth at the end
(terminal), energy (opex `energy`), running cost per MW (opex `running`), MW beyond a priced limit (penalty
`power_sources`). Energy drawn beyond the limit costs what the site's dearest source charges: the limit is
broken for want of MW, never for cheap energy.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.core.rules import needed_when, not_above
from planner.core.units import HOURS_PER_MONTH, USD_PER_MUSD
from planner.data.derive import Arrival, Case
from planner.model.modules import capacity, module_money, site_builds
from planner.model.workspace import Line, Term, Workspace, index_set, linear, or_zero

SOURCES = Table(
    "power_sources",
    "Power at the meter: grid phases, gas plant, ...",
    ("site", "power_source"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("power_source", "id", "name"),
        Column("catalogue", "id", "row of data/power_sources.csv whose cells fill the empty ones", default=None),
        Column("existing_mw", "number", "MW at the meter from the start", "MW", 0.0, low=0),
        Column("module_mw", "number", "MW of one module; 0: cannot be extended", "MW", 0.0, low=0),
        Column("max_mw", "number", "most MW, existing included", "MW", low=0),
        Column("available_from", "date", "earliest arrival of a module; empty: no limit", "", None),
        Column(
            "lead_time_months",
            "integer",
            "order to energised; needed if extendable",
            "months",
            None,
            low=0,
            catalogue=True,
        ),
        Column("price_musd_per_mw", "number", "price; needed if extendable", "M$/MW", None, low=0, catalogue=True),
        Column("energy_usd_per_mwh", "number", "price of energy", "USD/MWh", None, low=0, catalogue=True),
    ),
    rules=(
        not_above("existing_mw", "max_mw"),
        needed_when("lead_time_months", "module_mw"),
        needed_when("price_musd_per_mw", "module_mw"),
        needed_when("energy_usd_per_mwh", "max_mw"),
    ),
    catalogue="power_sources",
)
EQUATIONS = (
    Equation(
        "P2",
        "draw_fits_sources",
        "facility draw fits the sources",
        "MW",
        ("site", "period"),
        Limit("power sources (MW at the meter) at", 10),
    ),
    Equation("P3", "energy_is_drawn", "energy bought is energy drawn", "MWh", ("site", "period")),
    Equation(
        "P4",
        "energy_fits_source",
        "energy fits the source",
        "MWh",
        ("power_source or site", "period"),
        Limit("energy of", 1e-5),
    ),
    Equation(
        "P6",
        "modules_fit_source",
        "modules fit the source",
        "MW",
        ("power_source", "period"),
        Limit("MW of source", 10),
    ),
)
OUTPUTS = (
    Output(
        "power_source_build",
        "source_build",
        ("power_source", "period"),
        "modules",
        "source modules, by period of arrival",
    ),
    Output("power_source_mw", "source_mw", ("power_source", "period"), "MW", "power at the meter"),
    Output("energy_mwh", "energy", ("power_source", "period"), "MWh", "energy drawn"),
    Output("source_excess_mw", "excess_source", ("site", "period"), "MW", "draw beyond a priced source limit"),
    Output(
        "excess_energy_mwh", "energy_of_excess", ("site", "period"), "MWh", "energy drawn beyond a priced source limit"
    ),
)


def _sources(d: Case) -> tuple[dict[str, Row], dict[str, list[Arrival]]]:
    """The sources by site.name, with the arrivals of their modules."""
    sources: dict[str, Row] = {f"{r['site']}.{r['power_source']}": r for r in d.inputs.rows("power_sources")}
    return sources, {
        q: d.module_arrivals(r) if r["module_mw"] and r["max_mw"] > r["existing_mw"] else [] for q, r in sources.items()
    }


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the power block."""
    if not d.inputs.has("power_sources"):
        return
    sources, arrivals = _sources(d)
    b.BUILD = index_set([(q, a.period) for q, found in arrivals.items() for a in found], 2)
    b.source_build = pyo.Var(b.BUILD, domain=pyo.NonNegativeIntegers, doc="modules")
    built = dict(b.source_build.items())  # Pyomo normalises an index at each look-up
    periods = range(len(d.calendar.periods))
    phases = m.need("phase_mw")

    mw: dict[tuple[str, int], tuple[list[Term], float]] = {}
    for q, row in sources.items():
        for t in periods:
            terms, existing = capacity(built, d, q, row, t)
            mw[q, t] = terms + phases.get((q, t), []), existing
    b.source_mw = pyo.Expression(sources, periods, rule=lambda b, q, t: linear(*mw[q, t]))
    live = m.need("live")
    at_site = {s: [q for q, row in sources.items() if row["site"] == s] for s in d.sites}
    priced = {row["limit"] for row in d.inputs.rows("priced_limits")}
    b.ENERGY = index_set([(q, t) for s, t in live for q in at_site[s]], 2)
    b.energy = pyo.Var(b.ENERGY, domain=pyo.NonNegativeReals, doc="MWh")
    b.excess_source = pyo.Var(live if "power_sources" in priced else [], domain=pyo.NonNegativeReals, doc="MW")
    b.energy_of_excess = pyo.Var(list(b.excess_source), domain=pyo.NonNegativeReals, doc="MWh")
    _fit(b, d, m.need("draw"), live, at_site, mw)
    # nothing built ever goes away: the last arrival's row covers the earlier ones
    last = dict(sorted([*b.BUILD, *phases], key=lambda key: key[1]))
    b.modules_fit_source = pyo.Constraint(
        list(last.items()), rule=lambda b, q, t: b.source_mw[q, t] <= sources[q]["max_mw"], doc="(P6)"
    )
    most = {q: (r["max_mw"] - r["existing_mw"]) / r["module_mw"] for q, r in sources.items() if r["module_mw"]}
    m.offer("source_builds", site_builds("power_source", built, sources, arrivals, most))


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what sources, their energy, and what is drawn beyond them cost."""
    if not d.inputs.has("power_sources"):
        return
    sources, arrivals = _sources(d)
    module_money(m, d, "power", "power_source", sources, arrivals, dict(b.source_build.items()), m.need("phase_mw"))
    periods = d.calendar.periods
    for (q, t), energy in b.energy.items():
        line = Line("opex", "energy", sources[q]["site"], periods[t].start)
        m.ledger.add(line, sources[q]["energy_usd_per_mwh"] / USD_PER_MUSD, energy)
    priced = {row["limit"]: row["price_usd"] / USD_PER_MUSD for row in d.inputs.rows("priced_limits")}
    rates: dict[str, list[float]] = {s: [0.0] for s in d.sites}
    for row in sources.values():
        rates[row["site"]].append(row["energy_usd_per_mwh"] or 0.0)
    for s, t in b.excess_source:
        period = periods[t]
        line = Line("penalty", "power_sources", s, period.start)
        m.ledger.add(line, priced["power_sources"] * period.months, b.excess_source[s, t])
        m.ledger.add(Line("opex", "energy", s, period.start), max(rates[s]) / USD_PER_MUSD, b.energy_of_excess[s, t])


def _fit(
    b: Any,
    d: Case,
    draw: Any,
    live: list[tuple[str, int]],
    at_site: dict[str, list[str]],
    mw: dict[tuple[str, int], tuple[list[Term], float]],
) -> None:
    """The rows of draw and energy; terms of `mw` instead of its Expressions, which take longer to compile."""
    hours = [p.months * HOURS_PER_MONTH for p in d.calendar.periods]
    average = d.inputs.setting("finance", "average_draw")
    pue = {s: row["pue"] for s, row in d.sites.items()}

    def draw_fits_sources(b: Any, s: str, t: int) -> Any:
        fed = linear([term for q in at_site[s] for term in mw[q, t][0]], sum(mw[q, t][1] for q in at_site[s]))
        return pue[s] * draw[s, t] <= fed + or_zero(b.excess_source, (s, t))

    def energy_is_drawn(b: Any, s: str, t: int) -> Any:
        bought = linear([(1.0, b.energy[q, t]) for q in at_site[s]]) + or_zero(b.energy_of_excess, (s, t))
        return bought == pue[s] * average * hours[t] * draw[s, t]

    def energy_fits_source(b: Any, q: str, t: int) -> Any:
        if (q, t) in b.energy:
            terms, existing = mw[q, t]
            return linear([(1.0, b.energy[q, t]), *((-hours[t] * c, v) for c, v in terms)], -hours[t] * existing) <= 0
        return b.energy_of_excess[q, t] <= hours[t] * b.excess_source[q, t]

    b.draw_fits_sources = pyo.Constraint(live, rule=draw_fits_sources, doc="(P2)")
    b.energy_is_drawn = pyo.Constraint(live, rule=energy_is_drawn, doc="(P3)")
    b.energy_fits_source = pyo.Constraint([*b.ENERGY, *b.energy_of_excess], rule=energy_fits_source, doc="(P4)")


ROOM = Room(
    name="power",
    build=build,
    account=account,
    needs=("draw", "live", "phase_mw"),
    money=(
        ("capex", "power"),
        ("opex", "energy"),
        ("opex", "running"),
        ("penalty", "power_sources"),
        ("terminal", "power"),
    ),
    inputs=(SOURCES,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"source_build": "module"},
)
