"""Improve a plan in rounds: several neighbourhoods at once, each a small MIP; the best of a round is the next plan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control
from planner.solve.strategy.neighbourhoods import DRAWS, Around
from planner.solve.strategy.restricted import Effort, Searched, search_restricted
from planner.solve.strategy.standing import Standing

FIRST_SIZE, LEAST_SIZE, MOST_SIZE = 500, 60, 20_000
NODES = 400
KEPT, NEW = 0.7, 0.3  # how much of a kind's record the last round leaves


@dataclass
class Kind:
    """A kind of neighbourhood: how many integers it frees, and what it has brought of late."""

    name: str
    size: int = FIRST_SIZE
    record: float = 1.0


class Rounds:
    """Rounds of neighbourhoods around the best plan, the kinds that brought most tried most."""

    def __init__(
        self, matrix: Matrix, choices: Choices, control: Control, standing: Standing, relaxed: Vector, scale: float
    ) -> None:
        self._matrix, self._choices = matrix, choices
        self._control, self._standing = control, standing
        self._relaxed, self._scale = relaxed[choices.column], scale
        self._random = np.random.default_rng(control.options.seed)
        self._kinds = [Kind(name) for name in DRAWS]
        self.log: list[tuple[float, str, int, float, bool]] = []

    def run(self, workers: int, *, stall: int) -> None:
        """Rounds until the search is to end, or `stall` of them brought nothing."""
        idle = 0
        with ThreadPoolExecutor(workers, thread_name_prefix="neighbourhood") as pool:
            while not self._control.over and idle < stall:
                best = self._standing.best
                assert best is not None
                picked = self._pick(workers)
                drawn = [self._bounds(kind, best.x) for kind in picked]
                found = list(pool.map(lambda bounds, x=best.x: self._search(*bounds, x), drawn))
                gains = [max(0.0, one.objective - best.objective) for one in found]
                for kind, one, gain in zip(picked, found, gains, strict=True):
                    self._learn(kind, one, gain)
                idle = 0 if max(gains) > 1e-6 * self._scale else idle + 1

    def _pick(self, count: int) -> list[Kind]:
        weights = np.array([kind.record + 0.1 for kind in self._kinds])
        chosen = self._random.choice(len(self._kinds), size=min(count, len(weights)), replace=False, p=weights / weights.sum())
        return [self._kinds[i] for i in chosen]

    def _bounds(self, kind: Kind, plan: Vector) -> tuple[Vector, Vector]:
        """The matrix's bounds with every integer held at the plan but those of a neighbourhood."""
        here = np.rint(plan[self._choices.column])
        free = DRAWS[kind.name](Around(self._choices, here, self._relaxed, kind.size, self._random))
        held = self._choices.column[~free]
        lower, upper = self._matrix.lower.copy(), self._matrix.upper.copy()
        lower[held] = upper[held] = here[~free]
        return lower, upper

    def _search(self, lower: Vector, upper: Vector, plan: Vector) -> Searched:
        seconds = max(2.0, min(20.0, self._control.left() / 6))
        effort = Effort(seconds, NODES, 1e-5 * self._scale)
        return search_restricted(
            self._matrix, self._control, lower, upper, effort, start=plan,
            on_found=lambda x, objective: self._standing.offer(x, objective, "neighbourhood"),
        )  # fmt: skip

    def _learn(self, kind: Kind, found: Searched, gain: float) -> None:
        self._standing.count(found.nodes, found.work)
        self.log.append((self._control.seconds(), kind.name, kind.size, gain / self._scale, found.finished))
        kind.record = KEPT * kind.record + NEW * min(1.0, 1000.0 * gain / self._scale)
        factor = 1.4 if found.finished else 0.8 if gain <= 0 else 1.0
        kind.size = int(min(MOST_SIZE, max(LEAST_SIZE, kind.size * factor)))
