"""A plan as the plan before: the tables that follow it, and studies made by them."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InputError
from planner.results.previous import previous_tables
from tests.closed_forms.builder import PRICE, accelerator, date, factor, fleet, run, scenario

Row = dict[str, Any]


@pytest.fixture(scope="module")
def base() -> planner.Plan:
    """The plan of `tiny`: a lot, a module and a block each for 2026-07 and 2027-01, `a` from 2026-07, `b` later."""
    return planner.load("tiny").solve()


def bare(rows: list[Row]) -> list[Row]:
    """Rows without their source, which names the plan."""
    assert all(row["source"].startswith("plan tiny, inputs ") for row in rows)
    return [{key: value for key, value in row.items() if key != "source"} for row in rows]


def test_the_tables_hold_what_the_plan_orders_and_starts(base: planner.Plan) -> None:
    tables = previous_tables(base.data, "2026-03", frozen_until="2026-05", moving={"run": 2.0}).tables
    head = {"plan": "tiny", "replanned": "2026-03", "known_until": "2028-01", "frozen_until": "2026-05"}
    assert bare(tables["previous_plan"]) == [head]
    things = {"accelerator": "x1", "hall": "hall_a", "fabric": "clos2"}
    assert bare(tables["previous_orders"]) == [
        {"what": what, "item": item, "part_of": None, "site": "alpha", "arrives": arrives, "count": 1}
        for what, item in things.items()
        for arrives in ("2026-07", "2027-01")
    ]
    assert bare(tables["previous_runs"]) == [
        {"run": "a", "start": "2026-07", "site": "alpha", "accelerator": "x1"},
        {"run": "b", "start": "2027-01", "site": "alpha", "accelerator": "x1"},
    ]
    (price,) = tables["moving_prices"]
    assert (price["what"], price["musd"]) == ("run", 2.0)


def test_the_longest_name_says_what_can_be_cancelled(base: planner.Plan) -> None:
    terms = {"accelerator": ("2026-06", 1.0), "accelerator.alpha.x1.2027-01": ("2026-12", 2.0)}
    rows = previous_tables(base.data, "2026-03", cancellable=terms).tables["previous_orders"]
    said = {(row["what"], row["arrives"]): (row.get("cancellable_until"), row.get("cancel_fee_musd")) for row in rows}
    assert said["accelerator", "2026-07"] == ("2026-06", 1.0)
    assert said["accelerator", "2027-01"] == ("2026-12", 2.0)
    assert said["hall", "2026-07"] == (None, None)
    with pytest.raises(InputError, match="is no order of the plan, got link"):
        previous_tables(base.data, "2026-03", cancellable={"link": ("2026-06", 1.0)})


def test_what_lies_before_a_later_horizon_is_said(base: planner.Plan) -> None:
    """From 2026-07 on: the first lot comes as on order, its module and block are to be stated, the rest is decided."""
    found = previous_tables(base.data, "2026-07", start="2026-07", runs=["b"])
    assert {row["arrives"] for row in found.tables["previous_orders"]} == {"2027-01"}
    (lot,) = bare(found.fleet)
    assert lot == {"site": "alpha", "accelerator": "x1", "count": 1000, "status": "committed",
                   "in_service_from": "2026-07", "retires": "2031-07"}  # fmt: skip
    assert found.left == (
        "1 of hall.alpha.hall_a.2026-07, ordered 2026-01",
        "1 of fabric.alpha.clos2.2026-07, ordered 2026-01",
        "run a: no longer asked for",
    )
    later = previous_tables(base.data, "2027-01", start="2027-01")
    assert {row["status"] for row in later.fleet} == {"existing", "committed"}
    assert "run a: 1000 x1 at alpha from 2026-07 until 2027-01" in later.left


def test_a_study_that_follows_its_own_plan_gives_it_again(base: planner.Plan) -> None:
    again = planner.load("tiny").replan(base, "2026-03", frozen_until="2026-07", moving={"run": 5, "hall": 1}).solve()
    assert again.objective_musd == pytest.approx(base.objective_musd, abs=1e-6)
    assert not again.data["run_moved"].any() and not again.data["order_departure"].any()


def test_what_is_settled_stays_though_the_inputs_change() -> None:
    """Four x1 ordered in month 0 for a run worth 1 M$ that is then worth nothing: they are paid, 0.12 M$ in all."""
    kind, runs = [accelerator(lead_time_months=6)], [run("a", 4, 6, 6, 1.0)]
    study = planner.load(scenario([6, 6], accelerators=kind, runs=runs))
    plan, changed = study.solve(), study.with_({"runs.a.value_musd": 0})
    assert changed.solve().objective_musd == pytest.approx(0.0)
    settled = study.replan(plan, date(1)).with_({"runs.a.value_musd": 0})
    assert settled.solve().objective_musd == pytest.approx(-4 * PRICE)
    open_ = changed.replan(plan, date(1), cancellable={"accelerator": (date(1), 0.01)})
    assert open_.solve().objective_musd == pytest.approx(-4 * 0.01 * factor(1))


def test_replanning_twice_follows_the_last_plan(base: planner.Plan) -> None:
    first = planner.load("tiny").replan(base, "2026-03")
    second = first.replan(first.solve(), "2026-05", frozen_until="2026-06")
    (row,) = second.inputs.rows("previous_plan")
    assert (row["replanned"], row["frozen_until"]) == ("2026-05", "2026-06")
    assert len(second.inputs.rows("previous_runs")) == 2


def test_a_later_horizon_starts_with_what_was_ordered(caplog: pytest.LogCaptureFixture) -> None:
    """Four x1 ordered in month 0 arrive in month 6, where a run takes them; from month 3 on they come as on order."""
    kind = [accelerator(lead_time_months=6)]
    runs = [run("a", 4, 6, 6, 1.0), run("early", 1, 3, 0, 0.1)]
    plan = planner.load(scenario([6, 6], accelerators=kind, runs=runs, fleet=[fleet(1)])).solve()
    late = planner.load(
        scenario([3, 6], accelerators=kind, fleet=[fleet(1)], calendar={"start": date(3)}, runs=runs[:1])
    )
    assert late.solve().objective_musd == pytest.approx(0.0)  # four more x1 cannot be had in time
    followed = late.replan(plan, date(3)).solve()
    assert followed.objective_musd == pytest.approx(factor(9))
    assert float(followed.data["delivered"].sum()) == 3
    assert "run early: no longer asked for" in caplog.text
