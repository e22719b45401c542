"""Improve a plan in rounds: several neighbourhoods at once, each a small MIP; the best of a round is the next plan.

Kinds that brought much are tried more (adaptive large neighbourhood search; Ropke and Pisinger 2006).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from planner.solve.compile import Matrix, Vector
from planner.solve.strategy.choices import Choices
from planner.solve.strategy.control import Control
from planner.solve.strategy.neighbourhoods import DRAWS, Around
from planner.solve.strategy.restricted import Effort, Searched, search_restricted
from planner.solve.strategy.standing import Best, Standing

FIRST_SIZE, LEAST_SIZE, MOST_SIZE = 200, 40, 20_000
EFFORT = Effort(seconds=8.0, nodes=400, ticks=600, gap=5e-5)
GAIN = 1e-6  # of gross value: less is none
KEPT, NEW = 0.7, 0.3  # how much of a kind's record the last round leaves
SIGNIFICANT = 1e-3  # of gross value: a gain that gives full marks


@dataclass
class Kind:
    """A kind of neighbourhood: how many integers it frees, and what it has brought of late."""

    name: str
    size: int = FIRST_SIZE
    record: float = 1.0


@dataclass(frozen=True)
class Tried:
    """A neighbourhood that was searched: when, of which kind and size, what it gained, whether it was exhausted."""

    seconds: float
    kind: str
    size: int
    gain: float
    finished: bool


class Rounds:
    """Rounds of neighbourhoods around the best plan."""

    def __init__(
        self, matrix: Matrix, choices: Choices, control: Control, standing: Standing, relaxed: Vector, scale: float
    ) -> None:
        self._matrix, self._choices = matrix, choices
        self._control, self._standing = control, standing
        self._relaxed, self._scale = relaxed[choices.column], scale
        self._random = np.random.default_rng(control.options.seed)
        self._kinds = [Kind(name) for name in DRAWS]
        self.log: list[Tried] = []

    def run(self, workers: Callable[[], int], *, stall: int | None = None) -> None:
        """Rounds of as many neighbourhoods as there are `workers`, until the search is to end or `stall` are in vain.

        What a round finds counts where it ends, in the order drawn: so it does not depend on which thread was quicker.
        """
        idle = 0
        with ThreadPoolExecutor(self._control.options.threads, thread_name_prefix="neighbourhood") as pool:
            while not self._control.over and (stall is None or idle < stall):
                best = self._standing.best
                assert best is not None
                picked = self._pick(workers())
                bounds = [self._bounds(kind, best.x) for kind in picked]
                search: Callable[..., Searched] = self._search
                found = list(pool.map(search, *zip(*bounds, strict=True), [best] * len(picked)))
                gains = [self._learn(kind, one, best) for kind, one in zip(picked, found, strict=True)]
                idle = 0 if max(gains) > GAIN * self._scale else idle + 1

    def _pick(self, count: int) -> list[Kind]:
        weights = np.array([kind.record + 0.1 for kind in self._kinds])
        weights /= weights.sum()
        chosen = self._random.choice(len(self._kinds), min(count, len(weights)), replace=False, p=weights)
        return [self._kinds[i] for i in chosen]

    def _bounds(self, kind: Kind, plan: Vector) -> tuple[Vector, Vector]:
        """The matrix's bounds with every integer held at the plan but those of a neighbourhood."""
        here = np.rint(plan[self._choices.column])
        free = DRAWS[kind.name](Around(self._choices, here, self._relaxed, kind.size, self._random))
        held = self._choices.column[~free]
        lower, upper = self._matrix.lower.copy(), self._matrix.upper.copy()
        lower[held] = upper[held] = here[~free]
        return lower, upper

    def _search(self, lower: Vector, upper: Vector, best: Best) -> Searched:
        def offer(x: Vector, objective: float) -> None:
            self._standing.offer(x, objective, "neighbourhood")

        effort = EFFORT.of(self._scale, len(self._matrix.rows))
        told = None if self._control.by_work else offer
        return search_restricted(self._matrix, self._control, lower, upper, effort, start=best.x, on_found=told)

    def _learn(self, kind: Kind, found: Searched, best: Best) -> float:
        self._standing.offer(found.x, found.objective, kind.name)
        self._standing.count(found.nodes)
        self._control.count(found.work)
        gain = max(0.0, found.objective - best.objective)
        self.log.append(Tried(self._control.seconds(), kind.name, kind.size, gain / self._scale, found.finished))
        kind.record = KEPT * kind.record + NEW * min(1.0, gain / (SIGNIFICANT * self._scale))
        factor = 1.4 if found.finished else 0.8 if gain <= 0 else 1.0
        kind.size = int(min(MOST_SIZE, max(LEAST_SIZE, kind.size * factor)))
        return gain
