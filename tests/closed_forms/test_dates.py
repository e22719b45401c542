"""Closed forms of dates: when things can be ordered, arrive, serve and be priced; when runs may start."""

from __future__ import annotations

import pytest

from tests.closed_forms.builder import (
    NOT_FOR_SALE,
    PRICE,
    accelerator,
    date,
    factor,
    fleet,
    hall,
    run,
    scenario,
    solve,
    total,
    work,
)


@pytest.mark.parametrize(("lead", "bring_up", "fits"), [(6, 0, True), (7, 0, False), (4, 2, True), (4, 3, False)])
def test_lead_time_edge(lead: int, bring_up: int, fits: bool) -> None:
    """Order month = start of service - lead - bring-up: exactly the horizon's start will do, a month more not."""
    case = scenario([6, 6], runs=[run("a", 4, 6, 6, 1.0)])
    case["tables"]["accelerators"] = [accelerator(lead_time_months=lead, bring_up_months=bring_up)]
    plan = solve(case, factor(12) - 4 * PRICE if fits else 0.0)
    assert total(plan, "order", period=date(6)) == (4 if fits else 0)


@pytest.mark.parametrize(("window", "fits"), [
    ({"orderable_from": date(3)}, True), ({"orderable_from": date(4)}, False),
    ({"orderable_until": date(3)}, True), ({"orderable_until": date(2)}, False),
])  # fmt: skip
def test_order_window_holds_for_the_order_date(window: dict[str, str], fits: bool) -> None:
    """`orderable_from` and `orderable_until` bound the order's own date, both inclusive."""
    case = scenario([6, 6], runs=[run("a", 4, 6, 6, 1.0)])
    case["tables"]["accelerators"] = [accelerator(lead_time_months=3, **window)]
    solve(case, factor(12) - 4 * PRICE * factor(3) if fits else 0.0)


def test_order_for_a_long_period() -> None:
    """Arrivals carry the index: with a lead of 3 the period that starts at 12 is ordered for at 9, at its price.

    Nothing arrives inside a period, so the run at month 6 of the first one cannot be served.
    """
    runs = [run("inside", 4, 3, 6, 1.0), run("next", 4, 3, 12, 1.0)]
    prices = [{"item": "x1", "date": date(9), "price": 20_000}, {"item": "x1", "date": date(10), "price": 1_000}]
    case = scenario([12, 12], runs=runs, prices=prices)
    case["tables"]["accelerators"] = [accelerator(lead_time_months=3)]
    plan = solve(case, factor(15) - 4 * 0.020 * factor(9))
    assert plan.data["run_status"].values.tolist() == ["refused", "started"]
    assert total(plan, "order", period=date(12)) == 4


@pytest.mark.parametrize(("arrives", "leaves", "counted"), [
    (-12, 9, (0, 6)), (-12, 8, (0,)), (3, None, (0, 6)), (4, None, (6,)), (3, 6, (0,)), (3, 5, ()),
])  # fmt: skip
def test_half_period_rule(arrives: int, leaves: int | None, counted: tuple[int, ...]) -> None:
    """In service iff at least half of the period lies in [arrival, retirement): half counts, a month less not."""
    row = fleet(10, in_service_from=date(arrives), retires=None if leaves is None else date(leaves))
    case = scenario([6, 6], accelerators=NOT_FOR_SALE, fleet=[row], **work(0.02, 100))
    solve(case, sum(10 * 0.02 * 6 * factor(month) for month in counted))


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
    case = scenario(periods, calendar=calendar, accelerators=NOT_FOR_SALE, fleet=[row], runs=runs)
    finish = start + months
    plan = solve(case, 0.9 ** (finish - 2) * factor(finish))
    assert plan.data["run_start"].item() == date(start)


@pytest.mark.parametrize(("latest", "fits"), [(6, True), (5, False)])
def test_run_ends_inside_the_horizon(latest: int, fits: bool) -> None:
    """A run of 6 months may start at month 6 of 12, which is when its accelerators are there."""
    runs = [run("a", 4, 6, 0, 1.0, latest=date(latest), due=date(12))]
    case = scenario([6, 6], runs=runs)
    case["tables"]["accelerators"] = [accelerator(lead_time_months=6)]
    solve(case, factor(12) - 4 * PRICE if fits else 0.0)


@pytest.mark.parametrize(("available", "arrives"), [(None, 0), (date(6), 6), (date(7), 12)])
def test_available_from(available: str | None, arrives: int) -> None:
    """A hall's first module arrives at the first period that starts no earlier than `available_from`."""
    case = scenario([6, 6, 6], fleet=[fleet(1000)], halls=[hall(available_from=available)], **work(0.01, 1000))
    solve(case, sum(10 * 6 * factor(m) for m in (0, 6, 12) if m >= arrives) - 10 * factor(arrives))


def test_price_of_an_item_at_one_site() -> None:
    """`site.hall` wins over `hall`, whichever is later; a site without its own row takes the plain one."""
    sites = [{"site": name, "pue": 1} for name in ("alpha", "beta")]
    prices = [("hall_a", 0, 5), ("alpha.hall_a", 0, 8), ("hall_a", 3, 6)]
    case = scenario(
        [6, 6],
        accelerators=[accelerator(orderable=False)],
        sites=sites,
        fleet=[fleet(1000), fleet(1000, site="beta")],
        halls=[hall(lead_time_months=3), hall(lead_time_months=3, site="beta")],
        runs=[run(name, 1000, 6, 6, 20.0, sites=[name]) for name in ("alpha", "beta")],
        prices=[{"item": item, "date": date(month), "price": price} for item, month, price in prices],
    )
    solve(case, 2 * 20.0 * factor(12) - (8 + 6) * factor(3))


@pytest.mark.parametrize(("lead", "months"), [(0, 24), (23, 24), (30, 30)])
def test_default_tail(lead: int, months: int) -> None:
    """At least 24 months and the longest lead in use, bring-up included, in years that end with the fiscal year."""
    case = scenario([3], calendar={"tail_months": None}, runs=[run("a", 4, 3, 0, 0.0)])
    case["tables"]["accelerators"] = [accelerator(lead_time_months=lead, bring_up_months=0)]
    plan = solve(case, 0.0)
    assert plan.data["months"].values.tolist() == [3, 9, 12, *([3] if months == 24 else [9])]
