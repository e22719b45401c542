"""A plan copied to a calendar whose periods are split stays feasible, and its value is known to the cent.

What must hold of the scenario, and why:
- lives, dates of retirement and of committed deliveries, terms of leases and dates of stream demand are multiples of
  the period: else the half-period rule, rounding up to periods and the mean over a period differ;
- starts and durations of runs are multiples of the period (its slot is the period): else a run takes its share of a
  whole period, but all of its gang of a part of it, and streams would have to give way there;
- leases are handed over at once (ramp of a month at most): the ramp is counted at the start of a period;
- supply is not limited: it is so much a month, and a part of a period has only its part;
- leads and order windows may be anything: what is copied arrives, and was ordered, at the same dates.

The value is equal if the discount rate is 0. Else what is paid at the start of a period - opex, streams, prices of
limits - is paid for each part at its own start: those lines of the ledger, split by months and discounted anew, give
the value of the copy; capital cash, runs and terminal value stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner
from planner.data.derive import Case
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.model.workspace import Line, Workspace
from planner.solve.compile import Matrix, compile_model
from planner.solve.options import Options
from planner.solve.search import gross_scale, search
from tests.generators import Document, date_of, month_of
from tests.properties.laws import LAW, changed, scenarios

PERIOD = 6
SPLITS = ((3, 3), (2, 4), (4, 2), (2, 2, 2), (6,))
AT_START = {"order", "signed", "signing", "hall_build", "source_build", "opened", "endpoint_order", "instance_order"}
OF_PERIOD = {"online", "excess_hall", "excess_source", "stream_use", "unserved", "segment"}
BY_MONTHS = {"energy", "energy_of_excess"}
OF_YEAR = {"left", "pull", "overrun"}
AT_PERIOD_START = {("opex", None), ("value", "stream"), ("penalty", "unserved")}
AT_PERIOD_START |= {("penalty", "halls"), ("penalty", "power_sources")}


@dataclass(frozen=True)
class Built:
    """A scenario's model and matrix."""

    case: Case
    model: Workspace
    matrix: Matrix

    @classmethod
    def of(cls, document: Document) -> Built:
        case = Case(planner.load(document).inputs)
        model = assemble(case)
        return cls(case, model, compile_model(model, ROOMS))

    @property
    def starts(self) -> list[int]:
        return [period.start for period in self.case.calendar.periods]

    def covering(self, month: int) -> int:
        """The period that a month lies in."""
        return self.case.calendar.period_of(month)

    def candidate(self, c: int) -> tuple[Any, ...]:
        """A candidate as what it is."""
        return tuple(self.case.candidates.loc[c, ["run", "accelerator", "site", "start", "months"]])


