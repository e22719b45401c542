"""Rows by slot, without those that only repeat the slot before."""

from __future__ import annotations

from typing import Any, TypeVar

from planner.data.calendar import Calendar
from planner.model.workspace import linear

Key = TypeVar("Key", bound=tuple[Any, ...])


def without_repeats(rows: dict[Key, list[tuple[int, int]]], calendar: Calendar) -> list[Key]:
    """The keys (..., slot) whose gangs differ from those of the slot before in the same period.

    A right-hand side changes only from period to period, so a slot with the same possible gangs as the one
    before states the same row again. Keys without gangs are dropped too.
    """
    kept = []
    for key, present in rows.items():
        *rest, slot = key
        same_period = slot > 0 and calendar.slots[slot - 1].period == calendar.slots[slot].period
        before: Any = (*rest, slot - 1)
        if present and not (same_period and rows.get(before) == present):
            kept.append(key)
    return kept


def taken(pairs: list[tuple[Any, int]], start: Any) -> Any:
    """What gangs take: (amount, candidate) pairs times `start`; a negative candidate is given, not decided."""
    return linear([(n, start[c]) for n, c in pairs if c >= 0], sum(n for n, c in pairs if c < 0))
