"""The summary's paragraph on the plan before: what is settled, cancelled at what fee, moved at what price."""

from __future__ import annotations

from typing import Any

from planner.export.tables import PlanTables
from planner.export.words import count, cut, money, several

MOST = 6


def commitments(tables: PlanTables) -> list[str]:
    """What became of the plan before; nothing where there is none."""
    plans, rows = tables.reading.inputs.rows("previous_plan"), tables.commitments.records()
    if not plans:
        return []
    until = plans[0]["frozen_until"] or plans[0]["replanned"]
    orders, runs = ([row for row in rows if (row["what"] == "run") == runs] for runs in (False, True))
    frozen = [sum(row["zone"] == "frozen" for row in of) for of in (orders, runs)]
    moved = sum(row["moved"] for row in runs)
    lines = [
        f"After the plan {plans[0]['plan']}, re-planned in {plans[0]['replanned']}",
        f"  settled before {until}: {several(frozen[0], 'order')} and {several(frozen[1], 'start')}; "
        f"{count(moved)} of {several(len(runs), 'run')} moved",
    ]
    told = [_line(row) for row in orders if row["cancelled"] or row["moving_musd"]]
    lines += told[:MOST] + ([f"  ... and {len(told) - MOST} more"] if len(told) > MOST else [])
    fees, moving = (tables.commitments.total(name) for name in ("fee_musd", "moving_musd"))
    if fees or moving:
        lines.append(f"  fees of cancelling {money(fees)}, prices of moving {money(moving)}")
    return [cut(line) for line in lines]


def _line(row: dict[str, Any]) -> str:
    said = f"  {row['item']} of {row['date']}: {count(row['before'])} -> {count(row['now'])}"
    if row["cancelled"]:
        return f"{said}, {count(row['cancelled'])} cancelled for {money(row['fee_musd'])}"
    return f"{said}, moved at {money(row['moving_musd'])}"
