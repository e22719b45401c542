"""Resale: accelerators that stand already, retired before their time and sold at the price of their age.

Sets: cohort f (a row of `fleet`), period t.

Decisions
    sold[f,t]        accelerators of a cohort retired and sold at the start of t      [accelerators]

    (F8) sum of sold[f,v] over v <= t  <= count[f]                                    [accelerators]

What is sold by t is not in service in t (F1). A type without rows in `resale` is kept to its end.
Money: the price of the cohort's age (the last row whose age is reached; before the first row, the first), once
(value-side kind `resale`, part `compute`, at the sale). It does not refill a budget.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.units import USD_PER_MUSD
from planner.data.derive import Case
from planner.model.workspace import Line, Term, Workspace, index_set, linear

RESALE = Table(
    "resale",
    "What a used accelerator brings, by age; types without rows are not sold.",
    ("accelerator", "age_months"),
    (
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("age_months", "integer", "months since the start of its service", "months", low=0),
        Column("price_usd", "number", "price of one accelerator of this age or older", "USD", low=0),
    ),
)
EQUATIONS = (
    Equation("F8", "sold_at_most_once", "no more of a cohort is sold than there is", "accelerators", ("cohort",)),
)
OUTPUTS = (Output("sold", "sold", ("cohort", "period"), "accelerators", "accelerators retired early and sold"),)


def price_at_age(d: Case, accelerator: str, age: int) -> float:
    """Price, USD, of a used accelerator: the last row whose age is reached, before the first row the first."""
    rows = sorted(
        (row["age_months"], row["price_usd"]) for row in d.inputs.rows("resale") if row["accelerator"] == accelerator
    )
    reached = [price for months, price in rows if months <= age]
    return float(reached[-1] if reached else rows[0][1])


def sale_rows(d: Case) -> list[tuple[int, int]]:
    """(cohort, period) in which a cohort is in service and its type can be sold."""
    types = {row["accelerator"] for row in d.inputs.rows("resale")}
    return [
        (f, t)
        for f, cohort in enumerate(d.cohorts)
        if cohort.accelerator in types
        for t, period in enumerate(d.calendar.periods)
        if cohort.arrival <= period.start and (cohort.end is None or period.start < cohort.end)
    ]


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the resale block, and offer what is gone of each type and site."""
    rows = sale_rows(d)
    b.SALE = index_set(rows, 2)
    b.sold = pyo.Var(b.SALE, domain=pyo.NonNegativeReals, doc="accelerators")
    gone: dict[tuple[str, str, int], list[Term]] = defaultdict(list)
    for f, t in rows:
        cohort = d.cohorts[f]
        for later in range(t, len(d.calendar.periods)):
            if d.calendar.in_service(d.calendar.periods[later], cohort.arrival, cohort.end):
                gone[cohort.accelerator, cohort.site, later].append((1.0, b.sold[f, t]))
        start = d.calendar.periods[t].start
        price = price_at_age(d, cohort.accelerator, start - cohort.arrival) / USD_PER_MUSD
        m.ledger.add(Line("resale", "compute", cohort.site, start), price, b.sold[f, t])
    last = dict(rows)
    b.sold_at_most_once = pyo.Constraint(
        list(last),
        rule=lambda b, f: linear([(1.0, b.sold[f, t]) for g, t in rows if g == f]) <= d.cohorts[f].count,
        doc="(F8)",
    )
    m.offer("sold", dict(gone))


ROOM = Room(
    name="resale",
    build=build,
    offers=("sold",),
    money=(("resale", "compute"),),
    inputs=(RESALE,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
)
