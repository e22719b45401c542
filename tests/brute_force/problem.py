"""A mixed-integer program as rows and money, and its matrices; imports nothing of the planner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tests.brute_force.arithmetic import Scenario

Key = Hashable
Terms = dict[Key, float]  # coefficients by column; those of `ONE` are a constant
ONE = "one"
SIGN = {"value": 1.0, "terminal": 1.0, "resale": 1.0, "capex": -1.0, "opex": -1.0, "penalty": -1.0}


def affine(*terms: tuple[Key, float]) -> Terms:
    """Coefficients by column, added up."""
    found: Terms = defaultdict(float)
    for key, value in terms:
        found[key] += value
    return found


def total(parts: Iterable[tuple[float, Mapping[Key, float]]]) -> Terms:
    """Sum of factor * terms."""
    return affine(*((key, factor * value) for factor, terms in parts for key, value in terms.items()))


@dataclass(frozen=True)
class Matrices:
    """maximise c @ x + constant subject to a @ x <= b, a_eq @ x == b_eq, x >= 0 (columns in the order asked for)."""

    c: np.ndarray
    constant: float
    a: np.ndarray
    b: np.ndarray
    a_eq: np.ndarray
    b_eq: np.ndarray


class Problem:
    """Columns (all >= 0), rows `terms <= 0` or `== 0`, and the money that every column moves."""

    def __init__(self, scenario: Scenario, without: frozenset[str] = frozenset()) -> None:
        """`without` names the families of rows to leave out."""
        self.scenario, self.without = scenario, without
        self.integers: dict[Key, None] = {}
        self.reals: dict[Key, None] = {}
        self.rows: list[tuple[bool, Terms]] = []
        self.objective: Terms = defaultdict(float)
        self.spent: dict[tuple[str, int], Terms] = defaultdict(lambda: defaultdict(float))

    def integer(self, *key: Hashable) -> Key:
        """A new whole column."""
        self.integers[key] = None
        return key

    def real(self, *key: Hashable) -> Key:
        """A new real column."""
        self.reals[key] = None
        return key

    def at_most(self, family: str, left: Mapping[Key, float], right: Mapping[Key, float]) -> None:
        """A row left <= right."""
        if family not in self.without:
            self.rows.append((False, total([(1.0, left), (-1.0, right)])))

    def equal(self, family: str, left: Mapping[Key, float], right: Mapping[Key, float]) -> None:
        """A row left == right."""
        if family not in self.without:
            self.rows.append((True, total([(1.0, left), (-1.0, right)])))

    def money(self, kind: str, part: str, month: int, terms: Mapping[Key, float]) -> None:
        """Nominal M$ at a month: discounted in the objective, and spent from the budgets of its year."""
        least_cost = self.scenario.document["finance"]["objective"] == "least_cost"
        counts = SIGN[kind] * self.scenario.factor(month) * (0.0 if least_cost and kind == "value" else 1.0)
        for key, amount in terms.items():
            self.objective[key] += counts * amount
            if month < self.scenario.end and kind in ("capex", "opex"):
                year = self.scenario.fiscal_year(month)
                for category in ("opex",) if kind == "opex" else ("all", part):
                    self.spent[category, year][key] += amount

    def matrices(self, columns: Iterable[Key]) -> Matrices:
        """The matrices over these columns."""
        at = {key: i for i, key in enumerate(columns)}

        def dense(rows: list[Terms]) -> tuple[np.ndarray, np.ndarray]:
            a, b = np.zeros((len(rows), len(at))), np.zeros(len(rows))
            for i, terms in enumerate(rows):
                for key, value in terms.items():
                    if key == ONE:
                        b[i] -= value
                    elif key in at:
                        a[i, at[key]] += value
            return a, b

        a, b = dense([terms for equal, terms in self.rows if not equal])
        a_eq, b_eq = dense([terms for equal, terms in self.rows if equal])
        c, constant = dense([self.objective])
        return Matrices(c[0], float(-constant[0]), a, b, a_eq, b_eq)
