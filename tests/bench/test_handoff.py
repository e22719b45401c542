"""The planner's LP and ordinary Pyomo's, written from the rooms' mathematics alone, are one; linopy is not needed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.bench.handoff import compare, one
from tests.bench.handoff_study import document


@pytest.fixture(scope="module")
def both() -> list[dict[str, Any]]:
    return [one(way, "warm", seed=1, solve=True) for way in ("planner", "pyomo")]


def test_the_planner_and_ordinary_pyomo_hand_over_the_same_lp(both: list[dict[str, Any]]) -> None:
    compare(both)
    assert both[0]["optimum"] > 0
    assert both[0]["lp"]["nonzeros"] > 1000


@pytest.mark.parametrize("name", ["rows", "sum of coefficients", "sum of costs", "sum of row bounds"])
def test_another_lp_is_refused(both: list[dict[str, Any]], name: str) -> None:
    other = deepcopy(both)
    other[1]["lp"][name] *= 1.001
    with pytest.raises(SystemExit, match=name):
        compare(other)


def test_another_optimum_is_refused(both: list[dict[str, Any]]) -> None:
    other = deepcopy(both)
    other[1]["optimum"] *= 1.00001
    with pytest.raises(SystemExit, match="optima differ"):
        compare(other)


def test_the_same_seed_gives_the_same_study() -> None:
    assert document("40k", 1) == document("40k", 1)
    assert document("40k", 1) != document("40k", 2)
