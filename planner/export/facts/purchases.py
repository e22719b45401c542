"""What the plan buys, one record a purchase: what, where, its dates, its price, and how it is paid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from planner.core.units import USD_PER_MUSD
from planner.data.derive import Arrival
from planner.export.facts.needs import Needs
from planner.export.facts.reading import Reading

Payments = tuple[tuple[int, float], ...]
MODULES = ("hall", "power_source", "phase")  # what needs its site open


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One order, or what stands or is on order when the plan begins. Months count from the horizon's start.

    `label` names the thing in the plan's dataset; `end` is the first month behind its life (None: stays);
    `share` of the price falls due in each month of `payments`.
    """

    kind: str
    category: str
    site: str
    item: str
    label: str
    status: str = "ordered"
    link: str | None = None
    order: int | None = None
    delivery: int | None = None
    arrival: int | None = None
    end: int | None = None
    modules: float | None = None
    quantity: float = 1.0
    unit: str
    price_usd: float | None = None
    amount_musd: float = 0.0
    payments: Payments = ()
    needed: int | None = None
    last_responsible: int | None = None


def read_purchases(r: Reading) -> list[Purchase]:
    """Every purchase of the plan, by order date, with the last responsible date of each (see `Needs`)."""
    found = [*_accelerators(r), *_fleet(r), *_modules(r), *_phases(r), *_retrofits(r), *_sites(r), *_fabrics(r),
             *_links(r)]  # fmt: skip
    needs = Needs(r)
    dated = [_dated(one, needs, found) if one.status == "ordered" else one for one in found]
    return sorted(dated, key=lambda p: (-1 if p.order is None else p.order, p.category, p.site, p.item))


def _dated(one: Purchase, needs: Needs, among: list[Purchase]) -> Purchase:
    """An order with the month in which it is needed, and the last in which it could be placed for that."""
    if one.order is None or one.arrival is None:
        return one
    if one.kind == "site":  # needed by the first order of a module there
        here = [x.order for x in among if x.site == one.site and x.kind in MODULES and x.order is not None]
        last = (min(here), min(here)) if here else None
    else:
        last = needs.last_order(one.kind, one.label, one.quantity, one.order, one.arrival, one.end)
    return one if last is None else replace(one, needed=last[0], last_responsible=last[1])


def _bought(r: Reading, name: str, at: Arrival, item: tuple[str, str | None], units: float, each: float) -> Any:
    """The dates, cash and modules of an order of `units`, each of a price in M$; `item`: name, and where priced."""
    payments = tuple(r.case.cash.payments(*item, at.order, at.delivery))
    return {
        "order": at.order, "delivery": at.delivery, "arrival": at.start, "label": name, "item": item[0],
        "modules": units, "amount_musd": units * each, "payments": payments,
    }  # fmt: skip


def _accelerators(r: Reading) -> Iterator[Purchase]:
    for (g, site, v), lots in r.entries("order"):
        row = r.case.accelerators[g]
        at = _arriving(r.case.orders[g, site], v)
        price, lot = r.case.prices.at(g, None, row["price_usd"], at.order), row["lot_size"]
        bought = _bought(r, f"{site}.{g}", at, (g, None), lots, lot * price / USD_PER_MUSD)
        yield Purchase(
            kind="accelerator", category="compute", site=site, end=at.start + row["life_months"],
            quantity=lots * lot, unit="accelerators", price_usd=price, **bought,
        )  # fmt: skip


def _fleet(r: Reading) -> Iterator[Purchase]:
    """Accelerators on order already, and those that stand with cash still due."""
    month = r.case.calendar.month
    for row, cohort in zip(r.inputs.rows("fleet"), r.case.cohorts, strict=True):
        if row["status"] == "committed" or row["due_musd"]:
            g, life = cohort.accelerator, r.case.accelerators[cohort.accelerator]["life_months"]
            stays = None if life is None else cohort.arrival + life
            paid = ((month(row["due_date"]), 1.0),) if row["due_musd"] else ()
            yield Purchase(
                kind="accelerator", category="compute", site=cohort.site, item=g, label=f"{cohort.site}.{g}",
                status=row["status"], arrival=cohort.arrival, end=stays if cohort.end is None else cohort.end,
                quantity=cohort.count, unit="accelerators", amount_musd=row["due_musd"], payments=paid,
            )  # fmt: skip


def _modules(r: Reading) -> Iterator[Purchase]:
    for kind, table, category, unit in (
        ("hall", "halls", "hall", "MW of IT"), ("power_source", "power_sources", "power", "MW at the meter"),
    ):  # fmt: skip
        rows = {f"{row['site']}.{row[kind]}": row for row in r.inputs.rows(table)}
        for label, row in rows.items():
            if row["existing_mw"]:
                yield Purchase(
                    kind=kind, category=category, site=row["site"], item=row[kind], label=label, status="existing",
                    quantity=row["existing_mw"], unit=unit,
                )  # fmt: skip
        for (label, v), modules in r.entries(f"{kind}_build"):
            row, at = rows[label], _arriving(r.case.module_arrivals(rows[label]), v)
            price = r.case.prices.at(row[kind], row["site"], row["price_musd_per_mw"], at.order)
            life = row.get("life_months")
            yield Purchase(
                kind=kind, category=category, site=row["site"], end=None if life is None else at.start + life,
                quantity=modules * row["module_mw"], unit=unit, price_usd=price * USD_PER_MUSD,
                **_bought(r, label, at, (row[kind], row["site"]), modules, row["module_mw"] * price),
            )  # fmt: skip


