"""Closed forms of runs in progress: what they hold until they end is not there for others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import accelerator, date, factor, fleet, run, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def running(n: int, until: int, **cells: Any) -> Row:
    """A row of `running`: so many x1 at alpha until a month."""
    return {"running": "old", "site": "alpha", "accelerator": "x1", "n": n, "until": date(until)} | cells


def beside(row: Row, count: int, periods: list[int], runs: list[Row], **tables: Any) -> Row:
    """So many x1 that stand, some of them held."""
    case = scenario(periods, fleet=[fleet(count)], running=[row], **({"runs": runs} if runs else {}), **tables)
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    return case


@pytest.mark.parametrize(("until", "gang", "start"), [(3, 5, 3), (3, 4, 0), (1, 5, 1), (6, 5, None)])
def test_gangs_wait_until_it_ends(until: int, gang: int, start: int | None) -> None:
    """6 of 10 are held: a gang of 5 starts when they are free, one of 4 at once; each month late costs a tenth."""
    window = {"earliest": date(0), "latest": date(5), "due": date(1), "value_loss_per_month": 0.1}
    plan = solve(
        beside(running(6, until), 10, [6], [run("a", gang, 1, 0, 1.0, **window)]),
        0.0 if start is None else 0.9**start * factor(start + 1),
    )
    assert plan.data["run_start"].item() == ("" if start is None else date(start))


def test_it_holds_slots_it_is_in() -> None:
    """In slots of two months a run until month 3 holds the second one too."""
    window = {"earliest": date(0), "latest": date(4), "due": date(2), "value_loss_per_month": 0.1}
    case = beside(running(6, 3), 10, [6], [run("a", 5, 2, 0, 1.0, **window)], calendar={"slot_months": 2})
    plan = solve(case, 0.9**4 * factor(6))
    assert plan.data["run_start"].item() == date(4)


@pytest.mark.parametrize(("until", "left"), [(3, 7.0), (6, 4.0), (9, 4.0)])
def test_streams_have_the_rest_of_the_period(until: int, left: float) -> None:
    """6 held for three of six months leave 10 - 6 * 3/6 = 7 to a stream."""
    plan = solve(beside(running(6, until), 10, [6], [], **work(0.01, 100)), left * 6 * 0.01)
    assert total(plan, "stream_use") == pytest.approx(left)


def test_what_is_held_is_not_sold() -> None:
    """6 of 10 are held for the first half of the year: 4 are sold at once, the others when they are free."""
    prices = [{"accelerator": "x1", "age_months": 0, "price_usd": 20_000}]
    plan = solve(beside(running(6, 6), 10, [6, 6], [], resale=prices), 0.02 * (4 + 6 * factor(6)))
    assert plan.data["sold"].values.tolist() == [[4.0, 6.0]]


@pytest.mark.parametrize(("healthy", "admitted"), [(1.0, True), (0.9, False)])
def test_it_is_held_of_what_is_healthy(healthy: float, admitted: bool) -> None:
    """Of 10 at 90 %, 9 are healthy: beside 6 there is room for 3, not for 4."""
    case = beside(running(6, 6), 10, [6], [run("a", 4, 6, 0, 1.0)])
    case["tables"]["accelerators"] = [accelerator(orderable=False, availability=healthy)]
    solve(case, factor(6) if admitted else 0.0)


@pytest.mark.parametrize(("held", "admitted"), [(5, 1), (4, 2)])
def test_it_stands_in_an_instance(held: int, admitted: int) -> None:
    """Gangs of 5 in two instances of 8: beside one of 5 in progress one fits, beside one of 4 two."""
    fabric = {"site": "alpha", "fabric": "clos", "max_gang": 8, "existing_endpoints": 16, "existing_instances": 2}
    runs = [run(name, 5, 6, 0, value) for name, value in (("a", 2.0), ("b", 1.0))]
    case = beside(running(held, 6), 30, [6], runs, fabrics=[fabric])
    solve(case, (2.0 if admitted == 1 else 3.0) * factor(6))


def test_it_stands_in_a_tier_that_carries_it() -> None:
    """A gang of 5 in progress takes its endpoints of the large tier: 4 of 9 are left there for another of 5."""
    small = {"site": "alpha", "fabric": "small", "max_gang": 4, "existing_endpoints": 40}
    large = {"site": "alpha", "fabric": "large", "max_gang": 16, "existing_endpoints": 9}
    case = beside(running(5, 6), 20, [6], [run("a", 5, 6, 0, 2.0), run("b", 4, 6, 0, 1.0)], fabrics=[small, large])
    solve(case, 1.0 * factor(6))


def test_rented_accelerators_are_held_too() -> None:
    """Of 10 rented and committed, 6 are held for half of the term: 4 are left to a run."""
    lease = {"lease": "cloud", "accelerator": "x1", "lot_size": 10, "max_lots": 1, "committed_lots": 1}
    lease |= {"from": date(0), "term_months": 6, "usd_per_accelerator_month": 1000}
    runs = [run("a", 5, 3, 0, 1.0), run("b", 4, 3, 0, 1.0), run("c", 5, 3, 3, 1.0)]
    case = scenario([6], leases=[lease], running=[running(6, 3, site="cloud")], runs=runs)
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    solve(case, factor(3) + factor(6) - 10 * 6 * 1000 / 1e6)
