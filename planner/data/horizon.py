"""The months a scenario covers: what is reported, the tail behind it, and fiscal years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.core.inputs import Inputs
from planner.core.months import month_number

LEAST_TAIL_MONTHS = 24
GROWS = {
    "halls": "max_modules",
    "power_sources": "module_mw",
    "power_phases": "mw",
    "fabrics": "block_endpoints",
    "link_modules": "max_modules",
}
LEADS = ("accelerators", *GROWS, "retrofits", "efficiency")  # the tables that the tail's length depends on


@dataclass(frozen=True, slots=True)
class Horizon:
    """Months counted from year 0: `start`, `reported_end` and `model_end` (both behind the last month)."""

    start: int
    reported_end: int
    model_end: int
    fiscal_year_starts: int

    def fiscal_year(self, month: int) -> int:
        return fiscal_year(month, self.fiscal_year_starts)


def fiscal_year(month: int, starts: int) -> int:
    """The calendar year in which the fiscal year of a month (from year 0) ends, if they start in month `starts`."""
    return month // 12 + (1 if starts > 1 and month % 12 + 1 >= starts else 0)


def read_horizon(inputs: Inputs) -> Horizon:
    """The horizon of validated calendar settings."""
    start = month_number(inputs.setting("calendar", "start"))
    reported_end = start + sum(inputs.setting("calendar", "periods"))
    tail = inputs.setting("calendar", "tail_months")
    if tail is None:
        tail = max(LEAST_TAIL_MONTHS, longest_lead_months(inputs))
    return Horizon(start, reported_end, reported_end + tail, inputs.setting("calendar", "fiscal_year_starts"))


def longest_lead_months(inputs: Inputs) -> int:
    """The longest lead (with bring-up) of what can be ordered or invested in, or outage; unknown ones count as 0."""
    leads = [_lead(row) + int(row["bring_up_months"] or 0) for row in inputs.rows("accelerators") if row["orderable"]]
    for table, grows in GROWS.items():
        leads += [_lead(row) for row in inputs.rows(table) if row[grows]]
    leads += [int(row["outage_months"] or 0) for row in inputs.rows("retrofits")]
    leads += [int(row["lead_months"] or 0) for row in inputs.rows("efficiency")]
    return max(leads, default=0)


def _lead(row: dict[str, Any]) -> int:
    return int(row["lead_time_months"] or 0)
