"""How a solve is asked for, and what it reports on the way."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from planner.core.errors import InputError, Problem
from planner.core.rules import nearest
from planner.core.settings import SOLVE

RUNNING = "running"  # status of what is found while the search still goes on


@dataclass(frozen=True, slots=True)
class Options:
    """Validated options of a solve: gap (share of gross value), wall clock (s), threads, seed, strategy, work limit.

    Work is counted in simplex iterations. With a limit on it the clock decides nothing but the end: the same inputs,
    seed and threads give the same plan.
    """

    gap: float = 0.01
    time_limit_s: float = 300.0
    threads: int = 0
    seed: int = 0
    strategy: str = "guided"
    work_limit: int | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any], **given: Any) -> Options:
        """The scenario's `solve` block, overridden by what is given (None: not given).

        Raises
        ------
        InputError
            An option is unknown or out of bounds; all problems at once.
        """
        known = {field.name for field in fields(cls)}
        problems = [
            Problem("unknown_option", "is no option of solve", path=name, near=nearest(name, known))
            for name in given
            if name not in known
        ]
        chosen = {name: value for name, value in given.items() if value is not None and name in known}
        problems += [p for name, value in chosen.items() if (p := _out_of_bounds(name, value))]
        if problems:
            raise InputError(problems)
        values = {name: value for name, value in {**settings, **chosen}.items() if name in known and value is not None}
        options = cls(**values)
        return replace(options, threads=options.threads or os.cpu_count() or 1)


def _out_of_bounds(name: str, value: Any) -> Problem | None:
    column = SOLVE.column(name)
    if column.choices:
        return None if value in column.choices else _no_choice(name, value, column.choices)
    whole = column.kind == "integer"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not math.isfinite(value):
        return Problem(f"{name}_kind", f"must be a {'whole ' if whole else ''}number", path=name, got=repr(value))
    low, high = column.low, column.high
    if (low is not None and (value < low or (column.low_open and value == low))) or (high is not None and value > high):
        bounds = f"{'above' if column.low_open else 'at least'} {low:g}" + (f" and at most {high:g}" if high else "")
        return Problem(f"{name}_bounds", f"must be {bounds}", path=name, got=repr(value))
    return None


def _no_choice(name: str, value: Any, choices: tuple[str, ...]) -> Problem:
    said = f"must be one of {', '.join(choices)}"
    return Problem(f"{name}_choice", said, path=name, got=repr(value), near=nearest(str(value), choices))


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands: objective and bound in M$ of net value (None: none yet), gap as a share.

    Of a study with several goals: the one that is sought, and what it is counted in if not in M$.
    """

    seconds: float
    objective: float | None
    bound: float | None
    gap: float | None
    nodes: int
    goal: str = ""
    unit: str = "M$"


def relative_gap(bound: float, objective: float, scale: float) -> float:
    """(bound - objective) / scale; 0 where both agree, infinite where there is no value to compare with."""
    difference = max(0.0, bound - objective)
    if difference <= 1e-9 * max(1.0, abs(objective)):
        return 0.0
    return difference / scale if scale > 0 else math.inf
