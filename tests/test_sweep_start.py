"""A sweep hands the plan of its first combination to the others."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.study import Study
from planner.sweeps import sweep


def test_the_others_start_from_the_first_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    solve, starts = Study.solve, []

    def noting(study: Study, *args: Any, start: planner.Plan | None = None, **options: Any) -> planner.Plan:
        plan = solve(study, *args, start=start, **options)
        starts.append((start, plan))
        return plan

    monkeypatch.setattr(Study, "solve", noting)
    found = sweep(planner.load("tiny"), {"runs.*.value_musd": ["*1", "*1.1", "*1.2"]}, gap=0, workers=2)
    assert starts[0] == (None, found.plans[0,])
    assert [start for start, _ in starts[1:]] == [found.plans[0,]] * 2
    for i, factor in enumerate((1, 1.1, 1.2)):
        alone = solve(planner.load("tiny").with_({"runs.*.value_musd": f"*{factor}"}), gap=0, threads=1)
        assert float(found.data["objective_musd"][i]) == pytest.approx(alone.objective_musd)


def test_where_the_first_has_no_plan_the_others_start_from_nothing() -> None:
    found = sweep(planner.load("tiny").with_({"runs.*.must_run": "yes"}), {"budgets.*.*.budget_musd": [0, "*1"]}, gap=0)
    assert found.data["status"].values.tolist() == ["infeasible", "optimal"]
