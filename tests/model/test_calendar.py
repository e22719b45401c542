"""The calendar: periods, the tail cut at fiscal years, slots, the half-period rule."""

from __future__ import annotations

import pytest

from planner.data.calendar import Period
from tests.model.texts import case, rows, shown

# A scenario needs something in it; 30 months is the longest lead in use.
WORK = """
    sites
    site  pue
    alpha 1.1

    accelerators
    accelerator lot_size bf16_dense_tflops lead_time_months bring_up_months life_months price_usd
    x1          8        1000              27               3               60          30000

    streams
    stream mfu eligible
    work   0.5 x1
"""


def _periods(settings: str) -> list[list[str]]:
    calendar = case(f"calendar: {settings}\n\n{WORK}").calendar
    return shown("start months year tail", ((p.start, p.months, p.fiscal_year, p.in_tail) for p in calendar.periods))


def test_periods_of_different_length() -> None:
    assert _periods("start=2026-01 periods=6,6,12") == rows("""
        start months year tail
        0     6      2026 no
        6     6      2026 no
        12    12     2027 no
    """)


def test_fiscal_years_that_start_in_april_are_cut_by_the_horizon() -> None:
    assert _periods("start=2026-01 periods=3,12 slot_months=3 fiscal_year_starts=4 tail_months=20") == rows("""
        start months year tail
        0     3      2026 no
        3     12     2027 no
        15    12     2028 yes
        27    8      2029 yes
    """)


def test_the_tail_first_ends_the_running_fiscal_year() -> None:
    assert _periods("start=2026-01 periods=6 tail_months=14") == rows("""
        start months year tail
        0     6      2026 no
        6     6      2026 yes
        12    8      2027 yes
    """)


def test_a_tail_that_ends_inside_the_running_fiscal_year() -> None:
    assert _periods("start=2026-10 periods=6 fiscal_year_starts=10 tail_months=4") == rows("""
        start months year tail
        0     6      2027 no
        6     4      2027 yes
    """)


def test_the_tail_covers_the_longest_lead_with_its_bring_up() -> None:
    document = "calendar: start=2026-01 periods=12 tail_months="
    calendar = case(f"{document}\n\n{WORK}").calendar
    assert shown("start months", ((p.start, p.months) for p in calendar.periods)) == rows("""
        start months
        0     12
        12    12
        24    12
        36    6
    """)
    assert (calendar.reported_end, calendar.end) == (12, 42)


def test_the_tail_is_no_shorter_than_two_years() -> None:
    short = WORK.replace("27 ", "7  ")
    assert case(f"calendar: periods=12 tail_months=\n\n{short}").calendar.end == 12 + 24


def test_slots_lie_inside_periods_and_the_last_of_a_tail_may_be_shorter() -> None:
    calendar = case(f"calendar: periods=6 slot_months=3 tail_months=10\n\n{WORK}").calendar
    assert shown("start months period", ((s.start, s.months, s.period) for s in calendar.slots)) == rows("""
        start months period
        0     3      0
        3     3      0
        6     3      1
        9     3      1
        12    3      2
        15    1      2
    """)


def test_months_of_fiscal_years() -> None:
    calendar = case(f"calendar: start=2026-08 periods=2,5 slot_months=1 fiscal_year_starts=10\n\n{WORK}").calendar
    assert shown("year months", calendar.months_by_year().items()) == rows("""
        year months
        2026 0;1
        2027 2;3;4;5;6
    """)
    assert (calendar.month("2026-05"), calendar.label(5), calendar.fiscal_year(-1)) == (-3, "2027-01", 2026)


@pytest.mark.parametrize(("month", "factor"), [(0, 1.0), (6, 1.21**-0.25), (12, 1 / 1.1), (30, 1.1**-2.5)])
def test_discount_factor(month: int, factor: float) -> None:
    calendar = case(f"finance: discount_rate=0.1\n\n{WORK}").calendar
    assert calendar.discount(month) == pytest.approx(factor, rel=1e-12)


def test_in_service_if_at_least_half_of_the_period_is() -> None:
    calendar = case(WORK).calendar
    six, five = Period(6, 6, 2026, False), Period(6, 5, 2026, False)
    table = """
        arrival end six five
        0       -   yes yes
        9       -   yes no
        10      -   no  no
        8       -   yes yes
        0       9   yes yes
        0       8   no  no
        8       11  yes yes
        8       10  no  no
        20      -   no  no
        0       3   no  no
    """
    found = []
    for arrival, end, *_ in rows(table)[1:]:
        last = None if end == "-" else int(end)
        found.append((int(arrival), last, *(calendar.in_service(p, int(arrival), last) for p in (six, five))))
    assert shown("arrival end six five", found) == rows(table)


def test_a_month_outside_the_horizon_has_no_period() -> None:
    calendar = case(WORK).calendar
    assert [calendar.period_at(month) for month in (-1, 0, 5, 6, 23, 24)] == [None, 0, 0, 1, 2, None]
    with pytest.raises(ValueError, match="month 24 lies outside the horizon"):
        calendar.period_of(24)
