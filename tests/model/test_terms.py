"""Sums of terms: two sequences to us, a linear expression to Pyomo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.repn import generate_standard_repn

from planner.model.alike import alike
from planner.model.terms import Terms, joined, linear


@pytest.fixture
def model() -> Any:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(4), initialize=lambda m, i: 10.0**i)
    return m


def sums(m: Any) -> dict[str, Terms]:
    """The same sum, stated in two ways."""
    listed = linear([(2.0, m.x[3]), (0.5, m.x[1])], 7.0)
    return {"listed": listed, "picked": Terms(np.array([2, 0.5]), list(m.x.values()), 7.0, np.array([3, 1]))}


@pytest.mark.parametrize("way", ["listed", "picked"])
def test_pyomo_finds_a_linear_expression(model: Any, way: str) -> None:
    total = sums(model)[way]
    assert pyo.value(total) == pytest.approx(2 * 1000 + 0.5 * 10 + 7)
    found = generate_standard_repn(3 * total - total + model.x[3])
    assert found.is_linear()
    terms = {v.index(): c for v, c in zip(found.linear_vars, found.linear_coefs, strict=True)}
    assert (terms, found.constant) == ({3: 5.0, 1: 1.0}, 14.0)


def test_sums_are_joined(model: Any) -> None:
    a, b = sums(model).values()
    both = joined(a, b)
    assert both.coefficients == [2, 0.5, 2, 0.5]
    assert [v.index() for v in both.variables] == [3, 1, 3, 1]
    assert (both.constant, len(a.coefficients)) == (14.0, 2)


def test_sums_are_alike_by_what_they_say(model: Any) -> None:
    a, b = sums(model).values()
    assert alike(a, b)
    assert alike({"k": [a]}, {"k": [b]})
    x = model.x
    for other in (
        linear([(2.0, x[3]), (0.5, x[1])], 7.5),
        linear([(2.0, x[3]), (0.25, x[1])], 7.0),
        linear([(2.0, x[3]), (0.5, x[2])], 7.0),
        linear([(2.0, x[3])], 7.0),
    ):
        assert not alike(a, other)
    assert alike(np.array([1, 2]), np.array([1, 2]))
    assert not alike(np.array([1, 2]), np.array([1, 3]))
