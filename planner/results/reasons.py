"""Why a run is late or refused, in a word: which limit would charge it most, read off the shadow prices.

A candidate that is not chosen would take of each limit what its column holds; at the limits' prices that
costs more than the run is worth. The dearest limit is the reason. Accelerators are dear for a reason of
their own - power, cooling, endpoints, supply, budget, lead time - which is read off the rows of `online`
and of the orders in the same way.

What admitting it would cost at those prices is kept beside the reason: of the candidates it has (late: those in
time), the least sum of what the limits charge and what it costs, less what it is worth and, if late, less the same
sum of the start it has. It is marginal: other starts, sites and tiers are kept, orders and modules are continuous,
and a price holds for a small step, so that the whole of a run is no cheaper unless others make way or lots round well.
Where it is not positive no limit's price says what stands in the way: a gang, a lot, what is not bought at all, or a
goal of the policy by which compute is shared out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr
from scipy.sparse import csr_array

from planner.core.declare import Output
from planner.data.derive import Case
from planner.results.dims import Dim
from planner.results.extract import put_all
from planner.results.portfolio import portfolio_reasons
from planner.solve.compile import Matrix
from planner.solve.search import Prices

REASON = Output("run_reason", "", ("run",), "", "why the run is late or refused, in a word")
ADMISSION = Output(
    "run_admission_musd",
    "",
    ("run",),
    "M$",
    "of today: what admitting it (late: in time) would cost at the margin, net of its value; NaN: unpriced",
)
NEAREST = Output("run_nearest_candidate", "", ("run",), "", "the candidate that costs this; -1: none")
WORDS = {
    "P1": "halls",
    "P2": "power",
    "P3": "energy cost",
    "N1": "fabric",
    "N2": "fabric",
    "F2": "supply",
    "F4": "lease size",
    "F5": "lease size",
    "B1": "budget",
    "L1": "links",
    "K1": "settled orders",
    "K2": "frozen zone",
    "K6": "frozen zone",
    "D3": "its other start",
}
NO_GANG = "no place can carry its gang in its window"
NOT_WORTH = "costs more than it is worth"
CLOSE = "a close call, within the gap"
CROWDED = "accelerators taken"
TOO_SOON = "accelerators cannot arrive in time"


def add_reasons(data: xr.Dataset, dims: dict[str, Dim], case: Case, matrix: Matrix, prices: Prices) -> None:
    """Add `run_reason` (empty for runs that start in time) and what admitting the others would cost at the margin."""
    if "run_status" not in data:
        return
    chosen = np.flatnonzero(data["start"].to_numpy() > 0.5).tolist() if "start" in data else []
    units = {
        (g, s): data["in_service"].sel(accelerator=g, site=s).to_numpy()
        for g in case.accelerators
        for s in case.places
        if "in_service" in data
    }
    others = portfolio_reasons(data, case)
    finder = _Finder(case, matrix, prices, chosen, units)
    reasons, costs, nearest = [], [], []
    for r, status in zip(case.runs, data["run_status"].to_numpy(), strict=True):
        known = others.get(r) if status == "refused" else None
        reasons.append("" if status == "started" else known or finder.reason(r, str(status)))
        found = None if status == "started" or known else finder.admission(r, str(status))
        costs.append(found[0] if found else np.nan)
        nearest.append(found[1] if found else -1)
    words, amounts, labels = np.array(reasons, dtype=object), np.array(costs, dtype=float), np.array(nearest)
    put_all(data, dims, [(REASON, words), (ADMISSION, amounts), (NEAREST, labels)])


class _Finder:
    def __init__(
        self, case: Case, matrix: Matrix, prices: Prices, chosen: list[int], units: dict[tuple[str, str], Any]
    ) -> None:
        self._chosen, self._units = chosen, units
        self._case, self._matrix, self._dual = case, matrix, prices.dual
        self._by_row = csr_array(matrix.a)
        policy = case.inputs.setting("sharing", "policy")  # what its goals keep has no price here
        self._unpriced = CLOSE if policy == "utilitarian" else f"policy {policy}, or {CLOSE}"
        self._start: dict[int, int] = {}
        self._online: dict[tuple[Any, ...], int] = {}
        for i, v in enumerate(matrix.columns):
            component = v.parent_component()
            if component.local_name == "start":
                self._start[v.index()] = i
            elif component.local_name == "online":
                self._online[v.index()] = i
        self._tight = set(np.flatnonzero(np.abs(self._dual) > 1e-12).tolist())

    def reason(self, run: str, status: str) -> str:
        """The word for one run."""
        found = self._nearest(run, status)
        if found is None:
            return TOO_SOON if status == "late" else NO_GANG
        charged, best = found
        if charged <= 1e-9:
            # at the margin it would pay: what stands in its way is not marginal
            other = self._in_the_way(best)
            return f"{CROWDED} ({other})" if other else self._unpriced
        charges = self._charges(self._start[best])
        return max(charges, key=lambda word: charges[word]) if charges else NOT_WORTH

    def admission(self, run: str, status: str) -> tuple[float, int] | None:
        """What admitting a run (late: in time) costs at the margin, M$ of today, and by which candidate."""
        found = self._nearest(run, status)
        if found is None:
            return None
        runs = self._case.candidates["run"]
        # the start it has makes way; the row that allows one start only charges both and drops out
        has = sum(self._reduced_cost(self._start[c]) for c in self._chosen if runs.get(c) == run)
        return found[0] - has, found[1]

    def _nearest(self, run: str, status: str) -> tuple[float, int] | None:
        """The candidate of a run (late: of those in time) with the least reduced cost; None if it has none."""
        frame = self._case.candidates
        offered = frame.index[frame["run"] == run].tolist()
        if status == "late":
            due = self._case.calendar.month(self._case.runs[run]["due"])
            offered = [c for c in offered if frame["finish"][c] <= due]
        return min(((self._reduced_cost(self._start[c]), c) for c in offered), default=None)

    def _in_the_way(self, candidate: int) -> str | None:
        """The run that takes most of what the candidate would need, if it does not fit beside the chosen ones."""
        parts = self._case.parts
        chosen = parts[parts["candidate"].isin([c for c in self._chosen if c != candidate] + [-1])]
        taken: dict[int, int] = {}
        mine: Any
        for mine in parts[parts["candidate"] == candidate].itertuples():
            here = chosen[(chosen["accelerator"] == mine.accelerator) & (chosen["site"] == mine.site)]
            healthy = self._case.accelerators[mine.accelerator]["availability"]
            for h in range(mine.first_slot, mine.last_slot + 1):
                present = here[(here["first_slot"] <= h) & (here["last_slot"] >= h)]
                units = self._units[mine.accelerator, mine.site][self._case.calendar.slots[h].period]
                if present["n"].sum() + mine.n > healthy * units + 1e-6:
                    for c, n in zip(present["candidate"], present["n"], strict=True):
                        taken[c] = taken.get(c, 0) + n
        runs = self._case.candidates["run"]
        names = {c: "runs in progress" if c < 0 else str(runs[c]) for c in taken}
        own = str(runs[candidate])
        others = {c: n for c, n in taken.items() if names[c] != own}
        return names[max(others, key=lambda c: others[c])] if others else None

    def _column(self, column: int) -> Iterable[tuple[int, float]]:
        a = self._matrix.a
        span = slice(a.indptr[column], a.indptr[column + 1])
        return zip(a.indices[span].tolist(), a.data[span].tolist(), strict=True)

    def _reduced_cost(self, column: int) -> float:
        return float(self._matrix.cost[column] - sum(value * self._dual[row] for row, value in self._column(column)))

    def _charges(self, column: int) -> dict[str, float]:
        """What each limit would charge a candidate, M$, by word."""
        charges: dict[str, float] = defaultdict(float)
        for row, value in self._column(column):
            amount = -value * self._dual[row]
            name = self._matrix.rows[row]
            if amount <= 1e-12:
                continue
            if name.equation in ("D1", "D2"):
                g, s, at = name.index
                t = self._case.calendar.slots[at].period if name.equation == "D1" else at
                for word, share in self._why_dear(g, s, t).items():
                    charges[word] += amount * share
            else:
                charges[WORDS.get(name.equation, NOT_WORTH)] += amount
        return charges

    def _why_dear(self, g: str, s: str, t: int) -> dict[str, float]:
        """Shares of the reasons for which one more accelerator online here is dear."""
        column = self._online.get((g, s, t))
        if column is None:
            return {WORDS["F5"]: 1.0}
        parts: dict[str, float] = defaultdict(float)
        for row, value in self._column(column):
            amount = -value * self._dual[row]
            equation = self._matrix.rows[row].equation
            if amount > 1e-12 and equation not in ("D1", "D2"):
                parts[self._why_none_ordered(row) if equation == "F1" else WORDS.get(equation, NOT_WORTH)] += amount
        total = sum(parts.values())
        return {word: amount / total for word, amount in parts.items()} if total else {CROWDED: 1.0}

    def _why_none_ordered(self, row: int) -> str:
        """Why no more accelerators are in service: they cannot come, supply, budget, or their price."""
        span = slice(self._by_row.indptr[row], self._by_row.indptr[row + 1])
        orders = [c for c in self._by_row.indices[span].tolist() if self._matrix.roles[c] == "module"]
        if not orders:
            g, s, _ = self._matrix.rows[row].index
            return TOO_SOON if (g, s) in self._case.orders else CROWDED
        for equation in ("F2", "B1"):
            if all(
                any(r in self._tight and self._matrix.rows[r].equation == equation for r, _ in self._column(c))
                for c in orders
            ):
                return WORDS[equation]
        return NOT_WORTH
