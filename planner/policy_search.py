"""Several searches in a row, one for each policy: asked for alike, kept at once, told of as they begin and end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.core.errors import InfeasibleError, LimitReached
from planner.core.interrupts import unbroken
from planner.results.plan import Plan
from planner.study import Study

log = logging.getLogger("planner")


@dataclass(frozen=True)
class Search:
    """One of several searches in a row: its policy, which of how many it is, and how it ended.

    Attributes
    ----------
    again
        Whether its policy was sought before: the best plan is, once more with the money that it spends.
    found
        None: it begins; else its plan, or `infeasible` or `no_plan`.
    """

    policy: str
    number: int
    total: int
    again: bool
    found: Plan | str | None


@dataclass
class Searches:
    """How each of `total` searches is asked for, the folder that gets its plan as POLICY.nc, and who is told."""

    total: int
    asked: Mapping[str, Any]
    out: str | Path | None
    tell: Callable[[Search], None] | None
    begun: list[str] = field(default_factory=list)

    def plan(self, study: Study, policy: str, start: Plan | None) -> Plan:
        """A plan, written at once: searches that are broken off leave what they have; Ctrl-C ends them all."""

        def keep(plan: Plan) -> None:
            log.info("%s: %r", policy, plan)
            if self.out is not None:
                Path(self.out).mkdir(parents=True, exist_ok=True)
                plan.to_netcdf(Path(self.out) / f"{policy}.nc")
            self._say(plan)

        self.begun.append(policy)
        self._say(None)
        return unbroken(lambda: study.solve(**self.asked, start=start), keep)

    def plan_or_why(self, study: Study, policy: str, start: Plan) -> Plan | str:
        """The same, but that there is no plan is an answer too: `infeasible` or `no_plan`."""
        try:
            return self.plan(study, policy, start)
        except InfeasibleError:
            found = "infeasible"
        except LimitReached as error:
            if error.status == "interrupted":
                raise
            found = "no_plan"
        self._say(found)
        return found

    def _say(self, found: Plan | str | None) -> None:
        if self.tell is not None:
            *before, policy = self.begun
            self.tell(Search(policy, len(self.begun), self.total, policy in before, found))
