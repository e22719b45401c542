"""Replan: what a previous plan has committed or frozen, and what it costs to depart from it later.

Sets: item i that can be ordered (a type at a site, hall, power source, fabric, lease, power phase, link module,
retrofit), period v in which it arrives (a lease: is signed; a retrofit: begins); previous order o = (i, v) of p[o]
lots, modules, blocks or (retrofits) MW; run r, candidate c. An order is placed its lead (and bring-up) before it
arrives; the frozen zone is what is placed or starts before `frozen_until`. x[i,v] is what this plan orders (fleet,
halls, power, fabric, leases, phases, links, retrofits). Of what arrives from `known_until` on the plan before says
nothing. Sales, links' opening, licences, levels of efficiency and cancelled runs are held by nothing.

Decisions
    cancelled[o]       of a previous order in the frozen zone that can still be cancelled: 0..p    [lots]
    deviation[i,v]     after the frozen zone, where it has a price                                 [lots]

same[r] = sum of start over the candidates of r with start, site and type of the plan before

    (K1) x[i,v] + cancelled[o] = p[o]               for o in the frozen zone                       [lots]
    (K2) sum of x[i,v] over v in the frozen zone without previous order <= 0                       [lots]
    (K3) deviation[i,v] >= x[i,v] - p[i,v]          after it                                       [lots]
    (K4) deviation[i,v] >= p[i,v] - x[i,v]          after it                                       [lots]
    (K5) same[r] >= 1                               if r started in the frozen zone                [-]
    (K6) sum of start over the candidates of r in the frozen zone that are not as before <= 0      [-]

moved[r] = 1 - same[r], or for a run that was refused the sum of start over all its candidates. A run without a row is
new: it is free to start after the frozen zone. A gang of another size at the same start, site and type has not moved.
Money: the fee of what is cancelled (fee `cancelled_order`), the price of each lot by which orders after the frozen zone
differ (fee `moved_order`: a lot that moves counts where it leaves and where it arrives), the price of each run that has
moved (fee `moved_run`), all at the date of re-planning. Fees are in no budget.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Limit, Output, Room, Table
from planner.core.rules import not_later
from planner.data.derive import Case
from planner.data.replan import (
    ORDERED,
    Dates,
    PreviousOrder,
    lead_months,
    previous_orders,
    previous_starts,
    read_dates,
)
from planner.model.workspace import Line, Term, Workspace, index_set, linear

PREVIOUS_PLAN = Table(
    "previous_plan",
    "The plan that this one follows: what of it is settled.",
    ("plan",),
    (
        Column("plan", "id", "name"),
        Column("replanned", "date", "when this plan is made: fees are paid then"),
        Column(
            "frozen_until", "date", "orders placed and runs started before it are as they were; empty: `replanned`",
            "", None,
        ),
        Column(
            "known_until", "date", "from then on the plan before says nothing of arrivals; empty: of all of them",
            "", None,
        ),
    ),
    rules=(not_later("replanned", "frozen_until"),),
)  # fmt: skip
PREVIOUS_ORDERS = Table(
    "previous_orders",
    "What the previous plan orders; what has no row was not ordered.",
    ("what", "item", "part_of", "site", "arrives"),
    (
        Column("what", "choice", "what is ordered", choices=tuple(ORDERED)),
        Column("item", "id", "type, hall, power source, fabric, lease, phase, module or hall that gains MW"),
        Column(
            "part_of", "id", "a phase's power source, a module's link, the hall that loses MW; else empty", "", None
        ),
        Column("site", "id", "where; of leases and link modules: empty", "", None, refers=("sites",)),
        Column("arrives", "date", "start of service; of a lease: of its term; of a retrofit: of its outage"),
        Column("count", "number", "how many; of a retrofit: MW", "lots, modules, blocks or MW", low=0, low_open=True),
        Column("cancellable_until", "date", "last date at which it can be cancelled; empty: it cannot", "", None),
        Column("cancel_fee_musd", "number", "of each that is cancelled", "M$", 0.0, low=0),
    ),
)
PREVIOUS_RUNS = Table(
    "previous_runs",
    "What the previous plan does with each run; a run without a row is new.",
    ("run",),
    (
        Column("run", "id", "run", refers=("runs",)),
        Column("start", "date", "when it starts; empty: it was refused", "", None),
        Column("site", "id", "where it stands", "", None, refers=("sites", "leases", "spans")),
        Column("accelerator", "id", "its type", "", None, refers=("accelerators",)),
    ),
)
MOVING_PRICES = Table(
    "moving_prices",
    "What it costs to depart from the previous plan after the frozen zone; what has no row moves for nothing.",
    ("what",),
    (
        Column("what", "choice", "what departs", choices=("run", *ORDERED)),
        Column("musd", "number", "of each run, lot, module, block or MW that is not as it was", "M$", low=0),
    ),
)
EQUATIONS = (
    Equation("K1", "order_is_kept", "a previous order that is settled is kept or cancelled", "lots",
             ("previous_order",), Limit("settled order", 1000)),
    Equation("K2", "nothing_else_is_ordered", "nothing else is ordered in the frozen zone", "lots", ("ordered_item",),
             Limit("frozen zone for orders of", 1000)),
    Equation("K3", "ordered_more", "what is ordered more than before is counted", "lots", ("ordered_item", "period")),
    Equation("K4", "ordered_less", "what is ordered less than before is counted", "lots", ("ordered_item", "period")),
    Equation("K5", "frozen_start_is_kept", "a start in the frozen zone is as before", "-", ("run",),
             Limit("frozen start of run", 1000)),
    Equation("K6", "nothing_else_starts", "nothing else starts in the frozen zone", "-", ("run",),
             Limit("frozen zone for run", 1000)),
)  # fmt: skip
OUTPUTS = (
    Output("order_cancelled", "cancelled", ("previous_order",), "lots", "lots, modules or blocks cancelled"),
    Output("order_departure", "deviation", ("ordered_item", "period"), "lots",
           "lots, modules or blocks more or less than in the previous plan, where that has a price"),
    Output("run_moved", "moved", ("run",), "1", "run does not stand as in the previous plan"),
)  # fmt: skip
DECIDED = {
    "accelerator": "order",
    "hall": "hall_build",
    "power_source": "power_source_build",
    "fabric": "endpoint_order",
    "lease": "lease_signed",
    "power_phase": "phase_build",
    "link_module": "link_build",
    "retrofit": "retrofit_mw",
}


@dataclass(frozen=True, slots=True)
class Orders:
    """What can be ordered, by (item, period): the variable, and the month in which it would be placed."""

    decided: dict[tuple[str, int], tuple[Any, int]]
    before: dict[tuple[str, int], PreviousOrder]
    dates: Dates

    def terms(self, key: tuple[str, int], sign: float = 1.0) -> list[Term]:
        """What is ordered; nothing where nothing can arrive."""
        return [(sign, self.decided[key][0])] if key in self.decided else []

    def count(self, key: tuple[str, int]) -> float:
        """What the plan before orders."""
        return self.before[key].count if key in self.before else 0


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the block; nothing where the scenario follows no plan."""
    dates = read_dates(d.inputs, d.calendar)
    if dates is None:
        return
    orders = _orders(m, d, dates)
    _frozen_orders(b, orders)
    _later_orders(b, d, orders)
    _starts(m, b, d, dates)


