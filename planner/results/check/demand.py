"""Demand, second opinion: gangs and streams on what is online (D1, D2), streams (D5 to D8), their money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.results.check.case import Case
from planner.results.check.chosen import Choice, Gang, Offered
from planner.results.check.fleet import Fleet, held
from planner.results.check.gangs import bands, peak_pflops
from planner.results.check.money import MUSD
from planner.results.check.report import Array, Flags


@dataclass(frozen=True, slots=True)
class Use:
    """Accelerators in use by (accelerator, place, period): gangs by their share of it, and streams.

    `served` is what streams get where, PFLOP/s by (stream, place, period).
    """

    gangs: Array
    streams: Array
    served: Array


def check_demand(case: Case, fleet: Fleet, offered: Offered, choices: list[Choice], gangs: list[Gang]) -> Use:
    """Gangs and streams against what is online, and what they earn and cost."""
    calendar = case.calendar
    shape = fleet.online.shape
    in_slot = np.zeros((*shape[:2], len(calendar.slot_starts)))
    in_period = np.zeros(shape)
    asked = np.zeros((*shape[:2], 1), dtype=bool)
    for gang in gangs:
        units = gang.size * gang.share
        at = (gang.accelerator, gang.place)
        in_slot[at] += units * present(case, gang)
        in_period[at] += units * calendar.overlap(gang.start, gang.finish) / calendar.months
        asked[at] = True
    for choice in choices:
        case.money.line("value", "run", choice.run, choice.finish, choice.share * choice.value_musd)
    streams, served = _streams(case)
    healthy = np.array([row["availability"] for row in case.accelerators.values()])[:, None, None] * fleet.online
    asked[offered.accelerator, offered.place, 0] = True
    slots = [*case.dims("accelerator", "site"), ("slot", calendar.slots)]
    case.found.at_most("D1", in_slot, healthy[:, :, calendar.slot_period], slots, asked)
    used = in_period + streams
    taken = asked | (streams > 0).any(axis=2, keepdims=True)
    case.found.at_most("D2", used, healthy, case.dims("accelerator", "site", "period"), taken)
    _placement_of_runs(case, choices)
    return Use(in_period, streams, served)


def present(case: Case, gang: Gang) -> Flags:
    """The slots in which a gang is there."""
    begins, ends = case.calendar.slot_starts, case.calendar.slot_starts + case.calendar.slot_months
    there: Flags = (begins < gang.finish) & (ends > gang.start)
    return there


def _rates(case: Case, load: str, row: dict[str, Any], pflops_each: float) -> float:
    """M$ per accelerator and month of serving a load at a place."""
    if row["usd_per_accelerator_month"] is not None:
        return float(row["usd_per_accelerator_month"]) * MUSD
    return float(row["usd_per_pflops_month"]) * MUSD * pflops_each


def _placement_of_runs(case: Case, choices: list[Choice]) -> None:
    rows = {(row["load"], row["site"]): row for row in case.inputs.rows("placement")}
    for choice in choices:
        months = case.calendar.overlap(choice.start, choice.finish)
        for site, size in choice.parts.items():
            row = rows.get((choice.run, site))
            if row is None:
                continue
            rate = _rates(case, choice.run, row, choice.pflops_each) * size * choice.share
            for t in np.flatnonzero(months):
                start = int(case.calendar.starts[t])
                case.money.line("opex", "placement", site, start, rate * float(months[t]))


def stream_speed(case: Case, stream: dict[str, Any], accelerator: str) -> float | None:
    """PFLOP/s of one accelerator in a stream; None if unknown."""
    for row in case.inputs.rows("stream_speeds"):
        if row["stream"] == stream["stream"] and row["accelerator"] == accelerator:
            return float(row["pflops_per_accelerator"])
    peak = peak_pflops(case.accelerators[accelerator], stream["number_format"])
    if peak is None:
        return None
    if stream["mfu"] is not None:
        return peak * float(stream["mfu"])
    table = bands(case, accelerator, stream["number_format"])
    if not table:
        return None
    # a stream is no gang: the row for any size, else that of the smallest
    return peak * (table[-1].mfu if np.isinf(table[-1].up_to) else table[0].mfu)


def _streams(case: Case) -> tuple[Array, Array]:
    """Check the streams; accelerators they use by (accelerator, place, period), what they get where."""
    rows = case.inputs.rows("streams")
    use = case.read("stream_use", "stream", "accelerator", "site", "period")
    if not rows:
        return np.zeros(use.shape[1:]), np.zeros((0, *use.shape[2:]))
    dims = case.dims("stream", "accelerator", "site", "period")
    case.found.decision("stream_use", use, dims, "accelerators")
    speed = np.zeros(use.shape[:2])
    allowed = np.zeros((*use.shape[:3], 1), dtype=bool)
    for i, row in enumerate(rows):
        for name in row["eligible"]:
            pflops, g = stream_speed(case, row, name), case.position("accelerator", name)
            if pflops is not None:
                speed[i, g] = pflops
                allowed[i, g, :, 0] = [row["sites"] is None or place in row["sites"] for place in case.places]
    case.found.never("eligibility", use, dims, ~allowed, "accelerators", "a stream on a type or place it cannot use")
    served: Array = np.einsum("ig,igst->ist", speed, use)
    _serve(case, rows, served.sum(axis=1))
    _placement_of_streams(case, use, speed)
    return use.sum(axis=0), served


def _serve(case: Case, rows: list[dict[str, Any]], served: Array) -> None:
    calendar, dims = case.calendar, case.dims("stream", "period")
    unserved = case.read("unserved", "stream", "period")
    case.found.decision("unserved", unserved, dims, "PFLOP/s")
    floor, ceiling = _demand(case, rows)
    price = np.array([row["unserved_usd_per_pflops_month"] or 0.0 for row in rows])
    priced = np.array([row["unserved_usd_per_pflops_month"] is not None for row in rows])[:, None]
    why = "a shortfall of a floor that has no price"
    case.found.never("D6", unserved, dims, ~priced, "PFLOP/s", why)
    case.found.at_most("D5", served, ceiling, dims, np.isfinite(ceiling))
    case.found.at_most("D6", floor, served + np.where(priced, unserved, 0.0), dims, floor > 0)
    for i, t in np.argwhere(unserved > 0):
        amount = price[i] * MUSD * float(unserved[i, t] * calendar.months[t])
        case.money.line("penalty", "unserved", rows[i]["stream"], int(calendar.starts[t]), amount)
    _segments(case, rows, served)
    case.compare("served", served, "stream", "period", unit="PFLOP/s")


def _demand(case: Case, rows: list[dict[str, Any]]) -> tuple[Array, Array]:
    """Floor and ceiling of a period: the mean of its months; no ceiling if any of its months has none."""
    calendar = case.calendar
    floor, ceiling = np.zeros((len(rows), len(calendar.starts))), np.zeros((len(rows), len(calendar.starts)))
    for i, row in enumerate(rows):
        dated = [r for r in case.inputs.rows("stream_demand") if r["stream"] == row["stream"]]
        for values, column, empty in ((floor, "floor_pflops", 0.0), (ceiling, "ceiling_pflops", np.inf)):
            changes = [(calendar.month(r["from"]), r[column]) for r in dated]
            months = held(changes, calendar.end, row[column])
            monthly = np.array([empty if value is None else value for value in months], dtype=float)
            values[i] = np.add.reduceat(monthly, calendar.starts) / calendar.months
    return floor, ceiling


def _segments(case: Case, rows: list[dict[str, Any]], served: Array) -> None:
    if not case.inputs.has("stream_segments"):
        return
    calendar = case.calendar
    segment = case.read("segment_served", "stream", "segment", "period")
    dims = case.dims("stream", "segment", "period")
    case.found.decision("segment_served", segment, dims, "PFLOP/s")
    width, worth = np.zeros(segment.shape[:2]), np.zeros(segment.shape[:2])
    for i, row in enumerate(rows):
        mine = [r for r in case.inputs.rows("stream_segments") if r["stream"] == row["stream"]]
        ends = sorted((r["up_to_pflops"], r["musd_per_pflops_month"]) for r in mine)
        for j, (end, value) in enumerate(ends):
            width[i, j] = end - (ends[j - 1][0] if j else 0.0)
            worth[i, j] = value
    valued = width.any(axis=1, keepdims=True)
    case.found.at_most("D7", segment.sum(axis=1), served, case.dims("stream", "period"), valued)
    case.found.at_most("D8", segment, width[:, :, None], dims)
    earned = np.einsum("ij,ijt,t->it", worth, segment, calendar.months.astype(float))
    for i, t in np.argwhere(earned != 0):
        case.money.line("value", "stream", rows[i]["stream"], int(calendar.starts[t]), float(earned[i, t]))


def _placement_of_streams(case: Case, use: Array, speed: Array) -> None:
    calendar = case.calendar
    for row in case.inputs.rows("placement"):
        i, s = case.position("stream", row["load"]), case.position("site", row["site"])
        if i < 0 or s < 0:
            continue
        rates = np.array([_rates(case, row["load"], row, float(pflops)) for pflops in speed[i]])
        cost = (rates @ use[i, :, s]) * calendar.months
        for t in np.flatnonzero(cost):
            case.money.line("opex", "placement", row["site"], int(calendar.starts[t]), float(cost[t]))
