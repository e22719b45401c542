"""The horizon: periods, the tail behind them, slots and fiscal years, from the settings alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.core.inputs import Inputs
from planner.core.months import month_label, month_number

Months = npt.NDArray[np.int64]
LEAST_TAIL = 24
YEAR = 12
FOREVER = 10**9


@dataclass(frozen=True, slots=True)
class Calendar:
    """Months are counted from the horizon's start; `end` is the first month behind the tail."""

    first: int
    fiscal_start: int
    starts: Months
    months: Months
    report_end: int
    end: int
    slot_starts: Months
    slot_months: Months
    slot_period: Months

    def month(self, date: str) -> int:
        """Months from the horizon's start to a date (negative before it)."""
        return month_number(date) - self.first

    def date(self, month: int) -> str:
        """The date, YYYY-MM, of a month of the horizon."""
        return month_label(self.first + int(month))

    def fiscal_year(self, month: int) -> int:
        """The calendar year in which the fiscal year of a month ends."""
        shifted = self.first + int(month) - (self.fiscal_start - 1)
        return shifted // YEAR + (1 if self.fiscal_start > 1 else 0)

    def period_at(self, month: int) -> int | None:
        """The position of the period that holds a month, if the horizon does."""
        if not 0 <= month < self.end:
            return None
        return int(np.searchsorted(self.starts, month, side="right")) - 1

    def overlap(self, begin: float, end: float) -> npt.NDArray[np.float64]:
        """Months of each period inside [begin, end)."""
        last = np.minimum(self.starts + self.months, end)
        inside: npt.NDArray[np.float64] = np.maximum(0.0, last - np.maximum(self.starts, begin))
        return inside

    def in_service(self, begin: float, end: float) -> npt.NDArray[np.bool_]:
        """The periods of which at least half lies inside [begin, end)."""
        return 2 * self.overlap(begin, end) >= self.months

    @property
    def periods(self) -> list[str]:
        return [self.date(start) for start in self.starts]

    @property
    def slots(self) -> list[str]:
        return [self.date(start) for start in self.slot_starts]

    @property
    def fiscal_years(self) -> list[int]:
        return sorted({self.fiscal_year(month) for month in range(self.end)})


def read_calendar(inputs: Inputs) -> Calendar:
    """The calendar of resolved inputs: the reported periods, then the tail cut at fiscal-year ends."""
    first = month_number(inputs.setting("calendar", "start"))
    fiscal_start = int(inputs.setting("calendar", "fiscal_year_starts"))
    lengths = [int(n) for n in inputs.setting("calendar", "periods")]
    report_end = sum(lengths)
    stated = inputs.setting("calendar", "tail_months")
    end = report_end + (longest_lead(inputs) if stated is None else int(stated))
    cursor = report_end
    while cursor < end:
        to_year_end = YEAR - (first + cursor - (fiscal_start - 1)) % YEAR
        lengths.append(min(to_year_end, end - cursor))
        cursor += lengths[-1]
    months = np.array(lengths, dtype=np.int64)
    starts = np.cumsum(months) - months
    slots = _slots(starts, months, int(inputs.setting("calendar", "slot_months")))
    return Calendar(first, fiscal_start, starts, months, report_end, end, *slots)


def longest_lead(inputs: Inputs) -> int:
    """The tail where none is stated: at least 24 months and the longest lead of what can be had, or outage."""
    leads = [LEAST_TAIL]
    leads += [r["lead_time_months"] + r["bring_up_months"] for r in inputs.rows("accelerators") if r["orderable"]]
    leads += [r["lead_time_months"] for r in inputs.rows("halls") if r["max_modules"] > 0]
    leads += [r["lead_time_months"] for r in inputs.rows("power_sources") if r["module_mw"] > 0]
    leads += [r["lead_time_months"] for r in inputs.rows("power_phases")]
    leads += [r["lead_time_months"] for r in inputs.rows("fabrics") if r["block_endpoints"] > 0]
    leads += [r["lead_time_months"] for r in inputs.rows("link_modules") if r["max_modules"] > 0]
    leads += [r["outage_months"] for r in inputs.rows("retrofits")]
    leads += [r["lead_months"] for r in inputs.rows("efficiency")]
    return int(max(leads))


def _slots(starts: Months, months: Months, slot: int) -> tuple[Months, Months, Months]:
    """Start, length and period of every slot; the last slot of a period may be shorter."""
    cut = [
        (start + offset, min(slot, length - offset), period)
        for period, (start, length) in enumerate(zip(starts.tolist(), months.tolist(), strict=True))
        for offset in range(0, length, slot)
    ]
    table = np.array(cut, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