def _orders(m: Workspace, d: Case, dates: Dates) -> Orders:
    leads, periods = lead_months(d.inputs), d.calendar.periods
    decided = {}
    for what, output in DECIDED.items():
        for (*names, v), variable in m.need(output).items():
            item = ".".join([what, *reversed(names)])  # types stand before sites
            if periods[v].start < dates.known:
                decided[item, v] = variable, periods[v].start - leads[item]
    at = {period.start: v for v, period in enumerate(periods)}
    before = previous_orders(d.inputs, d.calendar, dates)
    return Orders(decided, {(o.item, at[o.arrives]): o for o in before}, dates)


def _frozen_orders(b: Any, orders: Orders) -> None:
    frozen = {o.label: (key, o) for key, o in orders.before.items() if o.placed < orders.dates.frozen}
    open_ = [label for label, (_, o) in frozen.items() if o.fee_musd is not None]
    b.cancelled = pyo.Var(
        open_, domain=pyo.NonNegativeReals, bounds=lambda b, label: (0, frozen[label][1].count), doc="lots"
    )

    def kept(b: Any, label: str) -> Any:
        key, order = frozen[label]
        gone = [] if order.fee_musd is None else [(1.0, b.cancelled[label])]
        return linear([*orders.terms(key), *gone]) == order.count

    b.order_is_kept = pyo.Constraint(list(frozen), rule=kept, doc="(K1)")
    rest: dict[str, list[Term]] = defaultdict(list)
    for (item, v), (variable, placed) in orders.decided.items():
        if placed < orders.dates.frozen and (item, v) not in orders.before:
            rest[item].append((1.0, variable))
    b.nothing_else_is_ordered = pyo.Constraint(list(rest), rule=lambda b, item: linear(rest[item]) <= 0, doc="(K2)")


