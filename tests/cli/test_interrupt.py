"""Ctrl-C during the search: the best plan found is saved, checked, and can be read again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import planner
from tests.cli.slow_scenario import slow_scenario

PATIENCE = 240.0


def _start(folder: Path, *more: str) -> subprocess.Popen[str]:
    env = os.environ | {"PYTHONPATH": str(Path(planner.__file__).parents[1])}
    command = [
        sys.executable,
        "-m",
        "planner",
        "plan",
        "slow",
        "--gap",
        "0",
        "--time-limit",
        "600",
        "--json",
        "--out",
        "o",
        *more,
    ]
    return subprocess.Popen(
        command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1
    )


def _wait_for_a_plan(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if "incumbent" in line:
            return
    pytest.fail(f"the search ended early: {process.communicate()}")


@pytest.mark.parametrize("presses", [1, 2])
def test_the_best_plan_is_saved(tmp_path: Path, presses: int) -> None:
    slow_scenario(tmp_path / "slow")
    process = _start(tmp_path)
    _wait_for_a_plan(process)
    for _ in range(presses):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    found = json.loads(out)
    assert (found["status"], found["checked"]) == ("interrupted", True)
    plan = planner.open_plan(tmp_path / "o" / "plan.nc")
    assert plan.checked
    assert plan.status == "interrupted"
    assert plan.objective_musd == found["objective_musd"]
    assert (tmp_path / "o" / "plan.xlsx").is_file()
    assert subprocess.run(
        [sys.executable, "-m", "planner", "check", "o/plan.nc"], cwd=tmp_path, env=os.environ
        | {"PYTHONPATH": str(Path(planner.__file__).parents[1])}, capture_output=True, check=False,
    ).returncode == 0  # fmt: skip


def test_goals_end_with_the_plan_there_is(tmp_path: Path) -> None:
    """In the search for the best plan, once is enough: no goal behind it is begun, and it is said which there were."""
    slow_scenario(tmp_path / "slow")
    process = _start(tmp_path, "--policy", "max_min")
    _wait_for_a_plan(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    plan = planner.open_plan(tmp_path / "o" / "plan.nc")
    assert (plan.status, plan.checked) == ("interrupted", True)
    said = json.loads(plan.data.attrs["sharing"])
    assert [stage["goal"] for stage in said["stages"]] == ["value"]
    assert said["ahead"] == ["research alone", "the smallest", "value, fairness kept"]
    assert "Not reached: research alone, the smallest, value, fairness kept." in plan.summary()
