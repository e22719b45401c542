"""What moved between two plans."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import planner
from planner.results.compare import Comparison, Interval, compare
from planner.results.moves import Moves

NONE = pd.DataFrame({"base": [], "this": []})
NOTHING_MOVED = Moves(NONE, NONE, NONE, NONE)


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
    assert less.compare(base).text() == found.text() == repr(found)


def test_the_parts_of_value_add_up_to_the_difference(base: planner.Plan) -> None:
    less = planner.load("tiny").with_({"budgets.*.all.budget_musd": "*0.5"}).solve()
    found = less.compare(base)
    assert found.parts["change"].sum() == pytest.approx(less.objective_musd - base.objective_musd, abs=0.01)
    assert ("value", "run") in found.parts.index


def test_the_text_says_what_was_changed_and_what_became_of_each_run(base: planner.Plan) -> None:
    changed = planner.load("tiny").with_({"budgets.*.all.budget_musd": "*0.5", "runs.a.value_musd": "-1"}).solve()
    this, there = changed.compare(base).plans
    assert this.splitlines()[1:] == ["  with budgets.*.all.budget_musd=*0.5", "  with runs.a.value_musd=-1"]
    assert there.splitlines()[1:] == []
    back = base.compare(changed)
    assert back.plans == (there, this)
    (run,) = [r for r in back.runs.index if back.runs.loc[r, "base"] == "refused"]
    assert "Runs: 1 differ; 0 refused that were not, 1 no longer refused" in back.text()
    assert f"  {run}\n    base  refused\n    this  {base.data['run_start'].sel(run=run).item()} to " in back.text()


def test_halls_are_set_side_by_side_year_by_year(base: planner.Plan) -> None:
    less = planner.load("tiny").with_({"budgets.*.all.budget_musd": "*0.5"}).solve()
    found = less.compare(base).power
    hall = found.loc["hall"]
    for (item, year), row in hall.iterrows():
        for name, plan in (("base", base), ("this", less)):
            inside = plan.data.where((plan.data["year"] == year) & ~plan.data["in_tail"], drop=True)
            assert row[name] == float(inside["hall_mw"].sel(hall=item).isel(period=-1))
    assert not hall.empty


def test_long_tables_show_what_moved_most() -> None:
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    index = pd.MultiIndex.from_product([["x1"], ["alpha"], months], names=["accelerator", "site", "arrives"])
    orders = pd.DataFrame({"base": 0.0, "this": np.arange(24) + 1.0}, index=index)
    orders["change"] = orders["this"]
    ids = [f"r{i}" for i in range(24)]
    runs = pd.DataFrame({"base": "refused", "this": [f"run {i}" for i in ids]}, index=ids)
    none = pd.DataFrame()
    text = Comparison(
        ("b", "a"), Interval(0.0, 0.0), none, orders.droplevel("site"), orders, none, runs, NOTHING_MOVED
    ).text()
    assert "... and 4 that moved less" in text and "2024-04" not in text and "2024-05" in text
    yearly = text[text.index("Accelerators by arrival") :].splitlines()[3:5]
    assert [line.split()[-1] for line in yearly] == ["78", "222"]
    assert "... and 4 of less value" in text and "r19\n" in text and "r20" not in text


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
