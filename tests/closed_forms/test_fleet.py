"""Closed forms of the fleet: when orders arrive, what they cost, how long they serve, what can be had."""

from __future__ import annotations

import pytest

import planner
from planner.core.errors import InfeasibleError
from tests.closed_forms.builder import (
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
    work,
)

pytestmark = pytest.mark.mutation_subset


@pytest.mark.parametrize(("third_price", "bought"), [(25_000, 12), (21_000, 24)])
def test_buys_late_when_prices_fall(third_price: int, bought: int) -> None:
    """Price by order date: an order is placed where its discounted price is least, not when it is needed."""
    prices = [{"item": "x1", "date": date(12), "price": 20_000}, {"item": "x1", "date": date(24), "price": third_price}]
    case = scenario([12, 12, 12], runs=[run("a", 10, 6, 24, 5.0)], prices=prices)
    discounted = {0: 0.030, 12: 0.020 * factor(12), 24: third_price / 1e6 * factor(24)}
    assert min(discounted, key=discounted.__getitem__) == bought
    plan = solve(case, 5.0 * factor(30) - 10 * discounted[bought])
    assert total(plan, "order", period=date(bought)) == 10


@pytest.mark.parametrize(("basis", "units"), [("arrival", 6 * 5), ("order", 3 * 2 + 3 * 5)])
def test_supply_by_arrival_and_by_order(basis: str, units: int) -> None:
    """Supply limits what arrives in a period, or what is ordered in one: the rate of its months added up."""
    rates = {0: 2, 3: 5}
    supply = [{"accelerator": "x1", "from": date(m), "per_month": r, "basis": basis} for m, r in rates.items()]
    case = scenario([6, 6], supply=supply, **work(0.02, 100))
    case["tables"]["accelerators"] = [accelerator(lead_time_months=6)]
    plan = solve(case, units * (6 * 0.02 * factor(6) - PRICE))
    assert total(plan, "order") == units


def test_supply_ramp() -> None:
    """No supply before a type's first date; a period's supply is its months' rates; what is not taken is lost."""
    supply = [{"accelerator": "x1", "from": date(m), "per_month": r} for m, r in {2: 1, 4: 2.5}.items()]
    first, second = 2 * 0 + 2 * 1 + 2 * 2.5, 6 * 2.5
    by_hand = first * (6 * 0.02 - PRICE) + (first + second) * 6 * 0.02 * factor(6) - second * PRICE * factor(6)
    plan = solve(scenario([6, 6], supply=supply, **work(0.02, 100)), by_hand)
    assert [total(plan, "order", period=date(m)) for m in (0, 6)] == [first, second]


@pytest.mark.parametrize(("life", "bought_again"), [(9, False), (8, True), (6, True)])
def test_life_ends(life: int, bought_again: bool) -> None:
    """An order serves for its life by the half-period rule; after it the work needs another order."""
    case = scenario([6, 6], **work(0.02, 10))
    case["tables"]["accelerators"] = [accelerator(life_months=life)]
    again = 10 * PRICE * factor(6) if bought_again else 0.0
    plan = solve(case, 10 * 6 * 0.02 * (1 + factor(6)) - 10 * PRICE - again)
    assert total(plan, "order") == (20 if bought_again else 10)


@pytest.mark.parametrize(("per_month", "budget", "orders"), [(1, 1.0, (6, 2)), (0.5, 1.0, (3, 0)), (1, 0.23, (5, 0))])
def test_committed_orders(per_month: float, budget: float, orders: tuple[int, int]) -> None:
    """What is on order takes of the supply of its period (never below none), and its cash due of the budget."""
    committed = fleet(4, status="committed", in_service_from=date(6), due_musd=0.08, due_date=date(3))
    supply = [{"accelerator": "x1", "from": date(0), "per_month": per_month}]
    budgets = [{"fiscal_year": 2026, "category": "all", "budget_musd": budget}]
    case = scenario([6, 6], fleet=[committed], supply=supply, budgets=budgets, **work(0.02, 100))
    first, second = orders
    earned = 6 * 0.02 * first + 6 * 0.02 * factor(6) * (first + second + 4)
    plan = solve(case, earned - PRICE * first - PRICE * factor(6) * second - 0.08 * factor(3))
    assert total(plan, "delivered", period=date(6)) == second + 4
    assert total(plan, "budget_spend") == pytest.approx(0.08 + PRICE * (first + second))


@pytest.mark.parametrize(("gang", "units"), [(9, 10), (10, 12)])
def test_availability(gang: int, units: int) -> None:
    """A gang needs its accelerators healthy: 9 fit into 10 at 90 %, 10 need 12."""
    case = scenario([6], runs=[run("a", gang, 6, 0, 1.0)])
    case["tables"]["accelerators"] = [accelerator(availability=0.9)]
    plan = solve(case, factor(6) - units * PRICE)
    assert total(plan, "order") == units


@pytest.mark.parametrize(("basis", "lots", "online"), [("online", 2, 6), ("installed", 1, 4)])
def test_power_basis(basis: str, lots: int, online: int) -> None:
    """`online`: what stands dark is allowed; `installed`: no lot that cannot be powered whole."""
    source = {"site": "alpha", "power_source": "grid", "existing_mw": 6e-3, "max_mw": 6e-3, "energy_usd_per_mwh": 0}
    case = scenario([12], power={"basis": basis}, power_sources=[source], **work(0.1, 100))
    case["tables"]["accelerators"] = [accelerator(lot_size=4)]
    plan = solve(case, online * 1.2 - 4 * lots * PRICE)
    assert total(plan, "stranded_accelerators") == pytest.approx(4 * lots - online)


def test_installed_fleet_beyond_its_power() -> None:
    """`installed` with a fleet that the sources cannot feed: no plan, and the sources are named with what they lack."""
    source = {"site": "alpha", "power_source": "grid", "existing_mw": 1e-3, "max_mw": 1e-3, "energy_usd_per_mwh": 50}
    case = with_fleet(5, [6], power={"basis": "installed"}, power_sources=[source], **work(0.1, 100))
    with pytest.raises(InfeasibleError) as raised:
        planner.load(case).solve()
    assert "at alpha 2026-01 (P2): short by 0.004 MW" in raised.value.explanation