def _phases(r: Reading) -> Iterator[Purchase]:
    rows = {f"{row['site']}.{row['power_source']}.{row['phase']}": row for row in r.inputs.rows("power_phases")}
    for (label, v), built in r.entries("phase_build"):
        row, at = rows[label], _arriving(r.case.module_arrivals(rows[label]), v)
        price = r.case.prices.at(row["phase"], row["site"], row["price_musd"], at.order)
        bought = _bought(r, f"{row['site']}.{row['power_source']}", at, (row["phase"], row["site"]), built, price)
        bought["item"] = f"{row['power_source']}.{row['phase']}"
        yield Purchase(
            kind="phase", category="power", site=row["site"], quantity=built * row["mw"], unit="MW at the meter",
            price_usd=price * USD_PER_MUSD / row["mw"], **bought,
        )  # fmt: skip


def _retrofits(r: Reading) -> Iterator[Purchase]:
    rows = {f"{row['site']}.{row['from_hall']}.{row['to_hall']}": row for row in r.inputs.rows("retrofits")}
    for (label, v), mw in r.entries("retrofit_mw"):
        row, start = rows[label], r.case.calendar.periods[v].start
        yield Purchase(
            kind="retrofit", category="hall", site=row["site"], item=f"{row['from_hall']}.{row['to_hall']}",
            label=f"{row['site']}.{row['to_hall']}", order=start, delivery=start, arrival=start + row["outage_months"],
            quantity=mw, unit="MW of IT", price_usd=row["musd_per_mw"] * USD_PER_MUSD,
            amount_musd=mw * row["musd_per_mw"], payments=((start, 1.0),),
        )  # fmt: skip


def _sites(r: Reading) -> Iterator[Purchase]:
    for (site, t), opened in r.entries("opened"):
        cost = r.case.sites[site]["opening_cost_musd"]
        yield _opening(r, "site", "hall", site, site, t, opened * cost)


def _opening(r: Reading, kind: str, category: str, site: str, item: str, t: int, amount: float) -> Purchase:
    """A site that is opened, or a link: at once, at the start of a period."""
    start = r.case.calendar.periods[t].start
    return Purchase(
        kind=kind, category=category, site=site, item=item, label=item, order=start, delivery=start, arrival=start,
        unit=f"{kind}s", price_usd=amount * USD_PER_MUSD, amount_musd=amount, payments=((start, 1.0),),
    )  # fmt: skip


def _fabrics(r: Reading) -> Iterator[Purchase]:
    rows = {f"{row['site']}.{row['fabric']}": row for row in r.inputs.rows("fabrics")}
    for label, row in rows.items():
        for unit, count in (("endpoints", row["existing_endpoints"]), ("instances", row["existing_instances"])):
            if count:
                yield Purchase(
                    kind=unit, category="network", site=row["site"], item=row["fabric"], label=label,
                    status="existing", quantity=count, unit=unit,
                )  # fmt: skip
    for name, unit in (("endpoint_order", "endpoints"), ("instance_order", "instances")):
        for (label, v), count in r.entries(name):
            row, at = rows[label], _arriving(r.case.module_arrivals(rows[label]), v)
            per, price = 1, row["instance_price_musd"]
            if unit == "endpoints":
                per = row["block_endpoints"]
                price = r.case.prices.at(row["fabric"], row["site"], row["price_usd_per_endpoint"], at.order)
                price /= USD_PER_MUSD
            yield Purchase(
                kind=unit, category="network", site=row["site"], quantity=count * per, unit=unit,
                price_usd=price * USD_PER_MUSD,
                **_bought(r, label, at, (row["fabric"], row["site"]), count, per * price),
            )  # fmt: skip


def _links(r: Reading) -> Iterator[Purchase]:
    links = r.inputs.by_id("links", "link")
    rows = {f"{row['link']}.{row['module']}": row for row in r.inputs.rows("link_modules")}
    for (label, v), modules in r.entries("link_build"):
        row, at = rows[label], _arriving(r.case.module_arrivals(rows[label]), v)
        price = r.case.prices.at(row["module"], row["link"], row["price_musd"], at.order)
        yield Purchase(
            kind="link_module", category="network", site=links[row["link"]]["site_a"], link=row["link"],
            quantity=modules, unit="modules", price_usd=price * USD_PER_MUSD,
            **_bought(r, label, at, (row["module"], row["link"]), modules, price),
        )  # fmt: skip
    for (link, t), opened in r.entries("link_opened"):
        row = links[link]
        one = _opening(r, "link", "network", row["site_a"], link, t, opened * row["fixed_charge_musd"])
        yield replace(one, link=link)


def _arriving(arrivals: Sequence[Arrival], period: int) -> Arrival:
    return next(arrival for arrival in arrivals if arrival.period == period)
