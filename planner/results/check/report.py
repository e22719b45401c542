"""What the check found: one finding per broken row, and how rows are compared.

A row of physical quantities may miss by 1e-6 of its magnitude plus 1e-6; money by 1e-6 of its magnitude
plus 1e-9. Whatever is not a number fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.results.check.equations import EQUATIONS

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Dims = Sequence[tuple[str, Sequence[str]]]

RELATIVE = 1e-6
ABSOLUTE = 1e-6
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken row: its equation (or `ledger`, `objective`, `size`, `output:NAME`, ...), where, by how much.

    `where` names dims and labels, such as ``accelerator=x1 site=alpha period=2026-07``; `excess` is how
    far the row is missed, in `unit`.
    """

    equation: str
    where: str
    excess: float
    unit: str
    message: str

    def __str__(self) -> str:
        place = f" at {self.where}" if self.where else ""
        return f"{self.equation}: {self.message}{place} (off by {self.excess:.6g} {self.unit})"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of a check: findings are defects, notices are worth knowing but no defects.

    `equations_checked` are the numbered equations that had rows; `rows_checked` counts every comparison.
    """

    findings: tuple[Finding, ...]
    notices: tuple[str, ...]
    equations_checked: tuple[str, ...]
    rows_checked: int

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def text(self) -> str:
        """The report in words: the verdict, the findings by equation, the notices."""
        verdict = "passed" if self.ok else f"failed: {len(self.findings)} findings"
        lines = [f"check {verdict} ({self.rows_checked} rows of {', '.join(self.equations_checked) or 'no equation'})"]
        groups: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            groups[finding.equation].append(finding)
        for group in groups.values():
            lines += [f"  {finding}" for finding in group[:SHOWN]]
            if len(group) > SHOWN:
                lines.append(f"  {group[0].equation}: and {len(group) - SHOWN} more")
        lines += [f"  notice: {notice}" for notice in self.notices]
        lines.append("  not derived again: shadow prices and the reasons read off them, how the search ended")
        return "\n".join(lines)


class Recorder:
    """Collects what the rooms of the check compare."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.notices: list[str] = []
        self.rows: dict[str, int] = defaultdict(int)

    def add(self, equation: str, where: str, excess: float, unit: str, message: str) -> None:
        """Record a finding."""
        self.findings.append(Finding(equation, where, float(excess), unit, message))

    def notice(self, text: str) -> None:
        """Record something worth knowing, once."""
        if text not in self.notices:
            self.notices.append(text)

    def at_most(self, equation: str, left: Any, right: Any, dims: Dims, mask: Any = True) -> None:
        """Rows ``left <= right`` of a numbered equation over `dims`, where `mask` holds."""
        low, high, miss = _arrays(left, right, dims)
        self._judge(equation, low, high, miss, dims, mask, ">")

    def equal(self, equation: str, left: Any, right: Any, dims: Dims, mask: Any = True) -> None:
        """Rows ``left == right`` of a numbered equation over `dims`, where `mask` holds."""
        low, high, miss = _arrays(left, right, dims)
        self._judge(equation, low, high, np.abs(miss), dims, mask, "is not")

    def same(self, name: str, stated: Any, derived: Any, dims: Dims, unit: str) -> None:
        """The plan's result `name` against what follows from inputs and decisions."""
        left, right, miss = _arrays(stated, derived, dims)
        miss = np.abs(miss)
        allowed = RELATIVE * np.maximum(np.abs(left), np.abs(right)) + ABSOLUTE
        self.rows[f"output:{name}"] += miss.size
        for at in np.argwhere(~(miss <= allowed)):
            index = tuple(int(i) for i in at)
            message = f"stated {left[index]:.9g}, derived {right[index]:.9g}"
            self.add(f"output:{name}", label(dims, index), miss[index], unit, message)

    def never(self, equation: str, values: Array, dims: Dims, mask: Any, unit: str, message: str) -> None:
        """`values` must be zero where `mask` holds."""
        self.rows[equation] += int(np.count_nonzero(np.broadcast_to(mask, values.shape)))
        for at in np.argwhere((np.abs(values) > ABSOLUTE) & mask):
            index = tuple(int(i) for i in at)
            self.add(equation, label(dims, index), abs(values[index]), unit, message)

    def decision(self, name: str, values: Array, dims: Dims, unit: str, whole: bool = False) -> None:
        """A decision is not negative and, if `whole`, an integer."""
        self.rows["nonnegativity"] += values.size
        for at in np.argwhere(values < -ABSOLUTE):
            index = tuple(int(i) for i in at)
            message = f"{name} is negative: {values[index]:.9g}"
            self.add("nonnegativity", label(dims, index), -values[index], unit, message)
        if whole:
            self.rows["integrality"] += values.size
            off = np.abs(values - np.round(values))
            for at in np.argwhere(off > ABSOLUTE):
                index = tuple(int(i) for i in at)
                message = f"{name} is not whole: {values[index]:.9g}"
                self.add("integrality", label(dims, index), off[index], unit, message)

    def report(self) -> CheckReport:
        """What was found so far, equations in their own order."""
        checked = tuple(number for number in EQUATIONS if self.rows.get(number))
        return CheckReport(tuple(self.findings), tuple(self.notices), checked, sum(self.rows.values()))

    def _judge(self, equation: str, left: Array, right: Array, miss: Array, dims: Dims, mask: Any, word: str) -> None:
        unit, sentence = EQUATIONS[equation]
        judged = np.broadcast_to(np.asarray(mask, dtype=bool), miss.shape)
        size = np.maximum(np.abs(left), np.abs(right))
        allowed = RELATIVE * np.where(np.isfinite(size), size, 0.0) + ABSOLUTE
        self.rows[equation] += int(np.count_nonzero(judged))
        for at in np.argwhere(judged & ~(miss <= allowed)):
            index = tuple(int(i) for i in at)
            message = f"{sentence}: {left[index]:.9g} {word} {right[index]:.9g}"
            self.add(equation, label(dims, index), miss[index], unit, message)


def label(dims: Dims, index: Sequence[int]) -> str:
    """The place of a row, such as ``site=alpha period=2026-07``."""
    return " ".join(f"{name}={labels[i]}" for (name, labels), i in zip(dims, index, strict=True))


def _arrays(left: Any, right: Any, dims: Dims) -> tuple[Array, Array, Array]:
    shape = tuple(len(labels) for _, labels in dims)
    low = np.broadcast_to(np.asarray(left, dtype=float), shape)
    high = np.broadcast_to(np.asarray(right, dtype=float), shape)
    miss = low - high
    # an infinite limit is kept by anything; the difference of two infinities is not a number
    return low, high, np.where(np.isposinf(high), -np.inf, miss)
