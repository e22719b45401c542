"""How many accelerators a training run needs, and at which utilisation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
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

    def at(self, accelerator: str, number_format: str, gang: float) -> Efficiency | None:
        """Efficiency of a gang, or None where nothing is stated for a gang this large (or at all)."""
        share = 1.0
        rows = self._rows.get((accelerator, number_format))
        if rows is None and number_format != "bf16":
            rows = self._rows.get((accelerator, "bf16"))
            share = NARROW_FORMAT_SHARE[number_format]
        for size, mfu, goodput in rows or []:
            if gang <= size:
                return Efficiency(mfu * share, goodput)
        return None

    def of(self, load: Row, accelerator: str, gang: float) -> Efficiency | None:
        """Efficiency for a run or stream: its own figures win over the table's, each for itself."""
        mfu, goodput = load["mfu"], load.get("goodput")
        table = self.at(accelerator, load["number_format"], gang)
        if mfu is None:
            if table is None:
                return None
            mfu = table.mfu
        if goodput is None:
            goodput = 1.0 if table is None else table.goodput
        return Efficiency(mfu, goodput)


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
    flop_zflop: float, peak: float, efficiency: Callable[[int], float | None], months: int, step: int
) -> int | None:
    """The smallest gang that finishes in time: the smallest fixed point of its own goodput.

    Parameters
    ----------
    flop_zflop
        Compute of the run, ZFLOP.
    peak
        Dense peak of one accelerator, PFLOP/s.
    efficiency
        Useful share of the peak (MFU * goodput) of a gang of n; None where nothing is known for n.
    months
        Duration, months of 730.5 h.
    step
        The gang is a multiple of this.

    Returns
    -------
    Accelerators, or None if no gang finishes (the efficiency is not known that far up).
    """
    n = step
    while True:
        useful = efficiency(n)
        if useful is None:
            return None
        needed = flop_zflop * PFLOP_PER_ZFLOP / (peak * useful * months * SECONDS_PER_MONTH)
        # a hair of slack, so that a run sized to fit exactly is not pushed up a step by rounding
        enough = max(step, math.ceil(needed / step * (1.0 - 1e-12)) * step)
        if enough <= n:
            return n
        n = enough


def usable_efficiency(table: UtilisationTable, run: Row, accelerator: str) -> Callable[[int], float | None]:
    """The useful share by gang size of a run on a type, for `gang_size`."""

    def useful(n: int) -> float | None:
        found = table.of(run, accelerator, n)
        return None if found is None else found.useful

    return useful


def ids_or_all(listed: Iterable[str] | None, everything: Iterable[str]) -> list[str]:
    """A list cell, or all ids where the cell is empty."""
    return list(everything) if listed is None else list(listed)
