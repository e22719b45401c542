"""The figures of `curves` on curves and intervals made by hand; what it takes out of the strategy is there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import run

import pytest

import planner
from planner.solve.strategy import guided
from tests.bench.curves_ablations import Missing, Swap, ablations
from tests.bench.curves_figures import (
    Point,
    against,
    covered,
    least_bound,
    mean_inside,
    most_objective,
    share_outside,
    standing_at,
    time_below_gap,
    time_to_gap,
    time_to_plan,
)

CURVE = [
    Point(0.1, None, 1000.0, None),
    Point(0.5, 0.0, 1000.0, None),
    Point(2.0, 400.0, 1000.0, 1.0),  # gross 600
    Point(3.0, 700.0, 900.0, 0.25),  # gross 800
    Point(40.0, 850.0, 900.0, 0.05),  # gross 1000
    Point(90.0, 850.0, 850.0, 0.0),
]


def test_the_time_to_a_plan_and_to_a_gap() -> None:
    assert time_to_plan(CURVE) == 0.5
    assert time_below_gap(CURVE, 1.0) == 3.0, "a gap of 100 % is not below it"
    assert time_to_gap(CURVE, 1.0) == 2.0
    assert time_to_gap(CURVE, 0.05) == 40.0
    assert time_to_gap(CURVE, 0.049) == 90.0
    assert time_to_gap(CURVE[:5], 0.01) is None
    assert time_to_plan(CURVE[:1]) is None


def test_where_a_search_stood_at_a_time_or_ended() -> None:
    assert standing_at(CURVE, 0.05) is None
    assert standing_at(CURVE, 3.0) == CURVE[3]
    assert standing_at(CURVE, 39.9) == CURVE[3]
    assert standing_at(CURVE, 300.0) == CURVE[5]


def test_the_best_bound_and_plan_of_several_searches() -> None:
    other = [Point(1.0, 860.0, 880.0, 0.02), Point(2.0, None, None, None)]
    assert least_bound([CURVE[:5], other]) == 880.0
    assert most_objective([CURVE[:5], other]) == 860.0
    assert least_bound([[]]) is None


def test_gaps_against_a_common_bound() -> None:
    gaps = [point.gap for point in against(CURVE[:5], 860.0)]
    assert gaps[:2] == [None, None]
    assert gaps[2:] == pytest.approx([460 / 600, 160 / 800, 10 / 1000])


def test_a_plan_reported_before_its_bound_has_the_gross_value_it_has_later() -> None:
    early, late = Point(1.0, 700.0, None, None), Point(2.0, 700.0, 900.0, 0.25)
    assert against([early, late], 800.0)[0].gap == pytest.approx(100 / 800)
    assert against([early], 800.0)[0].gap is None


def test_a_plan_proven_by_its_own_bound_has_no_gap() -> None:
    assert against(CURVE, 850.0)[-1].gap == 0.0


def test_time_in_and_outside_overlapping_intervals() -> None:
    intervals = [(4.0, 6.0), (1.0, 3.0), (2.0, 5.0), (8.0, 20.0), (2.5, 2.6)]
    assert covered(intervals, 0.0, 10.0) == pytest.approx(5.0 + 2.0)
    assert share_outside(intervals, 0.0, 10.0) == pytest.approx(0.3)
    assert share_outside(intervals, 5.5, 7.5) == pytest.approx(0.75)
    assert share_outside([], 0.0, 10.0) == 1.0
    assert mean_inside([(0.0, 10.0), (5.0, 30.0)], 0.0, 10.0) == pytest.approx(1.5)


@pytest.mark.parametrize("name", ablations())
def test_what_is_taken_out_is_there(name: str) -> None:
    for swap in ablations()[name]:
        swap.check()


@pytest.mark.parametrize("name", ablations())
def test_the_search_without_it_still_ends_at_the_optimum(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one thread everything has its turn: dive, rounds, proof."""
    for swap in ablations()[name]:
        monkeypatch.setattr(swap.owner, swap.name, swap.value)
    plan = planner.load("tiny").solve(gap=0.0, time_limit=30, threads=1)
    assert plan.data.attrs["objective_musd"] == pytest.approx(177.603730, abs=1e-6)
    assert plan.data.attrs["status"] == "optimal"


def test_a_target_that_is_gone_or_that_nothing_reads_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Missing, match="no NO_SUCH"):
        Swap(guided, "NO_SUCH", 0).make()
    monkeypatch.setattr(guided, "UNREAD", 1, raising=False)
    with pytest.raises(Missing, match="nothing reads"):
        Swap(guided, "UNREAD", 0).make()
    with pytest.raises(Missing, match="no run_no_more"):
        Swap(guided.Dive, "run_no_more", 0).make()


def test_a_swap_takes_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guided, "PROVEN_BESIDE", guided.PROVEN_BESIDE)  # put back afterwards
    Swap(guided, "PROVEN_BESIDE", 7).make()
    assert guided.PROVEN_BESIDE == 7


def test_both_ways_are_measured(tmp_path: Path) -> None:
    """The whole command on the smallest scenario: both solved, checked, every step timed."""
    kept = tmp_path / "curves.json"
    done = run(
        [sys.executable, "-m", "tests.bench.curves", "tiny", "--seconds", "20", "--json", str(kept)], check=False
    )
    assert done.returncode == 0
    solves = json.loads(kept.read_text())["solves"]
    assert [(s["way"], s["end"], s["checked"]) for s in solves] == [
        (way, "optimal", True) for way in ("guided", "plain")
    ]
    assert all({"build", "compile", "search", "prices", "read", "check"} <= set(s["steps"]) for s in solves)
