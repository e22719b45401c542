"""All integer points of a problem, one after another; an LP for the rest; points that cannot be best are passed over.

Every point is listed. Which are passed over is decided by proof: the duals of an LP solved at one point bound the
value at every other (its right-hand side is all that differs), and an LP without a plan bounds the violation alike.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linprog

from tests.brute_force.problem import ONE, Key, Problem

MOST_INTEGERS = 12
MOST_POINTS = 40_000
SAME = 1e-7  # M$; and what counts as a violation


class TooLarge(Exception):
    """More integers or points than a brute force should take."""


@dataclass(frozen=True)
class Best:
    """The best point of a problem: None if there is no plan. `idle` is the value of deciding nothing."""

    value: float | None
    point: dict[Key, int]
    idle: float | None
    integers: int
    points: int
    lps: int


def largest_values(problem: Problem) -> dict[Key, float]:
    """The most each integer can be, by the rows that hold integers only, over and over until nothing changes.

    A real that only adds to the left side of a row, as what retrofits cost adds to spending, is left out of it.
    """
    rows = [
        {key: a for key, a in terms.items() if key == ONE or key in problem.integers}
        for _, terms in problem.rows
        if all(a >= 0 or key == ONE or key in problem.integers for key, a in terms.items())
    ]
    most = dict.fromkeys(problem.integers, np.inf)
    changed = True
    while changed:
        changed = False
        for terms in rows:
            least = {key: min(0.0, a * most[key]) for key, a in terms.items() if key != ONE}
            for key, a in terms.items():
                if key == ONE or a <= 0:
                    continue
                room = -terms.get(ONE, 0.0) - sum(value for other, value in least.items() if other != key)
                bound = max(0.0, np.floor(room / a + 1e-9))
                if bound < most[key]:
                    most[key], changed = bound, True
    return most


def axes(problem: Problem, most: dict[Key, float]) -> list[list[dict[Key, int]]]:
    """The small integers that are enumerated, each with its options: which columns it sets to what.

    A run is one integer (its start, or none), so is the opening of a site or link. `most` bounds the others.
    """
    least = {c["lease"]: c["min_lots"] for c in problem.scenario.rows("leases")}
    grouped: dict[Key, list[dict[Key, int]]] = {}
    for key in problem.integers:
        if key[0] in ("start", "opened", "link opened"):
            group = ("start", key[1].run) if key[0] == "start" else key[:2]
            grouped.setdefault(group, [{}]).append({key: 1})
            continue
        if not np.isfinite(most[key]):
            raise TooLarge(f"nothing limits {key}")
        options = [n for n in range(1, int(most[key]) + 1) if key[0] != "signed" or n >= least[key[1]]]
        if options:
            grouped[key] = [{}, *({key: n} for n in options)]
    return list(grouped.values())


def list_points(problem: Problem, choices: list[list[dict[Key, int]]]) -> np.ndarray:
    """Every combination of the options, one row a point, without those that break a row of integers alone."""
    columns = {key: i for i, key in enumerate(problem.integers)}
    rows = [terms for _, terms in problem.rows if all(key == ONE or key in columns for key in terms)]
    points, decided = np.zeros((1, len(columns)), np.int16), set()
    for options in sorted(choices, key=len):
        block = np.zeros((len(options), len(columns)), np.int16)
        for i, option in enumerate(options):
            for key, n in option.items():
                block[i, columns[key]] = n
        if len(points) * len(block) > 2 * MOST_POINTS:
            raise TooLarge(f"{len(points)} points times {len(block)} and more to come")
        points = (points[:, None, :] + block[None, :, :]).reshape(-1, len(columns))
        decided |= {key for option in options for key in option}
        for terms in [terms for terms in rows if set(terms) - {ONE} <= decided]:
            a = np.zeros(len(columns))
            for key, value in terms.items():
                if key != ONE:
                    a[columns[key]] = value
            points = points[points @ a <= -terms.get(ONE, 0.0) + SAME]
    return points


class _Rest:
    """The LP that is left when the integers are fixed, and what its duals say about other points."""

    def __init__(self, problem: Problem) -> None:
        # linprog wants a column even where all is whole
        self.real, whole = problem.matrices([*problem.reals, "none"]), problem.matrices(problem.integers)
        self.c, self.constant = whole.c, self.real.constant
        self.a, self.a_eq = whole.a, whole.a_eq
        rows, equal = len(self.real.b), len(self.real.b_eq)
        self.elastic = np.concatenate([np.zeros(self.real.a.shape[1]), np.ones(rows + 2 * equal)])
        self.elastic_a = np.hstack([self.real.a, -np.eye(rows), np.zeros((rows, 2 * equal))])
        self.elastic_a_eq = np.hstack([self.real.a_eq, np.zeros((equal, rows)), np.eye(equal), -np.eye(equal)])
        self.solved = 0

    def solve(self, z: np.ndarray) -> tuple[float | None, OptimizeResult]:
        """The best value at a point (None: there is no plan), and the LP whose duals tell."""
        b, b_eq = self.real.b - self.a @ z, self.real.b_eq - self.a_eq @ z
        self.solved += 1
        found = linprog(-self.real.c, self.real.a, b, self.real.a_eq, b_eq, method="highs")
        if found.status == 0:
            return float(self.c @ z + self.constant - found.fun), found
        assert found.status == 2, found.message
        found = linprog(self.elastic, self.elastic_a, b, self.elastic_a_eq, b_eq, method="highs")
        assert found.status == 0 and found.fun > SAME, found.message
        return None, found

    def dual_bound(self, found: OptimizeResult, points: np.ndarray) -> np.ndarray:
        """A lower bound on the LP's minimum at every point."""
        y, y_eq = np.minimum(found.ineqlin.marginals, 0.0), found.eqlin.marginals
        return float(y @ self.real.b + y_eq @ self.real.b_eq) - points @ (y @ self.a + y_eq @ self.a_eq)


