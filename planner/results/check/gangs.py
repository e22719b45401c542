"""Runs, second opinion: the size of a gang, and whether a chosen candidate may be offered at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.core.units import PFLOP_PER_ZFLOP, SECONDS_PER_MONTH, TFLOPS_PER_PFLOPS
from planner.results.check.case import Case
from planner.results.check.fleet import can_cool

# A narrow format without figures of its own is assumed to keep the arithmetic units less busy.
NARROW = {"bf16": 1.0, "fp8": 0.5, "fp4": 0.25}
SLACK = 1e-12


@dataclass(frozen=True, slots=True)
class Band:
    """Utilisation and goodput of gangs up to a size."""

    up_to: float
    mfu: float
    goodput: float


def peak_pflops(accelerator: dict[str, Any], number_format: str) -> float | None:
    """Dense peak of one accelerator in PFLOP/s; None if unknown."""
    peak = accelerator[f"{number_format}_dense_tflops"]
    return None if peak is None else float(peak) / TFLOPS_PER_PFLOPS


def bands(case: Case, accelerator: str, number_format: str) -> list[Band]:
    """The rows of table `mfu` for a type and format by size; a narrow format without rows takes BF16's share."""
    rows = [row for row in case.inputs.rows("mfu") if row["accelerator"] == accelerator]
    for written in dict.fromkeys((number_format, "bf16")):
        share = 1.0 if written == number_format else NARROW[number_format]
        found = [
            Band(math.inf if row["gang_size"] is None else row["gang_size"], share * row["mfu"], row["goodput"])
            for row in rows
            if row["number_format"] == written
        ]
        if found:
            return sorted(found, key=lambda band: band.up_to)
    return []


def run_bands(case: Case, run: dict[str, Any], accelerator: str) -> list[Band]:
    """Utilisation and goodput of a run on a type by gang size; none if they are unknown."""
    if run["mfu"] is not None and run["goodput"] is not None:
        return [Band(math.inf, run["mfu"], run["goodput"])]
    table = bands(case, accelerator, run["number_format"])
    if run["mfu"] is not None and (not table or table[-1].up_to < math.inf):
        # a run's own MFU holds at any size; where the table says no goodput it is 1
        table = [*table, Band(math.inf, run["mfu"], 1.0)]
    return [Band(band.up_to, run["mfu"] or band.mfu, run["goodput"] or band.goodput) for band in table]


def flop_zflop(run: dict[str, Any]) -> float:
    """Compute of a run: as stated, else 6 * parameters * tokens."""
    if run["flop_zflop"] is not None:
        return float(run["flop_zflop"])
    return 6.0 * float(run["params_b"]) * float(run["tokens_b"]) * 1e18 / 1e21


def gang_step(case: Case, accelerator: str) -> int:
    """Gangs of a type, and their parts, are multiples of this."""
    row = case.accelerators[accelerator]
    return int(row["gang_step"] or row["lot_size"] or 1)


def smallest_gang(
    case: Case, run: dict[str, Any], accelerator: str, place: str, months: int
) -> tuple[int, Band] | None:
    """The smallest multiple of the gang step that does the run's compute in `months`, with its band.

    Within a band of sizes the least size follows by division; the first band with one is the answer. Over a span
    of sites every band's MFU is that much lower.
    """
    row, step = case.accelerators[accelerator], gang_step(case, accelerator)
    peak = peak_pflops(row, run["number_format"])
    factor = case.spans[place].mfu_factor if place in case.spans else 1.0
    if peak is None:
        return None
    work = flop_zflop(run) * PFLOP_PER_ZFLOP
    below = 0.0
    for band in run_bands(case, run, accelerator):
        band = Band(band.up_to, band.mfu * factor, band.goodput)
        each = peak * band.mfu * band.goodput * months * SECONDS_PER_MONTH * (1.0 + SLACK)
        size = max(math.ceil(work / each / step - 1e-9), math.floor(below / step) + 1, 1) * step
        while size * each < work:
            size += step
        while size - step > below and (size - step) * each >= work:
            size -= step
        if size <= band.up_to:
            return size, band
        below = band.up_to
    return None


def objections(case: Case, run: dict[str, Any], accelerator: str, place: str, start: int, months: int) -> Iterator[str]:
    """Why a candidate may not be offered: type, place, window, duration, slot; none if it may."""
    row = case.accelerators[accelerator]
    if accelerator not in run["eligible"]:
        yield f"{accelerator} is not eligible"
    if (run["sites"] is not None or place in case.spans) and place not in (run["sites"] or ()):
        yield f"{place} is not among the run's sites"
    if place in case.spans:
        dark = [site for site in case.spans[place].shares if not _cooled(case, row, site)]
        if dark:
            yield f"{', '.join(dark)} of {place} has no hall that can cool {accelerator}"
    elif place in case.leases:
        if case.leases[place]["accelerator"] != accelerator:
            yield f"{place} rents no {accelerator}"
    elif not _cooled(case, row, place):
        yield f"{place} has no hall that can cool {accelerator}"
    if run["min_memory_gb"] is not None and not (row["memory_gb"] or 0.0) >= run["min_memory_gb"]:
        yield f"{accelerator} has {row['memory_gb']} GB of memory, {run['min_memory_gb']} are needed"
    if months not in run["durations_months"]:
        yield f"{months} months is not among its durations"
    yield from _timing(case, run, start, months)


def _cooled(case: Case, row: dict[str, Any], site: str) -> bool:
    halls = [hall for hall in case.inputs.rows("halls") if hall["site"] == site]
    return not case.inputs.has("halls") or any(can_cool(row["cooling"], hall["cooling"]) for hall in halls)


def _timing(case: Case, run: dict[str, Any], start: int, months: int) -> Iterator[str]:
    calendar = case.calendar
    earliest, latest = max(0, calendar.month(run["earliest"])), calendar.month(run["latest"])
    if not earliest <= start <= latest:
        yield f"it starts outside {run['earliest']} to {run['latest']}"
    if start + months > calendar.end:
        yield "it finishes behind the horizon"
    slots = calendar.slot_starts.tolist()
    if start not in slots:
        yield "it does not start on a slot"
        return
    window = [slot for slot in slots if earliest <= slot <= latest]
    dense = int(case.setting("calendar", "dense_start_months"))
    step = int(case.setting("calendar", "start_step"))
    if start in window and start >= dense and window.index(start) % step:
        yield f"after {dense} months starts are offered every {step} slots from the first"


def parts_of(case: Case, accelerator: str, place: str, size: int) -> dict[str, int]:
    """What a gang takes at each site or lease: all of it, or its parts over a span."""
    return case.spans[place].parts(size, gang_step(case, accelerator)) if place in case.spans else {place: size}


def too_large(case: Case, accelerator: str, place: str, size: int) -> str | None:
    """Why no fabric or contract at a site or lease carries a gang (or part) of this size; None if one does."""
    if place in case.leases:
        most = case.leases[place]["max_gang"]
        return f"{place} carries gangs up to {most}" if most is not None and size > most else None
    if not case.inputs.has("fabrics"):
        return None
    family = case.accelerators[accelerator]["fabric_family"]
    tiers = [f["max_gang"] for f in case.inputs.rows("fabrics") if f["site"] == place and f["family"] == family]
    if size > max(tiers, default=0):
        return f"no fabric at {place} carries more than {max(tiers, default=0)} of {family}"
    return None
