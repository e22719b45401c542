"""`planner plan`: files, summary, JSON, exit codes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import planner
from planner import Plan
from planner.study import Study
from tests.cli.conftest import Planner
from tests.cli.slow_scenario import slow_scenario

AGREED = ("study", "status", "objective_musd", "bound_musd", "gap", "gap_musd", "wall_seconds", "checked", "files")


def test_writes_the_plan_and_sums_it_up(command: Planner, tmp_path: Path) -> None:
    said = command("plan", "tiny")
    assert said.code == 0
    out = tmp_path / "out" / "tiny"
    assert sorted(path.name for path in out.iterdir()) == ["plan.nc", "plan.xlsx", "tables"]
    assert len(list((out / "tables").glob("*.csv"))) == 23
    assert said.out.startswith("tiny: One site")
    assert "Proven best: no plan is worth more." in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("Saved: out/tiny/plan.nc, out/tiny/plan.xlsx, ")
    assert planner.open_plan(out / "plan.nc").checked


def test_progress_goes_to_stderr_and_quiet_silences_it(command: Planner) -> None:
    loud, quiet = command("plan", "tiny"), command("plan", "tiny", "-q")
    assert "incumbent 177.60 M$" in loud.err
    assert "incumbent" not in loud.out
    assert quiet.err == ""
    assert "\x1b" not in loud.err + loud.out


def test_verbose_tells_the_size_of_the_model(command: Planner) -> None:
    assert "tiny: " in command("plan", "tiny", "-v").err
    assert "columns" in command("plan", "tiny", "-v").err


def test_json_is_one_object_that_agrees_with_the_file(command: Planner, tmp_path: Path) -> None:
    said = command("plan", "tiny", "--json", "--out", tmp_path / "o")
    assert said.code == 0
    found = said.json
    assert set(AGREED) <= set(found)
    attrs = planner.open_plan(tmp_path / "o" / "plan.nc").data.attrs
    for key in ("study", "status", "objective_musd", "bound_musd", "gap", "gap_musd", "wall_seconds"):
        assert found[key] == attrs[key], key
    assert found["checked"] is True
    assert found["status"] == "optimal"
    assert Path(found["files"][0]).name == "plan.nc"
    assert all(Path(file).is_file() for file in found["files"])
    assert found["wall_seconds"] > json.loads(attrs["timings"])["solve"]


def test_options_and_changes_reach_the_solve(command: Planner, tmp_path: Path) -> None:
    said = command(
        "plan", "tiny", "--out", tmp_path / "o", "--gap", "0.5", "--time-limit", "30", "--threads", "1", "--seed", "3",
        "--strategy", "plain", "--work-limit", "1000000", "--set", "budgets.2026.all.budget_musd=*0.5",
        "--set", "runs.a.value_musd=+10", "-q",
    )  # fmt: skip
    assert said.code == 0
    plan = planner.open_plan(tmp_path / "o" / "plan.nc")
    assert json.loads(plan.data.attrs["options"]) == {
        "gap": 0.5, "time_limit_s": 30.0, "threads": 1, "seed": 3, "strategy": "plain", "work_limit": 1_000_000,
    }  # fmt: skip
    assert plan.inputs.by_id("runs", "run")["a"]["value_musd"] == 210
    assert [c["path"] for c in plan.inputs.document["changes"]] == ["budgets.2026.all.budget_musd", "runs.a.value_musd"]


@pytest.mark.parametrize(
    "args",
    [
        [], ["tiny", "--gap", "-1"], ["tiny", "--gap", "x"], ["tiny", "--gap", "nan"],
        ["tiny", "--time-limit", "inf"], ["tiny", "--time-limit", "0"], ["tiny", "--threads", "0"],
        ["tiny", "--seed", "-1"], ["tiny", "--strategy", "guide"], ["tiny", "--work-limit", "0"],
        ["tiny", "--nonsense"], ["tiny", "tiny"], ["tiny", "--out", "/dev/null/x"],
    ],
)  # fmt: skip
def test_wrong_usage_is_2(command: Planner, args: list[str]) -> None:
    said = command("plan", *args)
    assert (said.code, said.out) == (2, "")
    assert "Error:" in said.err
    found = command("plan", *args, "--json")
    assert found.code == 2
    assert found.json["status"] == "usage_error"


def test_invalid_input_is_3_with_every_problem(command: Planner) -> None:
    args = ("plan", "tiny", "--set", "sites.alpha.pue=0.5", "--set", "runs.zz.value_musd=1")
    said = command(*args)
    assert (said.code, said.out) == (3, "")
    assert said.err.startswith("2 problems in the input\n")
    found = command(*args, "--json").json
    assert found["status"] == "invalid_input"
    assert {problem["rule"] for problem in found["error"]["problems"]} == {"below_low", "override_unknown_id"}
    assert found["objective_musd"] is None
    assert found["files"] == []


def test_malformed_changes_are_all_named(command: Planner) -> None:
    said = command("plan", "tiny", "--set", "nothing", "--set", "a.b.c=*x")
    assert said.code == 3
    assert said.err.startswith("2 problems")


def test_an_unknown_scenario_is_3_with_the_nearest_name(command: Planner) -> None:
    said = command("plan", "tinny")
    assert said.code == 3
    assert "did you mean tiny?" in said.err


def test_infeasible_is_4_with_an_explanation(command: Planner, tmp_path: Path) -> None:
    args = ("plan", "tiny", "--set", "budgets.*.all.budget_musd=0", "--set", "runs.a.must_run=yes")
    said = command(*args)
    assert (said.code, said.out) == (4, "")
    assert "infeasible" in said.err
    assert "budget" in said.err
    found = command(*args, "--json").json
    assert found["status"] == "infeasible"
    assert "budget" in found["error"]["message"]
    assert not (tmp_path / "out" / "tiny" / "plan.nc").exists()


def test_a_limit_before_any_plan_is_6(command: Planner, tmp_path: Path) -> None:
    must = ("--set", "runs.r0.must_run=yes")  # else doing nothing is a plan
    said = command("plan", slow_scenario(tmp_path / "slow", runs=20), *must, "--time-limit", "0.001", "--json")
    assert said.code == 6
    assert said.json["status"] == "time_limit"
    assert said.json["gap"] is None


@pytest.mark.parametrize(
    ("status", "code"), [("time_limit", 5), ("work_limit", 5), ("interrupted", 130), ("gap_reached", 0)]
)
def test_how_the_search_ended_is_the_exit_code(
    command: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: str, code: int
) -> None:
    solve = Study.solve

    def ended(self: Study, *args: Any, **options: Any) -> Plan:
        plan = solve(self, *args, **options)
        plan.data.attrs |= {"status": status, "gap": math.inf, "gap_musd": math.inf, "bound_musd": math.inf}
        return plan

    monkeypatch.setattr(Study, "solve", ended)
    said = command("plan", "tiny", "--json", "--work-limit", "1000000")
    assert said.code == code
    assert said.json["status"] == status
    assert said.json["gap"] is None
    assert said.json["bound_musd"] is None
    assert planner.open_plan(tmp_path / "out" / "tiny" / "plan.nc").status == status


def test_the_plan_is_kept_even_if_the_workbook_fails(
    command: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device", "plan.xlsx")

    monkeypatch.setattr("planner.export.workbook.write_workbook", fail)
    said = command("plan", "tiny")
    assert said.code == 1
    assert "No space left on device: plan.xlsx" in said.err
    assert "Traceback" not in said.err
    assert planner.open_plan(tmp_path / "out" / "tiny" / "plan.nc").checked
