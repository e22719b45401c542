"""Halls: what houses and cools the fleet.

Sets: site s, period t; hall q of one cooling class; v the period at whose start a module arrives.

Decisions
    hall_build[q,v]      modules of a hall arriving at the start of v                 [modules]
    excess_hall[s,t]     MW beyond the halls, where that is priced                    [MW]

draw[s,t] = (1 + fabric_draw_share) * sum_g provisioned_kw[g]/1000 * online[g,s,t]    [MW of IT]
hall_mw = existing + module_mw * modules arrived and still standing (at least half of t lies in their life), less
what retrofits take out, plus what they bring back (`retrofits`).

    (P1) per cooling class, nested: draw of accelerators that need air <= air and either halls; that need
         liquid <= liquid and either halls; of all <= all halls (each + excess_hall)  [MW]
    (P5) modules of a hall standing in t <= max_modules                               [modules]
    (P9) hall_mw of a hall that retrofits take from >= 0                              [MW]

A scenario without the table `halls` has no such limits.
Money: modules at their price at the order date by cash profile (capex `hall`), their worth at the end
(terminal), rent of what is leased, wherever retrofits have moved it (opex `rent`), running cost per MW of
hall_mw (opex `running`), MW beyond a priced limit (penalty `halls`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Finding, Limit, Output, Room, Row, Rule, Table
from planner.core.inputs import Inputs
from planner.core.rules import needed_when
from planner.core.units import KW_PER_MW, USD_PER_MUSD
from planner.data.derive import COOLED_BY, Arrival, Case
from planner.model.modules import capacity, module_money, site_builds, standing
from planner.model.workspace import Line, Term, Workspace, index_set, linear, or_zero


def _kinds(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    for i, row in enumerate(rows):
        if row["kind"] == "tent" and row["life_months"] is None:
            yield Finding(i, "life_months", "must be given for a tent")
        if row["kind"] == "leased" and row["rent_usd_per_kw_month"] == 0:
            yield Finding(i, "rent_usd_per_kw_month", "must be given for a leased hall")
        if row["kind"] != "leased" and row["rent_usd_per_kw_month"] > 0:
            yield Finding(i, "rent_usd_per_kw_month", "is for leased halls only", row["rent_usd_per_kw_month"])


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
        Column(
            "kind",
            "choice",
            "`hall`, `tent` (a rapid structure with a life) or `leased` (rent, besides any price of fitting out)",
            "",
            "hall",
            choices=("hall", "tent", "leased"),
        ),
        Column("life_months", "integer", "how long a built module stands; empty: stays", "months", None, low=1),
        Column("rent_usd_per_kw_month", "number", "rent of leased MW, built or existing", "USD/kW/month", 0.0, low=0),
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
        Rule("kind_has_its_terms", "a tent has a life, a leased hall a rent, others neither rent", _kinds),
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
    Equation(
        "P9", "retrofitted_stood_there", "no more is taken out for retrofit than stands", "MW", ("hall", "period")
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


def _halls(d: Case) -> tuple[dict[str, Row], dict[str, list[Arrival]]]:
    """The halls by site.name, with the arrivals of their modules."""
    halls: dict[str, Row] = {f"{r['site']}.{r['hall']}": r for r in d.inputs.rows("halls")}
    return halls, {q: d.module_arrivals(r) if r["max_modules"] else [] for q, r in halls.items()}


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the halls' block, and offer the draw of what is online."""
    halls, arrivals = _halls(d)
    b.BUILD = index_set([(q, a.period) for q, found in arrivals.items() for a in found], 2)
    b.hall_build = pyo.Var(b.BUILD, domain=pyo.NonNegativeIntegers, doc="modules")
    built = dict(b.hall_build.items())  # Pyomo normalises an index at each look-up
    periods = range(len(d.calendar.periods))
    retrofitted = m.need("retrofitted")

    def hall_mw(b: Any, q: str, t: int) -> Any:
        terms, existing = capacity(built, d, q, halls[q], t)
        return linear(terms + retrofitted.get((q, t), []), existing)

    b.hall_mw = pyo.Expression(halls, periods, rule=hall_mw)
    draw = draw_terms(d, m.need("online"))
    b.draw = pyo.Expression(
        d.sites, periods, rule=lambda b, s, t: linear([x for g in d.accelerators for x in draw.get((g, s, t), [])])
    )
    m.offer("draw", b.draw)
    m.offer("live", sorted({(s, t) for _, s, t in draw}))
    if not d.inputs.has("halls"):
        return
    priced = {row["limit"] for row in d.inputs.rows("priced_limits")}
    b.excess_hall = pyo.Var(m.need("live") if "halls" in priced else [], domain=pyo.NonNegativeReals, doc="MW")
    _fit(b, d, halls, draw)
    # modules without a life never go away: the last arrival's row covers the earlier ones
    last = dict(list(b.BUILD))
    b.modules_fit_hall = pyo.Constraint(
        [(q, t) for q, t in b.BUILD if t == last[q] or halls[q]["life_months"] is not None],
        rule=lambda b, q, t: linear(standing(built, d, q, halls[q], t)) <= halls[q]["max_modules"],
        doc="(P5)",
    )
    b.retrofitted_stood_there = pyo.Constraint(
        [(q, t) for (q, t), terms in retrofitted.items() if any(sign < 0 for sign, _ in terms)],
        rule=lambda b, q, t: b.hall_mw[q, t] >= 0,
        doc="(P9)",
    )
    most = {q: r["max_modules"] for q, r in halls.items()}
    m.offer("hall_builds", site_builds("hall", built, halls, arrivals, most))


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what halls, and what is drawn beyond them, cost."""
    if not d.inputs.has("halls"):
        return
    halls, arrivals = _halls(d)
    module_money(m, d, "hall", "hall", halls, arrivals, dict(b.hall_build.items()), m.need("retrofitted"))
    priced = {row["limit"]: row["price_usd"] / USD_PER_MUSD for row in d.inputs.rows("priced_limits")}
    for s, t in b.excess_hall:
        period = d.calendar.periods[t]
        m.ledger.add(Line("penalty", "halls", s, period.start), priced["halls"] * period.months, b.excess_hall[s, t])


def draw_terms(d: Case, online: dict[tuple[str, str, int], list[Term]]) -> dict[tuple[str, str, int], list[Term]]:
    """IT draw, MW, of each type at each own site and period, its share of the fabric included."""
    share, sites = 1.0 + d.inputs.setting("power", "fabric_draw_share"), set(d.sites)
    kw = {g: row["provisioned_kw"] for g, row in d.accelerators.items()}
    return {
        (g, s, t): [(c * share * kw[g] / KW_PER_MW, v) for c, v in terms]
        for (g, s, t), terms in online.items()
        if s in sites and kw[g]
    }


def _fit(b: Any, d: Case, halls: dict[str, Row], draw: dict[tuple[str, str, int], list[Term]]) -> None:
    rows: dict[tuple[str, str, int], list[Term]] = {}
    cooling = {g: row["cooling"] for g, row in d.accelerators.items()}
    for (g, s, t), terms in draw.items():
        for name, classes in NESTED.items():
            if cooling[g] in classes:
                rows.setdefault((s, name, t), []).extend(terms)
    for s, name, t in list(rows):
        # where all types need one class, the row of all is no tighter than the row of the class
        if name != "all" and rows[s, name, t] == rows.get((s, "all", t)):
            del rows[s, "all", t]

    able: dict[tuple[str, str], list[str]] = defaultdict(list)
    for q, row in halls.items():
        for name in NESTED:
            if row["cooling"] in (COOLED_BY[name] if name != "all" else NESTED["all"]):
                able[row["site"], name].append(q)

    def draw_fits_halls(b: Any, s: str, name: str, t: int) -> Any:
        mw = sum(b.hall_mw[q, t] for q in able[s, name])
        return linear(rows[s, name, t]) <= mw + or_zero(b.excess_hall, (s, t))

    b.draw_fits_halls = pyo.Constraint(list(rows), rule=draw_fits_halls, doc="(P1)")


ROOM = Room(
    name="halls",
    build=build,
    account=account,
    needs=("online", "retrofitted"),
    offers=("draw", "live"),
    money=(("capex", "hall"), ("opex", "running"), ("opex", "rent"), ("penalty", "halls"), ("terminal", "hall")),
    inputs=(HALLS,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"hall_build": "module"},
)
