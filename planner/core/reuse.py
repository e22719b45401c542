"""Made once, used again: a thing is kept with all that was read while it was made, and good while that is the same.

Reads are noted, not declared: whoever makes something (a table of candidates, a room of the model) opens a log, and
whatever can change between two studies - cells, settings, derived pieces, offers of rooms - notes itself there when
it is read. Nothing can be forgotten in a list of dependencies, because there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Key = tuple[str, ...]
T = TypeVar("T")
KEPT = 4  # things of a name that are kept: neighbours differ in few inputs, and what is kept is large

_LOG: ContextVar[dict[Key, Any] | None] = ContextVar("reads", default=None)


def note(key: Key, value: Any) -> None:
    """Say that something was read, and what it was."""
    log = _LOG.get()
    if log is not None:
        log[key] = value


log_of_reads = _LOG.get
"""The innermost open log or none, for those who note so often that they had better look first."""


@contextmanager
def noting() -> Iterator[dict[Key, Any]]:
    """A log of all that is read inside; the log around it (if any) gets nothing of it."""
    log: dict[Key, Any] = {}
    token = _LOG.set(log)
    try:
        yield log
    finally:
        _LOG.reset(token)


@dataclass(frozen=True, eq=False, slots=True)
class _Made(Generic[T]):
    value: T
    reads: Mapping[Key, Any]


class Shelf:
    """What studies that differ in some inputs share: things by name, the last few of each with what they were made of.

    `lock` is held while something is made: it is Python, so threads would gain nothing. Hold it too where what is
    shared is written, as are the values of Pyomo's variables.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.made: dict[str, int] = {}
        self._kept: dict[str, list[_Made[Any]]] = {}

    def get(
        self,
        name: str,
        now: Callable[[Key], Any],
        make: Callable[[Mapping[Key, Any]], T],
        settle: Callable[[T, T], T] = lambda old, new: new,
    ) -> T:
        """The thing of a name: one that is kept if all it was made from is what it is now, else made anew.

        Parameters
        ----------
        name
            Of the thing.
        now
            What a key would read now.
        make
            Makes it; gets the log of what it reads, to look into when it is done.
        settle
            From one that was made before and the new one, the one to be used: whoever finds them alike returns the
            old one, or parts of it, and spares all that was made from it.
        """
        with self.lock:
            kept = self._kept.setdefault(name, [])
            for made in kept:
                if self._holds(made, now):
                    kept.remove(made)
                    kept.insert(0, made)
                    return made.value  # type: ignore[no-any-return]
            with noting() as reads:
                value = make(reads)
            for made in kept:
                value = settle(made.value, value)
            self.made[name] = self.made.get(name, 0) + 1
            kept.insert(0, _Made(value, reads))
            del kept[KEPT:]
            return value

    @staticmethod
    def _holds(made: _Made[Any], now: Callable[[Key], Any]) -> bool:
        """Whether all that was read is what it was; what is derived is compared as the object that it is."""
        with noting():
            for key, seen in made.reads.items():
                found = now(key)
                if found is not seen and (key[0] == "case" or found != seen):
                    return False
        return True
