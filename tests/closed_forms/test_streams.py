"""Closed forms of streams: utility by segments, floors, ceilings, speeds."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InfeasibleError
from tests.closed_forms.builder import PRICE, accelerator, date, factor, run, scenario, solve, total, with_fleet

pytestmark = pytest.mark.mutation_subset


def stream(segments: list[tuple[float, float]] | None = None, **cells: Any) -> dict[str, list[dict[str, Any]]]:
    """The tables of a stream `work`; segments are (up to PFLOP/s, M$ a month each)."""
    tables: dict[str, list[dict[str, Any]]] = {"streams": [{"stream": "work", "mfu": 1, "eligible": ["x1"]} | cells]}
    if segments:
        tables["stream_segments"] = [
            {"stream": "work", "up_to_pflops": up_to, "musd_per_pflops_month": worth} for up_to, worth in segments
        ]
    return tables


@pytest.mark.parametrize(("usd", "units"), [(30_000, 30), (50_000, 20), (70_000, 5), (130_000, 0)])
def test_utility_segments(usd: float, units: int) -> None:
    """Each further PFLOP/s is worth its segment: over a year 0.12 for 5, 0.06 for 15 more, 0.036 for 10 more."""
    segments = [(5, 0.010), (20, 0.005), (30, 0.003)]
    case = scenario([12], accelerators=[accelerator(price_usd=usd)], **stream(segments))
    worth = [0.12] * 5 + [0.06] * 15 + [0.036] * 10
    plan = solve(case, sum(worth[:units]) - units * usd / 1e6)
    assert total(plan, "served") == pytest.approx(units)


@pytest.mark.parametrize(("ceiling", "demand", "served"), [
    (20, {}, (20, 20)), (None, {}, (50, 50)),
    (20, {9: 8}, (20, 14)),  # 3 months at 20, 3 at 8
    (None, {3: 8, 9: None}, (50, 50)),  # a month without ceiling in both periods
    (None, {0: 8, 6: 11}, (8, 11)),
])  # fmt: skip
def test_ceiling_over_the_months_of_a_period(
    ceiling: float | None, demand: dict[int, float | None], served: tuple[float, float]
) -> None:
    """A period's ceiling is the mean over its months of what holds in each; a month without one lifts it."""
    rows = [{"stream": "work", "from": date(month), "ceiling_pflops": most} for month, most in demand.items()]
    tables = stream([(100, 0.01)], ceiling_pflops=ceiling) | {"stream_demand": rows}
    case = with_fleet(50, [6, 6], **tables)
    plan = solve(case, 6 * 0.01 * (served[0] + served[1] * factor(6)))
    assert plan.data["served"].values.ravel() == pytest.approx(served)


@pytest.mark.parametrize(("later", "units"), [({}, 10), ({6: 13}, 13), ({9: 16}, 13)])
def test_hard_floor(later: dict[int, float], units: int) -> None:
    """A floor without a price is served at any cost: the mean over a period's months of what holds in each."""
    rows = [{"stream": "work", "from": date(month), "floor_pflops": least} for month, least in later.items()]
    tables = stream(floor_pflops=10) | ({"stream_demand": rows} if rows else {})
    solve(scenario([6, 6], **tables), -10 * PRICE - (units - 10) * PRICE * factor(6))


@pytest.mark.parametrize(("case", "short"), [
    (with_fleet(7, [12], **stream(floor_pflops=10)), 3),
    (scenario([6, 6], accelerators=[accelerator(lead_time_months=6)], **stream(floor_pflops=10)), 10),
])  # fmt: skip
def test_hard_floor_that_cannot_be_served(case: dict[str, Any], short: int) -> None:
    """A hard floor beyond all there is, or before anything can arrive: no plan, and it is named with what it lacks."""
    with pytest.raises(InfeasibleError) as raised:
        planner.load(case).solve()
    assert f"floor of stream work 2026-01 (D6): short by {short} PFLOP/s" in raised.value.explanation


@pytest.mark.parametrize(("usd", "served"), [(2_400, 0), (2_600, 10)])
def test_priced_floor(usd: float, served: int) -> None:
    """A floor with a price is served where that is cheaper: an accelerator for a year is 2,500 USD a month."""
    plan = solve(
        scenario([12], **stream(floor_pflops=10, unserved_usd_per_pflops_month=usd)),
        -served * PRICE - (10 - served) * 12 * usd / 1e6,
    )
    assert total(plan, "unserved") == pytest.approx(10 - served)


@pytest.mark.parametrize(("speeds", "each"), [({}, 0.25), ({"x1": 0.8}, 0.8)])
def test_speed_of_a_stream(speeds: dict[str, float], each: float) -> None:
    """A stream's own speed on a type replaces peak * MFU."""
    rows = [{"stream": "work", "accelerator": g, "pflops_per_accelerator": v} for g, v in speeds.items()]
    tables = stream([(100, 0.01)], mfu=0.25) | {"stream_speeds": rows}
    case = with_fleet(10, [12], **tables)
    solve(case, 10 * each * 12 * 0.01)


@pytest.mark.parametrize(("worth", "value"), [(0.1, 8 * 6 * 0.1), (0.09, 3.0 * factor(6) + 3 * 6 * 0.09)])
def test_run_against_stream(worth: float, value: float) -> None:
    """A gang displaces a stream iff it is worth more: 5 of 8 accelerators for 6 months against 3 M$ at the finish."""
    case = with_fleet(8, [6], runs=[run("a", 5, 6, 0, 3.0)], **stream([(100, worth)]))
    solve(case, value)