def best(problem: Problem, choices: list[list[dict[Key, int]]]) -> Best:
    """The best of all points: always the most promising next, until none can be better than the best found."""
    points = list_points(problem, choices)
    if len(points) > MOST_POINTS:
        raise TooLarge(f"{len(points)} points")
    rest, listed = _Rest(problem), len(points)
    points = points.astype(float)
    gain = points @ rest.c + rest.constant
    bound = np.full(listed, np.inf)
    idle, _ = rest.solve(np.zeros(points.shape[1]))
    value, point = None, np.zeros(points.shape[1])
    while len(points):
        at = (
            int(np.argmax(bound))
            if np.isfinite(bound).all()
            else int(np.argmax(np.where(np.isinf(bound), gain, -np.inf)))
        )
        here, found = rest.solve(points[at])
        if here is None:
            keep = rest.dual_bound(found, points) <= SAME
        else:
            bound = np.minimum(bound, gain - rest.dual_bound(found, points))
            if value is None or here > value:
                value, point = here, points[at]
            keep = bound > value + SAME
        keep[at] = False
        points, gain, bound = points[keep], gain[keep], bound[keep]
    chosen = {key: int(n) for key, n in zip(problem.integers, point, strict=True) if n}
    return Best(value, chosen, idle, len(choices), listed, rest.solved)


def best_of_all(problem: Problem, choices: list[list[dict[Key, int]]]) -> float | None:
    """The best value with an LP at every single point: slow, and the measure of `best`."""
    rest = _Rest(problem)
    columns = {key: i for i, key in enumerate(problem.integers)}
    values = []
    for options in itertools.product(*choices):
        z = np.zeros(len(columns))
        for option in options:
            for key, n in option.items():
                z[columns[key]] = n
        values.append(rest.solve(z)[0])
    return max((v for v in values if v is not None), default=None)
