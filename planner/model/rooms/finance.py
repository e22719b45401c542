"""Finance: prices by date, cash by date, and the objective made of the ledger's lines.

All money is nominal at its own date; a line of the ledger is (kind, part, where, month) with kinds
capex, opex, penalty, value, resale, terminal. One discount rate: factor (1+d)^(-month/12) from the horizon's
start.

    (O1) maximise  sum over lines of sign * factor(month) * amount,   sign + for value, resale and terminal,
         - for capex, opex and penalty;  least_cost: the same without value           [M$]

Terminal value (`decay`): price * decay^(years since arrival), never more than the cash paid by the
horizon's end, nothing after the asset's life; counted at the horizon's end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Finding, Room, Row, Rule, Table
from planner.core.inputs import Inputs
from planner.core.rules import item_rule
from planner.data.derive import Case
from planner.model.terms import Terms
from planner.model.workspace import SIGN, Line, Workspace

DOTTED = "(`site.hall`, `link.module` where the name alone is not enough)"
ITEMS = (
    ("accelerators", ("accelerator",)),
    ("halls", ("site", "hall")),
    ("power_sources", ("site", "power_source")),
    ("fabrics", ("site", "fabric")),
    ("leases", ("lease",)),
    ("link_modules", ("link", "module")),
    ("power_phases", ("site", "phase")),
)


def _shares(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
    total: dict[str, float] = defaultdict(float)
    last: dict[str, int] = {}
    for i, row in enumerate(rows):
        total[row["item"]] += row["share"]
        last[row["item"]] = i
    for item, share in total.items():
        if abs(share - 1) > 1e-9:
            yield Finding(last[item], "share", f"the shares of {item} must add up to 1", f"{share:g}")


SHARES_RULE = Rule("cash_shares_add_up", "the cash shares of an item add up to 1", _shares)
PRICES = Table(
    "prices",
    "Prices by order date: the last dated price holds; before the first date the item's own price column.",
    ("item", "date"),
    (
        Column("item", "text", f"accelerator, hall, power source or phase, fabric, link module or lease {DOTTED}"),
        Column("date", "date", "holds from here"),
        Column("price", "number", "in the unit of the item's own price column", low=0),
    ),
    rules=(item_rule(ITEMS),),
)
CASH_PROFILES = Table(
    "cash_profiles",
    "When an order is paid; by default all at order. Shares of an item add up to 1.",
    ("item", "event", "offset_months"),
    (
        Column("item", "text", f"accelerator, hall, power source or phase, fabric or link module {DOTTED}"),
        Column("event", "choice", "what the offset counts from", choices=("order", "delivery")),
        Column("offset_months", "integer", "months after the event (before: negative)", "months", 0),
        Column("share", "number", "share of the price", low=0, high=1),
    ),
    rules=(item_rule(ITEMS, without=("leases",)), SHARES_RULE),
)
OPEX = Table(
    "opex",
    "Running cost besides energy.",
    ("item",),
    (
        Column("item", "text", f"accelerator, hall, power source or link module {DOTTED}"),
        Column(
            "usd_per_year",
            "number",
            "per accelerator in service, MW of hall or source (its phases included), link module",
            "USD/year",
            low=0,
        ),
    ),
    rules=(item_rule(ITEMS, without=("fabrics", "leases", "power_phases")),),
)
PRICED_LIMITS = Table(
    "priced_limits",
    "Limits that may be broken at a price. (Budgets and stream floors have their own price columns.)",
    ("limit",),
    (
        Column("limit", "choice", "which", choices=("supply", "halls", "power_sources")),
        Column(
            "price_usd",
            "number",
            "per accelerator beyond the supply, per MW and month beyond halls or sources",
            "USD",
            low=0,
        ),
    ),
)
EQUATIONS = (Equation("O1", "net_value", "the objective is the sum of its discounted parts", "M$"),)


def weight(line: Line, d: Case) -> float:
    """What a nominal M$ of a ledger line counts in the objective: sign * discount factor; 0 if left out."""
    if line.kind == "value" and d.inputs.setting("finance", "objective") == "least_cost":
        return 0.0
    return SIGN[line.kind] * d.calendar.discount(line.month)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Sum the ledger up into the objective."""
    m.ledger.seal(*SIGN)
    coefficients: list[float] = []
    variables: list[Any] = []
    constant = 0.0
    for line, _ in m.ledger.lines():
        factor, total = weight(line, d), m.ledger.total(line)
        coefficients += [factor * c for c in total.coefficients]
        variables += total.variables
        constant += factor * total.constant
    b.net_value = pyo.Objective(expr=Terms(coefficients, variables, constant), sense=pyo.maximize, doc="(O1)")


ROOM = Room(
    name="finance",
    build=build,
    inputs=(PRICES, CASH_PROFILES, OPEX, PRICED_LIMITS),
    equations=EQUATIONS,
)
