"""Halls: what houses and cools the fleet.

Sets: site s, period t; hall q of one cooling class; v the period at whose start a module arrives.

Decisions
    hall_build[q,v]      modules of a hall arriving at the start of v                 [modules]
    excess_hall[s,t]     MW beyond the halls, where that is priced                    [MW]

draw[s,t] = (1 + fabric_draw_share) * sum_g provisioned_kw[g]/1000 * online[g,s,t]    [MW of IT]
hall_mw = existing + module_mw * modules arrived.

    (P1) per cooling class, nested: draw of accelerators that need air <= air and either halls; that need
         liquid <= liquid and either halls; of all <= all halls (each + excess_hall)  [MW]
    (P5) modules of a hall arrived by t <= max_modules                                [modules]

A scenario without the table `halls` has no such limits.
Money: modules at their price at the order date by cash profile (capex `hall`), their worth at the end
(terminal), running cost per MW (opex `running`), MW beyond a priced limit (penalty `halls`).
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.core.rules import needed_when
from planner.core.units import KW_PER_MW, USD_PER_MUSD
from planner.data.derive import COOLED_BY, Case
from planner.model.modules import capacity, module_money, site_builds
from planner.model.workspace import Line, Term, Workspace, index_set, linear, or_zero

HALLS = Table(
    "halls",
    "Halls: MW of IT in modules of one cooling class.",
    ("site", "hall"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("hall", "id", "name"),
        Column("catalogue", "id", "row of data/halls.csv whose cells fill the empty ones", default=None),
        Column("cooling", "choice", "what it can cool", "", None, choices=("air", "liquid", "either"), catalogue=True),
        Column(
            "module_mw",
            "number",
            "MW of IT of one module; needed if max_modules > 0",
            "MW",
            None,
            low=0,
            low_open=True,
            catalogue=True,
        ),
        Column("existing_mw", "number", "MW of IT that stand from the start", "MW", 0.0, low=0),
        Column("max_modules", "integer", "most modules that can be built", "modules", 0, low=0),
        Column("available_from", "date", "earliest arrival of a module; empty: no limit", "", None),
        Column(
            "lead_time_months",
            "integer",
            "order to energised; needed if max_modules > 0",
            "months",
            None,
            low=0,
            catalogue=True,
        ),
        Column("price_musd_per_mw", "number", "price; needed if max_modules > 0", "M$/MW", None, low=0, catalogue=True),
    ),
    rules=(
        needed_when("module_mw", "max_modules"),
        needed_when("lead_time_months", "max_modules"),
        needed_when("price_musd_per_mw", "max_modules"),
    ),
    catalogue="halls",
)
EQUATIONS = (
    Equation(
        "P1",
        "draw_fits_halls",
        "draw fits the halls of its cooling class",
        "MW",
        ("site", "cooling", "period"),
        Limit("halls (MW of IT) at", 10),
    ),
    Equation(
        "P5", "modules_fit_hall", "modules fit the hall", "modules", ("hall", "period"), Limit("modules of hall", 100)
    ),
)
OUTPUTS = (
    Output("hall_build", "hall_build", ("hall", "period"), "modules", "hall modules, by period of arrival"),
    Output("hall_mw", "hall_mw", ("hall", "period"), "MW", "IT power the hall houses"),
    Output("draw_mw", "draw", ("site", "period"), "MW", "provisioned IT draw of what is online, fabric included"),
    Output("hall_excess_mw", "excess_hall", ("site", "period"), "MW", "draw beyond a priced hall limit"),
)

# The cooling classes of accelerators whose draw is summed up in each nested row of P1.
NESTED = {"air": ("air",), "liquid": ("liquid",), "all": ("air", "liquid", "either")}


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the halls' block, and offer the draw of what is online."""
    halls: dict[str, Row] = {f"{r['site']}.{r['hall']}": r for r in d.inputs.rows("halls")}
    arrivals = {q: d.module_arrivals(r) if r["max_modules"] else [] for q, r in halls.items()}
    b.BUILD = index_set([(q, a.period) for q, found in arrivals.items() for a in found], 2)
    b.hall_build = pyo.Var(b.BUILD, domain=pyo.NonNegativeIntegers, doc="modules")
    periods = range(len(d.calendar.periods))
    b.hall_mw = pyo.Expression(halls, periods, rule=lambda b, q, t: linear(*capacity(b.hall_build, q, halls[q], t)))
    draw = draw_terms(d, m.need("online"))
    b.draw = pyo.Expression(
        d.sites, periods, rule=lambda b, s, t: linear([x for g in d.accelerators for x in draw.get((g, s, t), [])])
    )
    m.offer("draw", b.draw)
    m.offer("live", sorted({(s, t) for _, s, t in draw}))
    if not d.inputs.has("halls"):
        return
    priced = {row["limit"]: row["price_usd"] / USD_PER_MUSD for row in d.inputs.rows("priced_limits")}
    b.excess_hall = pyo.Var(m.need("live") if "halls" in priced else [], domain=pyo.NonNegativeReals, doc="MW")
    _fit(b, d, halls, draw)
    # modules never go away, so the last arrival's row covers the earlier ones
    b.modules_fit_hall = pyo.Constraint(
        list(dict(list(b.BUILD)).items()),
        rule=lambda b, q, t: (
            linear([(1.0, b.hall_build[q, v]) for v in range(t + 1) if (q, v) in b.BUILD]) <= halls[q]["max_modules"]
        ),
        doc="(P5)",
    )
    m.offer("hall_builds", site_builds(b.hall_build, halls, arrivals, {q: r["max_modules"] for q, r in halls.items()}))
    module_money(m, d, "hall", "hall", halls, arrivals, b.hall_build)
    for s, t in b.excess_hall:
        period = d.calendar.periods[t]
        m.ledger.add(Line("penalty", "halls", s, period.start), priced["halls"] * period.months, b.excess_hall[s, t])


