"""Which orders and runs moved between two plans, and why."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import planner
from planner.results.moves import NO_CAUSE, Moves, moves
from tests.closed_forms.builder import NOT_FOR_SALE, accelerator, date, fleet, run, scenario

Row = dict[str, Any]
BUY = [accelerator(lead_time_months=6)]


def of(runs: list[Row], periods: tuple[int, ...] = (6, 6, 6), **tables: Any) -> planner.Plan:
    """The plan of a scenario in which all compute is bought half a year ahead."""
    return planner.load(scenario(list(periods), accelerators=BUY, runs=runs, **tables)).solve()


def order(became: str, base: str, this: str, count: int, fee: float = 0.0) -> Row:
    return {"item": "accelerator.alpha.x1", "became": became, "base": base, "this": this, "count": count,
            "fee_musd": fee}  # fmt: skip


def test_nothing_moved() -> None:
    plan = of([run("a", 4, 6, 6, 1.0)])
    found = moves(plan.data, plan.data)
    assert found.orders.empty and found.runs.empty and found.inputs.empty and found.binding.empty
    assert found.text().count(": none") == 4


def test_an_order_moves_with_its_run_and_the_input_is_named() -> None:
    """The run is asked for half a year later: its four x1 come later too."""
    base, this = of([run("a", 4, 6, 6, 1.0)]), of([run("a", 4, 6, 12, 1.0)])
    found = this.compare(base).moves
    assert found.orders.to_dict("records") == [order("moved", date(6), date(12), 4)]
    (row,) = found.runs.to_dict("records")
    assert (row["run"], row["change"]) == ("a", f"start {date(6)} -> {date(12)}")
    assert f"runs.a.earliest: {date(6)} -> {date(12)}" in row["why"]
    assert f"accelerator.alpha.x1: 4 moved, {date(6)} -> {date(12)}" in this.compare(base).text()


def test_more_and_fewer_orders() -> None:
    small, large = of([run("a", 4, 6, 6, 1.0)]), of([run("a", 6, 6, 6, 1.0)])
    assert moves(large.data, small.data).orders.to_dict("records") == [order("new", "", date(6), 2)]
    assert moves(small.data, large.data).orders.to_dict("records") == [order("dropped", date(6), "", 2)]
    (row,) = moves(large.data, small.data).runs.to_dict("records")
    assert row["change"] == "size 4 -> 6"


def test_a_run_may_take_longer_from_the_same_start() -> None:
    """Where six x1 stand a run takes three months, where three do it takes six."""
    row = run("a", 3, 6, 0, 1.0) | {"durations_months": [3, 6], "value_loss_per_month": 0.1, "due": date(3)}

    def standing(count: int) -> planner.Plan:
        return planner.load(scenario([6], fleet=[fleet(count)], accelerators=NOT_FOR_SALE, runs=[row])).solve()

    (said,) = moves(standing(3).data, standing(6).data).runs.to_dict("records")
    assert said["change"] == f"size 6 -> 3, finish {date(3)} -> {date(6)}"


def test_what_is_cancelled_is_told_with_its_fee() -> None:
    """Six were ordered, a run takes four; the other two are cancelled at 0.01 M$ each."""
    base = of([run("a", 6, 6, 6, 1.0)])
    study = planner.load(scenario([6, 6, 6], accelerators=BUY, runs=[run("a", 4, 6, 6, 1.0)]))
    this = study.replan(base, date(1), cancellable={"accelerator": (date(2), 0.01)}).solve()
    found = moves(this.data, base.data)
    assert found.orders.to_dict("records") == [order("cancelled", date(6), "", 2, 0.02)]
    assert "2 cancelled, 2026-07, fee 0.02 M$" in found.text()
    assert not any("previous" in path for path in found.inputs["path"])


def test_a_run_changes_places() -> None:
    sites = [{"site": "alpha", "pue": 1}, {"site": "beta", "pue": 1}]

    def at(cost: float) -> planner.Plan:
        load = [
            {"load": "a", "site": site, "usd_per_accelerator_month": c} for site, c in (("alpha", cost), ("beta", 5))
        ]
        stands = [fleet(4), fleet(4, site="beta")]
        return planner.load(scenario([6], sites=sites, fleet=stands, accelerators=NOT_FOR_SALE,
                                     runs=[run("a", 4, 6, 0, 1.0)], placement=load)).solve()  # fmt: skip

    (row,) = moves(at(9).data, at(1).data).runs.to_dict("records")
    assert row["change"] == "site alpha -> beta"
    assert row["why"] == "placement.a.alpha.usd_per_accelerator_month: 1 -> 9"


def test_a_refusal_names_its_limit_and_the_inputs() -> None:
    runs = [run("a", 3, 6, 0, 0.2), run("b", 3, 6, 0, 0.5)]

    def standing(count: int) -> planner.Plan:
        return planner.load(scenario([6], fleet=[fleet(count)], accelerators=NOT_FOR_SALE, runs=runs)).solve()

    (row,) = moves(standing(3).data, standing(6).data).runs.to_dict("records")
    assert row["change"] == f"started {date(0)} at alpha -> refused"
    assert row["why"].startswith("limit: ") and "fleet.alpha.x1.existing.2025-01.count: 6 -> 3" in row["why"]


def test_limits_that_bind_otherwise() -> None:
    """Nine tenths of the budget of `tiny` buy one lot of two: one more x1 is worth something else."""
    study = planner.load("tiny")
    less, base = study.with_({"budgets.*.all.budget_musd": "*0.9"}).solve(), study.solve()
    found = moves(less.data, base.data)
    prices = {row["limit"]: (row["base"], row["this"]) for row in found.binding.to_dict("records")}
    at = {"accelerator": "x1", "site": "alpha", "period": "2026-07"}
    stated = tuple(float(plan.data["price_accelerator"].sel(at).item()) for plan in (base, less))
    assert prices["accelerator x1 alpha 2026-07"] == pytest.approx(stated) and stated[0] != stated[1]
    assert found.inputs["path"].tolist() == ["budgets.2026.all.budget_musd", "budgets.2027.all.budget_musd"]


def test_runs_of_one_plan_alone() -> None:
    one, two = of([run("a", 4, 6, 6, 1.0)]), of([run("b", 4, 6, 6, 1.0)])
    said = {row["run"]: row["change"] for row in moves(two.data, one.data).runs.to_dict("records")}
    assert said == {"a": "no longer asked for", "b": f"asked for newly, started {date(6)} at alpha"}


def test_equal_inputs_leave_the_gap() -> None:
    """A plan that differs though no input does is another one within the gaps."""
    plan = of([run("a", 4, 6, 6, 1.0)])
    other = plan.data.copy(deep=True)
    other["run_start"][:] = date(12)
    (row,) = moves(other, plan.data).runs.to_dict("records")
    assert row["why"] == NO_CAUSE


def test_calendars_that_start_at_different_dates() -> None:
    """What the base ordered before the later horizon is settled: no move; the order of month 12 has moved to 18."""
    base = of([run("a", 4, 6, 6, 1.0), run("b", 2, 6, 12, 1.0)], (6, 6, 6, 6))
    late = scenario([6, 6, 6], accelerators=BUY, calendar={"start": date(6)}, fleet=[],
                    runs=[run("b", 6, 6, 18, 9.0)])  # fmt: skip
    found = moves(planner.load(late).solve().data, base.data)
    rows = found.orders.to_dict("records")
    assert all(row["base"] in ("", date(12)) for row in rows)
    assert any(row["this"] == date(18) for row in rows)
    assert found.inputs["path"].str.startswith("calendar.start").any()


def test_a_row_at_another_date_is_one_change() -> None:
    """A delivery's date is part of its row's key: what differs is that date, not two rows."""
    runs = [run("a", 3, 6, 6, 0.5)]

    def arriving(at: int, count: int = 3) -> planner.Plan:
        rows = [fleet(count, status="committed", in_service_from=date(at), due_musd=0)]
        return planner.load(scenario([6, 6], fleet=rows, accelerators=NOT_FOR_SALE, runs=runs)).solve()

    inputs = moves(arriving(9).data, arriving(6).data).inputs
    assert inputs.to_dict("records") == [
        {"path": f"fleet.alpha.x1.committed.{date(6)}.in_service_from", "base": date(6), "this": date(9)}
    ]
    other = moves(arriving(9, 4).data, arriving(6).data).inputs
    assert {row["path"].rpartition(".")[2] for row in other.to_dict("records")} >= {"count"}
    assert set(other["base"]) | set(other["this"]) >= {"absent", "3", "4"}


def test_limits_are_summed_over_their_dates() -> None:
    """One line a limit, though it binds otherwise in several periods."""
    binding = pd.DataFrame(
        [("mw alpha 2026-01", 1.0, 0.0), ("mw alpha 2026-07", 2.0, 0.0), ("budget all 2026", 0.5, 1.0)],
        columns=["limit", "base", "this"],
    )
    empty = pd.DataFrame(columns=["run", "change", "why"])
    text = Moves(pd.DataFrame(), empty, pd.DataFrame(), binding).text()
    assert text.splitlines()[-2:] == ["  mw alpha 2026-01 .. 2026-07: 3 -> 0", "  budget all 2026: 0.5 -> 1"]
