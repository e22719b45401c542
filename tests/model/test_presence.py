"""Who is present when, and what may be done where: the arrays against loops over every candidate and slot."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

import planner
from planner.data.candidates import gang_step, late_value, offered_starts
from planner.data.derive import Case
from planner.data.sizing import gang_size, ids_or_all, peak_pflops, run_flop_zflop
from planner.model.rooms.demand import gang_shares, present_gangs
from planner.model.slots import Present, by_step, taken
from tests.bench.generate import document
from tests.golden.fixtures import FIXTURES

# the golden fixtures have spans, leases, runs in progress, slots shorter than periods
SOURCES: dict[str, Any] = {name: FIXTURES[name] for name in ("demand", "fabric", "leases")}
SOURCES |= {"llama-2023": "llama-2023", "S": document("S"), "S by month": document("S", slot_months=1)}


@pytest.fixture(scope="module", params=SOURCES)
def case(request: pytest.FixtureRequest) -> Case:
    return planner.load(SOURCES[request.param]).case


def by_slot(case: Case) -> dict[Any, list[tuple[int, int]]]:
    """Gangs by type, place and slot, one candidate after the other."""
    found = defaultdict(list)
    for row in case.parts.to_dict("records"):
        for h in range(row["first_slot"], row["last_slot"] + 1):
            found[row["accelerator"], row["site"], h].append((row["n"], row["candidate"]))
    return found


def by_period(case: Case) -> dict[Any, list[tuple[float, int]]]:
    """The share of each period's accelerator-months a candidate takes, month by month."""
    found: dict[Any, list[tuple[float, int]]] = defaultdict(list)
    for row in case.parts.to_dict("records"):
        for t, period in enumerate(case.calendar.periods):
            months = sum(row["start"] <= month < row["finish"] for month in range(period.start, period.end))
            if months:
                share = row["n"] * months / period.months
                found[row["accelerator"], row["site"], t].append((share, row["candidate"]))
    return found


def test_gangs_are_present_from_their_first_slot_to_their_last(case: Case) -> None:
    found, wanted = present_gangs(case), by_slot(case)
    assert {key: list(present) for key, present in found.items()} == wanted
    assert list(found) == list(wanted)  # the order of the rows
    assert {key: list(present) for key, present in gang_shares(case).items()} == by_period(case)


def candidates(case: Case) -> list[tuple[Any, ...]]:
    """Every way to do every run, place by place and start by start."""
    inputs, calendar, found = case.inputs, case.calendar, []
    ends = {slot.end: h for h, slot in enumerate(calendar.slots)}
    for run in inputs.rows("runs"):
        for g in run["eligible"]:
            row, peak = case.accelerators[g], peak_pflops(case.accelerators[g], run["number_format"])
            for place in ids_or_all(run["sites"], case.places):
                if place in case.leases and case.leases[place]["accelerator"] != g:
                    continue
                span, least = case.spans.get(place), run["min_memory_gb"]
                if peak is None or (least is not None and (row["memory_gb"] or 0) < least):
                    continue
                useful = [
                    (most, e.useful * (span.mfu_factor if span else 1)) for most, e in case.utilisation.bands(run, g)
                ]
                smallest = None
                for months in sorted(run["durations_months"]):
                    n = gang_size(run_flop_zflop(run), peak, useful, months, gang_step(row))
                    if n is None or (smallest is not None and n >= smallest):
                        continue
                    smallest = n
                    parts = span.parts(n, gang_step(row)) if span else [(place, n)]
                    for h in offered_starts(run, calendar, inputs):
                        at = calendar.slots[h].start
                        held = [min(case.largest_gang(g, s), case.units_by(g, s, at)) for s, _ in parts]
                        fits = all(part <= most for (_, part), most in zip(parts, held, strict=True))
                        if fits and at + months in ends:
                            worth = late_value(run, calendar, at + months)
                            last = ends[at + months]
                            found.append((run["run"], g, place, h, last, at, months, at + months, n, worth))
    return found


def test_candidates_are_all_ways_that_fit(case: Case) -> None:
    columns = ["run", "accelerator", "site", "first_slot", "last_slot", "start", "months", "finish", "n", "value_musd"]
    frame = case.candidates
    assert list(frame.columns) == columns
    assert list(frame.itertuples(index=False, name=None)) == candidates(case)


def test_without_runs_there_are_no_candidates() -> None:
    none = planner.load(FIXTURES["fleet"]).case
    assert not none.inputs.rows("runs")
    assert len(none.candidates) == 0
    assert present_gangs(none) == {}


def test_steps_of_ranges() -> None:
    steps = {step: list(members) for step, members in by_step(np.array([2, 0, 5]), np.array([3, 2, 5]))}
    assert steps == {0: [1], 1: [1], 2: [0, 1], 3: [0], 5: [2]}


def test_what_is_given_is_a_constant() -> None:
    total = taken(Present(np.array([100, 200, 50]), np.array([3, -1, 0])), "abcd")
    assert (total.pairs(), total.constant) == (([100, 50], ["d", "a"]), 200)
