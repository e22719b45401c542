"""The calendar: months to periods and slots, fiscal years, discounting."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner.core.inputs import Inputs
from planner.core.months import month_label, month_number
from planner.core.units import MONTHS_PER_YEAR
from planner.data.horizon import fiscal_year, read_horizon


@dataclass(frozen=True, slots=True)
class Period:
    """Months [start, start + months) of the horizon, inside one fiscal year."""

    start: int
    months: int
    fiscal_year: int
    in_tail: bool

    @property
    def end(self) -> int:
        return self.start + self.months


@dataclass(frozen=True, slots=True)
class Slot:
    """Months [start, start + months) inside a period: runs start and finish on slots."""

    start: int
    months: int
    period: int

    @property
    def end(self) -> int:
        return self.start + self.months


@dataclass(frozen=True)
class Calendar:
    """Periods, slots and fiscal years of a horizon; month 0 is its first month."""

    first_month: int
    fiscal_year_starts: int
    periods: tuple[Period, ...]
    slots: tuple[Slot, ...]
    discount_rate: float
    _period_starting: dict[int, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._period_starting.update({p.start: i for i, p in enumerate(self.periods)})

    @property
    def end(self) -> int:
        """Months of the whole horizon, tail included."""
        return self.periods[-1].end

    @property
    def reported_end(self) -> int:
        """Months of the reported horizon."""
        return max(p.end for p in self.periods if not p.in_tail)

    def month(self, date: str) -> int:
        """Month of a date, counted from the horizon's start (negative before it)."""
        return month_number(date) - self.first_month

    def label(self, month: int) -> str:
        """Date, as YYYY-MM, of a month of the horizon."""
        return month_label(self.first_month + month)

    def fiscal_year(self, month: int) -> int:
        """The calendar year in which the fiscal year of a month ends."""
        return fiscal_year(self.first_month + month, self.fiscal_year_starts)

    def discount(self, month: float) -> float:
        """Factor (1+d)^(-month/12) from the horizon's start."""
        return float((1.0 + self.discount_rate) ** (-month / MONTHS_PER_YEAR))

    def period_at(self, month: int) -> int | None:
        """The period that holds a month, or None outside the horizon."""
        for i, period in enumerate(self.periods):
            if period.start <= month < period.end:
                return i
        return None

    def period_of(self, month: int) -> int:
        """The period that holds a month of the horizon.

        Raises
        ------
        ValueError
            If the month lies outside the horizon.
        """
        period = self.period_at(month)
        if period is None:
            raise ValueError(f"month {month} lies outside the horizon")
        return period

    def in_service(self, period: Period, arrival: int, end: int | None) -> bool:
        """Whether at least half of the period lies in [arrival, end)."""
        last = period.end if end is None else min(period.end, end)
        return 2 * (last - max(period.start, arrival)) >= period.months

    def months_by_year(self) -> dict[int, list[int]]:
        """The months of the horizon in each fiscal year."""
        years: dict[int, list[int]] = {}
        for month in range(self.end):
            years.setdefault(self.fiscal_year(month), []).append(month)
        return years


def _tail_lengths(reported_end: int, tail: int, first_month: int, starts: int) -> list[int]:
    """Lengths of the tail's periods: to the end of the running fiscal year, then yearly, the last one cut."""
    lengths: list[int] = []
    at = reported_end
    end = reported_end + tail
    while at < end:
        to_year_end = (starts - 1 - (first_month + at)) % MONTHS_PER_YEAR or MONTHS_PER_YEAR
        lengths.append(min(to_year_end, end - at))
        at += lengths[-1]
    return lengths


def build_calendar(inputs: Inputs) -> Calendar:
    """The calendar of validated inputs, tail included."""
    horizon = read_horizon(inputs)
    first, starts = horizon.start, horizon.fiscal_year_starts
    lengths = list(inputs.setting("calendar", "periods"))
    reported = len(lengths)
    lengths += _tail_lengths(sum(lengths), horizon.model_end - horizon.reported_end, first, starts)
    periods, slots, at = [], [], 0
    step = int(inputs.setting("calendar", "slot_months"))
    for i, months in enumerate(lengths):
        periods.append(Period(at, months, horizon.fiscal_year(first + at), i >= reported))
        slots += [Slot(at + m, min(step, months - m), i) for m in range(0, months, step)]
        at += months
    return Calendar(first, starts, tuple(periods), tuple(slots), float(inputs.setting("finance", "discount_rate")))
