"""What can go wrong, each with what a user needs to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PlannerError(Exception):
    """Base of every error the planner raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input: where, which rule, what was found, what may have been meant."""

    rule: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    got: str | None = None
    near: str | None = None

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        text = f"{place}: " if place else ""
        text += f"{self.path}: " if self.path else ""
        text += self.message
        if self.got is not None:
            text += f", got {self.got}"
        if self.near:
            text += f" (did you mean {self.near}?)"
        return f"{text} [{self.rule}]"


class InputError(PlannerError):
    """The scenario is not valid. `problems` holds every problem found, not just the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the input"
        super().__init__("\n".join([head, *(f"  {p}" for p in self.problems)]))


class ModelError(PlannerError):
    """A room broke its contract: a defect of the planner, not of the input."""


class SolverError(PlannerError):
    """HiGHS returned something no plan can be read from."""


class InfeasibleError(PlannerError):
    """No plan keeps every hard limit. The message says which limits collide and by how much."""

    def __init__(self, explanation: str) -> None:
        self.explanation = explanation
        super().__init__(explanation)


class LimitReached(PlannerError):
    """A time limit or an interruption came before any plan was found."""

    def __init__(self, message: str, status: str) -> None:
        self.status = status
        super().__init__(message)


class CheckFailed(PlannerError):
    """The independent check disagrees with the solver: the plan is not shown as a result."""
