"""How many accelerators a training run needs, and at which utilisation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from planner.core.declare import Row
from planner.core.inputs import Inputs
from planner.core.units import PFLOP_PER_ZFLOP, SECONDS_PER_MONTH, TFLOPS_PER_PFLOPS

# Where a type has no utilisation for a narrow format, the same run keeps the tensor cores less busy.
NARROW_FORMAT_SHARE = {"bf16": 1.0, "fp8": 0.5, "fp4": 0.25}


@dataclass(frozen=True, slots=True)
class Efficiency:
    """MFU against the format's peak, and goodput, of a gang of some size."""

    mfu: float
    goodput: float

    @property
    def useful(self) -> float:
        return self.mfu * self.goodput


class UtilisationTable:
    """MFU and goodput by (type, format) and gang size, from the table `mfu` (defaults are filled in there)."""

    def __init__(self, inputs: Inputs) -> None:
        self._rows: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
        for row in inputs.rows("mfu"):
            key = (row["accelerator"], row["number_format"])
            size = math.inf if row["gang_size"] is None else float(row["gang_size"])
            self._rows.setdefault(key, []).append((size, row["mfu"], row["goodput"]))
        for rows in self._rows.values():
            rows.sort()

    def at(self, accelerator: str, number_format: str) -> list[tuple[float, Efficiency]]:
        """(largest gang, efficiency of gangs up to it), smallest first; none where nothing is stated."""
        share = 1.0
        rows = self._rows.get((accelerator, number_format))
        if rows is None and number_format != "bf16":
            rows = self._rows.get((accelerator, "bf16"))
            share = NARROW_FORMAT_SHARE[number_format]
        return [(size, Efficiency(mfu * share, goodput)) for size, mfu, goodput in rows or []]

    def bands(self, load: Row, accelerator: str) -> list[tuple[float, Efficiency]]:
        """The same for a run or stream: its own figures win over the table's, each for itself."""
        mfu, goodput = load["mfu"], load.get("goodput")
        table = self.at(accelerator, load["number_format"])
        if mfu is not None and (goodput is not None or not table):
            return [(math.inf, Efficiency(mfu, 1.0 if goodput is None else goodput))]
        return [
            (size, Efficiency(row.mfu if mfu is None else mfu, row.goodput if goodput is None else goodput))
            for size, row in table
        ]

    def of(self, load: Row, accelerator: str, gang: float) -> Efficiency | None:
        """Efficiency of a gang of a run or stream; None where nothing is stated for a gang this large."""
        return next((found for size, found in self.bands(load, accelerator) if gang <= size), None)


def peak_pflops(accelerator: Row, number_format: str) -> float | None:
    """Dense peak of a type at a format, PFLOP/s; None if unknown."""
    peak = accelerator[f"{number_format}_dense_tflops"]
    return None if peak is None else float(peak) / TFLOPS_PER_PFLOPS


def run_flop_zflop(run: Row) -> float:
    """Compute of a run, ZFLOP: stated, or 6 * parameters * tokens (Kaplan et al. 2020, arXiv 2001.08361)."""
    if run["flop_zflop"] is not None:
        return float(run["flop_zflop"])
    return float(6.0 * run["params_b"] * run["tokens_b"] * 1e18 / 1e21)


def gang_size(
    flop_zflop: float, peak: float, useful: Iterable[tuple[float, float]], months: int, step: int
) -> int | None:
    """The smallest gang that finishes in time with the efficiency of its own size.

    Parameters
    ----------
    flop_zflop
        Compute of the run, ZFLOP.
    peak
        Dense peak of one accelerator, PFLOP/s.
    useful
        (largest gang, useful share of the peak: MFU * goodput, of gangs up to it), smallest first.
    months
        Duration, months of 730.5 h.
    step
        The gang is a multiple of this.

    Returns
    -------
    Accelerators, or None if no gang finishes (the efficiency is not known that far up).
    """
    below = 0.0
    for largest, share in useful:
        needed = flop_zflop * PFLOP_PER_ZFLOP / (peak * share * months * SECONDS_PER_MONTH)
        # a hair of slack, so that a run sized to fit exactly is not pushed up a step by rounding
        n = max(math.ceil(needed / step * (1.0 - 1e-12)), math.floor(below / step) + 1) * step
        if n <= largest:
            return n
        below = largest
    return None


def ids_or_all(listed: Iterable[str] | None, everything: Iterable[str]) -> list[str]:
    """A list cell, or all ids where the cell is empty."""
    return list(everything) if listed is None else list(listed)
