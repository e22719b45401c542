"""What a previous plan asks of this one: its dates, its orders and starts, in months of this horizon."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from planner.core.inputs import Inputs
from planner.data.calendar import Calendar


class Kind(NamedTuple):
    """What can be ordered: its table and key columns, and the cells of a previous order that name a row of it.

    The last cells hold the keys. What is no whole number is MW.
    """

    table: str
    keys: tuple[str, ...]
    cells: tuple[str, ...]
    whole: bool = True

    def row_name(self, row: Mapping[str, Any]) -> str:
        """The row of the table that a previous order names."""
        return ".".join(str(row[cell]) for cell in self.cells[-len(self.keys) :])


ORDERED: Mapping[str, Kind] = {
    "accelerator": Kind("accelerators", ("accelerator",), ("site", "item")),
    "hall": Kind("halls", ("site", "hall"), ("site", "item")),
    "power_source": Kind("power_sources", ("site", "power_source"), ("site", "item")),
    "fabric": Kind("fabrics", ("site", "fabric"), ("site", "item")),
    "lease": Kind("leases", ("lease",), ("item",)),
    "power_phase": Kind("power_phases", ("site", "power_source", "phase"), ("site", "part_of", "item")),
    "link_module": Kind("link_modules", ("link", "module"), ("part_of", "item")),
    "retrofit": Kind("retrofits", ("site", "from_hall", "to_hall"), ("site", "part_of", "item"), whole=False),
}


@dataclass(frozen=True, slots=True)
class Dates:
    """Months of a re-planning: when it is done, the end of the frozen zone, and the end of what the plan before says.

    Attributes
    ----------
    now
        When it is decided: fees are paid then.
    frozen
        What is ordered or starts before this month is as it was.
    known
        Of what would arrive from this month on the plan before says nothing.
    """

    now: int
    frozen: int
    known: float


@dataclass(frozen=True, slots=True)
class PreviousOrder:
    """An order of the plan before: its label, what of which kind, months of arrival and order, how many (or MW).

    `fee_musd` of each that is cancelled; None: it is not to be cancelled.
    """

    label: str
    item: str
    what: str
    arrives: int
    placed: int
    count: float
    fee_musd: float | None


@dataclass(frozen=True, slots=True)
class PreviousStart:
    """Where and when a run started in the plan before; `start` None: it was refused."""

    run: str
    start: int | None
    site: str | None
    accelerator: str | None


def order_label(row: Mapping[str, Any]) -> str:
    """How results call a previous order: `accelerator.alpha.x1.2026-07`."""
    return f"{item_label(row)}.{row['arrives']}"


def item_label(row: Mapping[str, Any]) -> str:
    """How results call what an order is of: `accelerator.alpha.x1`, `power_phase.alpha.grid.b`, `lease.cloud`."""
    return ".".join(row[part] for part in ("what", "site", "part_of", "item") if row[part] is not None)


def lead_months(inputs: Inputs) -> dict[str, int]:
    """Months from order to service of all that can be ordered, by its label."""
    found: dict[str, int] = {}
    for what, kind in ORDERED.items():
        for row in inputs.rows(kind.table):
            name = ".".join(row[key] for key in kind.keys)
            lead = int(row.get("lead_time_months") or 0)  # leases are signed, retrofits begun at their date
            if what == "accelerator":
                lead += int(row["bring_up_months"])
                found |= {f"{what}.{site['site']}.{name}": lead for site in inputs.rows("sites")}
            else:
                found[f"{what}.{name}"] = lead
    return found


def read_dates(inputs: Inputs, calendar: Calendar) -> Dates | None:
    """The months of the re-planning; None where the scenario follows no plan."""
    for row in inputs.rows("previous_plan"):
        now = calendar.month(row["replanned"])
        frozen = now if row["frozen_until"] is None else calendar.month(row["frozen_until"])
        return Dates(now, frozen, math.inf if row["known_until"] is None else calendar.month(row["known_until"]))
    return None


def previous_orders(inputs: Inputs, calendar: Calendar, dates: Dates) -> list[PreviousOrder]:
    """The orders of the plan before, row by row."""
    leads, found = lead_months(inputs), []
    for row in inputs.rows("previous_orders"):
        item = item_label(row)
        arrives, until = calendar.month(row["arrives"]), row["cancellable_until"]
        open_ = until is not None and calendar.month(until) >= dates.now
        fee = float(row["cancel_fee_musd"]) if open_ else None
        placed = arrives - leads[item]
        found.append(PreviousOrder(order_label(row), item, row["what"], arrives, placed, row["count"], fee))
    return found


def previous_starts(inputs: Inputs, calendar: Calendar) -> list[PreviousStart]:
    """What became of runs in the plan before, row by row."""
    return [
        PreviousStart(
            row["run"],
            None if row["start"] is None else calendar.month(row["start"]),
            row["site"],
            row["accelerator"],
        )
        for row in inputs.rows("previous_runs")
    ]
