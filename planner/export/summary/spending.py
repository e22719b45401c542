"""The summary's paragraphs on what is ordered, rented, sold and spent inside the reported horizon."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.export.tables import PlanTables
from planner.export.tables.table import Table
from planner.export.words import count, grid, listed, money, span, tenths, wrapped

YEARS_ACROSS = 8


def reported(table: Table) -> list[dict[str, Any]]:
    return [row for row in table.records() if not row["in_tail"]]


def later(table: Table, what: str, **having: str) -> list[str]:
    """A word on what is only ordered behind the reported horizon, of the rows that have something."""
    rows = [row for row in table.records() if all(row[name] == value for name, value in having.items())]
    behind = sum(row["amount_musd"] for row in rows if row["in_tail"])
    return [f"  (and {money(behind)} of {what} ordered behind the reported horizon)"] if behind else []


def orders(tables: PlanTables) -> list[str]:
    """Accelerators by type and fiscal year of the order."""
    calendar = tables.reading.case.calendar
    groups: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in reported(tables.orders):
        if row["status"] == "ordered" and row["kind"] == "accelerator":
            groups[calendar.fiscal_year(calendar.month(row["order_date"])), row["item"]].append(row)
    total = sum(row["amount_musd"] for rows in groups.values() for row in rows)
    units = sum(row["quantity"] for rows in groups.values() for row in rows)
    lines = [f"Orders: {count(units)} accelerators, {money(total)}" if groups else "Orders: no accelerators"]
    body = [
        (
            str(year), accelerator, count(sum(row["quantity"] for row in rows)),
            tenths(sum(row["amount_musd"] for row in rows)), span([row["order_date"] for row in rows]),
            span([row["arrival_date"] for row in rows]), listed(sorted({row["site"] for row in rows})),
        )
        for (year, accelerator), rows in sorted(groups.items())
    ]  # fmt: skip
    if body:
        lines += grid(("year", "type", "number", "M$", "ordered", "in service", "site"), body, left=(0, 1, 4, 5, 6))
    firm = [row for row in tables.orders.records() if row["status"] == "committed"]
    if firm:
        units = sum(row["quantity"] for row in firm)
        due = sum(row["amount_musd"] for row in firm)
        paid = f", {money(due)} still due" if due else ""
        arriving = span([row["arrival_date"] for row in firm])
        lines.append(f"  on order already: {count(units)} accelerators, in service {arriving}{paid}")
    idle = [row for rows in groups.values() for row in rows if row["needed_from"] is None]
    if idle:
        units, cost = (sum(row[name] for row in idle) for name in ("quantity", "amount_musd"))
        lines.append(f"  no work in this plan needs {count(units)} of those ordered ({money(cost)})")
    return lines + later(tables.orders, "accelerators", kind="accelerator")


def leases(tables: PlanTables) -> list[str]:
    """What is rented, contract by contract."""
    if not tables.reading.inputs.has("leases"):
        return []
    rows = reported(tables.leases)
    if not rows:
        return ["Leases: none is signed"]
    lines = [f"Leases: {money(sum(row['rent_musd'] + row['rent_after_musd'] for row in rows))} of rent"]
    body = [
        (
            row["lease"], row["status"], row["accelerator"], count(row["accelerators"]),
            tenths(row["rent_musd"] + row["rent_after_musd"]), row["signature_date"], row["end_date"],
        )
        for row in rows
    ]  # fmt: skip
    return lines + grid(("lease", "", "type", "number", "M$", "from", "until"), body, left=(0, 1, 2, 5, 6))


def sales(tables: PlanTables) -> list[str]:
    """Accelerators sold before their time, by type and site."""
    rows = reported(tables.sales)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["accelerator"], row["site"]].append(row)
    if not groups:
        return []
    units, amount = (sum(row[name] for row in rows) for name in ("accelerators", "amount_musd"))
    body = [
        (
            f"{accelerator} at {site}", count(round(sum(row["accelerators"] for row in found))),
            tenths(sum(row["amount_musd"] for row in found)), span([row["date"] for row in found]),
        )
        for (accelerator, site), found in groups.items()
    ]  # fmt: skip
    lines = [f"Sales: {count(round(units))} accelerators, {money(amount)}"]
    return lines + grid(("type", "number", "M$", "sold"), body, left=(0, 3))


def cash(tables: PlanTables) -> list[str]:
    """Cash by fiscal year and category, against the budgets."""
    calendar = tables.reading.case.calendar
    months = calendar.months_by_year()
    years = [year for year, held in months.items() if held[0] < calendar.reported_end]
    partly = {year for year in years if months[year][-1] >= calendar.reported_end}
    found = {(row["fiscal_year"], row["category"]): row for row in tables.cash.records()}
    lines = ["Cash by fiscal year, M$"]
    for at in range(0, len(years), YEARS_ACROSS):
        shown = years[at : at + YEARS_ACROSS]
        body: list[tuple[str, ...]] = []
        for category in (*tables.reading.labels("category"), "all", "opex"):
            rows = [found[year, category] for year in shown]
            name = "all capex" if category == "all" else category
            body.append((name, *(tenths(row["cash_musd"]) for row in rows)))
            if any(row["budget_musd"] is not None for row in rows):
                body += [(f"  {what}", *cells) for what, cells in _budget(rows)]
        lines += grid(("", *(f"{year}{'*' if year in partly else ''}" for year in shown)), body)
    if partly:
        lines += wrapped("* with the months of the year behind the reported horizon", "  ")
    after = sum(row["after_horizon_musd"] for row in tables.cash.records() if row["category"] in ("all", "opex"))
    if after > 0:
        lines.append(f"  due behind the horizon from what is ordered and signed: {money(after)}")
    return lines


def _budget(rows: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """The lines of a budget that say anything."""
    names = (
        ("budget", "budget_musd"), ("carried in", "carried_in_musd"), ("pulled forward", "pulled_in_musd"),
        ("taken before", "taken_musd"), ("overrun", "overrun_musd"), ("left", "left_musd"),
    )  # fmt: skip
    always = ("budget", "left")
    return [
        (name, ["-" if row[column] is None else tenths(row[column]) for row in rows])
        for name, column in names
        if name in always or any(row[column] for row in rows)
    ]
