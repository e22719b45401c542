"""Killed at any moment, `planner plan` leaves no plan or one that stands: whole, checked, with its gap."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.results.check import check_plan
from tests.cli.conftest import Planner
from tests.cli.slow_scenario import slow_scenario

PATIENCE = 120.0
MOMENTS = ("begun",) * 4 + ("writing",) * 3 + ("saved",) * 3


def parts(folder: Path) -> set[str]:
    return {path.name for path in folder.glob(".*.part")}


def wait_until(come: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE
    while not come():
        assert process.poll() is None and time.monotonic() < ends, f"the search ended early: {process.poll()}"
        time.sleep(0.002)


def killed(scenario: Path, folder: Path, number: int, moment: str, after: float) -> None:
    """Kill a run `after` seconds past a moment: the process begun, a file being written, a plan saved."""
    env = os.environ | {"PYTHONPATH": str(Path(planner.__file__).parents[1])}
    before = parts(folder)
    command = [sys.executable, "-m", "planner", "plan", scenario, "--time-limit", "600", "--seed", str(number), "-q"]
    process = subprocess.Popen([*command, "--out", folder], env=env, stdout=subprocess.DEVNULL)
    try:
        if moment == "writing":
            wait_until(lambda: bool(parts(folder) - before), process)
        elif moment == "saved":
            file, old = folder / "plan.nc", _stamp(folder / "plan.nc")
            wait_until(lambda: _stamp(file) not in (None, old), process)
        time.sleep(after)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _stamp(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return None


def test_a_plan_that_is_left_behind_stands(tmp_path: Path, command: Planner) -> None:
    scenario, folder, rng = slow_scenario(tmp_path / "slow", runs=40), tmp_path / "o", random.Random(20)
    left = 0
    for number, moment in enumerate(MOMENTS):
        after = rng.uniform(0.0, 3.0 if moment == "begun" else 0.3)
        killed(scenario, folder, number, moment, after)
        assert {path.name for path in folder.glob("*.nc")} <= {"plan.nc"}, (moment, after)
        assert not (folder / "plan.xlsx").exists()
        if moment == "saved":
            assert (folder / "plan.nc").is_file()
        if not (folder / "plan.nc").is_file():
            continue
        plan = planner.open_plan(folder / "plan.nc")
        assert (plan.status, plan.checked) == ("running", True)
        assert math.isfinite(plan.gap) and plan.gap > 0
        assert check_plan(plan.data).ok, (moment, after)
        if moment != "begun":  # a run that has hardly begun has not yet set the one before aside
            assert json.loads(plan.data.attrs["options"])["seed"] == number
        left += 1
    assert left >= MOMENTS.count("saved")
    assert command("check", folder / "plan.nc").code == 0
    for suffix in parts(folder):
        with pytest.raises(planner.InputError):
            planner.open_plan(folder / suffix)
