"""The summary's paragraphs on runs, streams and the use of what stands."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from planner.core.units import KW_PER_MW
from planner.data.derive import COOLED_BY
from planner.export.tables import PlanTables
from planner.export.words import amount, count, cut, grid, money, percent, several, span, tenths, wrapped

ALL_UP_TO = 20
MOST = 12
STATUSES = ("started", "late", "refused", "not needed")
HEAD = ("run", "from", "to", "gang", "M$", "what became of it")


def runs(tables: PlanTables) -> list[str]:
    """Runs started, late, refused and not needed; all where they are few, else those that are late or refused."""
    found = tables.runs.records()
    if not found:
        return []
    spared = tables.reading.spared
    found = [
        row | {"status": "not needed", "reason": spared[row["run"]]} if row["run"] in spared else row for row in found
    ]
    groups = {status: [row for row in found if row["status"] == status] for status in STATUSES}
    realised, full = tables.runs.total("value_musd"), tables.runs.total("full_value_musd")
    lines = [
        f"Runs: {len(groups['started'])} start in time, {len(groups['late'])} late, {len(groups['refused'])} refused"
        + (f", {len(spared)} not needed" if spared else "")
        + (f"; value {money(realised)} of {money(full)}" if full else "")
    ]
    for status in ("late", "refused"):
        groups[status].sort(key=lambda row: -row["full_value_musd"])
    if len(found) <= ALL_UP_TO:
        groups["started"].sort(key=lambda row: str(row["start"]))
        return lines + grid(HEAD, [_line(row) for status in groups for row in groups[status]], left=(0, 1, 2, 3, 5))
    late, refused = ([_line(row) for row in groups[status][:MOST]] for status in ("late", "refused"))
    lines += grid(HEAD, late, left=(0, 1, 2, 3, 5)) if late else []
    lines += _others(groups, "late")
    # a refused run has no dates and no gang: without those columns there is room for the reason
    short = [(row[0], *row[-2:]) for row in refused]
    lines += grid((HEAD[0], *HEAD[-2:]), short, left=(0, 2)) if refused else []
    return lines + _others(groups, "refused")


def _others(groups: dict[str, list[dict[str, Any]]], status: str) -> list[str]:
    more = len(groups[status]) - MOST
    return [f"  and {several(more, f'{status} run')} of less value"] if more > 0 else []


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    why = f": {row['reason']}" if row["reason"] else ""
    if row["status"] in ("refused", "not needed"):
        return row["run"], "-", "-", "-", tenths(row["full_value_musd"]), f"{row['status']}{why}"
    late = f"{several(row['months_late'], 'month')} late{why}" if row["months_late"] else "in time"
    gang = f"{count(row['n'])} {row['accelerator']} at {row['site']}"
    return row["run"], row["start"], row["finish"], gang, tenths(row["value_musd"]), late


def programmes(tables: PlanTables) -> list[str]:
    """What fulfils each programme, the most valuable first, and which runs in progress are cancelled."""
    declared = {row["programme"]: row for row in tables.reading.inputs.rows("programmes")}
    counted = {p: "revenue_musd" if row["counts_revenue"] else "value_musd" for p, row in declared.items()}
    found = sorted(tables.programmes.records(), key=lambda row: -declared[row["programme"]][counted[row["programme"]]])
    counts = [sum(row["status"] == status for row in found) for status in ("fulfilled", "late", "refused")]
    said = " and ".join(what for what in ("value", "revenue") if f"{what}_musd" in counted.values()) or "value"
    realised = sum(row[counted[row["programme"]]] or 0.0 for row in found)
    full = sum(row[counted[p]] for p, row in declared.items())
    lines = [
        f"Programmes: {counts[0]} fulfilled in time, {counts[1]} late, {counts[2]} refused; "
        f"{said} {money(realised)} of {money(full)}"
    ]
    body = [
        (
            row["programme"],
            row["option"] or "-",
            row["way"] or "refused",
            row["finish"] or "-",
            tenths(row[counted[row["programme"]]] or 0.0),
        )
        for row in found[:MOST]
    ]
    lines = lines + grid(("programme", "option", "by", "from", "M$"), body, left=(0, 1, 2, 3)) if found else []
    lines += [f"  and {several(len(found) - MOST, 'programme')} of less value"] if len(found) > MOST else []
    gone = [f"{row['running']} in {row['end']}" for row in tables.ends.records() if row["status"] == "cancelled"]
    return lines + (wrapped(f"Cancelled: {', '.join(gone)}.") if gone else [])


def use(tables: PlanTables) -> list[str]:
    """How much of what stands is used, and what is stranded, inside the reported horizon."""
    rows = [row for row in tables.use.records() if not row["in_tail"]]
    standing = sum(row["in_service"] * row["months"] for row in rows)
    lines = []
    if standing > 0:
        taken = sum(row["taken"] * row["months"] for row in rows)
        lines.append(f"Use: {percent(taken / standing)} of accelerator-months in service are taken by runs and streams")
    lines += _streams(tables)
    lines += _stranded(tables, rows)
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


def _stranded(tables: PlanTables, rows: list[dict[str, Any]]) -> list[str]:
    """Accelerators that stand dark because power or cooling is lacking; those left dark by choice do not count."""
    idle = [row for row in rows if row["stranded"] > 0.5]
    power = _Power(tables, rows) if idle else None
    dark: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
    for row in idle:
        if power is not None and (lacking := row["stranded"] - power.could_light(row)) > 0.5:
            dark[row["accelerator"], row["site"]].append((lacking, row["period"]))
    lines = []
    for (accelerator, site), found in dark.items():
        most, when = count(round(max(n for n, _ in found))), span([period for _, period in found])
        lines.append(f"  stranded: up to {most} {accelerator} at {site} in service without power or cooling, {when}")
    return [text for line in lines for text in wrapped(line.strip(), "  ")]


class _Power:
    """What the sites could still power and cool, by period."""

    def __init__(self, tables: PlanTables, rows: list[dict[str, Any]]) -> None:
        self._tables = tables
        self._types = tables.reading.case.accelerators
        self._share = 1.0 + tables.reading.inputs.setting("power", "fabric_draw_share")
        self._spare = {(row["site"], row["period"]): row["stranded_mw"] for row in tables.mw.records()}
        self._drawn: dict[tuple[str, str, str], float] = defaultdict(float)
        for row in rows:
            key = (row["site"], row["period"], self._types[row["accelerator"]]["cooling"])
            self._drawn[key] += row["online"] * self._need(row["accelerator"])

    def _need(self, accelerator: str) -> float:
        """MW of IT that one accelerator draws, its share of the fabric included."""
        return float(self._share * (self._types[accelerator]["provisioned_kw"] or 0.0) / KW_PER_MW)

    def could_light(self, row: dict[str, Any]) -> float:
        """How many more accelerators of a type its site could carry in a period."""
        need, spare = self._need(row["accelerator"]), self._spare.get((row["site"], row["period"]))
        if spare is None or not need:
            return math.inf
        if self._tables.reading.inputs.has("halls"):
            cooling = self._types[row["accelerator"]]["cooling"]
            spare = min(spare, self._cooled_mw(row, cooling) - self._drawn[row["site"], row["period"], cooling])
        return max(0.0, float(spare)) / need

    def _cooled_mw(self, row: dict[str, Any], cooling: str) -> float:
        """MW of the halls of a site that can give a cooling, in a period."""
        halls = [
            f"{hall['site']}.{hall['hall']}"
            for hall in self._tables.reading.inputs.rows("halls")
            if hall["site"] == row["site"] and hall["cooling"] in COOLED_BY[cooling]
        ]
        return float(self._tables.reading.data["hall_mw"].sel(hall=halls, period=row["period"]).sum()) if halls else 0.0


def _by(rows: list[dict[str, Any]], name: str) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row[name]].append(row)
    return groups
