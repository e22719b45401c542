"""The ways a run may be done, and what they take by slot and period."""

from __future__ import annotations

from typing import Any

import pytest

from planner.model.rooms.demand import gang_shares, present_gangs
from planner.model.slots import without_repeats
from tests.model.texts import case, rows, shown

# 7.8894 ZFLOP are what an accelerator of 1 PFLOP/s computes at half its peak in 6 months.
SITES = """
    calendar: periods=6,6 slot_months=3

    sites
    site  pue
    alpha 1.1

    accelerators
    accelerator orderable bf16_dense_tflops lot_size gang_step memory_gb fabric_family
    x1          no        1000              8        {step}    80        any
    x2          no        500               8        -         40        any

    fleet
    site  accelerator count status   in_service_from
    alpha x1          400   existing 2025-01
    alpha x2          400   existing 2026-07
"""
RUNS = """
    runs
    run flop_zflop durations_months eligible sites mfu goodput min_memory_gb earliest due latest \
    value_musd value_loss_per_month
"""
WINDOW = "{run} {flop} {months} {types} {sites} 0.5 1 {memory} {earliest} {due} {latest} 100 0.1\n"
HEADER = "run accelerator site first last start months finish n value"


def _run(run: str = "a", **cells: Any) -> str:
    given = {
        "flop": 788.94, "months": "6", "types": "x1", "sites": "-", "memory": "-", "earliest": "2026-01",
        "due": "2027-01", "latest": "2026-01",
    }  # fmt: skip
    return RUNS + WINDOW.format(run=run, **given | cells)


def _candidates(text: str) -> list[list[str]]:
    return shown(HEADER, case(text).candidates.itertuples(index=False))


def _sizes(text: str) -> set[tuple[Any, ...]]:
    frame = case(text).candidates
    return set(zip(frame["accelerator"], frame["months"], frame["n"], strict=True))


def test_starts_lie_on_slots_inside_the_window_and_lateness_costs() -> None:
    """A window from month 1 to month 6 holds the slots that start at 3 and 6; due at 10, value 0.9 a month late."""
    text = SITES.format(step=4) + _run(earliest="2026-02", latest="2026-07", due="2026-11")
    assert _candidates(text) == rows("""
        run accelerator site  first last start months finish n   value
        a   x1          alpha 1     2    3     6      9      100 100
        a   x1          alpha 2     3    6     6      12     100 81
    """)


def test_no_run_finishes_behind_the_horizon() -> None:
    text = SITES.format(step=4) + _run(latest="2026-10", months="3;9", flop=394.47)
    assert [row[5:8] for row in _candidates(text)[1:]] == [
        ["0", "3", "3"], ["3", "3", "6"], ["6", "3", "9"], ["9", "3", "12"], ["0", "9", "9"], ["3", "9", "12"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "sizes"), [("-", {3: 200, 6: 104}), ("4", {3: 200, 6: 100}), ("64", {3: 256, 6: 128})]
)
def test_gangs_are_rounded_up_to_steps_and_lots_by_default(step: str, sizes: dict[int, int]) -> None:
    """100 accelerators for six months, exactly 200 for three."""
    assert _sizes(SITES.format(step=step) + _run(months="3;6")) == {("x1", months, n) for months, n in sizes.items()}


def test_a_longer_gang_that_is_no_smaller_is_not_offered() -> None:
    assert _sizes(SITES.format(step=256) + _run(months="3;6")) == {("x1", 3, 256)}


def test_half_as_fast_a_type_needs_twice_the_gang() -> None:
    text = SITES.format(step=4) + _run(types="x1;x2", earliest="2026-07", latest="2026-07")
    assert _sizes(text) == {("x1", 6, 100), ("x2", 6, 200)}


def test_a_gang_grows_until_its_own_goodput_lets_it_finish() -> None:
    """110 would do at goodput 1; above 100 it is 0.8, so 137.5 are needed; nothing is known above 200."""
    run = _run(flop=867.834).replace(" 0.5 1 ", " -   - ")
    table = """
    mfu
    accelerator number_format gang_size mfu goodput
    x1          bf16          100       0.5 1
    x1          bf16          {most}    0.5 0.8
    """
    assert _sizes(SITES.format(step=1) + run + table.format(most=200)) == {("x1", 6, 138)}
    assert _sizes(SITES.format(step=1) + run + table.format(most=137)) == set()


