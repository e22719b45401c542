"""A plan of the gigawatt scenario looks like a build-out, and its README's tables are drawn from such a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.data.derive import Case
from planner.results.plan import Plan
from tests.scenarios.back_cast import RANGES, beside
from tests.scenarios.says import arrivals, binding, orders, supply_used


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A rough plan, to be had in a minute: what it orders is a build-out, not the best one."""
    return planner.load("meta-compute").solve(gap=0.06, time_limit=150, threads=2)


def test_plan_passes_the_check(plan: Plan) -> None:
    assert plan.checked
    assert plan.gap <= 0.25


def test_back_cast_stays_inside_the_published_ranges(plan: Plan) -> None:
    table = beside(plan.data, Case(plan.inputs))
    assert ((table["low"] <= table["plan"]) & (table["plan"] <= table["high"])).all(), table


def test_readme_shows_the_ranges_of_the_back_cast() -> None:
    readme = (Path(__file__).parents[2] / "scenarios" / "meta-compute" / "README.md").read_text(encoding="utf-8")
    for low, high in RANGES.values():
        assert f"| {low:g} to {high:g} |" in readme


def test_tables_of_the_readme_come_from_a_plan(plan: Plan) -> None:
    """Accelerators add up however they are grouped, and no more arrive than the supply lets."""
    case = Case(plan.inputs)
    committed = sum(row["count"] for row in plan.inputs.rows("fleet") if row["status"] == "committed") / 1000
    assert orders(plan.data, case).to_numpy().sum() + committed == pytest.approx(
        arrivals(plan.data).to_numpy().sum(), abs=2
    )
    assert supply_used(plan.data, case).max(axis=None) <= 1.005
    full = binding(plan.data, case).to_numpy()
    assert 0 < full.max() <= 1
