"""Properties that are derived once, and kept for whatever else has the same inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, overload

import pandas as pd

from planner.core.reuse import Key, Shelf, note

Piece = TypeVar("Piece")


class Deriving(Protocol):
    """What has derived properties: a shelf, the pieces at hand, and what a key reads now."""

    shelf: Shelf
    pieces: dict[str, Any]

    def now(self, key: Key) -> Any:
        """What a key noted by this or another one reads here."""


class derived(Generic[Piece]):  # noqa: N801 - used like `property`
    """A property of a case that is derived once, and kept for other cases while all that it reads is the same.

    What it returns must hold no rows of inputs: they belong to one case.
    """

    def __init__(self, derive: Callable[[Any], Piece]) -> None:
        self._derive, self.__doc__ = derive, derive.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, case: None, owner: type) -> derived[Piece]: ...
    @overload
    def __get__(self, case: Deriving, owner: type) -> Piece: ...
    def __get__(self, case: Deriving | None, owner: type) -> derived[Piece] | Piece:
        if case is None:
            return self
        if self._name not in case.pieces:
            case.pieces[self._name] = case.shelf.get(
                f"case.{self._name}", case.now, lambda _: self._derive(case), _old_if_equal
            )
        piece: Piece = case.pieces[self._name]
        note(("case", self._name), piece)
        return piece


def _old_if_equal(old: Any, new: Any) -> Any:
    equal = old.equals(new) if isinstance(new, pd.DataFrame) else old == new
    return old if equal else new
