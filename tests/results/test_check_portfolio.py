"""The portfolio's plan by hand passes the check; decisions, results, money and dates changed in it are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr

import planner
from planner.results.check import check_plan
from tests.results.plans_by_hand import changed, row_of, with_inputs
from tests.results.portfolio_by_hand import portfolio_inputs, portfolio_plan
from tests.results.test_check_solved import scenario

FIRST, SECOND, THIRD, LAST = "2026-01", "2026-04", "2026-07", "2026-10"
BASE, OWN, BOTH, BOTH_LATER, SOLO, OWN_1, OWN_2 = range(7)
OLD_AT_ONCE, OLD_HALF, OLD_KEPT, OTHER_AT_ONCE, OTHER_HALF, OTHER_KEPT, THIRD_HALF, THIRD_KEPT = range(7, 15)
Change = tuple[str, dict[str, Any], float]


def starts(*pairs: tuple[int, float]) -> list[Change]:
    """Candidates that are chosen, or not."""
    return [("start", {"candidate": c}, value) for c, value in pairs]


def ready(level: str, slot: str, value: float) -> Change:
    return "efficiency_ready", {"level": level, "slot": slot}, value


def findings(plan: xr.Dataset) -> list[tuple[str, str]]:
    return [(finding.equation, finding.where) for finding in check_plan(plan).findings]


def test_the_plan_by_hand_passes() -> None:
    report = check_plan(portfolio_plan())
    assert report.ok, report.text()
    assert report.notices == ()
    assert {"G1", "G2", "G3", "G4", "G5", "G6"} <= set(report.equations_checked)


def test_a_solved_plan_is_no_worse() -> None:
    plan = planner.load(scenario(portfolio_inputs())).solve(gap=0.0, threads=1)
    assert check_plan(plan.data).ok
    assert plan.objective_musd >= portfolio_plan().attrs["objective_musd"] - 1e-6


PLANTED: list[tuple[str, list[Change], str]] = [
    ("G1", starts((SOLO, 1)), "programme=code"),
    ("G1", [("licensed", {"option": "wiki.bought"}, 2)], "programme=wiki"),
    ("G2", [("licensed", {"option": "video.bought"}, 0)], "programme=video"),
    ("G3", starts((BASE, 0)), "run=own after=base slot=2026-07"),
    ("G3", starts((BASE, 0)), "run=both after=base slot=2026-04"),
    ("G4", [ready("chat.2", THIRD, 0), ready("chat.2", LAST, 1)], "level=chat.2 slot=2026-07"),
    ("G5", [ready("chat.1", THIRD, 0), ready("chat.1", LAST, 1)], "level=chat.2 slot=2026-07"),
    ("G6", starts((OLD_HALF, 0)), "running=old"),
    ("G6", starts((OTHER_HALF, 1)), "running=other"),
]


@pytest.mark.parametrize(("equation", "planted", "place"), PLANTED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_planted_violation_is_reported_under_its_equation(equation: str, planted: list[Change], place: str) -> None:
    plan = portfolio_plan()
    for name, at, value in planted:
        plan = changed(plan, name, at, value)
    assert (equation, place) in findings(plan)


def cell(table: str, column: str, value: Any, **key: Any) -> Callable[[dict[str, Any]], None]:
    def change(inputs: dict[str, Any]) -> None:
        row_of(inputs, table, **key)[column] = value

    return change


@pytest.mark.parametrize(("change", "equation", "place"), [
    (cell("precedence", "lag_months", 4, run="own"), "G3", "run=own after=base slot=2026-07"),
    (cell("efficiency", "lead_months", 7, level=2), "eligibility", "level=chat.2 slot=2026-07"),
    (cell("efficiency", "flop_factor", 0.55, level=2), "size", "run=own accelerator=x1 site=alpha"),
    (cell("cancellable", "from", "2026-08", running="old"), "eligibility", "running=old"),
    (cell("cancellable", "until", "2026-06", running="old"), "eligibility", "running=old"),
    (cell("running", "n", 70, running="old"), "eligibility", "running=old"),
    (cell("programmes", "must_fulfil", True, programme="wiki"), "G2", "programme=wiki"),
    (cell("programme_options", "share", 0.6, option="bought", programme="video"), "ledger",
     "kind=value part=programme where=video date=2026-04"),
    (cell("programme_options", "from", "2026-05", programme="video"), "output:programme_finish", "programme=video"),
    (cell("programmes", "counts_revenue", False, programme="chat"), "ledger",
     "kind=value part=programme where=chat date=2027-01"),
    (cell("programmes", "due", "2027-01", programme="chat"), "output:programme_status", "programme=chat"),
    (cell("cancellable", "fee_musd", 3, running="old"), "ledger",
     "kind=fee part=cancellation where=old date=2026-07"),
])  # fmt: skip
def test_changed_inputs_are_found(change: Callable[[dict[str, Any]], None], equation: str, place: str) -> None:
    assert (equation, place) in findings(with_inputs(portfolio_plan(), change))


def test_a_level_the_ladder_lacks_is_found() -> None:
    plan = portfolio_plan()
    plan["candidate_level"][OWN_2] = 3
    assert ("eligibility", "run=own") in findings(plan)


def test_a_licence_of_what_a_run_fulfils_is_found() -> None:
    plan = changed(portfolio_plan(), "licensed", {"option": "code.solo"}, 1)
    assert ("eligibility", "option=code.solo") in findings(plan)


def test_every_line_of_the_ledger_is_derived() -> None:
    """Each line made a thousandth larger is found, so none is taken as stated."""
    plan = portfolio_plan()
    for i in range(plan.sizes["line"]):
        spoiled = changed(plan, "ledger_musd", {"line": i}, float(plan["ledger_musd"][i]) * 1.001)
        assert "ledger" in {equation for equation, _ in findings(spoiled)}, i


RESULTS = [
    *(("programme_" + name, "programme", "chat") for name in ("status", "option", "way", "finish", "months_late")),
    *(("programme_" + name, "programme", "code") for name in ("value_musd", "revenue_musd")),
    ("programme_revenue_musd", "programme", "maps"),
    *(("running_" + name, "running", "old") for name in ("status", "end", "sunk_share")),
]


@pytest.mark.parametrize(("name", "dim", "label"), RESULTS)
def test_a_changed_result_is_found(name: str, dim: str, label: str) -> None:
    plan = portfolio_plan().copy(deep=True)
    plan[name].loc[{dim: label}] = "x" if plan[name].dtype == object else 0.123
    assert (f"output:{name}", f"{dim}={label}") in findings(plan)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in RESULTS}))
def test_a_missing_result_is_found(name: str) -> None:
    assert f"output:{name}" in {equation for equation, _ in findings(portfolio_plan().drop_vars(name))}