def test_types_without_memory_or_peak_are_left_out() -> None:
    text = SITES.format(step=4) + _run(types="x1;x2", memory=80, earliest="2026-07", latest="2026-07")
    assert _sizes(text) == {("x1", 6, 100)}
    narrow = (
        text.replace("bf16_dense_tflops", "fp8_dense_tflops ").replace(" 500 ", " -   ").replace(" 80 2026", " - 2026")
    )
    narrow = narrow.replace("run flop", "number_format run flop").replace("a 788", "fp8 a 788")
    assert _sizes(narrow) == {("x1", 6, 100)}


def test_what_a_place_can_never_hold_is_no_candidate() -> None:
    """400 x1 stand from the start, 400 x2 from the second period: 404 fit nowhere, 200 x2 only late."""
    assert _candidates(SITES.format(step=4) + _run(flop=404 * 7.8894))[1:] == []
    late = _candidates(SITES.format(step=4) + _run(types="x2", months="3", flop=200 * 7.8894 / 4, latest="2026-10"))
    assert [row[5] for row in late[1:]] == ["3", "6", "9"]  # half a period of slack: the half-period rule


PLACES = """
    leases
    lease accelerator lot_size max_lots max_gang from    term_months usd_per_accelerator_month
    cloud x1          64       2        -        2026-07 12          2000
    tight x1          64       4        96       2026-01 12          2000
    other x2          64       4        -        2026-01 12          2000
"""


def test_leases_carry_their_own_type_from_their_date_up_to_their_largest_gang() -> None:
    text = SITES.format(step=4) + _run(latest="2026-07", sites="cloud;tight;other") + PLACES
    assert _candidates(text) == rows("""
        run accelerator site  first last start months finish n   value
        a   x1          cloud 2     3    6     6      12     100 100
    """)


def test_the_largest_fabric_of_the_family_bounds_the_gang() -> None:
    fabrics = """
    fabrics
    site  fabric max_gang
    alpha one    64
    alpha two    {most}
    """
    assert _sizes(SITES.format(step=4) + _run() + fabrics.format(most=100)) == {("x1", 6, 100)}
    assert _sizes(SITES.format(step=4) + _run() + fabrics.format(most=99)) == set()


def _starts(window: str) -> list[int]:
    calendar = "periods=12,12 slot_months=1 dense_start_months=4 start_step=3"
    text = SITES.format(step=4).replace("periods=6,6 slot_months=3", calendar) + _run(
        months="3", flop=394.47, earliest=window, latest="2026-12"
    )
    return [int(row[5]) for row in _candidates(text)[1:]]


def test_starts_are_thinned_out_after_the_dense_months_counted_from_the_first() -> None:
    assert _starts("2026-01") == [0, 1, 2, 3, 6, 9]
    assert _starts("2026-03") == [2, 3, 5, 8, 11]
    assert _starts("2026-07") == [6, 9]


TWO = SITES.format(step=4) + RUNS + """\
    a 788.94 6 x1 - 0.5 1 - 2026-01 2027-01 2026-04 100 0
    b 197.235 3 x1 - 0.5 1 - 2026-04 2027-01 2026-04 100 0
"""  # fmt: skip


def test_gangs_present_in_each_slot() -> None:
    """a: 100 from slot 0 or 1 for two slots (candidates 0 and 1); b: 52 in slot 1 (candidate 2)."""
    table = ((*key, [f"{n}x{c}" for n, c in present]) for key, present in present_gangs(case(TWO)).items())
    assert sorted(shown("accelerator site slot gangs", table)[1:]) == rows("""
        x1 alpha 0 100x0
        x1 alpha 1 100x0;100x1;52x2
        x1 alpha 2 100x1
    """)


def test_shares_of_periods_that_gangs_are_present() -> None:
    """Candidate 1 is there for the second half of the first period and the first half of the next."""
    table = ((*key, [f"{n:g}x{c}" for n, c in present]) for key, present in gang_shares(case(TWO)).items())
    assert shown("accelerator site period gangs", table) == rows("""
        accelerator site  period gangs
        x1          alpha 0      100x0;50x1;26x2
        x1          alpha 1      50x1
    """)


def test_slots_that_repeat_the_one_before_are_left_out_inside_a_period() -> None:
    """Slots 0-1 and 2-3 are two periods: 1 repeats 0, 2 repeats 1 but in another period, 3 differs."""
    calendar = case(TWO).calendar
    there = {
        ("x1", 0): [(100, 0)], ("x1", 1): [(100, 0)], ("x1", 2): [(100, 0)], ("x1", 3): [(100, 0), (8, 1)],
        ("x2", 0): [], ("x2", 1): [(8, 1)], ("x2", 3): [(8, 1)],
    }  # fmt: skip
    assert without_repeats(there, calendar) == [("x1", 0), ("x1", 2), ("x1", 3), ("x2", 1), ("x2", 3)]
