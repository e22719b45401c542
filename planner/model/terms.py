"""Sums of terms as they are stated: coefficients and variables side by side, no Pyomo node for each of them.

A model has millions of terms. Pyomo's own sum holds an object for each, and walking them takes most of a build; here
they stay in two sequences, which the compiler reads whole. To all else in Pyomo such a sum is a named expression, whose
nodes are made whenever somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.expr.numeric_expr import LinearExpression

Term = tuple[float, Any]  # coefficient, Pyomo variable
Numbers = NDArray[np.int64] | NDArray[np.float64]


class Terms(NamedExpressionData):
    """constant + sum of coefficients * variables, or of the variables at some positions of a longer row of them."""

    __slots__ = ("coefficients", "constant", "positions", "variables")

    def __init__(
        self,
        coefficients: Sequence[float] | Numbers = (),
        variables: Sequence[Any] = (),
        constant: float = 0.0,
        positions: NDArray[np.int64] | None = None,
    ) -> None:
        self.coefficients: Any = coefficients
        self.variables: Any = variables
        self.constant = constant
        self.positions = positions

    @property
    def _args_(self) -> tuple[Any]:
        """Pyomo's nodes of the sum, made anew; they are not kept."""
        coefficients, variables = self.pairs()
        return (LinearExpression(constant=self.constant, linear_coefs=coefficients, linear_vars=variables),)

    def pairs(self) -> tuple[list[float], list[Any]]:
        """Coefficients and variables, one by one."""
        coefficients = self.coefficients
        listed = coefficients.tolist() if isinstance(coefficients, np.ndarray) else list(coefficients)
        if self.positions is None:
            return listed, list(self.variables)
        return listed, [self.variables[i] for i in self.positions.tolist()]


def joined(a: Terms, b: Terms) -> Terms:
    """The sum of two sums."""
    one, other = a.pairs(), b.pairs()
    return Terms([*one[0], *other[0]], [*one[1], *other[1]], a.constant + b.constant)


def linear(terms: Iterable[Term], constant: float = 0.0) -> Terms:
    """A linear expression from (coefficient, variable) terms."""
    terms = list(terms)
    return Terms([c for c, _ in terms], [v for _, v in terms], constant)
