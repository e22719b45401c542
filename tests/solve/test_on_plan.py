"""Plans told while a search goes on: checked, never worse than the one before, none better than the one returned."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

import planner
from planner import CheckFailed, Plan, SolverError
from planner.results import read_back
from planner.results.check import check_plan
from planner.results.check.report import CheckReport, Finding
from planner.solve import search as searching
from planner.solve.compile import Matrix
from planner.solve.options import Options, Progress
from planner.solve.search import Announcer, Found
from planner.solve.waiting import Stand
from tests.cli.slow_scenario import slow_scenario


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of every better plan at once."""
    monkeypatch.setattr(Announcer, "REST", 0.0)


@pytest.mark.usefixtures("restless")
@pytest.mark.parametrize("strategy", ["guided", "plain"])
def test_each_is_checked_and_none_is_worse_than_the_one_before(tmp_path: Path, strategy: str) -> None:
    told: list[Plan] = []
    study = planner.load(slow_scenario(tmp_path))
    final = study.solve(gap=0, time_limit=20, threads=2, strategy=strategy, on_plan=told.append)
    assert len(told) > 1
    values = [plan.objective_musd for plan in told]
    assert values == sorted(values)
    assert values[-1] <= final.objective_musd + 1e-6 * abs(final.objective_musd)
    for plan in told:
        assert (plan.status, plan.checked) == ("running", True)
        assert plan.gap >= final.gap - 1e-9
        assert "price_budget" not in plan.data and "run_reason" not in plan.data
        assert "into a search that went on; proven within" in plan.summary()
    assert check_plan(told[-1].data).ok
    assert "run_reason" in final.data and final.status == "time_limit"


@pytest.mark.usefixtures("restless")
def test_it_tells_of_programmes_whose_charge_is_not_known_yet(tmp_path: Path) -> None:
    """What compute is charged takes prices, and a search that goes on has none."""
    file = slow_scenario(tmp_path) / "scenario.yaml"
    document = json.loads(file.read_text(encoding="utf-8"))
    asked = document["tables"]["runs"][0]
    why = {"assumption": "made up for a test"}
    need = {"programme": "need", "value_musd": asked["value_musd"], "due": asked["due"], **why}
    document["tables"] |= {
        "programmes": [need],
        "programme_options": [{"programme": "need", "option": "own", "run": asked["run"], **why}],
    }
    asked["value_musd"] = 0
    file.write_text(json.dumps(document), encoding="utf-8")
    told: list[Plan] = []
    final = planner.load(tmp_path).solve(gap=0, time_limit=4, on_plan=told.append)
    assert told and all(plan.checked and plan.status == "running" for plan in told)
    started = [str(plan.data["run_status"].sel(run=asked["run"]).item()) != "refused" for plan in told]
    assert [plan.data["programme_status"].item() != "refused" for plan in told] == started
    assert np.isnan(told[-1].data["programme_break_even_musd"].item())
    assert not np.isnan(final.data["programme_break_even_musd"].item())


@pytest.mark.usefixtures("restless")
def test_one_that_fails_the_check_ends_the_search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = CheckReport((Finding("B1", "2026", 1.0, "M$", "planted"),), (), ("B1",), 1)
    monkeypatch.setattr(read_back, "check_plan", lambda data: report)
    told: list[Plan] = []
    with pytest.raises(CheckFailed, match="planted"):
        planner.load(slow_scenario(tmp_path)).solve(gap=0, time_limit=600, on_plan=told.append)
    assert not told


def test_what_is_raised_when_told_comes_out(tmp_path: Path) -> None:
    def refuse(plan: Plan) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        planner.load(slow_scenario(tmp_path)).solve(gap=0, time_limit=600, on_plan=refuse)


def stand(x: float, gap: float | None = 0.5) -> Stand:
    return Stand(Progress(1.0, x, 10.0, gap, 0), np.array([x]))


def announcer(monkeypatch: pytest.MonkeyPatch, told: list[float]) -> Announcer:
    """An announcer on a matrix of one column whose value is its worth; what is above 5 is no plan when rounded."""

    def exact(matrix: Matrix, options: Options, outcome: searching.Outcome) -> tuple[np.ndarray, float]:
        assert outcome.x is not None
        if outcome.x[0] > 5:
            raise SolverError("no plan")
        return outcome.x, float(outcome.x[0])

    monkeypatch.setattr(searching, "_exact", exact)
    matrix = type("OneColumn", (), {"cost": np.array([-1.0]), "offset": 0.0})()
    return Announcer(matrix, Options(), lambda x: 1.0, lambda found: told.append(found.objective))


@pytest.mark.usefixtures("restless")
def test_rounded_to_less_or_to_no_plan_is_not_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[float] = []
    tell = announcer(monkeypatch, told)
    with caplog.at_level(logging.WARNING, "planner"):
        assert [tell(stand(x)) for x in (2.0, 1.0, 6.0, 3.0)] == [True] * 4
    assert told == [2.0, 3.0]
    assert [record.getMessage() for record in caplog.records] == [
        "a better plan was found, but is no result yet: no plan"
    ]


@pytest.mark.parametrize("gap", [None, np.inf])
def test_without_a_gap_nothing_is_told(monkeypatch: pytest.MonkeyPatch, gap: float | None) -> None:
    told: list[float] = []
    assert not announcer(monkeypatch, told)(stand(1.0, gap))
    assert not told


def test_telling_is_followed_by_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, cpu = [100.0], [7.0]
    monkeypatch.setattr(searching.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(searching.time, "thread_time", lambda: cpu[0])
    told: list[float] = []
    tell = announcer(monkeypatch, told)

    def take(found: Found) -> None:
        told.append(found.objective)
        cpu[0] += 2.0  # of its own
        clock[0] += 5.0  # others had the processor in between

    tell._tell = take
    assert tell(stand(1.0))
    for later, heard in ((17.9, False), (0.2, True)):
        clock[0] += later
        assert tell(stand(2.0)) is heard
    assert told == [1.0, 2.0]
