"""Who makes the choices of a random scenario: a seed, or hypothesis."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Pick(Protocol):
    """Who makes the choices; the first option or the lowest number is the plainest."""

    def integer(self, low: int, high: int) -> int:
        """A number between `low` and `high`, both included."""

    def among(self, options: Sequence[T]) -> T:
        """One of the options."""

    def chance(self, percent: int) -> bool:
        """Whether something that happens in so many of a hundred cases happens."""


class SeededPick:
    """Choices by a seed, the same on every machine."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # a text seed is hashed by SHA-512, so it does not depend on the process

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def among(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent


class DrawnPick:
    """Choices drawn by hypothesis, so that a failure shrinks towards the plainest scenario."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def among(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent
