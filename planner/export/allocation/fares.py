"""How a team fares: its value against what it asks for and has alone, its entitlement, what moved.

Figures are those of the tables `teams` and `entitlements`, moves those of `commitments`; nothing is worked out anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from planner.export.allocation.markdown import table
from planner.export.facts.allotments import NO_TEAM
from planner.export.facts.reading import Reading
from planner.export.legend import legend
from planner.export.tables import PlanTables
from planner.export.words import amount, count, money, percent, several

Row = Mapping[str, Any]
TRADE = ("lent", "borrowed")
LEAST = 1e-5  # of what a team is measured against: less is not unproven


def how_it_fares(tables: PlanTables, team: str, members: tuple[str, ...]) -> list[str]:
    """The section of a memo; what nobody asks for is measured by nobody."""
    r = tables.reading
    row = next((row for row in tables.teams.records() if row["team"] == team), None)
    moves = _moves(tables, members)
    if row is not None:
        notes = [f"- {note}" for note in legend(r, [row])]
        parts = [[*_value(row), *notes, *moves], _compute(tables, row)]
    else:
        parts = [[*([] if team == NO_TEAM else [f"- {_unmeasured(r)}"]), *moves]]
    lines = [line for part in parts if part for line in ("", *part)]
    return ["## How it fares", *lines] if lines else []


def _unmeasured(r: Reading) -> str:
    if r.policy or r.inputs.setting("sharing", "stand_alone"):
        return "Not measured: this plan was saved while the search went on, and its last one alone measures teams."
    study = r.data.attrs["study"]
    return (
        f"Not measured by this plan. `planner plan {study} --set sharing.stand_alone=true` measures each team against "
        "standing alone; so does a policy, `--policy max_min`."
    )


def _value(row: Row) -> list[str]:
    late = "nothing late" if not row["months_late"] else f"{amount(row['months_late'])} months after due, all together"
    return [
        f"- Value: {money(row['value_today_musd'])} of today, of {money(row['asked_musd'])} asked for "
        f"(service {_share(row['service_ratio'])}).",
        f"- {_alone(row)}",
        f"- Of the useful compute asked for it gets {_share(row['request_accuracy'])} (accuracy); finish, months over "
        f"those alone: {_number(row['finish_ratio'])}; {late}.",
    ]


def _alone(row: Row) -> str:
    """Its value standing alone, u, and what is not proven of them."""
    u = f"u, value over that, {_number(row['u'])}"
    if row["alone_musd"] is None:
        return "Alone: not known, the search ended before."
    said = f"Alone, with its share of every limit: {money(row['alone_musd'])}"
    gap, measure = row["alone_gap_musd"], row["measure_musd"]
    if gap is None:
        return f"{said}, as far as found in time; u, value over that or 5 % of what it asks for, {_number(row['u'])}."
    if measure is not None and row["alone_musd"] < measure * (1.0 - LEAST):
        u = f"u, value over 5 % of what it asks for, {_number(row['u'])}"
    more = f" (the best alone may net {money(gap)} more)" if gap > LEAST * max(1.0, measure or 0.0) else ""
    return f"{said}{more}; {u}."


def _compute(tables: PlanTables, row: Row) -> list[str]:
    """Entitlement against use by fiscal year and over all that is reported; what is lent, borrowed and owed."""
    trades = row["lent_pflops_months"] is not None
    names = ("entitled", "used", *(TRADE if trades else ()))
    years: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for period in tables.entitlements.records():
        if period["team"] == row["team"] and not period["in_tail"]:
            year = years[period["fiscal_year"]]
            for name in names:
                year[name] += period[f"{name}_pflops"] * period["months"]
            year["credit"] = period["credit_pflops_months"]
    whole = {name: row[f"{name}_pflops_months"] for name in (*names, "credit")}
    shown = (*names, "credit") if trades else names
    body = [(label, *(_pflops(held[name]) for name in shown)) for label, held in _labelled(years, whole)]
    head = ("fiscal year", *names, *(("credit at its end",) if trades else ()))
    unused, beyond = (_pflops(row[f"{name}_pflops_months"]) for name in ("unused", "beyond"))
    said = (
        f"Compute in PFLOP/s-months at dense bf16 peak; it is entitled to {percent(row['share'])} of what is online "
        f"and healthy. Over all, {unused} of it are unused and {beyond} are used beyond it."
    )
    credit = " Credit: what others owe it, less what it owes." if trades else ""
    return [said + credit, "", *table(head, body, right=tuple(range(1, len(head))))]


def _labelled(years: Mapping[int, Row], whole: Row) -> list[tuple[str, Row]]:
    return [*((str(year), held) for year, held in years.items()), ("all reported", whole)]


def _moves(tables: PlanTables, members: tuple[str, ...]) -> list[str]:
    """What of its runs does not stand as in the plan before."""
    r = tables.reading
    now = {row["run"]: row for row in tables.runs.records() if (row["team"] or NO_TEAM) in members}
    before = r.inputs.by_id("previous_runs", "run")
    rows = [row for row in tables.commitments.records() if row["what"] == "run" and row["item"] in now]
    if not rows:
        return []
    moved = [row for row in rows if row["moved"]]
    plan = r.inputs.rows("previous_plan")[0]["plan"]
    many = f"{count(len(moved))} moved:" if moved else "none moved."
    said = f"- Of {several(len(rows), 'run')} that the plan before ({plan}) tells of, {many}"
    return [said, *(_move(row, before[row["item"]], now[row["item"]]) for row in moved)]


def _move(row: Row, before: Row, now: Row) -> str:
    paid = f", for {money(row['moving_musd'])}" if row["moving_musd"] else ""
    return f"  - **{row['item']}**: {_stands(before)} -> {_stands(now)}{paid}"


def _stands(run: Row) -> str:
    return f"{run['accelerator']} at {run['site']} from {run['start']}" if run["start"] else "refused"


def _pflops(value: float) -> str:
    return amount(round(value, 3))


def _share(value: float | None) -> str:
    return "-" if value is None else percent(value)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
