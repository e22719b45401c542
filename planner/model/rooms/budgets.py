"""Budgets: what may be spent in each fiscal year, by category and overall.

Sets: fiscal year y, category k (`all` capex, one of compute, hall, power, network, or `opex`).

Decisions
    left[k,y]      budget not spent in y                                              [M$]
    pull[k,y]      budget of y+1 spent in y                                           [M$]
    overrun[k,y]   spending beyond the budget, where that is priced                   [M$]

    (B1) spend[k,y] + left[k,y] + pull[k,y-1] = cap[k,y] + carry_over_share[k,y-1] * left[k,y-1]
         + pull[k,y] + overrun[k,y]                                                   [M$]
    (B2) pull[k,y] <= pull_forward_share[k,y] * cap[k,y+1]                            [M$]

spend is the nominal cash due in y. A budget's amount is for the months of its fiscal year inside the
reported horizon; where the tail covers more of that year it grows in proportion, and years after the last
row hold its monthly rate. A category without rows is not limited.
Money: penalty `budget` (overrun at its price, at the year's first month inside the horizon).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Row, Table
from planner.data.derive import Case
from planner.model.workspace import Line, Workspace, index_set, or_zero

CATEGORIES = ("compute", "hall", "power", "network")
BUDGETS = Table(
    "budgets",
    "Yearly budgets.",
    ("fiscal_year", "category"),
    (
        Column("fiscal_year", "integer", "the calendar year in which the fiscal year ends", low=1900, high=2200),
        Column("category", "choice", "all capex, one part of it, or opex", choices=("all", *CATEGORIES, "opex")),
        Column("budget_musd", "number", "amount for the months of the year inside the horizon", "M$", low=0),
        Column("carry_over_share", "number", "share of what is left that the next year gets", "", 0.0, low=0, high=1),
        Column(
            "pull_forward_share",
            "number",
            "share of the next year's amount that may be spent this year",
            "",
            0.0,
            low=0,
            high=1,
        ),
        Column(
            "overrun_price_musd",
            "number",
            "price of each M$ beyond the budget; empty: the budget is hard",
            "M$/M$",
            None,
            low=0,
        ),
    ),
)
EQUATIONS = (
    Equation(
        "B1",
        "spending_fits_budget",
        "what is spent, left and taken by the year before is the budget",
        "M$",
        ("budget_category", "fiscal_year"),
        Limit("budget", 1),
    ),
    Equation(
        "B2",
        "pull_forward_is_limited",
        "no more is pulled forward than allowed",
        "M$",
        ("budget_category", "fiscal_year"),
        Limit("pull-forward of budget", 1),
    ),
)
OUTPUTS = (
    Output("budget", "cap", ("budget_category", "fiscal_year"), "M$", "budget of the year"),
    Output("budget_spend", "spend", ("budget_category", "fiscal_year"), "M$", "cash due in the year"),
    Output("budget_left", "left", ("budget_category", "fiscal_year"), "M$", "budget not spent"),
    Output("budget_pull", "pull", ("budget_category", "fiscal_year"), "M$", "next year's budget spent this year"),
    Output("budget_overrun", "overrun", ("budget_category", "fiscal_year"), "M$", "spending beyond a priced budget"),
)


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget of one fiscal year: its amount for the months modelled, and its terms."""

    first_month: int
    cap: float
    carry_over: float
    pull_forward: float
    overrun_price: float | None


def budget_rows(d: Case) -> dict[tuple[str, int], Budget]:
    """(category, fiscal year): the budget of every modelled year, the last row's monthly rate held after it."""
    stated: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in d.inputs.rows("budgets"):
        stated[row["category"]][row["fiscal_year"]] = row
    found = {}
    for category, rows in stated.items():
        rate = 0.0
        for year, months in d.calendar.months_by_year().items():
            held = rows[max(y for y in rows if y <= year)]
            if year in rows:
                reported = [month for month in months if month < d.calendar.reported_end]
                rate = held["budget_musd"] / len(reported or months)
            found[category, year] = Budget(
                months[0],
                rate * len(months),
                held["carry_over_share"],
                held["pull_forward_share"],
                held["overrun_price_musd"],
            )
    return found


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the budget block from the ledger's capex and opex lines."""
    rows = budget_rows(d)
    m.ledger.seal("capex", "opex")
    due: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for line, amount in m.ledger.lines("capex", "opex"):
        if 0 <= line.month < d.calendar.end:
            year = d.calendar.fiscal_year(line.month)
            for category in ("opex",) if line.kind == "opex" else ("all", line.part):
                due[category, year].append(amount)
    b.YEAR = index_set(rows, 2)
    b.left = pyo.Var(b.YEAR, domain=pyo.NonNegativeReals, doc="M$")
    pulls = [(k, y) for k, y in rows if (k, y + 1) in rows and rows[k, y].pull_forward > 0]
    b.pull = pyo.Var(pulls, domain=pyo.NonNegativeReals, doc="M$")
    overruns = [key for key, row in rows.items() if row.overrun_price is not None]
    b.overrun = pyo.Var(overruns, domain=pyo.NonNegativeReals, doc="M$")
    b.cap = pyo.Expression(b.YEAR, rule=lambda b, k, y: rows[k, y].cap)
    b.spend = pyo.Expression(b.YEAR, rule=lambda b, k, y: sum(due[k, y]))

    def spending_fits_budget(b: Any, k: str, y: int) -> Any:
        before = (k, y - 1)
        taken = or_zero(b.pull, before)
        carried = rows[before].carry_over * b.left[before] if before in rows else 0.0
        pulled = or_zero(b.pull, (k, y))
        beyond = or_zero(b.overrun, (k, y))
        # all variables on the left: the right-hand side is the budget, so that its dual prices a M$ of it
        return b.spend[k, y] + b.left[k, y] + taken - carried - pulled - beyond == rows[k, y].cap

    def pull_forward_is_limited(b: Any, k: str, y: int) -> Any:
        return b.pull[k, y] <= rows[k, y].pull_forward * rows[k, y + 1].cap

    b.spending_fits_budget = pyo.Constraint(b.YEAR, rule=spending_fits_budget, doc="(B1)")
    b.pull_forward_is_limited = pyo.Constraint(pulls, rule=pull_forward_is_limited, doc="(B2)")
    for k, y in overruns:
        line = Line("penalty", "budget", k, rows[k, y].first_month)
        m.ledger.add(line, rows[k, y].overrun_price or 0.0, b.overrun[k, y])


ROOM = Room(
    name="budgets",
    build=build,
    money=(("penalty", "budget"),),
    inputs=(BUDGETS,),
    equations=EQUATIONS,
    outputs=OUTPUTS,
)
