"""Fleet: which accelerators arrive where and when, and what of them is in service and online.

Sets: accelerator g, site s, period t; v the period at whose start an order arrives.

Decisions
    order[g,s,v]     lots arriving at the start of v                                  [lots]
    online[g,s,t]    accelerators powered at an own site                              [accelerators]

in_service[g,s,t] = existing and committed units in service, less what is sold + sum of lot_size * order[g,s,v]
over the v for which at least half of t lies in [start(v), start(v) + life).  An order arriving at v was placed at
start(v) - lead - bring_up, which must not lie before the horizon; that date sets its price.

    (F1) online[g,s,t] <= in_service[g,s,t]                                           [accelerators]
    (F3) online[g,s,t] >= in_service[g,s,t]       if power.basis is `installed`       [accelerators]

Money: accelerators at their price at the order date by cash profile (capex `compute`), running cost per
accelerator in service (opex `running`), what is still due for committed ones (capex `compute`), and what the
ordered ones are worth at the end (terminal).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.rules import needed_when, not_later
from planner.core.units import MONTHS_PER_YEAR, USD_PER_MUSD
from planner.data.derive import Arrival, Case
from planner.model.assets import Asset, charge
from planner.model.workspace import Line, Term, Workspace, index_set, linear

ACCELERATORS = Table(
    "accelerators",
    "The types that may be used, ordered or rented.",
    ("accelerator",),
    (
        Column("accelerator", "id", "name of the type in this scenario"),
        Column(
            "catalogue",
            "id",
            "row of data/accelerators.csv (id or alias) whose cells fill the empty ones",
            default=None,
        ),
        Column(
            "bf16_dense_tflops",
            "number",
            "dense peak at BF16 (FP16 where there is no BF16)",
            "TFLOP/s",
            None,
            low=0,
            low_open=True,
            catalogue=True,
        ),
        Column(
            "fp8_dense_tflops", "number", "dense peak at FP8", "TFLOP/s", None, low=0, low_open=True, catalogue=True
        ),
        Column(
            "fp4_dense_tflops", "number", "dense peak at FP4", "TFLOP/s", None, low=0, low_open=True, catalogue=True
        ),
        Column("memory_gb", "number", "memory of one accelerator", "GB", None, low=0, low_open=True, catalogue=True),
        Column(
            "provisioned_kw",
            "number",
            "IT power provisioned for one accelerator with its share of the server",
            "kW",
            None,
            low=0,
            catalogue=True,
        ),
        Column(
            "cooling", "choice", "the cooling it needs", "", None, choices=("air", "liquid", "either"), catalogue=True
        ),
        Column("lot_size", "integer", "accelerators in one lot", "accelerators", None, low=1, catalogue=True),
        Column(
            "gang_step",
            "integer",
            "a gang is rounded up to multiples of this; empty: the lot",
            "accelerators",
            None,
            low=1,
        ),
        Column("orderable", "flag", "whether the plan may order it", "", True),
        Column("orderable_from", "date", "earliest order date; empty: no limit", "", None),
        Column("orderable_until", "date", "latest order date; empty: no limit", "", None),
        Column("lead_time_months", "integer", "order to delivery; needed if orderable", "months", None, low=0),
        Column("bring_up_months", "integer", "delivery to service", "months", 0, low=0),
        Column("life_months", "integer", "time in service; needed if orderable", "months", None, low=1),
        Column(
            "price_usd",
            "number",
            "price of one accelerator with its share of the server; needed if orderable",
            "USD",
            None,
            low=0,
            catalogue=True,
        ),
        Column("availability", "number", "healthy share of online accelerators", "", 1.0, low=0, high=1, low_open=True),
        Column("fabric_family", "id", "the fabrics it can be joined by (same family)", "", "any"),
    ),
    rules=(
        needed_when("price_usd", "orderable"),
        needed_when("lead_time_months", "orderable"),
        needed_when("life_months", "orderable"),
        not_later("orderable_from", "orderable_until"),
    ),
    catalogue="accelerators",
)
FLEET = Table(
    "fleet",
    "Accelerators that stand already or are on order.",
    ("site", "accelerator", "status", "in_service_from"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("accelerator", "id", "type", refers=("accelerators",)),
        Column("count", "integer", "how many", "accelerators", low=1),
        Column(
            "status",
            "choice",
            "`existing`, or `committed`: ordered and not cancellable, counted against supply",
            choices=("existing", "committed"),
        ),
        Column("in_service_from", "date", "start of service"),
        Column("retires", "date", "end of service; empty: stays", "", None),
        Column("due_musd", "number", "cash still to pay", "M$", 0.0, low=0),
        Column("due_date", "date", "when it is paid; needed if cash is due", "", None),
    ),
    rules=(not_later("in_service_from", "retires"), needed_when("due_date", "due_musd")),
)
EQUATIONS = (
    Equation(
        "F1", "online_is_in_service", "what is online is in service", "accelerators", ("accelerator", "site", "period")
    ),
    Equation(
        "F3",
        "all_in_service_is_online",
        "all that is in service is online",
        "accelerators",
        ("accelerator", "site", "period"),
    ),
)
OUTPUTS = (
    Output("order", "order", ("accelerator", "site", "period"), "lots", "lots ordered, by period of arrival"),
    Output(
        "delivered",
        "delivered",
        ("accelerator", "site", "period"),
        "accelerators",
        "ordered and committed accelerators, by period of arrival",
    ),
    Output(
        "in_service",
        "in_service",
        ("accelerator", "site", "period"),
        "accelerators",
        "accelerators in service (rented: handed over)",
    ),
    Output(
        "online",
        "online_units",
        ("accelerator", "site", "period"),
        "accelerators",
        "accelerators online (rented: in use)",
    ),
)


def build(m: Workspace, b: Any, d: Case) -> None:
    """Fill the fleet's block: orders and what they bring into service."""
    b.ORDER = index_set([(g, s, a.period) for (g, s), arrivals in d.orders.items() for a in arrivals], 3)
    b.order = pyo.Var(b.ORDER, domain=pyo.NonNegativeIntegers, doc="lots")
    stock, sold = service_rows(d), m.need("sold")
    b.STOCK = index_set(stock, 3)
    b.online = pyo.Var(b.STOCK, domain=pyo.NonNegativeReals, doc="accelerators")
    lot = {g: row["lot_size"] for g, row in d.accelerators.items()}
    order, online = dict(b.order.items()), dict(b.online.items())  # Pyomo normalises an index at each look-up
    in_service: dict[tuple[str, str, int], tuple[list[Term], int]] = {}
    for (g, s, t), row in stock.items():
        gone = [(-c, v) for c, v in sold.get((g, s, t), [])]
        in_service[g, s, t] = [(lot[g], order[g, s, v]) for v in row.orders] + gone, row.units

    def bounded(key: tuple[str, str, int], sign: float) -> Any:
        terms, units = in_service[key]
        return linear([(sign, online[key]), *((-sign * c, v) for c, v in terms)], -sign * units) <= 0

    b.online_is_in_service = pyo.Constraint(b.STOCK, rule=lambda b, *key: bounded(key, 1.0), doc="(F1)")
    if d.inputs.setting("power", "basis") == "installed":
        b.all_in_service_is_online = pyo.Constraint(b.STOCK, rule=lambda b, *key: bounded(key, -1.0), doc="(F3)")
    committed: dict[tuple[str, str, int], int] = defaultdict(int)
    for g, s, t, n in d.committed:
        committed[g, s, t] += n
    b.delivered = pyo.Expression(
        delivery_rows(d),
        rule=lambda b, g, *at: linear([(lot[g], order[g, *at])] if (g, *at) in order else [], committed[g, *at]),
    )
    b.in_service = pyo.Expression(b.STOCK, rule=lambda b, *key: linear(*in_service[key]))
    b.online_units = pyo.Expression(b.STOCK, rule=lambda b, *key: 1.0 * online[key])
    m.offer("order", b.order)
    m.offer("service", stock)
    m.offer("own_online", {key: [(1.0, variable)] for key, variable in online.items()})


