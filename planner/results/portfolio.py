"""What became of programmes and of runs in progress, and what each programme earns and is charged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from planner.core.declare import Output, Row
from planner.data.derive import Case
from planner.data.portfolio import candidates_of, licence_month, realised_share
from planner.results.dims import Dim
from planner.results.extract import put_all
from planner.solve.compile import Matrix
from planner.solve.search import Prices

TEXTS = (
    ("programme_status", "fulfilled (in time), late or refused"),
    ("programme_option", "option taken"),
    ("programme_way", "run, merged run, leased, run in progress or licence"),
    ("programme_finish", "month from which it is fulfilled"),
)
NUMBERS = (
    ("programme_months_late", "months", "months after `due`"),
    ("programme_value_musd", "M$", "value realised, undiscounted"),
    ("programme_revenue_musd", "M$", "revenue realised, undiscounted; NaN: unknown"),
    ("programme_revenue_today_musd", "M$", "revenue realised, of today; NaN: unknown"),
    ("programme_fees_today_musd", "M$", "fees of its option and levels of efficiency, of today"),
    ("programme_compute_today_musd", "M$", "compute at the limits' shadow prices, of today; a merged run's in shares"),
    ("programme_margin_today_musd", "M$", "revenue less fees and compute, of today; NaN: unknown"),
    (
        "programme_break_even_musd",
        "M$",
        "revenue in full that pays fees and compute; refused: of its cheapest option, at the margin; NaN: none",
    ),
)
CHOSEN = 0.5
NOT_COMPUTE = ("D3", "D4", "G1", "G2", "G3", "G4", "G5", "G6")  # rows that say which, not of what there is too little


@dataclass(frozen=True, slots=True)
class Way:
    """One way to fulfil a programme: an option by a candidate of its run or by a licence (no candidate)."""

    option: Row
    candidate: int | None
    month: int
    share: float
    fees_today: float
    compute_today: float
    taken: bool


def add_portfolio(data: xr.Dataset, dims: dict[str, Dim], case: Case, matrix: Matrix, prices: Prices | None) -> None:
    """Add the fate and the account of every programme, by dim `programme`, and the ends of runs in progress.

    Without prices, while a search is running, what compute is charged is unknown (NaN).
    """
    if case.inputs.rows("programmes"):
        ways = _Ways(data, case, matrix, prices)
        fates = [_fate(row, list(ways.of(row)), case) for row in case.inputs.rows("programmes")]
        arrays: list[tuple[Output, Any]] = [
            (Output(name, "", ("programme",), "", meaning), np.array([f.get(name, "") for f in fates], dtype=object))
            for name, meaning in TEXTS
        ]
        arrays += [
            (
                Output(name, "", ("programme",), unit, meaning),
                np.array([f.get(name, 0.0) for f in fates], dtype=float) + 0.0,
            )
            for name, unit, meaning in NUMBERS
        ]
        put_all(data, dims, arrays)
    if case.inputs.rows("cancellable"):
        put_all(data, dims, _ends(data, case))


def portfolio_reasons(data: xr.Dataset, case: Case) -> dict[str, str]:
    """Why runs are refused because of others: what they wait for is not done, or their programmes are fulfilled."""
    if "start" not in data:
        return {}
    chosen = set(np.flatnonzero(data["start"].to_numpy() > CHOSEN).tolist())
    candidates = candidates_of(case.inputs, case.calendar, case.placements)
    done = {r for r, found in candidates.items() if any(c in chosen and at is not None for c, at in found)}
    licensed = _licensed(data)
    options = case.inputs.rows("programme_options")
    taken = {row["programme"]: row["option"] for row in options if row["run"] in done or _name(row) in licensed}
    named = {row["run"] for row in options if row["run"] is not None}
    reasons = {}
    for r in named - done:
        asking = [row["programme"] for row in options if row["run"] == r and row["programme"] in taken]
        if asking:
            reasons[r] = f"{asking[0]} is fulfilled by {taken[asking[0]]}"
    waiting = {row["run"]: row["after"] for row in case.inputs.rows("precedence") if row["after"] not in done}
    return reasons | {r: f"{q} is not done" for r, q in waiting.items()}


def _licensed(data: xr.Dataset) -> set[str]:
    """The licences taken, as `programme.option`."""
    if "licensed" not in data:
        return set()
    return {str(o) for o in data["option"].to_numpy()[data["licensed"].to_numpy() > CHOSEN]}


def _name(option: Row) -> str:
    return f"{option['programme']}.{option['option']}"


def _fate(row: Row, ways: list[Way], case: Case) -> dict[str, Any]:
    break_even = min((_break_even(way, case) for way in ways), default=np.nan)
    way = next((way for way in ways if way.taken), None)
    if way is None:
        return {"programme_status": "refused", "programme_break_even_musd": break_even}
    revenue = np.nan if row["revenue_musd"] is None else way.share * row["revenue_musd"]
    late = max(0, way.month - case.calendar.month(row["due"]))
    today = revenue * case.calendar.discount(way.month)
    return {
        "programme_status": "late" if late else "fulfilled",
        "programme_option": way.option["option"],
        "programme_way": _kind(way, case),
        "programme_finish": case.calendar.label(way.month),
        "programme_months_late": late,
        "programme_value_musd": way.share * row["value_musd"],
        "programme_revenue_musd": revenue,
        "programme_revenue_today_musd": today,
        "programme_fees_today_musd": way.fees_today,
        "programme_compute_today_musd": way.compute_today,
        "programme_margin_today_musd": today - way.fees_today - way.compute_today,
        "programme_break_even_musd": _break_even(way, case),
    }


def _break_even(way: Way, case: Case) -> float:
    return (way.fees_today + way.compute_today) / (way.share * case.calendar.discount(way.month))


def _kind(way: Way, case: Case) -> str:
    run = way.option["run"]
    if way.candidate is None:
        return "licence"
    if run not in case.runs:
        return "run in progress"
    if sum(row["run"] == run for row in case.inputs.rows("programme_options")) > 1:
        return "merged run"
    return "leased" if case.placements["site"].iloc[way.candidate] in case.leases else "run"


class _Ways:
    """The ways to fulfil programmes, each with what it is charged."""

    def __init__(self, data: xr.Dataset, case: Case, matrix: Matrix, prices: Prices | None) -> None:
        self._case = case
        self._rows = case.inputs.rows("programme_options")
        self._programmes = case.inputs.by_id("programmes", "programme")
        self._done = candidates_of(case.inputs, case.calendar, case.placements)
        self._begins = case.placements["start"].tolist()
        self._levels = case.placements["level"].tolist() if "level" in case.placements else [0] * len(self._begins)
        self._ladders: dict[str, list[Row]] = {}
        for row in case.inputs.rows("efficiency"):
            self._ladders.setdefault(row["programme"], []).append(row)
        self._chosen = set(np.flatnonzero(data["start"].to_numpy() > CHOSEN).tolist()) if "start" in data else set()
        self._licensed = _licensed(data)
        # by column: its own cost less its worth, and what the limits charge it
        self._column = np.full(len(matrix.columns), np.nan)
        if prices is not None:
            scarce = np.array([row.equation not in NOT_COMPUTE for row in matrix.rows], dtype=bool)
            self._column = matrix.cost - matrix.a.T @ np.where(scarce, prices.dual, 0.0)
        self._start = {v.index(): i for i, v in enumerate(matrix.columns) if v.parent_component().local_name == "start"}

    def of(self, programme: Row) -> Iterator[Way]:
        """Every way to fulfil a programme that realises something."""
        calendar = self._case.calendar
        for row in (row for row in self._rows if row["programme"] == programme["programme"]):
            if row["run"] is None:
                month, taken = licence_month(row, calendar), _name(row) in self._licensed
                share, fees = (
                    realised_share(row, programme, calendar, month),
                    row["fee_musd"] * calendar.discount(month),
                )
                if share > 0:
                    yield Way(row, None, month, share, fees, 0.0, taken)
                continue
            for c, done in self._done[row["run"]]:
                share = 0.0 if done is None else realised_share(row, programme, calendar, done)
                if share > 0 and done is not None:
                    fees, compute = self._fees(row, c), self._compute(row, c, done)
                    yield Way(row, c, done, share, fees, compute, c in self._chosen)

    def _fees(self, option: Row, c: int) -> float:
        """Fees of an option by a candidate, of today: its own, and those of the levels it stands on."""
        discount, begin, level = self._case.calendar.discount, self._begins[c], self._levels[c]
        below = (row for row in self._ladders.get(option["programme"], ()) if row["level"] <= level)
        costs = sum(row["cost_musd"] * discount(begin - row["lead_months"]) for row in below)
        return float(option["fee_musd"] * discount(begin) + costs)

    def _compute(self, option: Row, c: int, month: int) -> float:
        """What the limits charge a candidate, and what else it costs; a merged run's by shares of its worth."""
        if c not in self._start:
            return 0.0
        worth, fees = {}, 0.0
        for row in (row for row in self._rows if row["run"] == option["run"]):
            p = self._programmes[row["programme"]]
            counted = p["revenue_musd"] if p["counts_revenue"] else p["value_musd"]
            worth[row["programme"]] = counted * realised_share(row, p, self._case.calendar, month)
            fees += row["fee_musd"]
        total, discount = sum(worth.values()), self._case.calendar.discount
        least_cost = self._case.inputs.setting("finance", "objective") == "least_cost"
        column = float(self._column[self._start[c]]) - fees * discount(self._begins[c])
        charged = column + (0.0 if least_cost else total * discount(month))
        return charged * (worth[option["programme"]] / total if total else 1.0 / len(worth))


