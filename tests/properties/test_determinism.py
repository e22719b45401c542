"""The same inputs, seed and a single thread give the same plan, to the last bit."""

from __future__ import annotations

import pytest

import planner
from tests.generators import MIDDLE, scenario
from tests.picks import SeededPick


@pytest.mark.parametrize("seed", [1, 14, 18], ids=lambda seed: f"seed={seed}")
def test_the_same_again(seed: int) -> None:
    document = scenario(SeededPick(f"middle {seed}"), MIDDLE)
    first, second = (planner.load(document).solve(gap=0, threads=1, seed=7).data for _ in range(2))
    assert first.equals(second)
    for name in ("status", "objective_musd", "bound_musd", "gap", "inputs_hash", "sizes"):
        assert first.attrs[name] == second.attrs[name]