def account(m: Workspace, b: Any, d: Case) -> None:
    """Write what accelerators cost and are worth in the end."""
    lot = {g: row["lot_size"] for g, row in d.accelerators.items()}
    _capital(m, b, d, lot)
    _running(m, b, d, lot)


@dataclass(frozen=True, slots=True)
class Service:
    """What may be in service of a type at a site in a period: units given by data, and arrivals that count."""

    units: int
    orders: tuple[int, ...]


def service_rows(d: Case) -> dict[tuple[str, str, int], Service]:
    """(type, site, period) where anything can be in service, with what counts there (half-period rule)."""
    rows = {}
    calendar, sites, ordered, standing = d.calendar, list(d.sites), d.orders, d.existing_units
    for g, row in d.accelerators.items():
        counting: dict[tuple[Arrival, ...], list[tuple[int, ...]]] = {}  # once for all sites with the same arrivals
        for s in sites:
            arrivals, given = tuple(ordered.get((g, s), ())), standing.get((g, s), [])
            if arrivals not in counting:
                lives = [(a.period, a.start, a.start + row["life_months"]) for a in arrivals]
                counting[arrivals] = [
                    tuple(v for v, at, end in lives if calendar.in_service(period, at, end))
                    for period in calendar.periods
                ]
            for t, period in enumerate(calendar.periods):
                units = sum(n for at, end, n in given if calendar.in_service(period, at, end)) if given else 0
                if units or counting[arrivals][t]:
                    rows[g, s, t] = Service(units, counting[arrivals][t])
    return rows


