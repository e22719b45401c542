"""The LP that takes starts in as they are worth it is the LP of the whole matrix."""

from __future__ import annotations

import numpy as np
import pytest

from planner.solve.compile import Vector
from planner.solve.highs import solve_lp
from planner.solve.options import Options
from planner.solve.strategy import relaxation as relaxing
from planner.solve.strategy.control import Control
from planner.solve.strategy.relaxation import Relaxation
from tests.strategy.cases import Compiled, compiled, random_case

OPTIONS = Options(threads=1)


@pytest.fixture(scope="module")
def llama() -> Compiled:
    return compiled("llama-2023")


def relaxed(case: Compiled) -> Relaxation:
    return Relaxation(case.matrix, case.choices, Control(OPTIONS))


def whole_lp(case: Compiled, fixed: dict[int, float] | None = None) -> float:
    return solve_lp(case.matrix, OPTIONS, fixed or {}).objective


@pytest.mark.parametrize("first", [1, 3, 14])
def test_the_root_is_the_optimum_of_the_whole_lp(first: int, llama: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaxing, "FIRST", first)
    monkeypatch.setattr(relaxing, "MORE", 2)
    lp = relaxed(llama)
    root = lp.root()
    assert root is not None
    assert root.objective == pytest.approx(whole_lp(llama), rel=1e-7)
    assert lp.bound == pytest.approx(root.objective, rel=1e-7)
    assert lp.iterations > 0


@pytest.mark.parametrize("seed", range(6))
def test_the_root_of_random_scenarios_is_the_optimum_of_the_whole_lp(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaxing, "FIRST", 1)
    monkeypatch.setattr(relaxing, "MORE", 1)
    case = random_case(seed)
    root = relaxed(case).root()
    assert root is not None
    assert root.objective == pytest.approx(whole_lp(case), rel=1e-7, abs=1e-6)


def test_the_root_by_interior_points_is_the_same(llama: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaxing, "INTERIOR_ROWS", 0)
    lp = relaxed(llama)
    root = lp.root()
    assert root is not None
    assert root.objective == pytest.approx(whole_lp(llama), rel=2e-5)
    assert whole_lp(llama) <= lp.bound <= whole_lp(llama) * (1 + 4e-5)


def test_every_pricing_bounds_the_whole_lp(llama: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound holds after each pass, not only after the last."""
    monkeypatch.setattr(relaxing, "FIRST", 1)
    monkeypatch.setattr(relaxing, "MORE", 1)
    lp, seen = relaxed(llama), []
    priced = lp._priced

    def spy(upper: Vector, point: relaxing.Point) -> np.ndarray:
        helps = priced(upper, point)
        seen.append(lp.bound)
        return helps

    monkeypatch.setattr(lp, "_priced", spy)
    lp.root()
    assert len(seen) > 1
    assert all(bound >= whole_lp(llama) - 1e-6 for bound in seen)


def test_a_start_from_outside_can_be_held_and_let_go(llama: Compiled) -> None:
    """Any start may be committed, whether the LP has met it or not."""
    lp = relaxed(llama)
    assert lp.root() is not None
    starts, _ = llama.choices.starts
    outside = int(starts[~lp._inside[starts]][0])
    lower, upper = llama.matrix.lower.copy(), llama.matrix.upper.copy()
    lower[outside] = 1.0
    held = lp.solve(lower, upper, exact=True)
    assert held is not None
    assert held.x[outside] == pytest.approx(1.0)
    assert held.objective == pytest.approx(whole_lp(llama, {outside: 1.0}), rel=1e-7)
    again = lp.solve(llama.matrix.lower, llama.matrix.upper, exact=True)
    assert again is not None
    assert again.objective == pytest.approx(whole_lp(llama), rel=1e-7)


def test_what_is_worth_less_than_asked_is_given_up(llama: Compiled) -> None:
    lp = relaxed(llama)
    root = lp.root()
    assert root is not None
    lower, upper = llama.matrix.lower.copy(), llama.matrix.upper.copy()
    upper[llama.choices.starts[0]] = 0.0
    without = lp.solve(lower, upper)
    assert without is not None
    lp.solve(llama.matrix.lower, llama.matrix.upper)
    assert lp.solve(lower, upper, least=(root.objective + without.objective) / 2) is None
    again = lp.solve(lower, upper, least=without.objective - 1.0)
    assert again is not None
    assert again.objective == pytest.approx(without.objective)
