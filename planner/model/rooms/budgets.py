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

from planner.core.declare import Column, Equation, Output, Room, Table

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
        Column("pull_forward_share", "number", "share of the next year's amount that may be spent this year", "", 0.0, low=0, high=1),
        Column("overrun_price_musd", "number", "price of each M$ beyond the budget; empty: the budget is hard", "M$/M$", None, low=0),
    ),
)
EQUATIONS = (
    Equation("B1", "spending_fits_budget", "what is spent, left and taken by the year before is the budget", "M$"),
    Equation("B2", "pull_forward_is_limited", "no more is pulled forward than allowed", "M$"),
)
OUTPUTS = (
    Output("budget", "cap", ("budget_category", "fiscal_year"), "M$", "budget of the year"),
    Output("budget_spend", "spend", ("budget_category", "fiscal_year"), "M$", "cash due in the year"),
    Output("budget_left", "left", ("budget_category", "fiscal_year"), "M$", "budget not spent"),
    Output("budget_pull", "pull", ("budget_category", "fiscal_year"), "M$", "next year's budget spent this year"),
    Output("budget_overrun", "overrun", ("budget_category", "fiscal_year"), "M$", "spending beyond a priced budget"),
)