def delivery_rows(d: Case) -> list[tuple[str, str, int]]:
    """(type, site, period) in which anything ordered or committed arrives."""
    rows = {(g, s, a.period) for (g, s), arrivals in d.orders.items() for a in arrivals}
    rows |= {(g, s, t) for g, s, t, _ in d.committed}
    return sorted(rows)


def _capital(m: Workspace, b: Any, d: Case, lot: dict[str, int]) -> None:
    """Cash and terminal value of the orders, and what is still due for committed ones."""
    order = dict(b.order.items())
    priced: dict[tuple[str, int], tuple[float, int, list[tuple[int, float]]]] = {}  # at all sites alike
    for (g, s), arrivals in d.orders.items():
        for a in arrivals:
            if (g, a.period) not in priced:
                row = d.accelerators[g]
                price = lot[g] * d.prices.at(g, None, row["price_usd"], a.order) / USD_PER_MUSD
                payments = d.cash.payments(g, None, a.order, a.delivery)
                priced[g, a.period] = price, a.start + row["life_months"], payments
            price, end, payments = priced[g, a.period]
            charge(m, d, Asset("compute", s, price, a, end), payments, order[g, s, a.period])
    for row in d.inputs.rows("fleet"):
        if row["due_musd"]:
            line = Line("capex", "compute", row["site"], d.calendar.month(row["due_date"]))
            m.ledger.add_constant(line, row["due_musd"])


def _running(m: Workspace, b: Any, d: Case, lot: dict[str, int]) -> None:
    """Running cost of what is in service."""
    monthly = {row["item"]: row["usd_per_year"] / USD_PER_MUSD / MONTHS_PER_YEAR for row in d.inputs.rows("opex")}
    if not monthly:
        return
    sold, periods, order = m.need("sold"), d.calendar.periods, dict(b.order.items())
    for (g, s, t), row in m.need("service").items():
        if g in monthly:
            line, rate = Line("opex", "running", s, periods[t].start), monthly[g] * periods[t].months
            m.ledger.add_constant(line, rate * row.units)
            m.ledger.add_all(line, [rate * lot[g]] * len(row.orders), [order[g, s, v] for v in row.orders])
            for units, variable in sold.get((g, s, t), []):
                m.ledger.add(line, -rate * units, variable)


ROOM = Room(
    name="fleet",
    build=build,
    account=account,
    needs=("sold",),
    offers=("own_online", "order", "service"),
    money=(
        ("capex", "compute"),
        ("opex", "running"),
        ("terminal", "compute"),
    ),
    inputs=(ACCELERATORS, FLEET),
    equations=EQUATIONS,
    outputs=OUTPUTS,
    integers={"order": "module"},
)
