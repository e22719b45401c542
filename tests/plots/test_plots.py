"""Charts draw what the plan holds, and return their figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr
from matplotlib.figure import Figure

import planner
from planner.plots import capex_against_budget, fleet_by_type, power_waterfall, run_gantt


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.load("tiny").solve()


@pytest.mark.parametrize("chart", [capex_against_budget, fleet_by_type, power_waterfall, run_gantt])
def test_each_chart_is_a_figure_that_can_be_saved(
    chart: Callable[[xr.Dataset], Figure], plan: planner.Plan, tmp_path: Path
) -> None:
    figure = chart(plan.data)
    figure.savefig(tmp_path / "chart.png", dpi=40)
    assert (tmp_path / "chart.png").stat().st_size > 2000


def test_bars_add_up_to_the_cash_of_the_year(plan: planner.Plan) -> None:
    axes = capex_against_budget(plan.data).axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(float(plan.cash.sum()) / 1e3)


def test_every_started_run_has_its_bar(plan: planner.Plan) -> None:
    axes = run_gantt(plan.data).axes[0]
    assert len(axes.patches) == int((plan.data["run_status"] != "refused").sum())
    assert any("a: 1,000" in text.get_text() for text in axes.texts)


def test_a_site_that_is_asked_for_alone_is_drawn_alone(plan: planner.Plan) -> None:
    assert len(power_waterfall(plan.data, ["alpha"]).axes) == 1
