"""Signatures of leases, committed and free, and the periods in which they are active."""

from __future__ import annotations

import pytest

from planner.model.rooms.leases import rental_rows, signature_rows
from tests.model.texts import case, rows, shown

RENTED = """
    accelerators
    accelerator orderable bf16_dense_tflops
    x1          no        1000

    streams
    stream mfu eligible
    work   0.5 x1

    leases
    lease accelerator lot_size max_lots committed_lots from until term_months ramp_months usd_per_accelerator_month
    cloud x1          8        4        {committed}    {dates}    {term}      {ramp}      2000
"""


def _case(dates: str, term: int, committed: int = 0, ramp: int = 0) -> object:
    return case(RENTED.format(dates=dates, term=term, committed=committed, ramp=ramp))


def _signatures(dates: str, term: int, committed: int = 0) -> list[list[str]]:
    found = signature_rows(_case(dates, term, committed))  # type: ignore[arg-type]
    lines = ((*key, s.start, s.end, s.committed, s.free) for key, s in found.items())
    return shown("lease period start end committed free", lines)


@pytest.mark.parametrize(("dates", "starts"), [
    ("2026-01 -", [0, 6, 12]),
    ("2026-02 -", [6, 12]),
    ("2025-01 2026-07", [0, 6]),
    ("2026-01 2026-06", [0]),
    ("2026-02 2026-06", []),
])  # fmt: skip
def test_signatures_are_made_at_starts_of_periods_inside_their_window(dates: str, starts: list[int]) -> None:
    assert [int(row[2]) for row in _signatures(dates, 9)[1:]] == starts


def test_what_was_signed_before_the_horizon_has_served_some_of_its_term() -> None:
    assert _signatures("2025-10 -", term=18, committed=3) == rows("""
        lease period start end committed free
        cloud 0      0     15  3         no
        cloud 1      6     24  0         yes
        cloud 2      12    30  0         yes
    """)


def test_what_is_committed_for_later_starts_with_the_next_period() -> None:
    assert _signatures("2026-04 -", term=18, committed=3) == rows("""
        lease period start end committed free
        cloud 1      6     24  3         no
        cloud 2      12    30  0         yes
    """)


def test_nothing_more_is_signed_where_the_contract_is_full() -> None:
    assert _signatures("2025-10 -", term=18, committed=4) == rows("""
        lease period start end committed free
        cloud 0      0     15  4         no
    """)


@pytest.mark.parametrize(("term", "until_start_of"), [(6, 0), (7, 6), (12, 6), (13, 12), (24, 12)])
def test_a_term_is_rounded_up_to_whole_periods(term: int, until_start_of: int) -> None:
    found = rental_rows(_case("2026-01 2026-01", term))  # type: ignore[arg-type]
    assert [6 * t for _, _, t in found] == list(range(0, until_start_of + 1, 6))


def test_capacity_is_handed_over_in_equal_monthly_steps() -> None:
    found = rental_rows(_case("2026-01 2026-07", term=12, ramp=9))  # type: ignore[arg-type]
    assert shown("lease signature period share", ((*key, share) for key, share in found.items())) == rows("""
        lease signature period share
        cloud 0         0      0.111111111
        cloud 0         1      0.777777778
        cloud 1         1      0.111111111
        cloud 1         2      0.777777778
    """)


def test_without_a_ramp_all_is_there_at_once() -> None:
    found = rental_rows(_case("2025-07 -", term=12, committed=4))  # type: ignore[arg-type]
    assert shown("lease signature period share", ((*key, share) for key, share in found.items())) == rows("""
        lease signature period share
        cloud 0         0      1
    """)
