"""The summary's paragraphs on runs, streams and the use of what stands."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.export.tables import PlanTables
from planner.export.words import amount, count, cut, grid, money, percent, several, span, tenths

ALL_UP_TO = 20
MOST = 12


def runs(tables: PlanTables) -> list[str]:
    """Runs started, late and refused; all of them where they are few, else those that are late or refused."""
    found = tables.runs.records()
    if not found:
        return []
    groups = {status: [row for row in found if row["status"] == status] for status in ("started", "late", "refused")}
    realised, full = tables.runs.total("value_musd"), tables.runs.total("full_value_musd")
    lines = [
        f"Runs: {len(groups['started'])} start in time, {len(groups['late'])} late, {len(groups['refused'])} refused; "
        f"value {money(realised)} of {money(full)}"
    ]
    shown = groups["started"] if len(found) <= ALL_UP_TO else []
    body = [_line(row) for row in sorted(shown, key=lambda row: str(row["start"]))]
    for status in ("late", "refused"):
        by_value = sorted(groups[status], key=lambda row: -row["full_value_musd"])
        kept = by_value if len(found) <= ALL_UP_TO else by_value[:MOST]
        body += [_line(row) for row in kept]
    lines += grid(("run", "from", "to", "gang", "M$", "what became of it"), body, left=(0, 1, 2, 3, 5)) if body else []
    for status in ("late", "refused"):
        if len(found) > ALL_UP_TO and len(groups[status]) > MOST:
            lines.append(f"  and {several(len(groups[status]) - MOST, f'{status} run')} of less value")
    return lines


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    why = f": {row['reason']}" if row["reason"] else ""
    if row["status"] == "refused":
        return row["run"], "-", "-", "-", tenths(row["full_value_musd"]), f"refused{why}"
    late = f"{several(row['months_late'], 'month')} late{why}" if row["months_late"] else "in time"
    gang = f"{count(row['n'])} {row['accelerator']} at {row['site']}"
    return row["run"], row["start"], row["finish"], gang, tenths(row["value_musd"]), late


def use(tables: PlanTables) -> list[str]:
    """How much of what stands is used, and what is stranded, inside the reported horizon."""
    rows = [row for row in tables.use.records() if not row["in_tail"]]
    standing = sum(row["in_service"] * row["months"] for row in rows)
    lines = []
    if standing > 0:
        taken = sum(row["taken"] * row["months"] for row in rows)
        lines.append(f"Use: {percent(taken / standing)} of accelerator-months in service are taken by runs and streams")
    lines += _streams(tables)
    lines += _stranded(rows)
    for site, found in _by(tables.mw.records(), "site").items():
        idle = [row for row in found if not row["in_tail"] and row["stranded_mw"]]
        months = sum(row["months"] for row in idle)
        if months:
            mean = sum(row["stranded_mw"] * row["months"] for row in idle) / months
            most = max(row["stranded_mw"] for row in idle)
            lines.append(cut(
                f"  MW without accelerators at {site}: {amount(mean)} on average in {several(months, 'month')}, "
                f"{amount(most)} at most"
            ))  # fmt: skip
    return lines


def _streams(tables: PlanTables) -> list[str]:
    lines = []
    for stream, found in _by(tables.streams.records(), "stream").items():
        rows = [row for row in found if not row["in_tail"]]
        mean = sum(row["served_pflops"] * row["months"] for row in rows) / sum(row["months"] for row in rows)
        short = sum(row["unserved_pflops"] * row["months"] for row in rows)
        missed = f"; floor missed by {amount(short)} PFLOP/s-months" if short > 1e-6 else ""
        lines.append(cut(f"  {stream}: {amount(mean)} PFLOP/s served on average{missed}"))
    return lines


def _stranded(rows: list[dict[str, Any]]) -> list[str]:
    idle: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["stranded"] > 0.5:
            idle[row["accelerator"], row["site"]].append(row)
    lines = [
        f"  stranded: up to {count(max(row['stranded'] for row in found))} {accelerator} at {site} in service "
        f"without power, {span([row['period'] for row in found])}"
        for (accelerator, site), found in idle.items()
    ]
    return [cut(line) for line in lines]


def _by(rows: list[dict[str, Any]], name: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[name]].append(row)
    return groups
