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

__version__ = "0.1.0"

if TYPE_CHECKING:
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
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'planner' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
