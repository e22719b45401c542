"""Charts of plans: one function a chart, each takes plans' data and returns a matplotlib figure."""

from planner.plots.differences import value_differences
from planner.plots.fleet import fleet_by_type
from planner.plots.money import capex_against_budget
from planner.plots.power import power_waterfall
from planner.plots.runs import run_gantt

__all__ = ["capex_against_budget", "fleet_by_type", "power_waterfall", "run_gantt", "value_differences"]
