"""The check of teams: a solved plan passes, changes of its trade, use and values are found under their equation."""

from __future__ import annotations

from typing import Any

import pytest
import xarray as xr

import planner
from planner.results.check import check_plan
from tests.closed_forms.builder import date, run, with_fleet
from tests.results.plans_by_hand import changed

FIRST, SECOND = "2026-01", "2026-07"
THERE = {"accelerator": "x1", "site": "alpha"}
Change = tuple[str, dict[str, Any], float]


@pytest.fixture(scope="module")
def traded() -> xr.Dataset:
    """Ten x1 for two periods: a (0.4, of group g) is busy first, b (0.4) after; b has a run in the second period."""
    teams = [{"team": "g", "share": 0.4}, {"team": "a", "parent": "g", "credit_limit_pflops_months": 20},
             {"team": "b", "share": 0.4, "pull_back_share": 0.25}]  # fmt: skip
    streams = [{"stream": f"s_{k}", "team": k, "mfu": 1, "eligible": ["x1"], "ceiling_pflops": 10} for k in "ab"]
    segments = [{"stream": f"s_{k}", "up_to_pflops": 10, "musd_per_pflops_month": 1} for k in "ab"]
    season = [{"stream": "s_a", "from": date(6), "ceiling_pflops": 1}, {"stream": "s_b", "from": date(0),
              "ceiling_pflops": 1}, {"stream": "s_b", "from": date(6), "ceiling_pflops": 10}]  # fmt: skip
    document = with_fleet(
        10, [6, 6], teams=teams, streams=streams, stream_segments=segments, stream_demand=season,
        runs=[run("r", 2, 6, 6, 50.0, team="b")], guarantees=[{"team": "a", "from": date(0), "pflops": 0.5}],
    )  # fmt: skip
    return planner.load(document | {"sharing": {"policy": "entitlement"}}).solve().data


def equations(plan: xr.Dataset) -> set[str]:
    return {finding.equation for finding in check_plan(plan).findings}


def test_a_solved_plan_passes(traded: xr.Dataset) -> None:
    report = check_plan(traded)
    assert report.ok, report.text()
    assert {"T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"} <= set(report.equations_checked)


PLANTED: list[tuple[str, list[Change]]] = [
    ("T1", [("team_lent", {"team": "a", "period": FIRST}, 9), ("team_lent", {"team": "b", "period": FIRST}, 9)]),
    ("T2", [("team_borrowed", {"team": "a", "period": FIRST}, 9)]),
    ("T3", [("team_extra", {"team": "a", "period": FIRST}, 9)]),
    ("T4", [("team_released", {"team": "b", "period": FIRST}, 9)]),
    ("T4", [("team_released", {"team": "a", "period": FIRST}, 0.5)]),
    ("T5", [("team_credit", {"team": "a", "period": SECOND}, 70)]),
    ("T6", [("team_credit", {"team": "a", "period": FIRST}, -21)]),
    ("T6", [("team_credit", {"team": "b", "period": SECOND}, -1)]),
    ("T7", [("stream_use", {"stream": "s_a", **THERE, "period": SECOND}, 0.25)]),
    ("T8", [("team_gives", {"team": "b", "period": FIRST}, 0)]),
    ("T9", [("team_gives", {"team": "a", "period": FIRST}, 1)]),
    ("integrality", [("team_gives", {"team": "a", "period": FIRST}, 0.5)]),
    ("eligibility", [("team_lent", {"team": "g", "period": FIRST}, 1)]),
    ("nonnegativity", [("team_lent", {"team": "a", "period": FIRST}, -1)]),
    ("output:team_value_today_musd", [("team_value_today_musd", {"team": "g"}, 1)]),
]


@pytest.mark.parametrize(("equation", "planted"), PLANTED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_planted_violation_is_found(traded: xr.Dataset, equation: str, planted: list[Change]) -> None:
    plan = traded
    for name, at, value in planted:
        plan = changed(plan, name, at, value)
    assert equation in equations(plan)


@pytest.mark.parametrize("more", [0.0, 3.0])
def test_pro_rata_is_checked(more: float) -> None:
    """Two streams ask for ten and thirty of ten: 2.5 and 7.5; more for the first is found."""
    streams = [{"stream": f"s_{k}", "team": k, "mfu": 1, "eligible": ["x1"], "ceiling_pflops": c}
               for k, c in (("a", 10), ("b", 30))]  # fmt: skip
    segments = [{"stream": f"s_{k}", "up_to_pflops": 10, "musd_per_pflops_month": 1} for k in "ab"]
    document = with_fleet(10, [6], teams=[{"team": "a"}, {"team": "b"}], streams=streams, stream_segments=segments)
    plan = planner.load(document | {"sharing": {"policy": "pro_rata"}}).solve().data
    if more:
        plan = changed(plan, "stream_use", {"stream": "s_a", **THERE, "period": FIRST}, 2.5 + more)
    assert ("T1" in equations(plan)) == bool(more)
