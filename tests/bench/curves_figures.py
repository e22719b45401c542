"""Figures of a search from what it reported: when a gap was reached, the gap at a time, time outside HiGHS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from planner.solve.options import relative_gap

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """Where a search stood: seconds since its start; objective and bound, M$; gap, a share of gross value."""

    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None


Curve = Sequence[Point]


def time_to(curve: Curve, holds: Callable[[Point], bool]) -> float | None:
    """Seconds until a point of which something holds; None if there is none."""
    return next((point.seconds for point in curve if holds(point)), None)


def time_to_plan(curve: Curve) -> float | None:
    """Seconds until any plan, also one that does nothing."""
    return time_to(curve, lambda point: point.objective is not None)


def time_below_gap(curve: Curve, gap: float) -> float | None:
    """Seconds until a gap less than this one."""
    return time_to(curve, lambda point: point.gap is not None and point.gap < gap)


def time_to_gap(curve: Curve, gap: float) -> float | None:
    """Seconds until this gap or less."""
    return time_to(curve, lambda point: point.gap is not None and point.gap <= gap)


def standing_at(curve: Curve, seconds: float) -> Point | None:
    """Where the search stood at a time, or had ended; None before its first report."""
    return next((point for point in reversed(curve) if point.seconds <= seconds), None)


def least_bound(curves: Iterable[Curve]) -> float | None:
    """The best bound that any of several searches of the same matrix proved, M$."""
    return min((point.bound for curve in curves for point in curve if point.bound is not None), default=None)


def most_objective(curves: Iterable[Curve]) -> float | None:
    """The best plan that any of several searches found, M$."""
    return max((point.objective for curve in curves for point in curve if point.objective is not None), default=None)


def against(curve: Curve, bound: float | None) -> list[Point]:
    """The curve with every gap measured against one and the same bound.

    Gross value is what the reported gap says of it: (own bound - objective) / gap, also of the reports of a plan
    before it had a gap. A plan that never had one (nothing in it is worth anything, or no bound) has none here.
    """
    gross = {
        point.objective: (point.bound - point.objective) / point.gap
        for point in curve
        if point.objective is not None and point.bound is not None and point.gap
    }

    def gap(point: Point) -> float | None:
        if point.objective is None or bound is None:
            return None
        if point.gap == 0.0:  # proven by its own bound: its gross value is unknown, and no bound can be less
            return 0.0
        scale = gross.get(point.objective)
        return None if scale is None else relative_gap(bound, point.objective, scale)

    return [Point(point.seconds, point.objective, bound, gap(point)) for point in curve]


def covered(intervals: Iterable[Interval], began: float, ended: float) -> float:
    """Seconds of a window that lie in at least one of the intervals, which may overlap."""
    total, until = 0.0, began
    for first, last in sorted(intervals):
        total += max(0.0, min(last, ended) - max(first, until))
        until = max(until, last)
    return total


def share_outside(intervals: Iterable[Interval], began: float, ended: float) -> float:
    """The share of a window that lies in none of the intervals."""
    return 1.0 - covered(intervals, began, ended) / (ended - began)


def mean_inside(intervals: Iterable[Interval], began: float, ended: float) -> float:
    """How many of the intervals lie over a moment of the window, on average."""
    return sum(max(0.0, min(last, ended) - max(first, began)) for first, last in intervals) / (ended - began)
