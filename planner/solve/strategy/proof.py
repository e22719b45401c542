"""The bound: HiGHS on the whole model beside the rest; better plans that it meets are taken too."""

from __future__ import annotations

import highspy
import numpy as np

from planner.core.errors import SolverError
from planner.solve.compile import Matrix
from planner.solve.highs import ABSOLUTE_GAP, TICK, pass_matrix
from planner.solve.strategy.control import Control
from planner.solve.strategy.standing import Standing


def prove(matrix: Matrix, control: Control, standing: Standing) -> str:
    """Branch and cut on the whole model until the search is to end.

    It is not told of the best plan: handed one, as a start or on the way, HiGHS 1.16 may take it for worth more than it
    is - presolve had settled on other values - and then cut off better ones and call it optimal.

    Returns
    -------
    How it ended: optimal (also where the best plan came from elsewhere), infeasible, unbounded, stopped.

    Raises
    ------
    SolverError
        HiGHS fails.
    """
    h = control.highs()
    pass_matrix(h, matrix)
    h.setOptionValue("time_limit", control.left())
    h.setOptionValue("mip_abs_gap", ABSOLUTE_GAP)
    _listen(h, matrix, control, standing)
    if h.run() == highspy.HighsStatus.kError:
        raise SolverError(f"run() returned an error, model status {h.getModelStatus()}")
    kinds = highspy.HighsModelStatus
    status = h.getModelStatus()
    if status in (kinds.kOptimal, kinds.kModelEmpty):
        x = np.array(h.getSolution().col_value, dtype=float)
        if len(x):
            standing.offer(x, -float(matrix.cost @ x + matrix.offset), "whole model")
        standing.prove(-float(h.getInfo().mip_dual_bound))
        return "optimal"
    if status == kinds.kInfeasible:
        return "infeasible"
    if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
        return "unbounded"
    return "stopped"


def _listen(h: highspy.Highs, matrix: Matrix, control: Control, standing: Standing) -> None:
    nodes, ticks, most = [0], [0], control.work_left / TICK

    def improving(event: highspy.HighsCallbackEvent) -> None:
        x = np.array(event.data_out.mip_solution, dtype=float)
        standing.offer(x, -float(matrix.cost @ x + matrix.offset), "whole model")

    def progress(event: highspy.HighsCallbackEvent) -> None:
        out = event.data_out
        standing.prove(-float(out.mip_dual_bound))
        standing.count(int(out.mip_node_count) - nodes[0])
        nodes[0] = int(out.mip_node_count)
        ticks[0] += 1
        if ticks[0] >= most and event.data_in is not None:
            event.data_in.user_interrupt = True

    h.cbMipImprovingSolution += improving
    h.cbMipInterrupt += progress
