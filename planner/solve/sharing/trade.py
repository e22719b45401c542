"""Of all ways to borrow and lend that leave a plan as it is, the one with least of it.

Loans cost nothing, so a search may leave some that nobody needs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.data.derive import Case
from planner.solve.compile import Matrix
from planner.solve.highs import solve_lp
from planner.solve.options import Options
from planner.solve.search import Found

TRADE = ("lent", "borrowed", "released", "extra", "credit")
WEIGHT = {"borrowed": 1.0, "extra": 1e-3, "released": 1e-3}  # what is owed counts first


def least_trade(matrix: Matrix, case: Case, options: Options, plan: Found) -> Found:
    """The plan with as little borrowed as what it uses needs, over all months, and then as little pulled back.

    Raises
    ------
    SolverError
        HiGHS fails.
    """
    own = np.array([room == "teams" and component in TRADE for room, component, _ in matrix.names], dtype=bool)
    cost = np.zeros(len(own))
    for i in np.flatnonzero(own):
        _, component, index = matrix.names[i]
        if component in WEIGHT:
            cost[i] = WEIGHT[component] * case.calendar.periods[index[1]].months
    held = {int(i): float(plan.x[i]) for i in np.flatnonzero(~own)}
    found = solve_lp(replace(matrix, cost=cost, offset=0.0), options, held)
    return plan if found.x is None else replace(plan, x=np.where(own, found.x, plan.x))
