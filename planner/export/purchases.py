"""What is bought and rented, order by order, with dates, prices and amounts that add up to the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from planner.core.units import USD_PER_MUSD
from planner.data.derive import Arrival
from planner.export.reading import Field, Reading, Table, Value, as_table, whole
from planner.model.rooms.leases import committed_rows, rental_rows, signature_rows

_PAID = (
    Field("first_payment", "date", "month of the first payment"),
    Field("last_payment", "date", "month of the last payment"),
)
_TAIL = Field("in_tail", "flag", "ordered behind the reported horizon: no commitment, only keeps its end honest")
ORDER_FIELDS = (
    Field("status", "id", "`ordered` by the plan, or `committed` and `existing` before it with cash still due"),
    Field("site", "id", "where"),
    Field("accelerator", "id", "type"),
    Field("order_date", "date", "month of the order: also the last responsible date for this arrival"),
    Field("delivery_date", "date", "month of delivery"),
    Field("arrival_date", "date", "first month in service"),
    Field("lots", "number", "lots ordered"),
    Field("accelerators", "number", "accelerators", total=True),
    Field("unit_price_usd", "usd", "price of one accelerator at the order date"),
    Field("amount_musd", "musd", "cash of the order", total=True),
    *_PAID,
    _TAIL,
)
POWER_FIELDS = (
    Field("kind", "id", "`hall` (MW of IT), `power_source` (MW at the meter) or `site` (its opening)"),
    Field("status", "id", "`existing` or `built` by the plan"),
    Field("site", "id", "where"),
    Field("item", "id", "hall or source"),
    Field("order_date", "date", "month of the order: also the last responsible date for this arrival"),
    Field("energise_date", "date", "first month it can be used"),
    Field("modules", "number", "modules"),
    Field("mw", "number", "MW"),
    Field("price_musd_per_mw", "number", "price at the order date"),
    Field("amount_musd", "musd", "cash", total=True),
    *_PAID,
    _TAIL,
)
FABRIC_FIELDS = (
    Field("status", "id", "`existing` or `ordered` by the plan"),
    Field("site", "id", "where"),
    Field("fabric", "id", "tier"),
    Field("item", "id", "`endpoints` or `instances`"),
    Field("order_date", "date", "month of the order: also the last responsible date for this arrival"),
    Field("arrival_date", "date", "first month in service"),
    Field("blocks", "number", "blocks of endpoints"),
    Field("quantity", "number", "endpoints or instances"),
    Field("unit_price_usd", "usd", "price of one at the order date"),
    Field("amount_musd", "musd", "cash", total=True),
    *_PAID,
    _TAIL,
)
LEASE_FIELDS = (
    Field("lease", "id", "contract"),
    Field("status", "id", "`committed` before the plan, or `signed` by it"),
    Field("accelerator", "id", "type"),
    Field("signature_date", "date", "month of the signature (committed: from when it counts)"),
    Field("end_date", "date", "first month that is no longer paid"),
    Field("lots", "number", "lots"),
    Field("accelerators", "number", "accelerators when all is handed over", total=True),
    Field("usd_per_accelerator_month", "usd", "rent at the signature's date"),
    Field("take_or_pay_share", "share", "share of the rent due whether used or not"),
    Field("rent_musd", "musd", "rent inside the horizon", total=True),
    Field("rent_after_musd", "musd", "take-or-pay beyond the horizon", total=True),
    _TAIL,
)


def _dates(r: Reading, payments: Sequence[tuple[int, float]]) -> tuple[Value, Value]:
    """First and last month of payment."""
    return r.month(payments[0][0]), r.month(payments[-1][0])


def orders(r: Reading) -> Table:
    """Accelerators ordered by the plan, and those for which cash was still due when it began."""
    rows: list[tuple[Value, ...]] = []
    for (g, site, v), lots in r.entries("order"):
        row = r.case.accelerators[g]
        at = _arriving(r.case.orders[g, site], v)
        price = r.case.prices.at(g, None, row["price_usd"], at.order)
        units = lots * row["lot_size"]
        paid = r.case.cash.payments(g, None, at.order, at.delivery)
        dates = (r.month(at.order), r.month(at.delivery), r.month(at.start))
        rows.append((
            "ordered", site, g, *dates, whole(lots), whole(units), price, units * price / USD_PER_MUSD,
            *_dates(r, paid), r.in_tail(at.order),
        ))  # fmt: skip
    for row in r.inputs.rows("fleet"):
        if row["status"] == "committed" or row["due_musd"]:
            rows.append((
                row["status"], row["site"], row["accelerator"], None, None, row["in_service_from"], None, row["count"],
                None, row["due_musd"], row["due_date"], row["due_date"], False,
            ))  # fmt: skip
    rows.sort(key=lambda row: (row[0] == "ordered", str(row[3] or row[5]), str(row[1]), str(row[2])))
    return as_table("orders", "Accelerators on order", ORDER_FIELDS, rows)


def power(r: Reading) -> Table:
    """Halls, power sources and openings of sites: what stands and what the plan builds."""
    rows: list[tuple[Value, ...]] = []
    for kind, table in (("hall", "halls"), ("power_source", "power_sources")):
        items = {f"{row['site']}.{row[kind]}": row for row in r.inputs.rows(table)}
        for row in items.values():
            if row["existing_mw"]:
                stands = (None, None, None, row["existing_mw"], None, 0.0, None, None, False)
                rows.append((kind, "existing", row["site"], row[kind], *stands))
        for (label, v), modules in r.entries(f"{kind}_build"):
            row = items[label]
            at = _arriving(r.case.arrivals(row["lead_time_months"], available_from=row["available_from"]), v)
            price = r.case.prices.at(row[kind], row["site"], row["price_musd_per_mw"], at.order)
            mw = modules * row["module_mw"]
            paid = r.case.cash.payments(row[kind], row["site"], at.order, at.delivery)
            rows.append((
                kind, "built", row["site"], row[kind], r.month(at.order), r.month(at.start), whole(modules), whole(mw),
                price, mw * price, *_dates(r, paid), r.in_tail(at.order),
            ))  # fmt: skip
    for (site, t), opened in r.entries("opened"):
        start = r.case.calendar.periods[t].start
        date, cost = r.month(start), opened * r.case.sites[site]["opening_cost_musd"]
        dates = (date, date, None, None, None, cost, date, date, r.in_tail(start))
        rows.append(("site", "built", site, site, *dates))
    return as_table("power", "Halls, power sources and openings of sites", POWER_FIELDS, rows)


def fabric(r: Reading) -> Table:
    """Endpoints and instances of fabrics: what stands and what the plan orders."""
    rows: list[tuple[Value, ...]] = []
    items = {f"{row['site']}.{row['fabric']}": row for row in r.inputs.rows("fabrics")}
    for row in items.values():
        for item, count in (("endpoints", row["existing_endpoints"]), ("instances", row["existing_instances"])):
            if count:
                stands = (None, None, None, count, None, 0.0, None, None, False)
                rows.append(("existing", row["site"], row["fabric"], item, *stands))
    for name, item, per in (("endpoint_order", "endpoints", "block_endpoints"), ("instance_order", "instances", None)):
        for (label, v), count in r.entries(name):
            row = items[label]
            at = _arriving(r.case.arrivals(row["lead_time_months"], available_from=row["available_from"]), v)
            price = row["instance_price_musd"] * USD_PER_MUSD
            if per:
                price = r.case.prices.at(row["fabric"], row["site"], row["price_usd_per_endpoint"], at.order)
            quantity = count * (row[per] if per else 1)
            paid = r.case.cash.payments(row["fabric"], row["site"], at.order, at.delivery)
            rows.append((
                "ordered", row["site"], row["fabric"], item, r.month(at.order), r.month(at.start),
                whole(count) if per else None, whole(quantity), price, quantity * price / USD_PER_MUSD,
                *_dates(r, paid), r.in_tail(at.order),
            ))  # fmt: skip
    return as_table("fabric", "Endpoints and instances of fabrics", FABRIC_FIELDS, rows)


def leases(r: Reading) -> Table:
    """Leases signed, with their rent; what was signed before the plan as rows of its own."""
    committed, free = committed_rows(r.case), signature_rows(r.case)
    signed = {(c, u): lots for (c, u), lots in r.entries("lease_signed")}
    # what is used of a date is counted to what was signed before, as far as that is handed over
    used = {(c, u, t): units for (c, u, t), units in r.entries("lease_rented")}
    rows: list[tuple[Value, ...]] = []
    for status, signatures in (("committed", committed), ("signed", free)):
        shares = rental_rows(r.case, signatures)
        for (c, u), signature in signatures.items():
            lease = r.case.leases[c]
            lots = lease["committed_lots"] if status == "committed" else signed.get((c, u), 0.0)
            if not lots:
                continue
            firm, units = lease["take_or_pay_share"], lots * lease["lot_size"]
            price = r.case.prices.at(c, None, lease["usd_per_accelerator_month"], signature.start)
            inside, end = 0.0, signature.end
            for t, period in enumerate(r.case.calendar.periods):
                there = shares.get((c, u, t), 0.0) * units
                if there:
                    taken = min(there, used.get((c, u, t), 0.0)) if status == "committed" else used.get((c, u, t), 0.0)
                    used[c, u, t] = used.get((c, u, t), 0.0) - taken
                    inside += price * period.months * (firm * there + (1 - firm) * taken) / USD_PER_MUSD
                    end = max(end, period.end)
            months = max(0, signature.end - r.case.calendar.end)
            rows.append((
                c, status, lease["accelerator"], r.month(signature.start), r.month(end), whole(lots), whole(units),
                price, firm, inside, price * firm * units * months / USD_PER_MUSD, r.in_tail(signature.start),
            ))  # fmt: skip
    return as_table("leases", "Leases", LEASE_FIELDS, rows)


def _arriving(arrivals: Sequence[Arrival], period: int) -> Arrival:
    return next(arrival for arrival in arrivals if arrival.period == period)
