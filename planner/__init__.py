"""planner: plan AI-training infrastructure - orders, power, network and runs, inside yearly budgets.

    import planner
    study = planner.load("llama-2023")
    plan = study.solve(gap=0.01)
    plan.data

Names are imported on first use, so that `import planner` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.errors import (
        CheckFailed,
        InfeasibleError,
        InputError,
        LimitReached,
        ModelError,
        PlannerError,
        SolverError,
    )
    from planner.results.plan import Plan, open_plan
    from planner.study import Study, load

_HOMES = {
    "load": "planner.study",
    "Study": "planner.study",
    "Plan": "planner.results.plan",
    "open_plan": "planner.results.plan",
    **dict.fromkeys(
        ("CheckFailed", "InfeasibleError", "InputError", "LimitReached", "ModelError", "PlannerError", "SolverError"),
        "planner.core.errors",
    ),
}

__all__ = [
    "CheckFailed", "InfeasibleError", "InputError", "LimitReached", "ModelError", "Plan", "PlannerError",
    "SolverError", "Study", "load", "open_plan",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
        if (module := sys.modules.get("planner.results.plan")) is not None:
            for method in (_to_excel, _to_csv, _summary):
                setattr(module.Plan, method.__name__[1:], method)
        return found
    raise AttributeError(f"module 'planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


# Methods of Plan that belong to layers above it; bound with the first public name that brings it in.


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
