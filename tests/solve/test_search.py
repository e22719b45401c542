"""Limits, exact integers, statuses and shadow prices of a search."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.core.errors import LimitReached, SolverError
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.solve import search as searching
from planner.solve.compile import Matrix, compile_model
from planner.solve.highs import Outcome, solve_lp
from planner.solve.options import Options
from planner.solve.search import CONTINUOUS_IN_PRICES, Found, gross_scale, limit_prices, search
from tests.cli.slow_scenario import slow_scenario


def found_of(name: str, gap: float = 0.0) -> tuple[Matrix, Found]:
    """The matrix of a bundled scenario and what a search finds."""
    study = planner.load(name)
    m = assemble(study.case)
    matrix = compile_model(m, ROOMS)
    found = search(matrix, Options(gap=gap, threads=1), gross_scale(m, study.case, matrix))
    assert isinstance(found, Found)
    return matrix, found


def test_integers_are_exact() -> None:
    matrix, found = found_of("tiny")
    assert found.status == "optimal"
    values = found.x[matrix.integer]
    assert np.array_equal(values, np.rint(values))


def test_a_time_limit_returns_the_best_plan_with_its_gap(tmp_path: Path) -> None:
    plan = planner.load(slow_scenario(tmp_path)).solve(time_limit=4)
    assert plan.status == "time_limit"
    assert plan.checked
    assert plan.bound_musd > plan.objective_musd
    assert plan.gap == pytest.approx((plan.bound_musd - plan.objective_musd) / plan.data.attrs["scale_musd"])


def test_a_limit_before_any_plan_raises(tmp_path: Path) -> None:
    study = planner.load(slow_scenario(tmp_path)).with_({"runs.r0.must_run": "yes"})  # else doing nothing is a plan
    with pytest.raises(LimitReached) as caught:
        study.solve(time_limit=1e-3)
    assert caught.value.status == "time_limit"


@pytest.mark.parametrize("strategy", ["guided", "plain"])
def test_a_limit_on_work_gives_the_same_plan_each_time(strategy: str, tmp_path: Path) -> None:
    study = planner.load(slow_scenario(tmp_path))
    asked = {"gap": 0, "time_limit": 100, "threads": 1, "strategy": strategy}
    found = [study.solve(**asked, work_limit=limit) for limit in (500, 3_000, 3_000)]
    assert [plan.status for plan in found] == ["work_limit"] * 3
    assert found[1].data["start"].equals(found[2].data["start"])
    assert (found[1].objective_musd, found[1].bound_musd) == (found[2].objective_musd, found[2].bound_musd)
    assert found[0].gap > found[1].gap


def test_a_gap_that_is_reached_stops_the_search(tmp_path: Path) -> None:
    plan = planner.load(slow_scenario(tmp_path)).solve(gap=0.5, time_limit=60)
    assert plan.status == "gap_reached"
    assert plan.gap <= 0.5


@pytest.mark.parametrize("status", ["unbounded", "infeasible"])
def test_what_has_no_plan_is_not_given_one(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(status, None, -np.inf, np.inf)
    monkeypatch.setattr(searching, "solve_matrix", lambda *args, **kwargs: outcome)
    study = planner.load("tiny")
    matrix = compile_model(assemble(study.case), ROOMS)
    if status == "infeasible":
        assert search(matrix, Options(threads=1), lambda x: 1.0) is outcome
    else:
        with pytest.raises(SolverError, match="no bound"):
            search(matrix, Options(threads=1), lambda x: 1.0)


@pytest.fixture(scope="module")
def llama() -> tuple[Matrix, Found]:
    return found_of("llama-2023", gap=0.02)


@pytest.mark.parametrize("equation", ["B1", "F1", "N1"])
def test_a_price_lies_between_what_a_little_less_costs_and_a_little_more_brings(
    equation: str, llama: tuple[Matrix, Found]
) -> None:
    """The value is concave in a right-hand side, and the price is its slope (starts, sites and tiers kept)."""
    matrix, found = llama
    kept = [i for i, role in enumerate(matrix.roles) if role is not None and role not in CONTINUOUS_IN_PRICES]
    keep = {i: float(found.x[i]) for i in kept}
    options, step = Options(threads=1), 0.1

    def value(row: int, by: float) -> float:
        lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
        lower[row] += by
        upper[row] += by
        return solve_lp(dataclasses.replace(matrix, row_lower=lower, row_upper=upper), options, keep).objective

    base = solve_lp(matrix, options, keep).objective
    prices = limit_prices(matrix, options, found).worth
    rows = sorted((row for row in prices if row.equation == equation), key=lambda row: -prices[row])[:2]
    assert rows
    for row in rows:
        i = matrix.rows.index(row)
        assert value(i, step) - base <= prices[row] * step + 1e-6
        assert base - value(i, -step) >= prices[row] * step - 1e-6
        assert base - value(i, -step) > 1e-6


def test_more_of_a_limit_never_has_a_negative_price(llama: tuple[Matrix, Found]) -> None:
    matrix, found = llama
    prices = limit_prices(matrix, Options(threads=1), found).worth
    limits = {"B1", "B2", "F1", "F2", "F4", "P1", "P2", "P5", "P6", "N1", "N2", "N4", "D1", "D2"}
    assert all(price > -1e-6 for row, price in prices.items() if row.equation in limits)
