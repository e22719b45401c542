"""Closed forms of runs: sizes, slots, windows, who is admitted, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InfeasibleError
from tests.closed_forms.builder import (
    MFU,
    PRICE,
    ZFLOP_PER_PFLOPS_MONTH,
    accelerator,
    date,
    factor,
    fleet,
    run,
    scenario,
    solve,
    total,
)  # fmt: skip

pytestmark = pytest.mark.mutation_subset


def with_fleet(count: int, periods: list[int], runs: list[dict[str, Any]], **tables: Any) -> dict[str, Any]:
    """So many x1 that stand, and none to order."""
    case = scenario(periods, fleet=[fleet(count)], runs=runs, **tables)
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    return case


@pytest.mark.parametrize(("second", "admitted"), [((2, 1), True), ((1, 2), True), ((1, 1), False), ((2, 0), False)])
def test_gangs_inside_a_period(second: tuple[int, int], admitted: bool) -> None:
    """In one quarter, gangs that follow one another share accelerators; gangs that meet in a month do not.

    The first gang takes 4 of 6 in month 0 (or 1); another of 4 fits before or after it, though both together
    fill no more than a part of the quarter's accelerator-months.
    """
    months, start = second
    first = run("a", 4, 1, 0 if second != (2, 0) else 1, 2.0)
    value = 2.0 * factor(1 if second != (2, 0) else 2) + (1.0 * factor(start + months) if admitted else 0.0)
    if second == (1, 1):
        first, value = run("a", 4, 2, 0, 2.0), 2.0 * factor(2)
    solve(with_fleet(6, [3], [first, run("b", 4, months, start, 1.0)]), value)


def test_gangs_leave_streams_the_rest_of_the_period() -> None:
    """Over a period, gangs by their share of it and streams fit what is online: 10 - 6 * 1/3 = 8."""
    tables = {
        "streams": [{"stream": "work", "mfu": 1, "eligible": ["x1"]}],
        "stream_segments": [{"stream": "work", "up_to_pflops": 100, "musd_per_pflops_month": 0.01}],
    }
    plan = solve(with_fleet(10, [3], [run("a", 6, 1, 1, 1.0)], **tables), factor(2) + 8 * 3 * 0.01)
    assert total(plan, "stream_use") == pytest.approx(8)


def test_run_is_done_once() -> None:
    """A run starts at most once, though there is room for it twice: in the month that is worth most."""
    window = {"earliest": date(0), "latest": date(3), "due": date(2), "value_loss_per_month": 0.1}
    solve(with_fleet(8, [6], [run("a", 4, 1, 0, 1.0, **window)]), factor(1))


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


@pytest.mark.parametrize(("tables", "words"), [
    ({"budgets": [{"fiscal_year": 2026, "category": "all", "budget_musd": 0.1}]}, ["budget", "2026", "B1", "0.02"]),
    ({"supply": [{"accelerator": "x1", "from": date(0), "per_month": 0.5}]}, ["supply", "x1", "F2", "1"]),
    ({"fabrics": [{"site": "alpha", "fabric": "clos", "max_gang": 3}]}, ["a must run", "D4"]),
])  # fmt: skip
def test_must_run_that_cannot(tables: dict[str, Any], words: list[str]) -> None:
    """Where a run must run and a hard limit forbids it there is no plan, and the limit is named with what it lacks."""
    case = scenario([6], runs=[run("a", 4, 6, 0, 1.0, must_run=True)], **tables)
    with pytest.raises(InfeasibleError) as raised:
        planner.load(case).solve()
    assert all(word in raised.value.explanation for word in words), raised.value.explanation


@pytest.mark.parametrize(("needed", "bands", "gang"), [
    (4, [(4, 1.0), (8, 0.7)], 4),
    (5, [(4, 1.0), (8, 0.7)], 8),  # 5 / 0.7 = 7.14
    (5, [(4, 1.0), (8, 0.7), (None, 1.0)], 8),  # 9 would do too, but 8 is less
    (5, [(4, 1.0), (8, 0.6)], None),  # 5 / 0.6 = 8.3, and nothing is known beyond 8
    (5, [(4, 0.5), (8, 1.0)], 5),  # a better figure for larger gangs: 5, though 4 would need 10
])  # fmt: skip
def test_goodput_fixed_point(needed: int, bands: list[tuple[int | None, float]], gang: int | None) -> None:
    """A gang is the smallest that does the work with the goodput of its own size; none: the run is refused."""
    table = [{"accelerator": "x1", "number_format": "bf16", "gang_size": n, "mfu": MFU, "goodput": g} for n, g in bands]
    case = scenario([6], runs=[run("a", needed, 6, 0, 1.0, mfu=None, goodput=None)], mfu=table)
    plan = solve(case, factor(6) - gang * PRICE if gang else 0.0)
    assert plan.data["run_n"].item() == (gang or 0)


@pytest.mark.parametrize(("step", "gang"), [(None, 12), (1, 9), (2, 10)])
def test_gang_step(step: int | None, gang: int) -> None:
    """A gang of 9 is rounded up to lots of 4, or to the type's own step; orders come in lots all the same."""
    case = scenario([6], runs=[run("a", 9, 6, 0, 1.0)])
    case["tables"]["accelerators"] = [accelerator(lot_size=4, gang_step=step)]
    plan = solve(case, factor(6) - 12 * PRICE)
    assert plan.data["run_n"].item() == gang


