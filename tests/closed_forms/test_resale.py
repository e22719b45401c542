"""Closed forms of resale: what stands is kept as long as it earns more than a used one brings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import accelerator, date, factor, fleet, money, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def used(*prices: tuple[int, int]) -> list[Row]:
    """Rows of `resale` of x1: (age in months, USD)."""
    return [{"accelerator": "x1", "age_months": age, "price_usd": usd} for age, usd in prices]


def stock(periods: list[int], rows: list[Row], resale: list[Row], worth: float, **tables: Any) -> Row:
    """A fleet that works for `worth` M$ a month each, and cannot be extended."""
    case = scenario(periods, fleet=rows, resale=resale, **work(worth, 1000), **tables)
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    return case


@pytest.mark.parametrize(("worth", "sold"), [(0.001, 10), (0.002, 0)])
def test_sold_if_that_brings_more_than_it_earns(worth: float, sold: int) -> None:
    """A year old at the start: 10 bring 0.015 M$ each, or 12 months of work."""
    plan = solve(stock([12], [fleet(10)], used((0, 15_000)), worth), 10 * max(12 * worth, 0.015))
    assert total(plan, "sold") == sold


@pytest.mark.parametrize(("prices", "at"), [
    (((0, 30_000), (12, 20_000), (18, 19_000)), 0),  # waiting half a year costs 1,000 and 4.7 % of the rest
    (((0, 30_000), (12, 20_000), (18, 20_000)), 6),  # the same price later, and six months of work
    (((0, 30_000), (13, 10_000)), 0),  # 12 months are not yet 13
    (((18, 25_000), (24, 1_000)), 6),  # before the first row the first price holds
])  # fmt: skip
def test_price_of_the_age(prices: tuple[tuple[int, int], ...], at: int) -> None:
    """The last row whose age is reached: 12 months at the start, 18 after the first period; 0.0003 M$ a month."""
    ages = {age: next(usd for months, usd in [(-1, prices[0][1]), *prices][::-1] if months <= age) for age in (12, 18)}
    nets = {0: ages[12] / 1e6, 6: 6 * 0.0003 + ages[18] / 1e6 * factor(6)}
    assert max(nets, key=lambda month: nets[month]) == at
    plan = solve(stock([6, 6], [fleet(10)], used(*prices), 0.0003), 10 * nets[at])
    assert money(plan)[f"resale compute alpha {date(at)}"] == pytest.approx(10 * ages[12 + at] / 1e6)


def test_no_more_is_sold_than_there_is_and_what_is_sold_is_gone() -> None:
    """Work for 4 of 10: 6 are sold at once, the 4 at the start of the last period, when they earn less than that."""
    case = stock([6, 6], [fleet(10)], used((0, 10_000)), 0.1)
    case["tables"]["stream_segments"][0]["up_to_pflops"] = 4
    case["tables"]["stream_demand"] = [{"stream": "work", "from": date(6), "ceiling_pflops": 0}]
    plan = solve(case, 6 * 0.01 + 4 * 6 * 0.1 + 4 * 0.01 * factor(6))
    assert plan.data["in_service"].sel(site="alpha", accelerator="x1").values.tolist() == [4.0, 0.0]


def test_only_types_with_a_price_are_sold() -> None:
    """A type without rows stays to its end."""
    rows = [fleet(10), fleet(5, accelerator="y1")]
    case = stock([6], rows, used((0, 10_000)), 0.0)
    case["tables"]["accelerators"].append(accelerator(accelerator="y1", orderable=False))
    plan = solve(case, 10 * 0.01)
    assert plan.data["sold"].values.tolist() == [[10.0], [0.0]]


def test_each_cohort_is_sold_once_at_its_own_price() -> None:
    """4 a year old bring 20,000 USD each, 6 four years old 1,000: no more of the young ones are sold than there are."""
    rows = [fleet(4), fleet(6, in_service_from="2022-01")]
    plan = solve(stock([6], rows, used((0, 20_000), (48, 1_000)), 0.0), 4 * 0.02 + 6 * 0.001)
    assert plan.data["sold"].values.tolist() == [[4.0], [6.0]]


@pytest.mark.parametrize(("arrives", "retires", "when"), [
    (3, None, 6), (0, None, 0), (-12, 6, 0), (-12, 2, 0), (7, None, None),
])  # fmt: skip
def test_sold_only_while_in_service(arrives: int, retires: int | None, when: int | None) -> None:
    """At the start of a period, from the start of service until its end; the last period starts in month 6."""
    row = fleet(10, in_service_from=date(arrives), retires=None if retires is None else date(retires))
    plan = solve(stock([6, 6], [row], used((0, 10_000)), 0.0), 0.0 if when is None else 10 * 0.01 * factor(when))
    assert total(plan, "sold") == (0 if when is None else 10)


def test_running_cost_and_supply_end_with_the_sale() -> None:
    """What is sold costs nothing more; selling does not refill a budget, nor count against supply."""
    case = stock([6, 6], [fleet(10)], used((0, 6_000), (18, 5_000)), 0.002)
    case["tables"] |= {"opex": [{"item": "x1", "usd_per_year": 30_000}]}
    case["tables"]["budgets"] = [{"fiscal_year": 2026, "category": "all", "budget_musd": 1}]
    # kept: 6 months of work less running cost bring -0.003 M$ each
    plan = solve(case, 10 * 0.006)
    assert total(plan, "budget_left") == pytest.approx(1.0)


def test_all_that_stands_is_online_where_that_is_asked() -> None:
    """1 kW can be fed, 4 draw 4: where all in service must be online, 3 of 4 are sold for next to nothing."""
    source = {"site": "alpha", "power_source": "grid", "existing_mw": 1e-3, "max_mw": 1e-3, "energy_usd_per_mwh": 0}
    case = stock([12], [fleet(4)], used((0, 1_000)), 0.1, power_sources=[source], power={"basis": "installed"})
    case["tables"]["opex"] = [{"item": "x1", "usd_per_year": 0}]
    plan = solve(case, 12 * 0.1 + 3 * 0.001)
    assert total(plan, "in_service") == pytest.approx(1)
