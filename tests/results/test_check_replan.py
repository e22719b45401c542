"""The plan by hand that follows another passes the check; decisions, results, money and dates changed are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr

import planner
from planner.results.check import check_plan
from tests.results.plans_by_hand import changed, row_of, with_inputs
from tests.results.replan_by_hand import (
    HELD,
    LATER,
    LATER_EARLY,
    NEW,
    NEW_EARLY,
    replan_inputs,
    replan_plan,
)
from tests.results.test_check_solved import scenario

X1 = {"accelerator": "x1", "site": "alpha"}
Change = tuple[str, dict[str, Any], float]


def findings(plan: xr.Dataset) -> list[tuple[str, str]]:
    return [(finding.equation, finding.where) for finding in check_plan(plan).findings]


def test_the_plan_by_hand_passes() -> None:
    report = check_plan(replan_plan())
    assert report.ok, report.text()
    assert report.notices == ()
    assert {"K1", "K2", "K3", "K4", "K5", "K6"} <= set(report.equations_checked)


def test_a_solved_plan_is_no_worse() -> None:
    plan = planner.load(scenario(replan_inputs())).solve(gap=0.0, threads=1)
    assert check_plan(plan.data).ok
    assert plan.objective_musd >= replan_plan().attrs["objective_musd"] - 1e-6


PLANTED: list[tuple[str, list[Change], str]] = [
    ("K1", [("order", X1 | {"period": "2026-07"}, 3)], "previous_order=accelerator.alpha.x1.2026-07"),
    ("K1", [("order", X1 | {"period": "2027-01"}, 2)], "previous_order=accelerator.alpha.x1.2027-01"),
    ("eligibility", [("order_cancelled", {"previous_order": "accelerator.alpha.x1.2027-01"}, 1)],
     "previous_order=accelerator.alpha.x1.2027-01"),
    ("K2", [("lease_signed", {"lease": "cloud", "period": "2026-07"}, 1)], "ordered_item=lease.cloud"),
    ("K3", [("order", X1 | {"period": "2027-07"}, 5)], "ordered_item=accelerator.alpha.x1 period=2027-07"),
    ("K4", [("lease_signed", {"lease": "cloud", "period": "2027-01"}, 0)], "ordered_item=lease.cloud period=2027-01"),
    ("output:order_departure", [("order", X1 | {"period": "2027-07"}, 3)],
     "ordered_item=accelerator.alpha.x1 period=2027-07"),
    ("K5", [("start", {"candidate": HELD}, 0)], "run=held"),
    ("K6", [("start", {"candidate": LATER}, 0), ("start", {"candidate": LATER_EARLY}, 1)], "run=later"),
    ("K6", [("start", {"candidate": NEW}, 0), ("start", {"candidate": NEW_EARLY}, 1)], "run=new"),
    ("output:run_moved", [("run_moved", {"run": "new"}, 1)], "run=new"),
]  # fmt: skip


@pytest.mark.parametrize(("equation", "planted", "place"), PLANTED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_planted_violation_is_reported_under_its_equation(equation: str, planted: list[Change], place: str) -> None:
    plan = replan_plan()
    for name, at, value in planted:
        plan = changed(plan, name, at, value)
    assert (equation, place) in findings(plan)


def cell(table: str, column: str, value: Any, **key: Any) -> Callable[[dict[str, Any]], None]:
    def change(inputs: dict[str, Any]) -> None:
        row_of(inputs, table, **key)[column] = value

    return change


FEE = "kind=fee part={} where={} date={}"


@pytest.mark.parametrize(("change", "equation", "place"), [
    (cell("previous_plan", "replanned", "2026-05", plan="last"), "eligibility",
     "previous_order=accelerator.alpha.x1.2026-07"),
    (cell("previous_plan", "replanned", "2026-04", plan="last"), "ledger", FEE.format("moved_run", "later", "2026-04")),
    (cell("previous_plan", "frozen_until", "2027-02", plan="last"), "K1",
     "previous_order=accelerator.alpha.x1.2027-07"),
    (cell("previous_plan", "frozen_until", "2027-02", plan="last"), "K5", "run=later"),
    (cell("previous_plan", "frozen_until", "2027-02", plan="last"), "K6", "run=new"),
    (cell("previous_plan", "known_until", "2027-07", plan="last"), "output:order_departure",
     "ordered_item=accelerator.alpha.x1 period=2027-07"),
    (cell("previous_orders", "cancel_fee_musd", 0.7, what="accelerator", arrives="2026-07"), "ledger",
     FEE.format("cancelled_order", "accelerator.alpha.x1", "2026-03")),
    (cell("previous_orders", "count", 4, what="accelerator", arrives="2026-07"), "K1",
     "previous_order=accelerator.alpha.x1.2026-07"),
    (cell("moving_prices", "musd", 0.4, what="accelerator"), "ledger",
     FEE.format("moved_order", "accelerator.alpha.x1", "2026-03")),
    (cell("previous_runs", "start", "2027-07", run="later"), "output:run_moved", "run=later"),
    (cell("previous_runs", "site", "cloud", run="held"), "K5", "run=held"),
])  # fmt: skip
def test_changed_inputs_are_found(change: Callable[[dict[str, Any]], None], equation: str, place: str) -> None:
    assert (equation, place) in findings(with_inputs(replan_plan(), change))


def test_every_line_of_the_ledger_is_derived() -> None:
    """Each fee made a thousandth larger is found, so none is taken as stated."""
    plan = replan_plan()
    for line in range(plan.sizes["line"]):
        raised = plan.copy(deep=True)
        raised["ledger_musd"][line] *= 1.001
        assert "ledger" in {equation for equation, _ in findings(raised)}
