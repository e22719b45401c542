"""What moved between two plans."""

from __future__ import annotations

import pytest

import planner
from planner.results.compare import Interval, compare


@pytest.fixture(scope="module")
def base() -> planner.Plan:
    return planner.load("tiny").solve()


def test_nothing_moved(base: planner.Plan) -> None:
    found = compare(base.data, base.data)
    assert found.value.exact
    assert found.cash.empty and found.orders.empty and found.power.empty and found.runs.empty
    assert "Runs: the same" in found.text()


def test_a_smaller_budget_moves_orders_cash_and_runs(base: planner.Plan) -> None:
    """Half the budget of tiny buys run a alone: 1,000 accelerators, 1 MW and 1,000 endpoints less, and no run b."""
    less = planner.load("tiny").with_({"budgets.*.all.budget_musd": "*0.5"}).solve()
    found = compare(less.data, base.data)
    assert found.value.low == pytest.approx(less.objective_musd - base.objective_musd, abs=1e-5)
    assert found.value.resolved and found.value.high < 0
    assert found.cash["change"].sum() == pytest.approx(less.cash.sum() - base.cash.sum())
    assert set(found.orders.columns) == {"base", "this", "change"}
    assert found.orders["change"].sum() == pytest.approx(float((less.data["delivered"] - base.data["delivered"]).sum()))
    fate = {r: [str(plan.data["run_start"].sel(run=r).item()) for plan in (less, base)] for r in ("a", "b")}
    assert set(found.runs.index) == {r for r, (mine, theirs) in fate.items() if mine != theirs}
    assert not found.runs.empty
    assert "Net value" in found.text()


def test_what_only_one_plan_has_counts_as_absent_in_the_other(base: planner.Plan) -> None:
    other = planner.load("llama-2023").solve(gap=0.05)
    found = compare(other.data, base.data)
    assert found.runs.loc["a", "this"] == "not asked for"
    assert found.runs.loc["opt_175b", "base"] == "not asked for"


@pytest.mark.parametrize(
    ("interval", "resolved", "text"),
    [
        (Interval(-3.0, -1.0), True, "between -3.0 and -1.0 M$"),
        (Interval(1.0, 3.0), True, "between +1.0 and +3.0 M$"),
        (Interval(-1.0, 1.0), False, "between -1.0 and +1.0 M$: not resolved at these gaps"),
        (Interval(2.0, 2.0), True, "+2.0 M$"),
    ],
)
def test_a_difference_smaller_than_the_gaps_is_not_resolved(interval: Interval, resolved: bool, text: str) -> None:
    assert interval.resolved is resolved
    assert str(interval) == text
