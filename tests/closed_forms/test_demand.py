"""Closed forms of runs: sizes, slots, windows, who is admitted, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InfeasibleError
from tests.closed_forms.builder import (
    MFU,
    PRICE,
    accelerator,
    date,
    factor,
    fleet,
    run,
    scenario,
    solve,
    total,
    with_fleet,
)

pytestmark = pytest.mark.mutation_subset


@pytest.mark.parametrize(("first", "second", "both"), [
    ((0, 1), (1, 3), True), ((0, 2), (2, 3), True),  # one after the other
    ((0, 2), (1, 3), False), ((0, 1), (0, 1), False),  # together in a month
])  # fmt: skip
def test_gangs_inside_a_period(first: tuple[int, int], second: tuple[int, int], both: bool) -> None:
    """In one quarter, gangs that follow one another share accelerators; gangs that meet in a month do not.

    Two gangs of 4 on 6 accelerators: over the quarter they fill no more than 5.33 of them even where they meet.
    """
    runs = [run(name, 4, end - at, at, value) for name, (at, end), value in (("a", first, 2.0), ("b", second, 1.0))]
    solve(with_fleet(6, [3], runs=runs), 2.0 * factor(first[1]) + (1.0 * factor(second[1]) if both else 0.0))


def test_gangs_leave_streams_the_rest_of_the_period() -> None:
    """Over a period, gangs by their share of it and streams fit what is online: 10 - 6 * 1/3 = 8."""
    tables = {
        "streams": [{"stream": "work", "mfu": 1, "eligible": ["x1"]}],
        "stream_segments": [{"stream": "work", "up_to_pflops": 100, "musd_per_pflops_month": 0.01}],
    }
    plan = solve(with_fleet(10, [3], runs=[run("a", 6, 1, 1, 1.0)], **tables), factor(2) + 8 * 3 * 0.01)
    assert total(plan, "stream_use") == pytest.approx(8)


def test_run_is_done_once() -> None:
    """A run starts at most once, though there is room for it twice: in the month that is worth most."""
    window = {"earliest": date(0), "latest": date(3), "due": date(2), "value_loss_per_month": 0.1}
    solve(with_fleet(8, [6], runs=[run("a", 4, 1, 0, 1.0, **window)]), factor(1))


@pytest.mark.parametrize(("count", "start"), [(4, 0), (0, 6)])
def test_value_falls_by_the_month(count: int, start: int) -> None:
    """value * (1 - loss)^(months after `due` of the finish), at the finish: 3 months late from a start at 6."""
    late = {"latest": date(6), "earliest": date(0), "due": date(9), "value_loss_per_month": 0.05}
    case = scenario([6, 6], runs=[run("a", 4, 6, 0, 1.0, **late)])
    case["tables"]["accelerators"] = [accelerator(lead_time_months=6)]
    if count:
        case["tables"]["fleet"] = [fleet(count)]
    by_hand = factor(6) if count else 0.95**3 * factor(12) - 4 * PRICE
    plan = solve(case, by_hand)
    assert plan.data["run_start"].item() == date(start)
    assert plan.data["run_months_late"].item() == (0 if count else 3)


@pytest.mark.parametrize(("must_run", "value"), [(True, 0.1), (False, 0.1), (False, 0.2)])
def test_must_run(must_run: bool, value: float) -> None:
    """A run that costs more than it is worth is refused, unless it must run."""
    net = value * factor(6) - 4 * PRICE
    plan = solve(scenario([6], runs=[run("a", 4, 6, 0, value, must_run=must_run)]), net if must_run else max(0, net))
    assert total(plan, "start") == (1 if must_run or net > 0 else 0)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("tables", "words"), [
    ({"budgets": [{"fiscal_year": 2026, "category": "all", "budget_musd": 0.1}]}, ["budget", "2026", "B1", "0.02"]),
    ({"supply": [{"accelerator": "x1", "from": date(0), "per_month": 0.5}]}, ["supply", "x1", "F2", "1"]),
    ({"fabrics": [{"site": "alpha", "fabric": "clos", "max_gang": 3}]}, ["a must run", "D4"]),
    ({"power_sources": [{"site": "alpha", "power_source": "grid", "existing_mw": 3e-3, "max_mw": 3e-3,
                         "energy_usd_per_mwh": 50}]}, ["power sources", "alpha", "P2", "0.001 MW"]),
])  # fmt: skip
def test_must_run_that_cannot(tables: dict[str, Any], words: list[str], threads: int) -> None:
    """Where a run must run and a hard limit forbids it there is no plan, and the limit is named with what it lacks.

    That holds for any number of solver threads, whatever number was used before.
    """
    case = scenario([6], runs=[run("a", 4, 6, 0, 1.0, must_run=True)], **tables)
    with pytest.raises(InfeasibleError) as raised:
        planner.load(case).solve(threads=threads)
    assert all(word in raised.value.explanation for word in words), raised.value.explanation


def test_placement() -> None:
    """Serving at a place costs by accelerator and month, or by PFLOP/s (peak * MFU) and month, period by period."""
    costs = [
        {"load": "a", "site": "alpha", "usd_per_accelerator_month": 500},
        {"load": "b", "site": "alpha", "usd_per_pflops_month": 2000},
        {"load": "work", "site": "alpha", "usd_per_pflops_month": 3000},
    ]
    tables = {
        "streams": [{"stream": "work", "mfu": 0.4, "eligible": ["x1"]}],
        "stream_segments": [{"stream": "work", "up_to_pflops": 2, "musd_per_pflops_month": 0.01}],
    }
    runs = [run("a", 4, 6, 0, 1.0), run("b", 6, 9, 0, 1.0)]
    months = 6 + 6 * factor(6)
    paid = 4 * 500 * 6 + 6 * MFU * 2000 * (6 + 3 * factor(6)) + 2 * 3000 * months
    plan = solve(
        with_fleet(15, [6, 6], runs=runs, placement=costs, **tables),
        factor(6) + factor(9) + 2 * 0.01 * months - paid / 1e6,
    )
    assert total(plan, "opex", opex_part="placement") == pytest.approx((12_000 + 54_000 + 72_000) / 1e6)
