"""Planted errors in the ledger, the objective, the gap, the published results and the labels are found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from planner.results.check import check_plan
from tests.results.full_inputs_by_hand import full_inputs
from tests.results.full_plan_by_hand import full_plan
from tests.results.plans_by_hand import canonical, tiny_plan, with_inputs


def equations(plan: xr.Dataset) -> set[str]:
    return {finding.equation for finding in check_plan(plan).findings}


def test_plans_by_hand_pass() -> None:
    for plan in (tiny_plan(), full_plan()):
        report = check_plan(plan)
        assert report.ok, report.text()
        assert report.notices == ()
        assert report.rows_checked > 200
        assert report.text().startswith("check passed")


def test_a_plan_does_not_depend_on_the_order_of_its_labels() -> None:
    plan = full_plan()
    turned = plan.isel(
        accelerator=[1, 0], site=[3, 1, 0, 2], period=[2, 0, 3, 1], fabric=[2, 0, 1], hall=[1, 2, 0], fiscal_year=[1, 0]
    )
    turned = turned.isel(stream=[1, 0], candidate=[5, 3, 1, 0, 2, 4], line=slice(None, None, -1))
    assert check_plan(turned).ok


LINES = [
    ("capex", "compute", "alpha", "2026-04"),
    ("capex", "hall", "beta", "2026-04"),
    ("opex", "energy", "alpha", "2026-01"),
    ("opex", "running", "alpha", "2026-07"),
    ("opex", "lease", "cloud", "2026-04"),
    ("opex", "lease", "pod", "2028-12"),
    ("opex", "placement", "beta", "2026-07"),
    ("penalty", "supply", "y1", "2026-04"),
    ("penalty", "budget", "opex", "2026-01"),
    ("value", "run", "big", "2027-01"),
    ("value", "stream", "research", "2026-07"),
    ("terminal", "network", "beta", "2028-01"),
]


def line_of(plan: xr.Dataset, line: tuple[str, str, str, str]) -> int:
    names = ("kind", "part", "where", "date")
    rows = list(zip(*(plan[f"line_{name}"].values.tolist() for name in names), strict=True))
    return rows.index(line)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_wrong_missing_or_moved_line_is_found(line: tuple[str, str, str, str]) -> None:
    where = "kind={} part={} where={} date={}".format(*line)
    plan = full_plan()
    position = line_of(plan, line)
    wrong = plan.copy(deep=True)
    wrong["ledger_musd"].values[position] *= 1.01
    missing = plan.isel(line=[i for i in range(plan.sizes["line"]) if i != position])
    undiscounted = plan.copy(deep=True)
    undiscounted["ledger_discounted_musd"].values[position] += 1e-3
    for broken in (wrong, missing, undiscounted):
        assert where in [f.where for f in check_plan(broken).findings if f.equation == "ledger"]
    assert "objective" in equations(undiscounted)


def test_a_line_of_a_part_nobody_knows_is_found() -> None:
    plan = full_plan()
    plan["line_part"].values[line_of(plan, ("opex", "energy", "alpha", "2026-01"))] = "cooling"
    assert "ledger" in equations(plan)


def test_equations_the_check_does_not_know_are_named_and_their_lines_taken_as_stated() -> None:
    plan = tiny_plan()
    extra = plan.isel(line=[0]).assign_coords(
        line=[99], line_kind=("line", ["penalty"]), line_part=("line", ["carbon"])
    )
    extra["ledger_musd"].values[:] = 2.0
    extra["ledger_discounted_musd"].values[:] = -2.0
    plan = xr.concat(
        [plan, extra], dim="line", data_vars="minimal", coords="minimal", compat="override", join="override"
    )
    plan.attrs = tiny_plan().attrs
    plan.attrs["objective_musd"] -= 2.0
    plan.attrs["bound_musd"] -= 2.0
    assert "ledger" in equations(plan)
    plan.attrs["equations"] = json.dumps(["F1", "C1"])
    report = check_plan(plan)
    assert report.ok, report.text()
    assert report.notices == ("not re-checked: C1", "ledger lines taken as the plan states them: penalty carbon")


def test_rows_the_model_has_and_the_check_does_not_are_named() -> None:
    plan = tiny_plan()
    plan.attrs["equations"] = json.dumps(["F1", "F2"])
    assert check_plan(plan).notices == ("the model has rows of F2, the check found none to compare",)


@pytest.mark.parametrize("name", ["gap", "gap_musd", "scale_musd", "bound_musd"])
def test_the_gap_is_recomputed(name: str) -> None:
    plan = full_plan()
    plan.attrs[name] += 0.01
    assert equations(plan) == {"gap"}


def test_a_bound_below_the_objective_is_found() -> None:
    plan = full_plan()
    plan.attrs |= {"bound_musd": plan.attrs["objective_musd"] - 1, "gap_musd": -1.0}
    plan.attrs["gap"] = -1.0 / plan.attrs["scale_musd"]
    assert [f.message[:9] for f in check_plan(plan).findings] == ["the bound"]


OUTPUTS = [
    ("in_service", "accelerators"),
    ("delivered", "accelerators"),
    ("hall_mw", "MW"),
    ("power_source_mw", "MW"),
    ("draw_mw", "MW"),
    ("endpoints", "endpoints"),
    ("instances", "instances"),
    ("served", "PFLOP/s"),
    ("budget", "M$"),
    ("budget_spend", "M$"),
    ("stranded_accelerators", "accelerators"),
    ("stranded_mw", "MW"),
    ("utilisation", "1"),
    ("capex", "M$"),
    ("cash", "M$"),
    ("opex", "M$"),
    ("months", "months"),
    ("year", "year"),
    ("in_tail", "in_tail"),
]


@pytest.mark.parametrize(("name", "unit"), OUTPUTS)
def test_a_wrong_result_is_found_by_name(name: str, unit: str) -> None:
    plan = full_plan()
    values = plan[name].values.copy()
    values.flat[-1] = not values.flat[-1] if values.dtype == bool else values.flat[-1] + 1
    plan[name] = (plan[name].dims, values)
    (finding,) = check_plan(plan).findings
    assert (finding.equation, finding.unit) == (f"output:{name}", unit)


@pytest.mark.parametrize("name", [name for name, _ in OUTPUTS[:16]])
def test_a_missing_result_is_found(name: str) -> None:
    assert f"output:{name}" in equations(full_plan().drop_vars(name))


def test_the_online_accelerators_of_a_lease_are_those_rented() -> None:
    plan = full_plan()
    plan["online"].loc[{"accelerator": "x1", "site": "cloud"}] = 96.0
    assert equations(plan) == {"output:online"}


RUNS: list[tuple[str, Any]] = [
    ("run_status", "started"),
    ("run_start", "2026-10"),
    ("run_finish", "2026-11"),
    ("run_site", "beta"),
    ("run_accelerator", "y1"),
    ("run_n", 180),
    ("run_months_late", 0),
    ("run_value_musd", 50.0),
]


@pytest.mark.parametrize(("name", "value"), RUNS)
def test_the_run_calendar_follows_from_the_starts(name: str, value: Any) -> None:
    plan = full_plan()
    values = plan[name].values.tolist()
    plan[name] = ("run", [value, *values[1:]])
    (finding,) = check_plan(plan).findings
    assert (finding.equation, finding.where) == (f"output:{name}", "run=big")


def test_values_that_are_no_numbers_are_found() -> None:
    plan = full_plan()
    plan["online"].values[0, 0, 0] = np.nan
    assert "output:online" in equations(plan)
    plan = full_plan()
    plan.attrs["bound_musd"] = float("nan")
    assert equations(plan) == {"gap"}
    plan = full_plan()
    plan["ledger_musd"].values[0] = np.nan
    assert "ledger" in equations(plan)


def test_labels_must_be_those_of_the_inputs() -> None:
    assert "labels" in equations(full_plan().assign_coords(site=["alpha", "beta", "cloud", "hut"]))
    assert "labels" in equations(full_plan().assign_coords(period=full_plan()["period"] + np.timedelta64(31, "D")))
    assert "labels" in equations(full_plan().assign_coords(run=["big", "small", "hired", "often"]))


def test_the_hash_is_that_of_the_inputs() -> None:
    plan = full_plan()
    inputs = full_inputs() | {"title": "another"}
    plan.attrs["inputs"] = canonical(inputs)
    assert equations(plan) == {"output:inputs_hash"}


def test_least_cost_lists_value_but_does_not_count_it() -> None:
    def least_cost(inputs: dict[str, Any]) -> None:
        inputs["finance"]["objective"] = "least_cost"

    plan = with_inputs(full_plan(), least_cost)
    assert {"ledger", "objective", "gap"} <= equations(plan)
    kinds, worth = plan["line_kind"].values, plan["ledger_discounted_musd"].values
    worth[kinds == "value"] = 0.0
    scale = -float(worth[kinds != "terminal"].sum())
    objective = float(worth.sum())
    plan.attrs |= {"objective_musd": objective, "bound_musd": objective + 1.0, "scale_musd": scale, "gap": 1.0 / scale}
    assert check_plan(plan).ok


@pytest.mark.parametrize("name", ["candidate_run", "candidate_n", "line_date", "ledger_musd"])
def test_a_plan_with_parts_missing_is_no_plan(name: str) -> None:
    (finding,) = check_plan(full_plan().drop_vars(name)).findings
    assert (finding.equation, finding.message) == ("plan", f"lacks {name}")


def test_attributes_and_dates_must_be_there() -> None:
    plan = full_plan()
    del plan.attrs["bound_musd"]
    plan = plan.drop_vars("run_n")
    assert equations(plan) == {"plan"}
    plan = full_plan()
    plan["line_date"].values[0] = "soon"
    assert equations(plan) == {"plan"}
    assert equations(full_plan().drop_vars("run_n")) == {"output:run_n"}


def test_a_plan_read_from_a_file_passes(tmp_path: Path) -> None:
    full_plan().to_netcdf(tmp_path / "plan.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "plan.nc", engine="h5netcdf") as plan:
        assert check_plan(plan).ok


def test_the_text_lists_findings_by_equation_and_cuts_long_lists() -> None:
    plan = full_plan()
    plan["capex"].values[:] += 1.0
    text = check_plan(plan).text()
    assert text.splitlines()[0].startswith("check failed: 64 findings")
    assert "output:capex: and 56 more" in text
    assert "category=compute site=alpha period=2026-01 (off by 1 M$)" in text
