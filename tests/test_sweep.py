"""A study under every combination of changes, as one cube."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import planner
from planner import Sweep, sweep
from planner.core.errors import InputError

ROOT = Path(planner.__file__).parents[1]
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


def test_differences_are_those_of_each_pair(cube: Sweep) -> None:
    base = {BUDGET: "*1", LEAD: "+0"}
    found = cube.differences(base)
    assert found["low"].dims == (BUDGET, LEAD) and found["low"].attrs["units"] == "M$"
    for budget in AXES[BUDGET]:
        for lead in AXES[LEAD]:
            at, one = found.sel({BUDGET: budget, LEAD: lead}), cube.difference({BUDGET: budget, LEAD: lead}, base)
            if {BUDGET: budget, LEAD: lead} == base:
                assert (float(at["low"]), float(at["high"]), bool(at["resolved"])) == (0.0, 0.0, False)
            else:
                assert (float(at["low"]), float(at["high"])) == pytest.approx((one.low, one.high))
                assert bool(at["resolved"]) == (one.low > 0 or one.high < 0)


def test_an_axis_that_is_left_out_is_kept(cube: Sweep) -> None:
    found = cube.differences({BUDGET: "*1"}).sel({BUDGET: "*2", LEAD: "+3"})
    one = cube.difference({BUDGET: "*2", LEAD: "+3"}, {BUDGET: "*1", LEAD: "+3"})
    assert (float(found["low"]), float(found["high"])) == pytest.approx((one.low, one.high))


def test_each_corner_has_its_whole_plan(cube: Sweep) -> None:
    at = {LEAD: "+3", BUDGET: "*2"}
    assert cube.plan(at).objective_musd == float(cube.data.sel(at)["objective_musd"])
    for wrong in ({BUDGET: "*2"}, {BUDGET: "*3", LEAD: "+3"}):
        with pytest.raises(KeyError, match="is no corner of the sweep"):
            cube.plan(wrong)
    assert repr(cube).splitlines()[:2] == ["<Sweep: 6 plans of 6 corners>", f"  {BUDGET}: *0.5, *1, *2"]


def test_a_study_sweeps_itself(cube: Sweep, kept: Path) -> None:
    found = planner.load("tiny").sweep(AXES, out=kept, workers=1)
    assert found.data["objective_musd"].equals(cube.data["objective_musd"])


@pytest.mark.parametrize(
    "first",
    [
        "from planner.study import load; load('tiny').sweep",
        "import planner.sweeps; from planner.study import Study; Study.sweep",
        "from planner.results.plan import Plan; Plan.to_excel, Plan.to_csv, Plan.summary, Plan.compare",
        "import planner, planner.sweeps; assert callable(planner.sweep) and planner.Sweep",
    ],
)
def test_methods_are_there_whichever_module_comes_first(first: str) -> None:
    done = subprocess.run([sys.executable, "-c", first], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_sweep_takes_up_what_it_kept(cube: Sweep, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(list(kept.glob("*.nc"))) == 6

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("solved again")

    monkeypatch.setattr(planner.Study, "solve", refuse)
    again = sweep(planner.load("tiny"), AXES, out=kept)
    assert again.data["objective_musd"].equals(cube.data["objective_musd"])


def test_a_kept_plan_that_is_not_as_good_as_asked_is_solved_again(tmp_path: Path) -> None:
    study, axes = planner.load("tiny"), {BUDGET: ["*1"]}
    best = float(sweep(study, axes, out=tmp_path).data["objective_musd"].item())
    (file,) = tmp_path.glob("*.nc")
    poor = planner.open_plan(file)
    poor.data.attrs |= {"objective_musd": best / 2, "gap": 0.3}
    poor.data.attrs["options"] = json.dumps(json.loads(poor.data.attrs["options"]) | {"gap": 0.4})
    poor.to_netcdf(file)
    assert float(sweep(study, axes, out=tmp_path, gap=0.5).data["objective_musd"].item()) == best / 2
    assert float(sweep(study, axes, out=tmp_path).data["objective_musd"].item()) == best


def test_what_was_kept_is_good_only_if_it_was_cut_off_no_sooner_by_the_same_strategy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, axes = planner.load("tiny"), {BUDGET: ["*1"]}
    asked = {"strategy": "plain", "work_limit": 1000}
    sweep(study, axes, out=tmp_path, **asked)
    (file,) = tmp_path.glob("*.nc")
    poor = planner.open_plan(file)
    options = json.loads(poor.data.attrs["options"])
    assert asked.items() <= options.items()
    poor.data.attrs |= {"objective_musd": 1.0, "gap": 0.3}
    poor.to_netcdf(file)
    for again in (asked, {**asked, "work_limit": 10}):
        assert float(sweep(study, axes, out=tmp_path, **again).data["objective_musd"].item()) == 1.0
    solved = []
    monkeypatch.setattr(planner.Study, "solve", lambda study, **options: solved.append(options) or poor)
    for other in ({**asked, "work_limit": 2000}, {"strategy": "plain"}, {**asked, "strategy": "guided"}):
        sweep(study, axes, out=tmp_path, **other)
    assert [(options["strategy"], options["work_limit"]) for options in solved] == [
        ("plain", 2000), ("plain", None), ("guided", 1000),
    ]  # fmt: skip


def test_a_corner_without_a_plan_is_named() -> None:
    found = sweep(planner.load("tiny"), {"runs.b.must_run": ["no", "yes"], BUDGET: ["*0.01"]})
    assert found.data["status"].to_numpy().tolist() == [["optimal"], ["infeasible"]]
    assert np.isnan(found.data["objective_musd"].sel({"runs.b.must_run": "yes"})).all()
    assert np.isnan(found.differences({"runs.b.must_run": "no"})["high"].sel({"runs.b.must_run": "yes"})).all()
    with pytest.raises(KeyError, match="infeasible"):
        found.plan({"runs.b.must_run": "yes", BUDGET: "*0.01"})


def test_bad_axes_are_refused_before_anything_is_solved() -> None:
    with pytest.raises(InputError, match="no values to try"):
        sweep(planner.load("tiny"), {BUDGET: []})
    with pytest.raises(InputError, match="tried more than once, got \\*1"):
        planner.load("tiny").sweep({"budgets.2026.all.budget_musd": ["*0.5", "*1", "*1"]})
    with pytest.raises(InputError, match="did you mean"):
        sweep(planner.load("tiny"), {"budget.*.all.budget_musd": ["*2"]})
