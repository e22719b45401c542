"""Why no plan exists: which limits would have to give, and by how much."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import highspy
import numpy as np

from planner.core.declare import Equation, Limit, Room
from planner.data.derive import Case
from planner.solve.compile import Matrix, RowName, Vector
from planner.solve.highs import new_highs, pass_matrix
from planner.solve.options import Options

SECONDS = 60.0


def missing_candidates(case: Case) -> str | None:
    """What to say if a run that must run fits nowhere at all; None if each has a candidate."""
    offered = set(case.placements["run"])
    stuck = [r for r, row in case.runs.items() if row["must_run"] and r not in offered]
    if not stuck:
        return None
    return "\n".join(
        f"run {r} must run (D4), but no type, site, start and duration it allows can carry its gang" for r in stuck
    )


def explain_infeasible(matrix: Matrix, options: Options, case: Case, rooms: Sequence[Room]) -> str:
    """The cheapest set of limits to relax that would admit a plan, in words.

    The elastic relaxation of HiGHS with a penalty on each limit a user can change; the others stay hard.
    """
    limits = {e.number: (e, e.limit) for room in rooms for e in room.equations if e.limit is not None}
    h = new_highs(options)
    h.setOptionValue("time_limit", SECONDS)
    h.setOptionValue("mip_rel_gap", 0.01)
    pass_matrix(h, matrix)
    able = np.array([row.equation in limits for row in matrix.rows])
    penalties = np.array(
        [limits[row.equation][1].weight if can else -1.0 for row, can in zip(matrix.rows, able, strict=True)]
    )
    status = _relaxed(h, penalties)
    values = np.array(h.getSolution().row_value, dtype=float)
    if status == highspy.HighsStatus.kError or len(values) != len(matrix.rows):
        return "no plan keeps every hard limit, and no set of limits was found whose relaxation would admit one"
    short = np.maximum(np.maximum(matrix.row_lower - values, values - matrix.row_upper), 0.0)
    if (short[~able] > 1e-5 * np.maximum(1.0, np.abs(values[~able]))).any():
        # HiGHS had no point: what it hands over breaks rows that were to hold, and says nothing of the others
        return "no plan keeps every hard limit, and no set of limits was found whose relaxation would admit one"
    dearest = np.argsort(-short * penalties, kind="stable")
    broken = [(matrix.rows[i], float(short[i])) for i in dearest if able[i] and short[i] > 1e-6]
    if not broken:
        return "no plan keeps every hard limit; relaxing single limits did not show which"
    lines = [f"  {_words(row, amount, *limits[row.equation], case)}" for row, amount in broken]
    return "no plan keeps every hard limit; the cheapest to relax:\n" + "\n".join(lines)


def _relaxed(h: highspy.Highs, penalties: Vector) -> highspy.HighsStatus:
    """Relax on a thread of its own: HiGHS keeps the number of threads of the first call from each thread."""
    status = [highspy.HighsStatus.kError]

    def relax() -> None:
        status[0] = h.feasibilityRelaxation(-1.0, -1.0, -1.0, None, None, penalties)

    thread = threading.Thread(target=relax, name="highs-relax")
    thread.start()
    thread.join()
    return status[0]


def limit_name(row: RowName, equation: Equation, limit: Limit, case: Case) -> str:
    """What users call the limit that a row states."""
    parts = [_label(part, name, case) for part, name in zip(row.index, equation.over, strict=True)]
    return f"{limit.name} {' '.join(parts)} ({row.equation})"


def _words(row: RowName, amount: float, equation: Equation, limit: Limit, case: Case) -> str:
    unit = "" if equation.unit == "-" else f" {equation.unit}"
    return f"{limit_name(row, equation, limit, case)}: short by {amount:,.6g}{unit}"


def _label(part: object, name: str, case: Case) -> str:
    """A part of a row's index as users know it: periods and slots by their first month."""
    calendar = case.calendar
    starts = {"period": [p.start for p in calendar.periods], "slot": [slot.start for slot in calendar.slots]}
    return calendar.label(starts[name][int(str(part))]) if name in starts else str(part)
