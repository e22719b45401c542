"""Signatures of leases, committed and free, and the periods in which they are active."""

from __future__ import annotations

import pytest

from planner.model.rooms.leases import committed_rows, rental_rows, signature_rows
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


def _signatures(dates: str, term: int, committed: int = 0) -> list[list[str]]:
    found = case(RENTED.format(dates=dates, term=term, committed=committed, ramp=0))
    kinds = {"committed": committed_rows(found), "free": signature_rows(found)}
    lines = ((kind, *key, s.start, s.began, s.end) for kind, all_ in kinds.items() for key, s in all_.items())
    return shown("kind lease period start began end", lines)


def _shares(dates: str, term: int, committed: int = 0, ramp: int = 0) -> list[list[str]]:
    found = case(RENTED.format(dates=dates, term=term, committed=committed, ramp=ramp))
    signatures = committed_rows(found) or signature_rows(found)
    lines = ((*key, share) for key, share in rental_rows(found, signatures).items())
    return shown("lease signature period share", lines)


@pytest.mark.parametrize(("dates", "starts"), [
    ("2026-01 -", [0, 6, 12]),
    ("2026-02 -", [6, 12]),
    ("2025-01 2026-07", [0, 6]),
    ("2026-01 2026-06", [0]),
])  # fmt: skip
def test_signatures_are_made_at_starts_of_periods_inside_their_window(dates: str, starts: list[int]) -> None:
    assert [int(row[3]) for row in _signatures(dates, 9)[1:]] == starts


def test_what_was_signed_before_the_horizon_has_served_some_of_its_term() -> None:
    assert _signatures("2025-10 -", term=18, committed=3) == rows("""
        kind      lease period start began end
        committed cloud 0      0     -3    15
        free      cloud 0      0     0     18
        free      cloud 1      6     6     24
        free      cloud 2      12    12    30
    """)


def test_what_is_committed_for_later_starts_with_the_next_period() -> None:
    assert _signatures("2026-04 -", term=18, committed=3) == rows("""
        kind      lease period start began end
        committed cloud 1      6     6     24
        free      cloud 1      6     6     24
        free      cloud 2      12    12    30
    """)


def test_nothing_more_is_signed_while_what_is_committed_fills_the_contract() -> None:
    assert _signatures("2025-10 -", term=15, committed=4) == rows("""
        kind      lease period start began end
        committed cloud 0      0     -3    12
        free      cloud 2      12    12    27
    """)


@pytest.mark.parametrize(("term", "until_start_of"), [(6, 0), (7, 6), (12, 6), (13, 12), (24, 12)])
def test_a_term_is_rounded_up_to_whole_periods(term: int, until_start_of: int) -> None:
    active = [6 * int(period) for _, _, period, _ in _shares("2026-01 2026-01", term)[1:]]
    assert active == list(range(0, until_start_of + 1, 6))


def test_capacity_is_handed_over_in_equal_monthly_steps() -> None:
    assert _shares("2026-01 2026-07", term=12, ramp=9) == rows("""
        lease signature period share
        cloud 0         0      0.111111111
        cloud 0         1      0.777777778
        cloud 1         1      0.111111111
        cloud 1         2      0.777777778
    """)


def test_what_is_committed_has_been_handed_over_since_its_own_date() -> None:
    assert _shares("2025-11 -", term=12, committed=4, ramp=9) == rows("""
        lease signature period share
        cloud 0         0      0.333333333
        cloud 0         1      1
    """)


def test_without_a_ramp_all_is_there_at_once() -> None:
    assert _shares("2025-07 -", term=12, committed=4) == rows("""
        lease signature period share
        cloud 0         0      1
    """)
