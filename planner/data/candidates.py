"""The ways a run may be done - type, place, first slot, duration - made before the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.core.declare import Row
from planner.core.inputs import Inputs
from planner.data.calendar import Calendar
from planner.data.sizing import (
    UtilisationTable,
    gang_size,
    ids_or_all,
    peak_pflops,
    run_flop_zflop,
)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """Several own sites that can hold one gang together, in fixed shares."""

    shares: tuple[tuple[str, float], ...]
    mfu_factor: float
    tbps_per_kaccelerator: float

    def parts(self, n: int, step: int) -> list[tuple[str, int]]:
        """The part of a gang of n at each site, each a whole number of steps."""
        return [(site, math.ceil(n * share / step * (1.0 - 1e-12)) * step) for site, share in self.shares]


def read_spans(inputs: Inputs) -> dict[str, Span]:
    """The spans of a scenario, by id."""
    shares: dict[str, list[tuple[str, float]]] = {}
    for row in inputs.rows("span_sites"):
        shares.setdefault(row["span"], []).append((row["site"], row["share"]))
    return {
        row["span"]: Span(tuple(shares.get(row["span"], [])), row["mfu_factor"], row["tbps_per_kaccelerator"])
        for row in inputs.rows("spans")
    }


@dataclass(frozen=True, slots=True)
class Reach:
    """How large a gang of a type can ever be at a place, by month: what cannot be reached is no candidate."""

    largest_gang: Callable[[str, str], int]
    units_by: Callable[[str, str, int], float]


def late_value(run: Row, calendar: Calendar, finish: int) -> float:
    """Undiscounted value, M$, of a run that finishes at the start of month `finish`."""
    late = max(0, finish - calendar.month(run["due"]))
    return float(run["value_musd"] * (1.0 - run["value_loss_per_month"]) ** late)


def offered_starts(run: Row, calendar: Calendar, inputs: Inputs) -> list[int]:
    """Slots in which a run may start: every slot early on, then every `start_step` from its first."""
    earliest, latest = calendar.month(run["earliest"]), calendar.month(run["latest"])
    dense = int(inputs.setting("calendar", "dense_start_months"))
    step = int(inputs.setting("calendar", "start_step"))
    window = [h for h, slot in enumerate(calendar.slots) if earliest <= slot.start <= latest]
    return [h for i, h in enumerate(window) if calendar.slots[h].start < dense or i % step == 0]


def _sizes(run: Row, accelerator: Row, utilisation: UtilisationTable, factor: float) -> dict[int, int]:
    """The gang of each duration offered, where one exists; `factor` scales the MFU."""
    peak = peak_pflops(accelerator, run["number_format"])
    memory, least = accelerator["memory_gb"], run["min_memory_gb"]
    if peak is None or (least is not None and (memory is None or memory < least)):
        return {}
    useful = [(largest, found.useful) for largest, found in utilisation.bands(run, accelerator["accelerator"])]
    sizes: dict[int, int] = {}
    for months in sorted(run["durations_months"]):
        n = gang_size(run_flop_zflop(run), peak * factor, useful, months, gang_step(accelerator))
        # a longer gang that is no smaller is dominated: it holds as much for longer and finishes later
        if n is not None and all(n < shorter for shorter in sizes.values()):
            sizes[months] = n
    return sizes


def gang_step(accelerator: Row) -> int:
    """A gang of the type is a multiple of this."""
    return int(accelerator["gang_step"] or accelerator["lot_size"])


@dataclass(frozen=True, slots=True)
class _Ways:
    """The candidates of a run on a type at a place."""

    run: str
    accelerator: str
    place: str
    first_slot: Ints
    last_slot: Ints
    months: Ints
    n: Ints


class _Ground:
    """What runs find: types and places, and what fits the calendar and the places, as arrays over its slots."""

    def __init__(self, inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach) -> None:
        self._inputs, self._calendar, self._utilisation, self._reach = inputs, calendar, utilisation, reach
        self._types, self._spans = inputs.by_id("accelerators", "accelerator"), read_spans(inputs)
        self._leased = {row["lease"]: row["accelerator"] for row in inputs.rows("leases")}
        self._everywhere = [*(row["site"] for row in inputs.rows("sites")), *self._leased]
        self.start = np.array([slot.start for slot in calendar.slots])
        self._last = np.full(calendar.end + 1, -1)  # of a run that finishes in a month; -1 where it ends inside a slot
        self._last[[slot.end for slot in calendar.slots]] = np.arange(len(calendar.slots))
        self._most: dict[tuple[str, str], NDArray[np.float64]] = {}

    def ways(self, run: Row) -> Iterator[_Ways]:
        """Every way a run may be done, by type and place; of each the durations, and of these the starts, in order."""
        starts = np.array(offered_starts(run, self._calendar, self._inputs), dtype=np.int64)
        places = ids_or_all(run["sites"], self._everywhere)
        for g in run["eligible"]:
            sized: dict[float, tuple[Ints, Ints, Ints]] = {}  # by MFU factor
            step = gang_step(self._types[g])
            for place in places:
                if self._leased.get(place, g) != g:
                    continue
                span = self._spans.get(place)
                factor = span.mfu_factor if span else 1.0
                if factor not in sized:
                    sizes = _sizes(run, self._types[g], self._utilisation, factor)
                    months, n = (np.array(list(part), dtype=np.int64) for part in (sizes.keys(), sizes.values()))
                    sized[factor] = months, n, self._last_slots(starts, months)
                months, n, last = sized[factor]
                fits = last >= 0
                for site, part in _parts(span, n, step) if span else [(place, n)]:
                    fits = fits & (part[:, None] <= self._largest_part(g, site)[starts])
                duration, start = fits.nonzero()
                if len(start):
                    yield _Ways(
                        run["run"], g, place, starts[start], last[duration, start], months[duration], n[duration]
                    )

    def _last_slots(self, starts: Ints, months: Ints) -> Ints:
        """By duration and start (a slot): the last slot; -1 for what ends inside a slot, or not in the horizon."""
        finish = np.add.outer(months, self.start[starts])
        inside = finish < len(self._last)
        return np.where(inside, self._last[np.where(inside, finish, 0)], -1)

    def _largest_part(self, accelerator: str, site: str) -> NDArray[np.float64]:
        """The largest part of a gang that a place could hold as each slot starts."""
        if (accelerator, site) not in self._most:
            units = [self._reach.units_by(accelerator, site, month) for month in self.start.tolist()]
            self._most[accelerator, site] = np.minimum(units, self._reach.largest_gang(accelerator, site))
        return self._most[accelerator, site]


def _parts(span: Span, gangs: Ints, step: int) -> list[tuple[str, Ints]]:
    """The part of each gang at each site of a span."""
    parts = [span.parts(n, step) for n in gangs.tolist()]
    return [(site, np.array([of_gang[i][1] for of_gang in parts])) for i, (site, _) in enumerate(span.shares)]


def build_candidates(inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach) -> pd.DataFrame:
    """Every candidate (type, place, first slot, duration) that can fit at all, run by run.

    Returns
    -------
    One row a candidate: run, accelerator, site (or lease), first_slot, last_slot (inclusive), start,
    months, finish (months of the horizon), n (accelerators).
    """
    ground = _Ground(inputs, calendar, utilisation, reach)
    ways = [way for run in inputs.rows("runs") for way in ground.ways(run)]
    counts = [len(way.n) for way in ways]

    def labels(field: str) -> NDArray[np.object_]:
        return np.repeat(np.array([getattr(way, field) for way in ways], dtype=object), counts)

    def numbers(field: str) -> Ints:
        return np.concatenate([np.zeros(0, dtype=np.int64), *(getattr(way, field) for way in ways)])

    frame = pd.DataFrame({"run": labels("run"), "accelerator": labels("accelerator"), "site": labels("place")})
    first_slot, months = numbers("first_slot"), numbers("months")
    start = ground.start[first_slot]
    return frame.assign(
        first_slot=first_slot,
        last_slot=numbers("last_slot"),
        start=start,
        months=months,
        finish=start + months,
        n=numbers("n"),
    )


def candidate_values(candidates: pd.DataFrame, runs: Mapping[str, Row], calendar: Calendar) -> NDArray[np.float64]:
    """What each candidate is worth when it finishes, M$, undiscounted."""
    alike = candidates.groupby(["run", "finish"], sort=False).ngroup().to_numpy()
    _, first = np.unique(alike, return_index=True)
    ways = zip(candidates["run"].iloc[first].tolist(), candidates["finish"].iloc[first].tolist(), strict=True)
    worth = np.array([late_value(runs[run], calendar, finish) for run, finish in ways])
    values: NDArray[np.float64] = worth[alike] if len(worth) else worth
    return values
