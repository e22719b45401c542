"""From the point of a search to a plan: every output read back, limits priced, refusals explained, all checked."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import xarray as xr

from planner.core.declare import Room
from planner.core.errors import CheckFailed
from planner.data.derive import Case
from planner.model.workspace import Workspace
from planner.results.attributes import plan_attributes
from planner.results.check import check_plan
from planner.results.dims import plan_dims
from planner.results.extract import extract
from planner.results.plan import Plan
from planner.results.portfolio import add_portfolio
from planner.results.prices import add_prices
from planner.results.reasons import add_reasons
from planner.results.runs import add_runs
from planner.results.statistics import add_statistics
from planner.results.teams import add_teams
from planner.solve.compile import Matrix, Vector
from planner.solve.options import RUNNING, Options
from planner.solve.search import Found, Prices, limit_prices
from planner.solve.sharing.account import Account

Step = TypeVar("Step")


@dataclass(frozen=True)
class Reader:
    """Makes plans of points: the model and its matrix, and the case and rooms that they are of."""

    model: Workspace
    matrix: Matrix
    case: Case
    rooms: Sequence[Room]

    def dataset(self, x: Vector) -> xr.Dataset:
        """Every output that the rooms declare, the ledger and the cash tables, at a point (a value a column)."""
        with self.case.shelf.lock:  # neighbours may use the same variables
            self.matrix.load(x)
            return extract(self.model, self.case, self.rooms)

    def plan(
        self,
        found: Found,
        options: Options,
        timings: dict[str, float],
        planner_version: str,
        account: Account | None = None,
    ) -> Plan:
        """The plan of what was found; the seconds that each step takes are added to `timings`.

        While the search is running a plan has no prices and no reasons: they take an LP of their own and are of
        interest for the plan that stays.

        Raises
        ------
        CheckFailed
            The independent check disagrees: a defect, of a running search's plan as of a final one's.
        """
        prices = None
        if found.status != RUNNING:
            prices = timed(timings, "prices", lambda: limit_prices(self.matrix, options, found))
        data = timed(timings, "read_back", lambda: self._read(found, prices, account))
        data.attrs |= plan_attributes(self.case, self.rooms, found, options, self.matrix, planner_version)
        report = timed(timings, "check", lambda: check_plan(data))
        if not report.ok:
            raise CheckFailed("the independent check disagrees with the solver:\n" + report.text())
        data.attrs |= {
            "checked": 1,
            "check_notices": json.dumps(list(report.notices)),
            "timings": json.dumps({k: round(v, 4) for k, v in timings.items()}),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
        return Plan(data)

    def _read(self, found: Found, prices: Prices | None, account: Account | None) -> xr.Dataset:
        data, dims = self.dataset(found.x), plan_dims(self.case, self.rooms)
        add_statistics(data, dims, self.case)
        add_runs(data, dims, self.case)
        if prices is not None:
            add_prices(data, dims, prices.worth)
            add_reasons(data, dims, self.case, self.matrix, prices)
        add_portfolio(data, dims, self.case, self.matrix, prices)
        if account is not None:
            add_teams(data, dims, self.case, account, found)
        return data


def timed(timings: dict[str, float], name: str, step: Callable[[], Step]) -> Step:
    """What a step gives; the seconds it took are noted under its name."""
    mark = time.perf_counter()
    result = step()
    timings[name] = time.perf_counter() - mark
    return result
