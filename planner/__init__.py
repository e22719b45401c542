"""planner: plan AI-training infrastructure - orders, power, network and runs, inside yearly budgets.

    import planner
    study = planner.load("llama-2023")
    plan = study.solve(gap=0.01)
    plan.data

Names are imported on first use, so that `import planner` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from planner.core.methods import note

__version__ = "0.1.0"

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner.break_evens import BreakEven, PaysFrom, break_even, pays_from
    from planner.core.errors import (
        CheckFailed,
        InfeasibleError,
        InputError,
        LimitReached,
        ModelError,
        PlannerError,
        SolverError,
    )
    from planner.policy_study import Policies, policies
    from planner.results.plan import Plan, open_plan
    from planner.study import Study, load
    from planner.sweeps import Sweep, sweep

_HOMES = {
    "load": "planner.study",
    "Study": "planner.study",
    "Plan": "planner.results.plan",
    "open_plan": "planner.results.plan",
    "BreakEven": "planner.break_evens",
    "break_even": "planner.break_evens",
    "PaysFrom": "planner.break_evens",
    "pays_from": "planner.break_evens",
    "Policies": "planner.policy_study",
    "policies": "planner.policy_study",
    "Sweep": "planner.sweeps",
    "sweep": "planner.sweeps",
    **dict.fromkeys(
        ("CheckFailed", "InfeasibleError", "InputError", "LimitReached", "ModelError", "PlannerError", "SolverError"),
        "planner.core.errors",
    ),
}

__all__ = [
    "BreakEven", "CheckFailed", "InfeasibleError", "InputError", "LimitReached", "ModelError", "PaysFrom", "Plan",
    "PlannerError", "Policies", "SolverError", "Study", "Sweep", "break_even", "load", "open_plan", "pays_from",
    "policies", "sweep",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


# Methods of Plan and Study whose bodies lie in layers above them; each imports what it needs when it is called.


def _to_excel(plan: Plan, path: str | Path) -> Path:
    """Write the plan as a workbook (.xlsx), whole or not at all, and return its path."""
    from planner.export.workbook import write_workbook

    return write_workbook(plan.data, path)


def _to_csv(plan: Plan, folder: str | Path) -> list[Path]:
    """Write the plan's tables as CSV files into a folder, and return their paths."""
    from planner.export.tables import write_tables

    return write_tables(plan.data, folder)


def _summary(plan: Plan) -> str:
    """The plan in a page of plain text."""
    from planner.export.summary import summary_text

    return summary_text(plan.data)


def _sweep(
    study: Study,
    axes: Mapping[str, Sequence[Any]],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    strategy: str | None = None,
    work_limit: int | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
) -> Sweep:
    """Solve the study at every combination of changes: see `planner.sweep`."""
    from planner.sweeps import sweep

    return sweep(
        study, axes, gap=gap, time_limit=time_limit, strategy=strategy, work_limit=work_limit, workers=workers, out=out
    )


note("Plan", to_excel=_to_excel, to_csv=_to_csv, summary=_summary)
note("Study", sweep=_sweep)
