"""The folder of `--out`: what stands in its way, what is set aside there, what a failing disk costs."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner import Plan
from planner.study import Study
from tests.cli.conftest import Planner
from tests.cli.slow_scenario import slow_scenario

INFEASIBLE = ("--set", "budgets.*.all.budget_musd=0", "--set", "runs.a.must_run=yes")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "folder"), [("plan.nc", True), ("plan.xlsx", True), ("tables", False), ("earlier", False)]
)
def test_something_of_the_wrong_kind_stands_in_the_way(
    command: Planner, tmp_path: Path, name: str, folder: bool
) -> None:
    if folder:
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_text("in the way")
    said = command("plan", "tiny", "--out", tmp_path)
    assert said.code == 2
    assert f"{name} stands in the way" in said.err


def test_what_an_earlier_run_wrote_is_set_aside_and_no_more(command: Planner, tmp_path: Path) -> None:
    out = tmp_path / "o"
    assert command("plan", "tiny", "--out", out, "--seed", "1").code == 0
    written = files(out)
    for name in ("notes.txt", "tables/mine.csv"):
        (out / name).write_text("mine")
    (out / ".plan.nc.0123abcd.part").write_text("cut off")
    workbook = (out / "plan.xlsx").read_bytes()
    assert command("plan", "tiny", "--out", out, *INFEASIBLE).code == 4
    assert files(out) == {f"earlier/{name}" for name in written} | {"notes.txt", "tables/mine.csv"}
    assert (out / "earlier" / "plan.xlsx").read_bytes() == workbook
    assert planner.open_plan(out / "earlier" / "plan.nc").checked
    assert command("plan", "tiny", "--out", out, *INFEASIBLE).code == 4
    assert (out / "earlier" / "plan.nc").is_file()  # there was nothing to take its place


def test_what_is_set_aside_takes_the_place_of_all_that_was(command: Planner, tmp_path: Path) -> None:
    (tmp_path / "earlier").mkdir()
    for name in ("plan.nc", "earlier/plan.nc", "earlier/plan.xlsx"):
        (tmp_path / name).write_text(name)
    command("plan", "tiny", "--out", tmp_path, *INFEASIBLE)
    assert files(tmp_path) == {"earlier/plan.nc"}
    assert (tmp_path / "earlier" / "plan.nc").read_text() == "plan.nc"


def test_input_that_is_not_valid_leaves_the_folder_alone(command: Planner, tmp_path: Path) -> None:
    (tmp_path / "plan.nc").write_text("of before")
    assert command("plan", "tiny", "--out", tmp_path, "--set", "sites.alpha.pue=0.5").code == 3
    assert files(tmp_path) == {"plan.nc"}


def test_a_disk_that_fails_on_the_way_does_not_end_the_search(
    command: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve, write, failed = Study.solve, Plan.to_netcdf, []

    def twice(study: Study, *args: object, on_plan: object = None, **options: object) -> Plan:
        assert callable(on_plan)
        plan = solve(study, *args, **options)  # type: ignore[arg-type]
        for _ in range(2):
            on_plan(plan)
        return plan

    def full(plan: Plan, path: Path) -> Path:
        if len(failed) < 2:
            failed.append(path)
            raise OSError(28, "No space left on device")
        return write(plan, path)

    monkeypatch.setattr(Study, "solve", twice)
    monkeypatch.setattr(Plan, "to_netcdf", full)
    said = command("plan", "tiny", "--out", tmp_path, "-v")
    assert said.code == 0
    assert said.err.count("the plan found so far is not saved, the search goes on") == 1
    assert len(failed) == 2
    assert planner.open_plan(tmp_path / "plan.nc").checked


def test_a_plan_on_the_way_can_be_summed_up_and_exported(command: Planner, tmp_path: Path) -> None:
    study, path = planner.load(slow_scenario(tmp_path / "slow", runs=20)), tmp_path / "plan.nc"
    with pytest.raises(StopIteration):
        study.solve(gap=0, on_plan=lambda plan: [plan.to_netcdf(path), next(iter(()))])
    said = command("check", path, "--json")
    assert (said.code, said.json["status"], said.json["checked"]) == (0, "running", True)
    assert command("export", path, "--to", tmp_path / "plan.xlsx").code == 0
    assert command("export", path, "--to", tmp_path / "csv").code == 0
    assert command("compare", path, path).code == 0
