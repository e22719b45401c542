"""The summary's paragraphs on halls, power and network inside the reported horizon."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.export.summary.spending import later, reported
from planner.export.tables import PlanTables
from planner.export.tables.table import Table
from planner.export.words import amount, count, cut, grid, money, percent, several, span, tenths

Rows = list[dict[str, Any]]
HOUSING, FEEDING = ("hall", "retrofit"), ("power_source", "phase")
ORDER = (*HOUSING, *FEEDING, "site")
WIRES = {"endpoints": "endpoint", "link_module": "link module"}


def power(tables: PlanTables) -> list[str]:
    """MW built, moved by retrofit and connected, by site and item."""
    if not tables.power.rows:
        return []
    built = [row for row in reported(tables.power) if row["status"] == "built"]
    if not built:
        return ["Power: nothing is built", *later(tables.power, "power")]
    mw = {kind: sum(row["mw"] for row in built if row["kind"] == kind) for kind in (*HOUSING, *FEEDING)}
    said = [f"{count(mw['hall'])} MW of halls"] if mw["hall"] else []
    said += [f"{count(mw['retrofit'])} MW retrofitted"] if mw["retrofit"] else []
    at_meter = mw["power_source"] + mw["phase"]
    said += [f"{count(at_meter)} MW at the meter"] if at_meter else []
    opened = sum(row["kind"] == "site" for row in built)
    said += [several(opened, "new site")] if opened else []
    lines = [f"Power: {', '.join(said)}, {_cost(built)}"]
    built.sort(key=lambda row: (ORDER.index(row["kind"]), row["site"], row["item"]))
    body = _grouped(built, "mw", lambda row: (row["kind"], f"{row['site']} {_built(row)}"), "energise_date")
    lines += grid(("site", "MW", "M$", "ordered", "energised"), body, left=(0, 3, 4))
    return lines + later(tables.power, "power")


def _built(row: dict[str, Any]) -> str:
    """An item of the table `power` in words."""
    if row["kind"] == "site":
        return "opened"
    if row["kind"] == "retrofit":
        return "{} to {}".format(*row["item"].split("."))
    if row["kind"] == "phase":
        return f"{row['item'].partition('.')[0]}, phases"
    return f"{row['item']} (leased)" if row["form"] == "leased" else str(row["item"])


def network(tables: PlanTables) -> list[str]:
    """Endpoints and link modules ordered, links opened, and how full the links are."""
    if not tables.network.rows:
        return []
    ordered = [row for row in reported(tables.network) if row["status"] == "ordered"]
    found = {kind: [row for row in ordered if row["kind"] == kind] for kind in WIRES}
    said = [several(sum(row["quantity"] for row in rows), WIRES[kind]) for kind, rows in found.items() if rows]
    lines = [f"Network: {', '.join(said)}, {_cost(ordered)}" if ordered else "Network: nothing is ordered"]
    body = []
    for kind in ("endpoints", "link_module", "link"):
        shown = [row for row in ordered if row["kind"] == kind]
        body += _grouped(shown, "quantity", lambda row: (row["kind"], _wire(row)), "arrival_date")
    if body:
        lines += grid(("site or link", "number", "M$", "ordered", "in service"), body, left=(0, 3, 4))
    return lines + _traffic(tables.traffic) + later(tables.network, "network")


def _wire(row: dict[str, Any]) -> str:
    """An item of the table `network` in words."""
    if row["kind"] == "link":
        return f"{row['link']} opened"
    return f"{row['link'] or row['site']} {row['item']}"


def _traffic(table: Table) -> list[str]:
    """How much each link carries, and when it is fullest."""
    groups: dict[str, Rows] = defaultdict(list)
    for row in reported(table):
        groups[row["link"]].append(row)
    lines = []
    for link, rows in groups.items():
        full = max(rows, key=lambda row: row["used"])
        if full["used"]:
            flow = full["from_a_tbps"] + full["from_b_tbps"]
            if not full["shared"]:
                flow = max(full["from_a_tbps"], full["from_b_tbps"])
            said = f"{amount(flow)} of {amount(full['capacity_tbps'])} Tb/s ({percent(full['used'])})"
            lines.append(cut(f"  {link} carries {said} when fullest, {full['period']}"))
    return lines


def _grouped(rows: Rows, quantity: str, name: Any, arrival: str) -> list[tuple[str, ...]]:
    """A line for all orders of a thing: how much, what it costs, when it was ordered and arrives."""
    groups: dict[Any, Rows] = defaultdict(list)
    for row in rows:
        groups[name(row)].append(row)
    return [
        (
            said, "" if found[0][quantity] is None else count(sum(row[quantity] for row in found)),
            tenths(sum(row["amount_musd"] for row in found)), span([row["order_date"] for row in found]),
            span([row[arrival] for row in found]),
        )
        for (_, said), found in groups.items()
    ]  # fmt: skip


def _cost(rows: Rows) -> str:
    return money(sum(row["amount_musd"] for row in rows))