ENDS = (
    ("running_status", "", "kept to its end, or cancelled"),
    ("running_end", "", "month of its end, as the plan has it"),
    ("running_sunk_share", "1", "share of its months that is done by then; NaN: its start is unknown"),
)


def _ends(data: xr.Dataset, case: Case) -> list[tuple[Output, Any]]:
    """How each run in progress ends; those that may not be cancelled are kept."""
    month = case.calendar.month
    terms = case.inputs.by_id("cancellable", "running")
    chosen = np.flatnonzero(data["start"].to_numpy() > CHOSEN).tolist()
    ended = {case.placements["run"].iloc[c]: c for c in chosen}
    done = candidates_of(case.inputs, case.calendar, case.placements)
    found: dict[str, list[Any]] = {name: [] for name, _, _ in ENDS}
    for row in case.inputs.rows("running"):
        end, until, kept = month(row["until"]), month(row["until"]), True
        if row["running"] in terms:
            c = ended[row["running"]]
            kept = dict(done[row["running"]])[c] is not None
            end = until if kept else int(case.placements["finish"].iloc[c])
        started = terms[row["running"]]["started"] if row["running"] in terms else None
        share = np.nan if started is None else (end - month(started)) / (until - month(started))
        for name, value in zip(found, ("kept" if kept else "cancelled", case.calendar.label(end), share), strict=True):
            found[name].append(value)
    return [
        (Output(name, "", ("running",), unit, meaning), np.array(found[name], dtype=float if unit else object))
        for name, unit, meaning in ENDS
    ]
