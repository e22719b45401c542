"""Rounding the limits of whole numbers cuts off no whole point."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csc_array

from planner.solve.compile import Matrix
from planner.solve.strategy.tighten import tighten
from tests.strategy.cases import compiled


def matrix_of(
    a: list[list[float]], lower: list[float], upper: list[float], *, integer: list[bool] | None = None
) -> Matrix:
    """A matrix of a few columns from 0 to 5."""
    n = len(a[0])
    return Matrix(
        csc_array(np.array(a, dtype=float)), np.zeros(n), 0.0, np.zeros(n), np.full(n, 5.0),
        np.array(lower), np.array(upper), np.array(integer or [True] * n), (None,) * n, (None,) * n, (), (),
    )  # fmt: skip


def test_a_supply_of_almost_five_lots_is_one_of_four() -> None:
    tight = tighten(matrix_of([[64, 64]], [-np.inf], [4.9 * 64]))
    assert tight.row_upper.tolist() == [4 * 64]


def test_a_need_of_a_little_over_four_lots_is_one_of_five() -> None:
    tight = tighten(matrix_of([[64, 128]], [4.1 * 64], [np.inf]))
    assert tight.row_lower.tolist() == [5 * 64]


@pytest.mark.parametrize(("row", "integer"), [([64.0, 100.5], [True, True]), ([64.0, 64.0], [True, False])])
def test_other_rows_stay(row: list[float], integer: list[bool]) -> None:
    tight = tighten(matrix_of([row], [-np.inf], [300.0], integer=integer))
    assert tight.row_upper.tolist() == [300.0]


def test_an_exact_limit_stays() -> None:
    """A limit that is met exactly is not lost to a rounding of the machine."""
    tight = tighten(matrix_of([[0.1, 0.1]], [-np.inf], [0.1 + 0.2]))
    assert tight.row_upper[0] == pytest.approx(0.3)


def test_no_whole_point_is_cut_off() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        row = rng.choice([-2, -1, 1, 2, 3], size=3) * rng.choice([0.3, 1.0, 64.0])
        lower, upper = sorted(rng.uniform(-9, 12, 2) * abs(row).min())
        loose = matrix_of([row.tolist()], [lower], [upper])
        tight = tighten(loose)
        for point in product(range(6), repeat=3):
            value = float(row @ np.array(point))
            fits = lower - 1e-9 <= value <= upper + 1e-9
            assert fits == (tight.row_lower[0] - 1e-9 <= value <= tight.row_upper[0] + 1e-9)


def test_what_is_bought_in_lots_is_tightened_in_llama() -> None:
    loose = compiled("llama-2023").matrix
    tight = tighten(loose)
    changed = np.flatnonzero(tight.row_upper < loose.row_upper - 1e-9)
    assert len(changed) > 0
    assert {loose.rows[i].equation for i in changed} <= {"F2", "N1", "N3"}
