"""Speeds, limits and utility segments of streams."""

from __future__ import annotations

import pytest

from planner.model.rooms.streams import segment_widths, stream_limits, stream_speeds
from tests.model.texts import case, rows, shown

PLACES = """
    sites
    site  pue
    alpha 1.1

    accelerators
    accelerator orderable bf16_dense_tflops fp8_dense_tflops
    x1          no        1000              2000
    x2          no        500               -

    leases
    lease accelerator lot_size max_lots from    term_months usd_per_accelerator_month
    cloud x1          8        4        2026-01 12          2000
"""


def test_speed_is_peak_times_utilisation_unless_it_is_given() -> None:
    """own: its own utilisation; small: the table's, at the smallest gang; narrow: half of BF16's at FP8, and no
    FP8 peak of x2; given: its own speed on x2."""
    found = case(PLACES + """
        mfu
        accelerator number_format gang_size mfu
        x1          bf16          64        0.4
        x1          bf16          1024      0.3
        x2          bf16          -         0.2

        streams
        stream number_format mfu eligible sites
        own    bf16          0.5 x1       alpha;cloud
        small  bf16          -   x1;x2    alpha
        narrow fp8           -   x1;x2    cloud
        given  bf16          -   x1;x2    alpha

        stream_speeds
        stream accelerator pflops_per_accelerator
        given  x2          0.07
    """)  # fmt: skip
    table = ((*key, speed) for key, speed in stream_speeds(found).items())
    assert shown("stream accelerator site pflops", table) == rows("""
        stream accelerator site  pflops
        own    x1          alpha 0.5
        own    x1          cloud 0.5
        small  x1          alpha 0.4
        small  x2          alpha 0.1
        narrow x1          cloud 0.4
        given  x1          alpha 0.4
        given  x2          alpha 0.07
    """)


def test_a_stream_without_sites_may_be_anywhere() -> None:
    found = case(PLACES + """
        streams
        stream mfu eligible
        work   0.5 x2
    """)  # fmt: skip
    assert list(stream_speeds(found)) == [("work", "x2", "alpha"), ("work", "x2", "cloud")]


LIMITED = (
    PLACES
    + """
        streams
        stream mfu eligible floor_pflops ceiling_pflops
        work   0.5 x1;x2    6            30
        open   0.5 x1       2            -

        stream_demand
        stream from    floor_pflops ceiling_pflops
        work   2026-09 12           60
        work   2027-04 0            -
        open   2026-04 8            40
"""
)


@pytest.mark.parametrize(("stream", "expected"), [
    ("work", "0 6 30; 1 10 50; 2 3 -"),
    ("open", "0 5 -; 1 8 40; 2 8 40"),
])  # fmt: skip
def test_limits_of_a_period_are_the_mean_over_its_months(stream: str, expected: str) -> None:
    """work: 2 months at 6, 4 at 12; then 3 of 12 at 12 and the rest 0, without a ceiling in some month: none."""
    found = case(LIMITED)
    table = [(t, *stream_limits(found, stream, t)) for t in range(3)]
    assert shown("period floor ceiling", table)[1:] == [line.split() for line in expected.split(";")]


def test_segments_are_as_wide_as_the_way_from_the_one_before() -> None:
    found = case(LIMITED + """
        stream_segments
        stream up_to_pflops musd_per_pflops_month
        work   100          0.02
        open   50           0.03
        work   350          0.005
        work   150          0.01
    """)  # fmt: skip
    table = ((*key, width) for key, width in segment_widths(found).items())
    assert shown("stream segment width", table) == rows("""
        stream segment width
        work   0       100
        work   1       50
        work   2       200
        open   0       50
    """)