@pytest.mark.parametrize(("number_format", "tflops", "share"), [("fp8", 2000, 0.5), ("fp4", 4000, 0.25)])
def test_utilisation_of_narrow_formats(number_format: str, tflops: float, share: float) -> None:
    """Without a row of its own FP8 has half of the BF16 utilisation, FP4 a quarter, against its own peak."""
    table = [{"accelerator": "x1", "number_format": "bf16", "mfu": 0.4}]
    zflop = 10 * tflops / 1000 * 0.4 * share * 6 * ZFLOP_PER_PFLOPS_MONTH
    narrow = run("a", 1, 6, 0, 1.0, flop_zflop=zflop, mfu=None, number_format=number_format)
    case = scenario([6], mfu=table, runs=[narrow])
    case["tables"]["accelerators"] = [accelerator(**{f"{number_format}_dense_tflops": tflops})]
    plan = solve(case, factor(6) - 10 * PRICE)
    assert plan.data["run_n"].item() == 10


@pytest.mark.parametrize(("memory", "price"), [(None, 0.01), (40, 0.01), (41, 0.03)])
def test_least_memory(memory: int | None, price: float) -> None:
    """A run takes the cheaper type unless that has less memory than it needs."""
    case = scenario([6], runs=[run("a", 4, 6, 0, 1.0, eligible=["x1", "y1"], min_memory_gb=memory)])
    case["tables"]["accelerators"] += [accelerator(accelerator="y1", memory_gb=40, price_usd=10_000)]
    solve(case, factor(6) - 4 * price)


@pytest.mark.parametrize(("calendar", "start"), [
    ({}, 3), ({"dense_start_months": 0}, 4), ({"dense_start_months": 4}, 3), ({"dense_start_months": 3}, 4),
    ({"dense_start_months": 0, "start_step": 2}, 3), ({"slot_months": 2}, 4),
])  # fmt: skip
def test_starts_offered(calendar: dict[str, int], start: int) -> None:
    """Starts: every slot at first, later every `start_step` slots counted from the run's first (here month 1).

    The accelerators come at month 3; each month of waiting loses 10 %.
    """
    window = {"earliest": date(1), "latest": date(10), "due": date(2), "value_loss_per_month": 0.1}
    months = 2
    runs = [run("a", 4, months, 1, 1.0, **window)]
    periods = [2, 2, 2, 6] if "slot_months" in calendar else [1, 1, 1, 1, 1, 1, 6]
    row = fleet(4, in_service_from=date(3 if "slot_months" not in calendar else 4))
    case = scenario(periods, calendar=calendar, fleet=[row], runs=runs)
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    finish = start + months
    plan = solve(case, 0.9 ** (finish - 2) * factor(finish))
    assert plan.data["run_start"].item() == date(start)


@pytest.mark.parametrize(("durations", "months", "gang"), [([3, 6], 3, 8), ([6], 6, 4), ([3, 6, 7], 3, 8)])
def test_duration_is_chosen(durations: list[int], months: int, gang: int) -> None:
    """A shorter run needs a larger gang: 8 for 3 months or 4 for 6; with enough at hand the earlier finish wins."""
    runs = [run("a", 4, 6, 0, 1.0, durations_months=durations, due=date(6))]
    plan = solve(with_fleet(8, [12], runs), factor(months))
    assert plan.data["run_n"].item() == gang


@pytest.mark.parametrize(("latest", "fits"), [(6, True), (5, False)])
def test_run_ends_inside_the_horizon(latest: int, fits: bool) -> None:
    """A run of 6 months may start at month 6 of 12, which is when its accelerators are there."""
    runs = [run("a", 4, 6, 0, 1.0, latest=date(latest), due=date(12))]
    case = scenario([6, 6], runs=runs)
    case["tables"]["accelerators"] = [accelerator(lead_time_months=6)]
    solve(case, factor(12) - 4 * PRICE if fits else 0.0)


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
        with_fleet(15, [6, 6], runs, placement=costs, **tables), factor(6) + factor(9) + 2 * 0.01 * months - paid / 1e6
    )
    assert total(plan, "opex", opex_part="placement") == pytest.approx((12_000 + 54_000 + 72_000) / 1e6)