def _later_orders(b: Any, d: Case, orders: Orders) -> None:
    priced, zone = {row["what"] for row in d.inputs.rows("moving_prices")}, orders.dates.frozen
    more = [key for key, (_, placed) in orders.decided.items() if _kind(key[0]) in priced and placed >= zone]
    less = [key for key, o in orders.before.items() if o.what in priced and o.placed >= zone]
    b.LATER = index_set(dict.fromkeys([*more, *less]), 2)
    b.deviation = pyo.Var(b.LATER, domain=pyo.NonNegativeReals, doc="lots")
    b.ordered_more = pyo.Constraint(
        more,
        rule=lambda b, *key: linear([*orders.terms(key), (-1.0, b.deviation[key])]) <= orders.count(key),
        doc="(K3)",
    )
    b.ordered_less = pyo.Constraint(
        less,
        rule=lambda b, *key: linear([*orders.terms(key), (1.0, b.deviation[key])]) >= orders.count(key),
        doc="(K4)",
    )


def _kind(item: str) -> str:
    """What kind of thing a label is of."""
    return item.partition(".")[0]


def _starts(m: Workspace, b: Any, d: Case, dates: Dates) -> None:
    start = m.need("start")
    before = {was.run: was for was in previous_starts(d.inputs, d.calendar)}
    same: dict[str, list[Term]] = {r: [] for r in before}
    every: dict[str, list[Term]] = {r: [] for r in before}
    frozen: dict[str, list[Term]] = defaultdict(list)
    columns = (d.placements[name].tolist() for name in ("run", "start", "site", "accelerator"))
    for c, (r, month, site, g) in enumerate(zip(*columns, strict=True)):
        if r not in d.runs:
            continue  # the end of a run in progress
        was = before.get(r)
        as_before = was is not None and (was.start, was.site, was.accelerator) == (month, site, g)
        if was is not None:
            every[r].append((1.0, start[c]))
        if as_before:
            same[r].append((1.0, start[c]))
        elif month < dates.frozen:
            frozen[r].append((1.0, start[c]))
    kept = [r for r, was in before.items() if was.start is not None and was.start < dates.frozen]
    b.frozen_start_is_kept = pyo.Constraint(kept, rule=lambda b, r: linear(same[r]) >= 1, doc="(K5)")
    b.nothing_else_starts = pyo.Constraint(list(frozen), rule=lambda b, r: linear(frozen[r]) <= 0, doc="(K6)")
    b.moved = pyo.Expression(
        list(before),
        rule=lambda b, r: linear(every[r]) if before[r].start is None else linear([(-c, v) for c, v in same[r]], 1.0),
    )


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write the fees of cancelling and the prices of moving."""
    dates = read_dates(d.inputs, d.calendar)
    if dates is None:
        return
    price = {row["what"]: row["musd"] for row in d.inputs.rows("moving_prices")}
    cancelled = dict(b.cancelled.items())
    for order in previous_orders(d.inputs, d.calendar, dates):
        if order.label in cancelled and order.fee_musd is not None:
            line = Line("fee", "cancelled_order", order.item, dates.now)
            m.ledger.add(line, order.fee_musd, cancelled[order.label])
    for (item, _), deviation in b.deviation.items():
        m.ledger.add(Line("fee", "moved_order", item, dates.now), price[_kind(item)], deviation)
    for run, moved in b.moved.items() if "run" in price else ():
        line, (coefficients, variables) = Line("fee", "moved_run", run, dates.now), moved.expr.pairs()
        m.ledger.add_all(line, [price["run"] * c for c in coefficients], variables)
        if moved.expr.constant:
            m.ledger.add_constant(line, price["run"] * moved.expr.constant)


ROOM = Room(
    name="replan",
    build=build,
    account=account,
    needs=("start", *DECIDED.values()),
    money=(("fee", "cancelled_order"), ("fee", "moved_order"), ("fee", "moved_run")),
    inputs=(PREVIOUS_PLAN, PREVIOUS_ORDERS, PREVIOUS_RUNS, MOVING_PRICES),
    equations=EQUATIONS,
    outputs=OUTPUTS,
)
