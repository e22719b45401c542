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
from planner.cli import main, terminated
from tests.cli.slow_scenario import slow_scenario

PATIENCE = 240.0
ENV = os.environ | {"PYTHONPATH": str(Path(planner.__file__).parents[1])}


def _start(folder: Path, *more: str) -> subprocess.Popen[str]:
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
        command, cwd=folder, env=ENV, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1
    )


def _wait_for_a_plan(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if "incumbent" in line:
            return
    pytest.fail(f"the search ended early: {process.communicate()}")


@pytest.mark.parametrize("presses", [[signal.SIGINT], [signal.SIGINT] * 2, [signal.SIGTERM], [signal.SIGTERM] * 2])
def test_the_best_plan_is_saved(tmp_path: Path, presses: list[signal.Signals]) -> None:
    slow_scenario(tmp_path / "slow")
    process = _start(tmp_path)
    _wait_for_a_plan(process)
    for press in presses:
        process.send_signal(press)
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
        [sys.executable, "-m", "planner", "check", "o/plan.nc"], cwd=tmp_path, env=ENV,
        capture_output=True, check=False,
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


def test_sigterm_ends_policies_and_break_even(tmp_path: Path) -> None:
    """What was found is kept; it is heeded too where Ctrl-C is ignored, as in the background of a shell."""
    slow_scenario(tmp_path / "slow")
    asked = {
        "policies": ("slow", "--policy", "priority", "--gap", "0", "--out", "o"),
        "break-even": ("slow", "runs.r0.value_musd", "--low", "0", "--high", "99"),
    }
    for name, args in asked.items():
        process = subprocess.Popen(
            ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, "-m", "planner", name, *args,
             "--time-limit", "600"],
            cwd=tmp_path, env=ENV, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1,
        )  # fmt: skip
        if name == "policies":
            _wait_for_a_plan(process)
        else:
            time.sleep(3.0)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (130, ""), err
        assert "interrupted" in err and "Traceback" not in err
    assert planner.open_plan(tmp_path / "o" / "utilitarian.nc").status == "interrupted"


def test_sigterm_that_is_ignored_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [(one, signal.getsignal(one)) for one in (signal.SIGINT, signal.SIGTERM)]
    seen: list[object] = []

    def run(args: list[str]) -> int:
        seen.append(signal.getsignal(signal.SIGTERM))
        return 0

    monkeypatch.setattr("planner.cli.app.run", run)
    try:
        for handler in (signal.SIG_IGN, signal.SIG_DFL):
            signal.signal(signal.SIGTERM, handler)
            with pytest.raises(SystemExit):
                main([])
    finally:
        for one, handler in before:
            signal.signal(one, handler)
    assert seen == [signal.SIG_IGN, terminated]
