"""A plan as the start of another search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import planner
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.results.starts import start_values
from planner.solve.compile import compile_model
from planner.solve.options import Progress


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.load("tiny").solve()


def columns(study: planner.Study, plan: planner.Plan) -> dict[str, float]:
    """The start's values by the name of the column, zeros left out."""
    m = assemble(study.case)
    matrix = compile_model(m, ROOMS)
    values = start_values(plan.data, m, study.case, ROOMS, matrix)
    assert set(values) == set(np.flatnonzero(matrix.integer).tolist())
    return {matrix.columns[i].name: value for i, value in values.items() if value}


def test_every_integer_decision_of_the_same_study_is_found_again(plan: planner.Plan) -> None:
    study = planner.load("tiny")
    found = columns(study, plan)
    orders = {name: value for name, value in found.items() if name.startswith("fleet.order")}
    assert sum(orders.values()) == float(plan.data["order"].sum())
    started = [name for name in found if name.startswith("demand.start")]
    assert len(started) == int(plan.data["start"].sum())


def test_a_started_search_never_shows_less_than_the_plan_it_starts_from() -> None:
    study = planner.load("llama-2023")
    plan = study.solve(gap=0.02)
    seen: list[float] = []

    def note(progress: Progress) -> None:
        if progress.objective is not None:
            seen.append(progress.objective)

    again = study.solve(gap=0.004, start=plan, on_progress=note)
    assert seen[0] >= plan.objective_musd - 1e-6
    assert again.objective_musd >= plan.objective_musd - 1e-6


def test_a_start_of_a_changed_study_is_matched_by_label(plan: planner.Plan) -> None:
    later = planner.load("tiny").with_({"runs.b.value_musd": 10})
    assert columns(later, plan) == columns(planner.load("tiny"), plan)


def test_what_the_earlier_plan_does_not_know_starts_at_nothing(plan: planner.Plan) -> None:
    document: dict[str, Any] = {
        "name": "other", "title": "Other names", "calendar": {"start": "2026-01", "periods": [6, 6], "tail_months": 0},
        "tables": {
            "sites": [{"site": "beta", "pue": 1.1}],
            "accelerators": [{
                "accelerator": "y1", "bf16_dense_tflops": 500, "lot_size": 8, "lead_time_months": 0, "life_months": 48,
                "price_usd": 10_000,
            }],
            "runs": [{
                "run": "r", "flop_zflop": 100, "mfu": 0.4, "durations_months": [6], "eligible": ["y1"],
                "earliest": "2026-01", "due": "2026-07", "latest": "2026-01", "value_musd": 50,
            }],
        },
    }  # fmt: skip
    study = planner.load(document)
    assert columns(study, plan) == {}
    assert study.solve(start=plan).checked


def test_a_start_that_does_not_fit_is_left_aside(plan: planner.Plan) -> None:
    poor = planner.load("tiny").with_({"budgets.*.all.budget_musd": 1})
    assert poor.solve(start=plan).objective_musd == pytest.approx(poor.solve().objective_musd, abs=1e-9)
