"""`tiny` by hand: scenarios/tiny/README.md derives the plan, here the same arithmetic is done by machine.

The figures are copied from the scenario's tables; nothing of the planner takes part in the arithmetic.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest

import planner
from planner.results.plan import Plan

FOLDER = Path(__file__).parents[2] / "scenarios" / "tiny"
LOT, LOT_MUSD = 1000, {"compute": 30.0, "hall": 10.0, "network": 2.0}
ZFLOP = {"a": 6307.2, "b": 12614.4}
VALUE = {"a": 200.0, "b": 150.0}
BUDGET = 84.0
MOST_LOTS = 4 / 1.25  # MW at the meter by MW a lot
ENERGY = {6: 1.25 * 0.8 * 6 * 730.5 * 50 / 1e6, 12: 1.25 * 0.8 * 12 * 730.5 * 50 / 1e6}  # M$ a lot, by period start
DATES = {0: "2026-01", 6: "2026-07", 12: "2027-01", 18: "2027-07"}
Lines = dict[tuple[str, str, str, str], float]


def factor(month: int) -> float:
    """What a M$ of a month is worth at the start, at 10 % a year."""
    return float(1.10 ** (-month / 12))


def lots_needed(run: str) -> int:
    """Lots for the run's compute in six months at 0.4 PFLOP/s each."""
    return math.ceil(ZFLOP[run] * 1e6 / (1.0 * 0.4 * 6 * 2_629_800) / LOT)


def value(run: str, start: int) -> float:
    """Value of a run of six months, 8 % less for each month after January 2027."""
    return float(VALUE[run] * (1 - 0.08) ** max(0, start + 6 - 12))


def ledger(starts: dict[str, int]) -> Lines | None:
    """The cash, energy and value of a plan that orders as late as it can; None if money or power do not reach."""
    there = {month: sum(lots_needed(run) for run, start in starts.items() if start == month) for month in (6, 12)}
    orders = {0: there[6], 6: max(0, there[12] - there[6])}
    if sum(orders.values()) * sum(LOT_MUSD.values()) > BUDGET or max(there.values()) > MOST_LOTS:
        return None
    lines: Lines = defaultdict(float)
    for month, lots in orders.items():
        for part, each in LOT_MUSD.items():
            lines["capex", part, "alpha", DATES[month]] += lots * each
    for month, lots in there.items():
        lines["opex", "energy", "alpha", DATES[month]] += lots * ENERGY[month]
    for run, start in starts.items():
        lines["value", "run", run, DATES[start + 6]] += value(run, start)
    return {line: amount for line, amount in lines.items() if amount}


def net(lines: Lines) -> float:
    """Discounted value less cost."""
    month = {date: month for month, date in DATES.items()}
    return sum((1 if kind == "value" else -1) * x * factor(month[date]) for (kind, _, _, date), x in lines.items())


@pytest.fixture(scope="module")
def alternatives() -> dict[tuple[int | None, int | None], Lines]:
    """(start of a, start of b) with its ledger, for all that money and power allow."""
    found = {}
    for a, b in product((None, 6, 12), repeat=2):
        lines = ledger({run: start for run, start in (("a", a), ("b", b)) if start is not None})
        if lines is not None:
            found[a, b] = lines
    return found


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The planner's own."""
    return planner.load("tiny").solve()


def test_sizes() -> None:
    assert {run: lots_needed(run) for run in ZFLOP} == {"a": 1, "b": 2}


def test_alternatives_are_those_of_the_readme(alternatives: dict[tuple[int | None, int | None], Lines]) -> None:
    worth = {starts: round(net(lines), 3) for starts, lines in alternatives.items()}
    assert worth == {
        (None, None): 0.0, (6, None): 139.609, (12, None): 64.672, (None, 6): 51.946, (None, 12): -2.051,
        (12, 6): 156.663, (6, 12): 177.604,
    }  # fmt: skip


@pytest.mark.mutation_subset
def test_plan_is_the_best_of_them(alternatives: dict[tuple[int | None, int | None], Lines], plan: Plan) -> None:
    best = max(alternatives.values(), key=net)
    assert plan.objective_musd == pytest.approx(net(best), rel=1e-9, abs=1e-9)
    assert plan.objective_musd == pytest.approx(177.6037303230, abs=1e-9)
    assert (plan.status, plan.gap, plan.checked) == ("optimal", 0.0, True)


@pytest.mark.mutation_subset
def test_every_line_of_the_ledger(alternatives: dict[tuple[int | None, int | None], Lines], plan: Plan) -> None:
    data, found = plan.data, {}
    keys = zip(*(data[f"line_{name}"].values for name in ("kind", "part", "where", "date")), strict=True)
    for key, amount in zip(keys, data["ledger_musd"].values, strict=True):
        if amount:
            found[key] = float(amount)
    assert found == pytest.approx(max(alternatives.values(), key=net), rel=1e-9)


def test_orders_and_runs(plan: Plan) -> None:
    data = plan.data
    for name in ("order", "hall_build", "endpoint_order"):
        assert data[name].values.ravel().tolist() == [0, 1, 1], name
    assert data["run_start"].values.tolist() == ["2026-07", "2027-01"]
    assert data["run_status"].values.tolist() == ["started", "late"]
    assert data["run_n"].values.tolist() == [1000, 2000]
    assert data["run_months_late"].values.tolist() == [0, 6]
    assert data["cash"].sum("category").values.tolist() == [84, 0]


def test_rows_are_few_and_say_where_they_are_from(plan: Plan) -> None:
    rows = [row for file in sorted(FOLDER.glob("*.csv")) for row in csv.DictReader(file.open(encoding="utf-8"))]
    assert all(row["source"] or row["assumption"] for row in rows)
    provenance = plan.inputs.document["provenance"]
    assert provenance["unstated"] == 0
    assert len(rows) <= provenance["sourced"] + provenance["assumed"] < 20


def test_readme_states_the_result() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "**177.6037303 M$**" in text
