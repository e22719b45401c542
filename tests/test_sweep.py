"""A study under every combination of changes, as one cube."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.core.errors import InputError
from planner.sweep import Sweep, sweep

BUDGET, LEAD = "budgets.*.all.budget_musd", "accelerators.x1.lead_time_months"
AXES = {BUDGET: ["*0.5", "*1", "*2"], LEAD: ["+0", "+3"]}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep")


@pytest.fixture(scope="module")
def cube(kept: Path) -> Sweep:
    return sweep(planner.load("tiny"), AXES, out=kept)


def test_the_cube_holds_each_corner_s_own_plan(cube: Sweep) -> None:
    assert cube.data["objective_musd"].dims == (BUDGET, LEAD)
    one = planner.load("tiny").with_({BUDGET: "*2", LEAD: "+3"}).solve()
    at = cube.data.sel({BUDGET: "*2", LEAD: "+3"})
    assert float(at["objective_musd"]) == pytest.approx(one.objective_musd, abs=1e-9)
    assert at["run_start"].to_series().to_dict() == one.data["run_start"].to_series().to_dict()
    assert float(at["cash"].sum()) == pytest.approx(float(one.cash.sum()))
    assert at["objective_musd"].attrs["units"] == "M$"


def test_more_budget_is_never_worth_less_and_a_slip_never_more(cube: Sweep) -> None:
    value = cube.data["objective_musd"].to_numpy()
    assert (np.diff(value, axis=0) >= -1e-9).all()
    assert (np.diff(value, axis=1) <= 1e-9).all()


def test_a_difference_is_an_interval(cube: Sweep) -> None:
    found = cube.difference({BUDGET: "*2", LEAD: "+0"}, {BUDGET: "*1", LEAD: "+0"})
    mine, theirs = (cube.data.sel({BUDGET: label, LEAD: "+0"}) for label in ("*2", "*1"))
    assert found.low == pytest.approx(float(mine["objective_musd"] - theirs["bound_musd"]))
    assert found.resolved


def test_a_sweep_takes_up_what_it_kept(cube: Sweep, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(list(kept.glob("*.nc"))) == 6

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr(planner.Study, "solve", refuse)
    again = sweep(planner.load("tiny"), AXES, out=kept)
    assert again.data["objective_musd"].equals(cube.data["objective_musd"])


def test_a_corner_without_a_plan_is_named() -> None:
    found = sweep(planner.load("tiny"), {"runs.b.must_run": ["no", "yes"], BUDGET: ["*0.01"]})
    assert found.data["status"].to_numpy().tolist() == [["optimal"], ["infeasible"]]
    assert np.isnan(found.data["objective_musd"].sel({"runs.b.must_run": "yes"})).all()


def test_bad_axes_are_refused_before_anything_is_solved() -> None:
    with pytest.raises(InputError, match="no values to try"):
        sweep(planner.load("tiny"), {BUDGET: []})
    with pytest.raises(InputError, match="did you mean"):
        sweep(planner.load("tiny"), {"budget.*.all.budget_musd": ["*2"]})