def draw_terms(d: Case, online: dict[tuple[str, str, int], list[Term]]) -> dict[tuple[str, str, int], list[Term]]:
    """IT draw, MW, of each type at each own site and period, its share of the fabric included."""
    share = 1.0 + d.inputs.setting("power", "fabric_draw_share")
    return {
        (g, s, t): [(c * share * d.accelerators[g]["provisioned_kw"] / KW_PER_MW, v) for c, v in terms]
        for (g, s, t), terms in online.items()
        if s in d.sites and d.accelerators[g]["provisioned_kw"]
    }


def _fit(b: Any, d: Case, halls: dict[str, Row], draw: dict[tuple[str, str, int], list[Term]]) -> None:
    rows: dict[tuple[str, str, int], list[Term]] = {}
    for (g, s, t), terms in draw.items():
        for name, classes in NESTED.items():
            if d.accelerators[g]["cooling"] in classes:
                rows.setdefault((s, name, t), []).extend(terms)
    for s, name, t in list(rows):
        # where all types need one class, the row of all is no tighter than the row of the class
        if name != "all" and rows[s, name, t] == rows.get((s, "all", t)):
            del rows[s, "all", t]

    def draw_fits_halls(b: Any, s: str, name: str, t: int) -> Any:
        able = COOLED_BY[name] if name != "all" else NESTED["all"]
        mw = sum(b.hall_mw[q, t] for q, row in halls.items() if row["site"] == s and row["cooling"] in able)
        return linear(rows[s, name, t]) <= mw + or_zero(b.excess_hall, (s, t))

    b.draw_fits_halls = pyo.Constraint(list(rows), rule=draw_fits_halls, doc="(P1)")


ROOM = Room(
    name="halls",
    build=build,
    needs=("online",),
    offers=("draw", "live"),
    money=(("capex", "hall"), ("opex", "running"), ("penalty", "halls"), ("terminal", "hall")),
    inputs=(HALLS,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"hall_build": "module"},
)
