"""Charts draw what the plan holds, and return their figure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import planner
from planner.plots import capex_against_budget, fleet_by_type, power_waterfall, run_gantt, value_differences
from planner.results.compare import Interval


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
    assert axes.get_ylabel() == "M$"
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(float(plan.cash.sum()))


def test_a_year_of_a_billion_is_drawn_in_billions(plan: planner.Plan) -> None:
    large = plan.data.copy(deep=True)
    large["cash"] *= 1e3
    axes = capex_against_budget(large).axes[0]
    assert axes.get_ylabel() == "B$"
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(float(plan.cash.sum()))


def test_money_carried_over_has_its_mark(plan: planner.Plan) -> None:
    def words(data: xr.Dataset) -> list[str]:
        return [text.get_text() for text in capex_against_budget(data).axes[0].get_legend().get_texts()]

    assert "with what is\ncarried over" not in words(plan.data)
    carried = plan.data.copy(deep=True)
    carried["budget_left"] += 10.0
    assert "with what is\ncarried over" in words(carried)
    assert "budget" in words(carried)


def test_legends_stand_beside_the_data(plan: planner.Plan) -> None:
    for chart in (capex_against_budget, fleet_by_type, run_gantt):
        figure = chart(plan.data)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        assert axes.get_legend().get_window_extent().x0 >= axes.get_window_extent().x1 - 1


def test_every_started_run_has_its_bar(plan: planner.Plan) -> None:
    axes = run_gantt(plan.data).axes[0]
    assert len(axes.patches) == int((plan.data["run_status"] != "refused").sum())
    assert any("a: 1,000" in text.get_text() for text in axes.texts)


def test_a_site_that_is_asked_for_alone_is_drawn_alone(plan: planner.Plan) -> None:
    assert len(power_waterfall(plan.data, ["alpha"]).axes) == 1


def test_source_lines_are_mw_of_it(plan: planner.Plan) -> None:
    (axes,) = power_waterfall(plan.data, ["alpha"]).axes
    pue = plan.inputs.by_id("sites", "site")["alpha"]["pue"]
    assert pue > 1.0
    shown = plan.data.isel(period=np.flatnonzero(~plan.data["in_tail"].to_numpy()))
    at_meter = shown["power_source_mw"].to_numpy()[shown["power_source_site"].to_numpy() == "alpha"].sum(axis=0)
    (line,) = [line for line in axes.lines if line.get_label() == "sources, less PUE"]
    assert np.asarray(line.get_ydata())[:-1] == pytest.approx(at_meter / pue)
    assert axes.get_ylim()[0] == 0.0


def test_no_line_is_drawn_beyond_the_axes(plan: planner.Plan) -> None:
    much = plan.data.copy(deep=True)
    much["power_source_mw"] *= 100.0
    (axes,) = power_waterfall(much, ["alpha"]).axes
    assert axes.get_ylim()[1] > max(np.max(line.get_ydata()) for line in axes.lines)


def test_every_refused_run_is_named(plan: planner.Plan) -> None:
    none = plan.data.copy(deep=True)
    none["run_status"][:] = "refused"
    axes = run_gantt(none).axes[0]
    assert not axes.patches
    assert axes.get_xlabel() == "refused (2): a, b"


def test_a_difference_is_drawn_from_its_least_to_its_most() -> None:
    (axes,) = value_differences({"less": Interval(-30.0, -10.0), "close": Interval(-1.0, 2.0)}).axes
    less, close = (line for line in axes.lines if line.get_marker() == "|")
    assert (list(less.get_xdata()), list(close.get_xdata())) == ([-30.0, -10.0], [-1.0, 2.0])
    assert less.get_color() != close.get_color()
    assert axes.get_xlabel() == "M$ of today"
    assert value_differences({"much": Interval(2e4, 3e4)}).axes[0].get_xlabel() == "B$ of today"
