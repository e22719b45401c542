"""The ways a run may be done - type, place, first slot, duration - made before the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

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

COLUMNS = [
    "run", "accelerator", "site", "first_slot", "last_slot", "start", "months", "finish", "n",
]  # fmt: skip


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


def _finishing_slot(calendar: Calendar, finish: int, slot_at_end: dict[int, int]) -> int | None:
    """The slot after which a run that finishes in month `finish` is gone; None if it ends inside a slot."""
    return slot_at_end.get(finish) if finish <= calendar.end else None


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


def _run_rows(
    run: Row, inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach
) -> list[tuple[object, ...]]:
    types = inputs.by_id("accelerators", "accelerator")
    leases, spans = inputs.by_id("leases", "lease"), read_spans(inputs)
    everywhere = [row["site"] for row in inputs.rows("sites")] + list(leases)
    slot_at_end = {slot.end: h for h, slot in enumerate(calendar.slots)}
    starts = offered_starts(run, calendar, inputs)
    rows: list[tuple[object, ...]] = []
    for g in run["eligible"]:
        for place in ids_or_all(run["sites"], everywhere):
            if place in leases and leases[place]["accelerator"] != g:
                continue
            span = spans.get(place)
            for months, n in _sizes(run, types[g], utilisation, span.mfu_factor if span else 1.0).items():
                parts = span.parts(n, gang_step(types[g])) if span else [(place, n)]
                if any(part > reach.largest_gang(g, site) for site, part in parts):
                    continue
                for h in starts:
                    start = calendar.slots[h].start
                    last = _finishing_slot(calendar, start + months, slot_at_end)
                    if last is None or any(part > reach.units_by(g, site, start) for site, part in parts):
                        continue
                    rows.append((run["run"], g, place, h, last, start, months, start + months, n))
    return rows


def build_candidates(
    inputs: Inputs,
    calendar: Calendar,
    utilisation: UtilisationTable,
    reach: Reach,
    runs: Iterable[Row] | None = None,
) -> pd.DataFrame:
    """Every candidate (type, place, first slot, duration) that can fit at all, run by run; or of other `runs`.

    Returns
    -------
    One row a candidate: run, accelerator, site (or lease), first_slot, last_slot (inclusive), start,
    months, finish (months of the horizon), n (accelerators).
    """
    asked = inputs.rows("runs") if runs is None else runs
    rows = [row for run in asked for row in _run_rows(run, inputs, calendar, utilisation, reach)]
    return pd.DataFrame(rows, columns=COLUMNS)


def candidate_values(candidates: pd.DataFrame, runs: Mapping[str, Row], calendar: Calendar) -> list[float]:
    """What each candidate is worth when it finishes, M$, undiscounted."""
    finishes = list(zip(candidates["run"].tolist(), candidates["finish"].tolist(), strict=True))
    known = [(run, finish) for run, finish in dict.fromkeys(finishes) if run in runs]  # others: runs in progress
    worth = {(run, finish): late_value(runs[run], calendar, finish) for run, finish in known}
    return [worth.get(key, 0.0) for key in finishes]
