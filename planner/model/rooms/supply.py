"""Supply: how many accelerators of a type can be had, by arrival or by order date.

Sets: accelerator g, site s; v the period in which what counts falls.

Decisions
    excess_supply[g,v]  accelerators beyond the supply, where that is priced          [accelerators]

    (F2) units of g ordered to arrive in v (or ordered in v), over all sites
         <= max(0, supply[g,v] - committed units arriving in v) + excess_supply[g,v]  [accelerators]

What is committed comes, supply or not. A type without rows is not limited.
Money: accelerators beyond a priced limit (penalty `supply`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Table
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Case
from planner.model.workspace import Line, Term, Workspace, index_set, linear, or_zero

SUPPLY = Table(
    "supply",
    "How many accelerators of a type can be had; nothing before a type's first date, no limit for types not listed.",
    ("accelerator", "from"),
    (
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("from", "date", "the rate holds from here to the type's next date"),
        Column("per_month", "number", "accelerators a month", "accelerators/month", low=0),
        Column(
            "basis",
            "choice",
            "whether arrivals (start of service) or order dates are limited",
            "",
            "arrival",
            choices=("arrival", "order"),
        ),
    ),
)
EQUATIONS = (
    Equation(
        "F2",
        "deliveries_fit_supply",
        "deliveries fit the supply",
        "accelerators",
        ("accelerator", "period"),
        Limit("supply of", 0.05),
    ),
)
OUTPUTS = (
    Output(
        "supply_excess",
        "excess_supply",
        ("accelerator", "period"),
        "accelerators",
        "deliveries beyond a priced supply limit",
    ),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the supply block."""
    order = m.need("order")
    basis = {row["accelerator"]: row["basis"] for row in d.inputs.rows("supply")}
    rate = {g: d.supply_rate(g) or [] for g in basis}
    price = {row["limit"]: row["price_usd"] / USD_PER_MUSD for row in d.inputs.rows("priced_limits")}
    committed: dict[tuple[str, int], int] = defaultdict(int)
    for g, _, t, n in d.committed:
        committed[g, t] += n if basis.get(g) == "arrival" else 0
    counted: dict[tuple[str, int], list[Term]] = defaultdict(list)
    for (g, s), arrivals in d.orders.items():
        for a in arrivals if g in basis else []:
            t = a.period if basis[g] == "arrival" else d.calendar.period_of(a.order)
            counted[g, t].append((d.accelerators[g]["lot_size"], order[g, s, a.period]))
    b.LIMITED = index_set(sorted(counted), 2)
    b.excess_supply = pyo.Var(b.LIMITED if "supply" in price else [], domain=pyo.NonNegativeReals, doc="accelerators")

    def deliveries_fit_supply(b: Any, g: str, t: int) -> Any:
        period = d.calendar.periods[t]
        supply = sum(rate[g][period.start : period.end])
        return linear(counted[g, t]) - or_zero(b.excess_supply, (g, t)) <= max(supply - committed[g, t], 0.0)

    b.deliveries_fit_supply = pyo.Constraint(b.LIMITED, rule=deliveries_fit_supply, doc="(F2)")
    for g, t in b.excess_supply:
        line = Line("penalty", "supply", g, d.calendar.periods[t].start)
        m.ledger.add(line, price["supply"], b.excess_supply[g, t])


ROOM = Room(
    name="supply",
    build=build,
    needs=("order",),
    money=(("penalty", "supply"),),
    inputs=(SUPPLY,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
)
