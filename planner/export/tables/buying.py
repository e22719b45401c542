"""The tables of what is bought: the list of orders, and in more detail halls and power, and the network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planner.core.units import KW_PER_MW, USD_PER_MUSD
from planner.export.facts import Facts
from planner.export.facts.purchases import Purchase
from planner.export.facts.reading import Reading, whole
from planner.export.tables.table import Declared, Field, Row

_TAIL = Field("in_tail", "flag", "ordered behind the reported horizon: no commitment, only keeps its end honest")
_SITE = Field("site", "id", "where (a link's: its first site, which pays)")
_ORDER = Field("order_date", "date", "month of the order")
_LAST = Field(
    "last_responsible_date", "date",
    "latest order date at which it still arrives by `needed_from`, all else in the plan kept; no later than the "
    "type's last order date",
)  # fmt: skip
_NEEDED = Field("needed_from", "date", "first period whose work needs it; empty: none does, or it is no decision")
_UNIT_PRICE = Field("unit_price_usd", "usd", "price of one unit at the order date")
_AMOUNT = Field("amount_musd", "musd", "cash of the order", total=True)
PAYMENT_FIELDS = (
    Field("deposit_date", "date", "month of the first payment"),
    Field("deposit_musd", "musd", "first payment", total=True),
    Field("balance_date", "date", "month of the last payment; empty: all was paid with the first"),
    Field("balance_musd", "musd", "what falls due behind the first payment, up to the last", total=True),
)
DELIVERY = Field("delivery_date", "date", "month of delivery")
ORDER_FIELDS = (
    Field("status", "id", "`ordered` by the plan, or `committed` and `existing` before it with cash still due"),
    Field("category", "id", "category of capex: compute, hall, power or network"),
    Field(
        "kind", "id",
        "accelerator; hall, retrofit, site; power_source, phase; endpoints, instances, link_module, link",
    ),
    _SITE,
    Field("item", "id", "type, hall, source, fabric, module or link"),
    _ORDER, _NEEDED, _LAST,
    Field("slack_months", "integer", "months between the order and its last responsible date"),
    DELIVERY,
    Field("arrival_date", "date", "first month in service"),
    Field("modules", "number", "lots, modules or blocks ordered"),
    Field("quantity", "number", "how much, in units"),
    Field("unit", "text", "unit of quantity and price"),
    _UNIT_PRICE, _AMOUNT, *PAYMENT_FIELDS, _TAIL,
)  # fmt: skip
POWER_FIELDS = (
    Field("kind", "id", "`hall`, `retrofit` (MW of IT), `power_source`, `phase` (MW at the meter) or `site` (opened)"),
    Field("form", "id", "of a hall: hall, tent or leased"),
    Field("status", "id", "`existing` or `built` by the plan"),
    _SITE,
    Field("item", "id", "hall, retrofit (from.to), source or phase (source.phase)"),
    _ORDER, _LAST,
    Field("energise_date", "date", "first month it can be used"),
    Field("end_date", "date", "first month behind its life; empty: stays"),
    Field("modules", "number", "modules"),
    Field("mw", "number", "MW"),
    Field("price_musd_per_mw", "number", "price at the order date"),
    _AMOUNT, *PAYMENT_FIELDS,
    Field("rent_musd", "musd", "rent of leased MW inside the horizon, tail included", total=True),
    _TAIL,
)  # fmt: skip
NETWORK_FIELDS = (
    Field("kind", "id", "`endpoints`, `instances` of a fabric; `link_module`; `link`: charge for its first use"),
    Field("status", "id", "`existing` or `ordered` by the plan"),
    _SITE,
    Field("link", "id", "link"),
    Field("item", "id", "fabric, module or link"),
    _ORDER, _LAST,
    Field("arrival_date", "date", "first month in service"),
    Field("blocks", "number", "blocks of endpoints"),
    Field("quantity", "number", "endpoints, instances or modules"),
    Field("capacity_tbps", "number", "capacity that link modules add"),
    _UNIT_PRICE, _AMOUNT, *PAYMENT_FIELDS, _TAIL,
)  # fmt: skip


def _cells(r: Reading, p: Purchase) -> dict[str, Any]:
    """What every list says of a purchase."""
    first = p.amount_musd * p.payments[0][1] if p.payments else 0.0
    parts = len(p.payments) > 1
    return {
        "status": p.status, "category": p.category, "kind": p.kind, "site": p.site, "link": p.link, "item": p.item,
        "order_date": r.month(p.order), "needed_from": r.month(p.needed),
        "last_responsible_date": r.month(p.last_responsible),
        "delivery_date": r.month(p.delivery), "arrival_date": r.month(p.arrival), "end_date": r.month(p.end),
        "modules": None if p.modules is None else whole(p.modules), "quantity": whole(p.quantity), "unit": p.unit,
        "unit_price_usd": p.price_usd, "amount_musd": p.amount_musd,
        "deposit_date": r.month(p.payments[0][0]) if p.payments else None, "deposit_musd": first,
        "balance_date": r.month(p.payments[-1][0]) if parts else None,
        "balance_musd": p.amount_musd - first if parts else 0.0,
        "in_tail": p.order is not None and r.in_tail(p.order),
    }  # fmt: skip


def _orders(facts: Facts) -> Iterable[Row]:
    for p in facts.purchases:
        if p.status != "existing" or p.amount_musd:
            slack = None if p.last_responsible is None or p.order is None else p.last_responsible - p.order
            yield _cells(facts.reading, p) | {"slack_months": slack}


def _power(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    halls = {f"{row['site']}.{row['hall']}": row for row in r.inputs.rows("halls")}
    for p in facts.purchases:
        if p.category in ("hall", "power"):
            hall = halls[p.label] if p.kind == "hall" else None
            price = None if p.price_usd is None or p.kind == "site" else p.price_usd / USD_PER_MUSD
            yield _cells(r, p) | {
                "status": "built" if p.status == "ordered" else p.status,
                "form": hall["kind"] if hall else None, "energise_date": r.month(p.arrival),
                "mw": None if p.kind == "site" else whole(p.quantity), "price_musd_per_mw": price,
                "rent_musd": _rent(r, p, hall["rent_usd_per_kw_month"]) if hall else 0.0,
            }  # fmt: skip


def _rent(r: Reading, p: Purchase, usd_per_kw_month: float) -> float:
    """Rent, M$, of leased MW over the periods in which they stand."""
    arrival, calendar = p.arrival or 0, r.case.calendar
    months = sum(x.months for x in calendar.periods if calendar.in_service(x, arrival, p.end))
    return usd_per_kw_month * KW_PER_MW / USD_PER_MUSD * p.quantity * months


def _network(facts: Facts) -> Iterable[Row]:
    r = facts.reading
    tbps = {f"{row['link']}.{row['module']}": row["tbps"] for row in r.inputs.rows("link_modules")}
    for row in r.inputs.rows("links"):
        if row["existing_tbps"]:
            stands = Purchase(kind="link", category="network", site=row["site_a"], link=row["link"], item=row["link"],
                              label=row["link"], status="existing", unit="links")  # fmt: skip
            yield _cells(r, stands) | {"blocks": None, "capacity_tbps": row["existing_tbps"]}
    for p in facts.purchases:
        if p.category == "network":
            added = tbps[p.label] * p.quantity if p.kind == "link_module" else None
            yield _cells(r, p) | {
                "blocks": whole(p.modules) if p.kind == "endpoints" and p.modules else None, "capacity_tbps": added,
            }  # fmt: skip


ORDERS = Declared("orders", "Orders", "Purchase orders, by order date", ORDER_FIELDS, _orders)
POWER = Declared("power", "Power", "Halls and power: what stands and what is built", POWER_FIELDS, _power)
NETWORK = Declared("network", "Network", "Fabrics and links: what stands and what is ordered", NETWORK_FIELDS, _network)
