"""The ways a run may be done - type, place, first slot, duration - made before the model."""

from __future__ import annotations

from collections.abc import Callable
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
    "run", "accelerator", "site", "first_slot", "last_slot", "start", "months", "finish", "n", "value_musd",
]  # fmt: skip


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


def _run_rows(
    run: Row, inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach
) -> list[tuple[object, ...]]:
    types = inputs.by_id("accelerators", "accelerator")
    leases = inputs.by_id("leases", "lease")
    everywhere = [row["site"] for row in inputs.rows("sites")] + list(leases)
    slot_at_end = {slot.end: h for h, slot in enumerate(calendar.slots)}
    starts = offered_starts(run, calendar, inputs)
    rows: list[tuple[object, ...]] = []
    for g in run["eligible"]:
        peak = peak_pflops(types[g], run["number_format"])
        memory = types[g]["memory_gb"]
        if peak is None or (run["min_memory_gb"] is not None and (memory is None or memory < run["min_memory_gb"])):
            continue
        step = types[g]["gang_step"] or types[g]["lot_size"]
        useful = [(largest, found.useful) for largest, found in utilisation.bands(run, g)]
        sizes: dict[int, int] = {}
        for months in sorted(run["durations_months"]):
            n = gang_size(run_flop_zflop(run), peak, useful, months, step)
            # a longer gang that is no smaller is dominated: it holds as much for longer and finishes later
            if n is not None and all(n < shorter for shorter in sizes.values()):
                sizes[months] = n
        for place in ids_or_all(run["sites"], everywhere):
            if place in leases and leases[place]["accelerator"] != g:
                continue
            for months, n in sizes.items():
                if n > reach.largest_gang(g, place):
                    continue
                for h in starts:
                    start = calendar.slots[h].start
                    last = _finishing_slot(calendar, start + months, slot_at_end)
                    if last is None or n > reach.units_by(g, place, start):
                        continue
                    value = late_value(run, calendar, start + months)
                    rows.append((run["run"], g, place, h, last, start, months, start + months, n, value))
    return rows


def build_candidates(inputs: Inputs, calendar: Calendar, utilisation: UtilisationTable, reach: Reach) -> pd.DataFrame:
    """Every candidate (type, place, first slot, duration) that can fit at all, run by run.

    Returns
    -------
    One row a candidate: run, accelerator, site (or lease), first_slot, last_slot (inclusive), start,
    months, finish (months of the horizon), n (accelerators), value_musd (undiscounted).
    """
    rows = [row for run in inputs.rows("runs") for row in _run_rows(run, inputs, calendar, utilisation, reach)]
    return pd.DataFrame(rows, columns=COLUMNS)