def coarse(document: Document, periods: int, rate: float) -> Document:
    """The scenario on a calendar of equal periods, its lives, terms, durations and dates rounded up to them."""
    document = changed(document)
    calendar, tables = document["calendar"], document["tables"]
    calendar |= {"start": "2026-01", "fiscal_year_starts": 1, "periods": [PERIOD] * periods, "slot_months": PERIOD}
    calendar |= {"tail_months": 2 * PERIOD if calendar["tail_months"] else 0, "dense_start_months": 1200}
    document["finance"]["discount_rate"] = rate
    end = PERIOD * periods + calendar["tail_months"]
    tables.pop("supply")
    for row in tables["accelerators"]:
        row["life_months"] = _up(row["life_months"])
    for row in tables.get("fleet", []):
        row |= {key: _date(row[key], end) for key in ("in_service_from", "retires", "due_date") if row.get(key)}
    for row in tables.get("leases", []):
        row |= {
            "term_months": _up(row["term_months"]),
            "ramp_months": 0,
            "from": _date(row["from"], end),
            "until": None,
        }
    for row in tables["runs"]:
        row["durations_months"] = sorted({_up(months) for months in row["durations_months"]})
        last = end - max(row["durations_months"])
        row["earliest"] = _date(row["earliest"], last + 1)
        row["latest"] = max(_date(row["latest"], last + 1), row["earliest"])
    for row in tables.get("stream_demand", []):
        row["from"] = _date(row["from"], end)
    years = {row["category"]: row for row in reversed(tables.get("budgets", []))}
    if years:
        assumed = range(2026, 2026 + -(-PERIOD * periods // 12))
        tables["budgets"] = [row | {"fiscal_year": year} for row in years.values() for year in assumed]
    return document


def _up(months: int) -> int:
    return -(-months // PERIOD) * PERIOD


def _date(date: str, end: int) -> str:
    """The date of the period that starts next, inside the horizon."""
    first = month_of("2026-01")
    return date_of(first + min(_up(month_of(date) - first), (end - 1) // PERIOD * PERIOD))


def split(document: Document, parts: list[tuple[int, ...]]) -> Document:
    """The same scenario with the reported periods split."""
    document = changed(document)
    lengths = [months for part in parts for months in part]
    document["calendar"] |= {"periods": lengths, "slot_months": int(np.gcd.reduce([*lengths, PERIOD]))}
    return document


def copied(x: np.ndarray, here: Built, there: Built) -> np.ndarray:
    """The point `x` of one model as a point of the other, whose periods are parts of its periods."""
    values = {_key(v): value for v, value in zip(here.matrix.columns, x, strict=True)}
    candidate = {here.candidate(c): c for c in here.case.candidates.index}

    def at_start(t: int) -> int | None:
        return here.starts.index(there.starts[t]) if there.starts[t] in here.starts else None

    def value(v: Any) -> float:
        room, name, index = _key(v)
        if name == "start":
            return values.get((room, name, (candidate.get(there.candidate(index[0])),)), 0.0)
        if name in OF_YEAR:
            return values.get((room, name, index), 0.0)
        *rest, t = index
        period = here.covering(there.starts[t])
        if name == "rented":
            return values.get((room, name, (rest[0], at_start(rest[1]), period)), 0.0)
        if name in AT_START:
            return values.get((room, name, (*rest, at_start(t))), 0.0)
        share = there.case.calendar.periods[t].months / here.case.calendar.periods[period].months
        assert name in OF_PERIOD | BY_MONTHS, f"how is {room}.{name} copied?"
        return values.get((room, name, (*rest, period)), 0.0) * (share if name in BY_MONTHS else 1.0)

    return np.array([value(v) for v in there.matrix.columns])


def _key(v: Any) -> tuple[str, str, tuple[Any, ...]]:
    component, index = v.parent_component(), v.index()
    return component.parent_block().local_name, component.local_name, index if isinstance(index, tuple) else (index,)


def value_of_the_copy(here: Built, there: Built) -> float:
    """The ledger of the first plan, its lines at a period's start split over the parts and discounted there."""
    rate, sign = here.case.calendar.discount_rate, {"value": 1, "terminal": 1}

    def factor(line: Line) -> float:
        of_period = {(line.kind, line.part), (line.kind, None)} & AT_PERIOD_START
        if not of_period or line.month not in here.starts:
            return (1 + rate) ** (-line.month / 12)
        whole = here.case.calendar.periods[here.starts.index(line.month)]
        parts = [p for p in there.case.calendar.periods if whole.start <= p.start < whole.end]
        return sum(p.months / whole.months * (1 + rate) ** (-p.start / 12) for p in parts)

    least_cost = here.case.inputs.setting("finance", "objective") == "least_cost"
    lines = [(line, pyo.value(amount)) for line, amount in here.model.ledger.lines()]
    return sum(
        sign.get(line.kind, -1) * factor(line) * amount
        for line, amount in lines
        if not (least_cost and line.kind == "value")
    )


@LAW
@given(
    scenarios(),
    st.integers(2, 4),
    st.lists(st.sampled_from(SPLITS), min_size=4, max_size=4),
    st.sampled_from((0.0, 0.1)),
)
def test_a_plan_copied_to_a_split_calendar(
    document: Document, periods: int, parts: list[tuple[int, ...]], rate: float
) -> None:
    whole = coarse(document, periods, rate)
    here, there = Built.of(whole), Built.of(split(whole, parts[:periods]))
    scale = gross_scale(here.model, here.case, here.matrix)
    found = search(here.matrix, Options(gap=0.0, time_limit_s=60.0, threads=1), scale)
    here.matrix.load(found.x)
    x, m = copied(found.x, here, there), there.matrix
    rows = m.a @ x
    short = np.maximum(np.maximum(m.row_lower - rows, rows - m.row_upper), 0.0)
    broken = [f"{m.rows[i]} short by {short[i]:g}" for i in np.flatnonzero(short > 1e-5)]
    assert not broken, broken
    assert (x >= m.lower - 1e-6).all() and (x <= m.upper + 1e-6).all()
    objective = -float(m.cost @ x + m.offset)
    assert objective == pytest.approx(value_of_the_copy(here, there), rel=1e-9, abs=1e-6)
    if rate == 0.0:
        assert objective == pytest.approx(found.objective, rel=1e-9, abs=1e-6)
