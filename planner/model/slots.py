"""Rows by slot: who is present, and the rows that do not only repeat the slot before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from planner.data.calendar import Calendar
from planner.model.terms import Numbers, Terms

Ints = NDArray[np.int64]
Key = TypeVar("Key", bound=tuple[Any, ...])


@dataclass(frozen=True, eq=False, slots=True)
class Present:
    """Gangs that are somewhere at some time: what each takes, and its candidate (negative: given, not decided)."""

    amounts: Numbers
    candidates: Ints

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[tuple[float, int]]:
        """(amount, candidate) of each."""
        return zip(self.amounts.tolist(), self.candidates.tolist(), strict=True)

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        """Whether the same gangs take the same."""
        return (
            isinstance(other, Present)
            and np.array_equal(self.candidates, other.candidates)
            and np.array_equal(self.amounts, other.amounts)
        )

    def where(self, which: NDArray[np.bool_]) -> Present:
        """Some of them."""
        return Present(self.amounts[which], self.candidates[which])

    @staticmethod
    def together(several: Sequence[Present]) -> Present:
        """The gangs of several, one after the other."""
        if len(several) == 1:
            return several[0]
        return Present(np.concatenate([p.amounts for p in several]), np.concatenate([p.candidates for p in several]))


def without_repeats(rows: Mapping[Key, Sized], calendar: Calendar) -> list[Key]:
    """The keys (..., slot) whose gangs differ from those of the slot before in the same period.

    A right-hand side changes only from period to period, so a slot with the same possible gangs as the one
    before states the same row again. Keys without gangs are dropped too.
    """
    kept, period_of = [], [slot.period for slot in calendar.slots]
    for key, present in rows.items():
        *rest, slot = key
        same_period = slot > 0 and period_of[slot - 1] == period_of[slot]
        before: Any = (*rest, slot - 1)
        if len(present) and not (same_period and rows.get(before) == present):
            kept.append(key)
    return kept


def by_step(first: Ints, last: Ints) -> Iterator[tuple[int, Ints]]:
    """Every step of any of the ranges first to last (inclusive), with the ranges it lies in, in their order."""
    lengths = last - first + 1
    member = np.repeat(np.arange(len(first)), lengths)
    step = np.arange(len(member)) - np.repeat(np.cumsum(lengths) - lengths - first, lengths)
    member = member[np.argsort(step, kind="stable")]
    counts = np.bincount(step)
    ends = np.cumsum(counts)
    for at in np.flatnonzero(counts).tolist():
        yield at, member[ends[at] - counts[at] : ends[at]]


def taken(present: Present, starts: Sequence[Any]) -> Terms:
    """What gangs take: amounts times the starts of their candidates; what is given is a constant."""
    decided = present.candidates >= 0
    if decided.all():
        return Terms(present.amounts, starts, 0.0, present.candidates)
    free = present.where(decided)
    return Terms(free.amounts, starts, present.amounts[~decided].sum().item(), free.candidates)
