"""Why no plan exists: which limits would have to give, and by how much."""

from __future__ import annotations

import highspy
import numpy as np

from planner.data.derive import Case
from planner.solve.compile import Matrix, RowName
from planner.solve.highs import new_highs, pass_matrix
from planner.solve.options import Options

# What a user can change, with the weight of one unit of violation (a M$ counts 1, the rest about what it costs).
RELAXABLE = {
    "B1": 1.0, "B2": 1.0, "F2": 0.05, "F4": 1.0, "P1": 10.0, "P2": 10.0, "P5": 100.0, "P6": 10.0,
    "N1": 0.01, "N3": 0.01, "N4": 10.0, "D4": 1000.0, "D5": 0.1, "D6": 0.1,
}  # fmt: skip
SECONDS = 60.0


def missing_candidates(case: Case) -> str | None:
    """What to say if a run that must run fits nowhere at all; None if each has a candidate."""
    offered = set(case.candidates["run"])
    stuck = [r for r, row in case.runs.items() if row["must_run"] and r not in offered]
    if not stuck:
        return None
    return "\n".join(
        f"run {r} must run (D4), but no type, site, start and duration it allows can carry its gang" for r in stuck
    )


def explain_infeasible(matrix: Matrix, options: Options, case: Case) -> str:
    """The cheapest set of limits to relax that would admit a plan, in words.

    The elastic relaxation of HiGHS with a penalty on each limit a user can change; the others stay hard.
    """
    h = new_highs(options)
    h.setOptionValue("time_limit", SECONDS)
    h.setOptionValue("mip_rel_gap", 0.01)
    pass_matrix(h, matrix)
    penalties = np.array([RELAXABLE.get(row.equation, -1.0) for row in matrix.rows])
    status = h.feasibilityRelaxation(-1.0, -1.0, -1.0, None, None, penalties)
    values = np.array(h.getSolution().row_value, dtype=float)
    if status == highspy.HighsStatus.kError or len(values) != len(matrix.rows):
        return "no plan keeps every hard limit, and no set of limits was found whose relaxation would admit one"
    short = np.maximum(np.maximum(matrix.row_lower - values, values - matrix.row_upper), 0.0)
    broken = [(matrix.rows[i], float(short[i])) for i in np.argsort(-short) if short[i] > 1e-6]
    if not broken:
        return "no plan keeps every hard limit; relaxing single limits did not show which"
    lines = [f"  {_where(row, case)}: short by {amount:,.6g}" for row, amount in broken]
    return "no plan keeps every hard limit; the cheapest to relax:\n" + "\n".join(lines)


_SENTENCE = {
    "B1": "budget",
    "B2": "pull-forward of budget",
    "F2": "supply of",
    "F4": "size of lease",
    "P1": "halls (MW of IT) at",
    "P2": "power sources (MW at the meter) at",
    "P5": "modules of hall",
    "P6": "MW of source",
    "N1": "endpoints at",
    "N3": "instances of fabric",
    "N4": "instances of fabric",
    "D4": "run that must run",
    "D5": "ceiling of stream",
    "D6": "floor of stream (PFLOP/s)",
}
_PERIOD_LAST = {"F2", "F4", "P1", "P2", "P5", "P6", "N3", "N4", "D5", "D6"}


def _where(row: RowName, case: Case) -> str:
    parts = [str(part) for part in row.index]
    if row.equation in _PERIOD_LAST:
        parts[-1] = case.calendar.label(case.calendar.periods[int(row.index[-1])].start)
    return f"{_SENTENCE[row.equation]} {' '.join(parts)} ({row.equation})"
