"""Closed forms of budgets: what a year may spend, and when cash falls due."""

from __future__ import annotations

import pytest

from tests.closed_forms.builder import accelerator, date, factor, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

PRICE = 4.0  # M$ of one accelerator in these cases: budgets are small numbers
EARNED = 1.0  # M$ a month with one accelerator


def yearly(amounts: dict[int, float], category: str = "all", **cells: float) -> list[dict[str, object]]:
    """Rows of `budgets`."""
    return [{"fiscal_year": y, "category": category, "budget_musd": b, **cells} for y, b in amounts.items()]


def costly(**cells: object) -> list[dict[str, object]]:
    """The table of the one type, at 4 M$ each."""
    return [accelerator(price_usd=PRICE * 1e6, **cells)]


@pytest.mark.parametrize(("amounts", "carry", "pull", "orders"), [
    ((10, 10), 0, 0, (2, 2)),  # 2 M$ are left, and lost
    ((10, 10), 1, 0, (2, 3)),  # 12 M$ in the second year
    ((10, 11), 0.5, 0, (2, 3)),  # 11 + 0.5 * 2 = 12
    ((10, 11), 0.4, 0, (2, 2)),  # 11.8
    ((10, 10), 0, 0.2, (3, 2)),  # 2 M$ pulled forward: 12, then 8
    ((10, 10), 0, 0.1, (2, 2)),  # only 1 M$ may be
])  # fmt: skip
def test_budget_carried_over_and_pulled_forward(
    amounts: tuple[float, float], carry: float, pull: float, orders: tuple[int, int]
) -> None:
    """spend + left + pull of the year before = cap + carried share of what was left + pull, within its share."""
    budgets = yearly(dict(zip((2026, 2027), amounts, strict=True)), carry_over_share=carry, pull_forward_share=pull)
    case = scenario([12, 12], accelerators=costly(), budgets=budgets, **work(EARNED, 100))
    first, second = orders
    by_hand = first * (12 - PRICE) + (first + second) * 12 * factor(12) - second * PRICE * factor(12)
    plan = solve(case, by_hand)
    assert [total(plan, "order", period=date(m)) for m in (0, 12)] == [first, second]


@pytest.mark.parametrize(("price", "units"), [(3.9, 3), (4.1, 2)])
def test_priced_overrun(price: float, units: int) -> None:
    """Beyond a priced budget every M$ costs its price: the third unit, 8 M$ net, is worth 2 M$ of overrun at 3.9."""
    budgets = yearly({2026: 10}, overrun_price_musd=price)
    overrun = max(0.0, units * PRICE - 10)
    case = scenario([12], accelerators=costly(), budgets=budgets, **work(EARNED, 100))
    plan = solve(case, units * (12 - PRICE) - price * overrun)
    assert total(plan, "budget_overrun") == pytest.approx(overrun)


@pytest.mark.parametrize(("amounts", "units"), [
    ({"all": 100, "compute": 12, "opex": 100}, 3), ({"all": 9, "compute": 100, "opex": 100}, 2),
    ({"all": 100, "compute": 100, "opex": 0.5}, 1), ({"all": 100, "hall": 0, "network": 0, "power": 0}, 5),
])  # fmt: skip
def test_categories(amounts: dict[str, float], units: int) -> None:
    """`all` is all capex, a category its part, `opex` what is no capex; what has no rows is not limited."""
    budgets = [row for category, amount in amounts.items() for row in yearly({2026: amount}, category)]
    running = [{"item": "x1", "usd_per_year": 500_000}]
    case = scenario([12], accelerators=costly(), budgets=budgets, opex=running, **work(EARNED, 5))
    solve(case, units * (12 - PRICE - 0.5))


@pytest.mark.parametrize(("later", "last"), [({}, 2), ({2028: 4}, 1)])
def test_fiscal_year_cut_by_the_horizon(later: dict[int, float], last: int) -> None:
    """A year's amount is for its reported months; the tail's months of it, and later years, go on at that rate.

    The fiscal year starts in April: 2026 has its last 3 months here; 2027 has 6 reported months and 6 of the
    tail, 16 M$ at 8 M$ for 6 months; the 6 months of 2028 are all in the tail: 8 M$ at that rate, or its own row.
    """
    calendar = {"fiscal_year_starts": 4, "tail_months": 12}
    budgets = yearly({2026: 8, 2027: 8} | later)
    case = scenario([3, 6], calendar=calendar, accelerators=costly(), budgets=budgets, **work(EARNED, 100))
    months = {0: 3, 3: 6, 9: 6, 15: 6}
    bought = {0: 2, 3: 4, 9: 0, 15: last}
    by_hand = 0.0
    for at, units in bought.items():
        by_hand += units * (sum(n * EARNED * factor(m) for m, n in months.items() if m >= at) - PRICE * factor(at))
    plan = solve(case, by_hand)
    assert plan.data["months"].values.tolist() == list(months.values())
    assert plan.data["budget"].values.ravel().tolist() == [8, 16, 4 * last]
    assert {m: total(plan, "order", period=date(m)) for m in bought} == bought


@pytest.mark.parametrize(("second_year", "units"), [(5.6, 2), (8.4, 3), (100.0, 3)])
def test_deposit_and_balance_in_different_years(second_year: float, units: int) -> None:
    """Cash by profile: 30 % due at the order, 70 % at the delivery a year later; each year's budget holds its own.

    A payment dated before the order is due at the order. Delivery is the end of the lead, before bring-up.
    """
    terms = [("order", 0, 0.2), ("delivery", -18, 0.1), ("delivery", 0, 0.7)]
    profile = [{"item": "x1", "event": e, "offset_months": months, "share": share} for e, months, share in terms]
    budgets = yearly({2026: 3.6, 2027: second_year, 2028: 0})
    accelerators = costly(lead_time_months=12, bring_up_months=12)
    case = scenario([12, 12, 12], accelerators=accelerators, cash_profiles=profile, budgets=budgets, **work(1.0, 100))
    plan = solve(case, units * (12 * factor(24) - 0.3 * PRICE - 0.7 * PRICE * factor(12)))
    assert plan.data["cash"].sel(category="compute").values == pytest.approx([1.2 * units, 2.8 * units, 0])
