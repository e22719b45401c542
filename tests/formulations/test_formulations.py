"""Two formulations, one optimum: orders by period (the planner's) against what stands and has begun (`cumulative`)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

import planner
from tests.brute_force.problem import Problem
from tests.formulations.cumulative import build
from tests.generators import MIDDLE, Document, scenario
from tests.picks import SeededPick

SEEDS = range(20)
WIDE_SEEDS = range(100, 118)  # with the later rooms


@cache
def document(seed: int) -> Document:
    """The scenario of a seed: some dozens to hundreds of integers."""
    shape = replace(MIDDLE, wide=seed in WIDE_SEEDS)
    return scenario(SeededPick(f"middle {seed}"), shape, f"middle_{seed}")


@cache
def plan(seed: int) -> planner.Plan:
    """The planner's plan of a seed at gap 0, on one thread."""
    return planner.load(document(seed)).solve(gap=0, threads=1)


def optimum(problem: Problem) -> tuple[float, int]:
    """The best value of a problem by scipy's `milp`, its integers made exact; and the number of its columns."""
    columns = [*problem.integers, *problem.reals]
    m, whole = problem.matrices(columns), len(problem.integers)
    rows = [LinearConstraint(csr_array(m.a), -np.inf, m.b), LinearConstraint(csr_array(m.a_eq), m.b_eq, m.b_eq)]
    rows = [row for row in rows if row.A.shape[0]]
    integer = (np.arange(len(columns)) < whole).astype(int)
    found = milp(-m.c, integrality=integer, constraints=rows, bounds=Bounds(0, np.inf), options={"mip_rel_gap": 0.0})
    assert found.status == 0, found.message
    low, high = np.zeros(len(columns)), np.full(len(columns), np.inf)
    low[:whole] = high[:whole] = np.rint(found.x[:whole])
    exact = milp(-m.c, constraints=rows, bounds=Bounds(low, high))
    assert exact.status == 0, exact.message
    return float(m.constant - exact.fun), len(columns)


@pytest.mark.parametrize("seed", [*SEEDS, *WIDE_SEEDS], ids=lambda seed: f"seed={seed}")
def test_both_formulations_have_one_optimum(seed: int) -> None:
    value, columns = optimum(build(document(seed)))
    assert plan(seed).checked and plan(seed).status == "optimal"
    objective = plan(seed).objective_musd
    assert objective == pytest.approx(value, rel=1e-7, abs=3e-6), f"seed {seed}, {columns} columns"


def test_most_of_them_buy_and_train() -> None:
    data = {seed: plan(seed).data for seed in SEEDS}
    busy = [s for s in SEEDS if (data[s]["run_status"] != "refused").sum() >= 2 and data[s]["order"].sum() >= 2]
    assert len(busy) >= 12, busy


def test_most_of_the_wide_ones_use_the_later_rooms() -> None:
    uses = {"phase_build": 0, "retrofit_mw": 0, "sold": 0, "flow": 0, "link_build": 0}
    for seed in WIDE_SEEDS:
        for decided in uses:
            uses[decided] += decided in plan(seed).data and float(plan(seed).data[decided].sum()) > 0
    assert all(uses.values()), uses


@pytest.mark.parametrize("strategy", ["guided", "plain"])
def test_a_start_does_not_pass_for_the_best(strategy: str) -> None:
    """Handed this worse plan, HiGHS 1.16 calls it optimal."""
    study = planner.load(document(101))
    worse = study.with_({"solve.gap": 0.002}).solve(threads=1)
    again = study.solve(gap=0, threads=1, start=worse, strategy=strategy)
    assert again.status == "optimal"
    assert again.objective_musd == pytest.approx(plan(101).objective_musd, rel=1e-7, abs=3e-6)
