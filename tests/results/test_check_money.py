"""The check's own money, by hand: prices by date, payment by profile, what is left at the end."""

from __future__ import annotations

from typing import Any

import pytest

from planner.core.inputs import Inputs
from planner.results.check.calendar import read_calendar
from planner.results.check.fleet import held
from planner.results.check.money import Item, Money, Purchase
from tests.results.plans_by_hand import tiny_inputs


def money(**tables: list[dict[str, Any]]) -> Money:
    """Money of a horizon of 24 months from January 2026, with these tables and decay on."""
    inputs = tiny_inputs()
    inputs["tables"] |= tables
    inputs["finance"]["terminal_value"] = "decay"
    return Money(Inputs(inputs), read_calendar(Inputs(inputs)))


def test_the_last_dated_price_holds_and_the_dotted_name_wins() -> None:
    dated = [("hall_a", "2025-06", 9.0), ("hall_a", "2026-03", 7.0), ("alpha.hall_a", "2026-05", 8.0)]
    own = money(prices=[{"item": item, "date": date, "price": price} for item, date, price in reversed(dated)])
    item = Item(("alpha.hall_a", "hall_a"), 10.0)
    assert [own.price(item, month) for month in (-8, -7, 1, 2, 3, 4, 20)] == [10, 9, 9, 7, 7, 8, 8]
    assert own.price(Item(("other",), 3.0), 5) == 3.0
    assert own.price(Item(("other",), None), 5) == 0.0


def test_nothing_is_paid_before_it_is_ordered() -> None:
    rows = [("order", -3, 0.2), ("delivery", -2, 0.3), ("delivery", 1, 0.5)]
    profile = [{"item": "x1", "event": event, "offset_months": at, "share": share} for event, at, share in rows]
    own = money(cash_profiles=profile)
    assert own.payments(Item(("x1",), 1.0), 4, 7) == [(4, 0.2), (5, 0.3), (8, 0.5)]
    assert own.payments(Item(("x1",), 1.0), 6, 7) == [(6, 0.2), (6, 0.3), (8, 0.5)]
    assert own.payments(Item(("x2",), 1.0), 6, 7) == [(6, 1.0)]


@pytest.mark.parametrize(("offset", "paid"), [(11, 1.0), (12, 1.0), (13, 0.1)])
def test_an_asset_is_worth_no_more_than_was_paid_by_the_end(offset: int, paid: float) -> None:
    """Ordered and delivered in January 2027, in service then: one year of decay, the rest due around the end."""
    own = money(
        cash_profiles=[
            {"item": "x1", "event": "order", "offset_months": 0, "share": 0.1},
            {"item": "x1", "event": "delivery", "offset_months": offset, "share": 0.9},
        ]
    )
    own.buy(Purchase("compute", "alpha", Item(("x1",), 1.0), 50.0, 12, 12, 12, 0.8))
    own.buy(Purchase("compute", "beta", Item(("x1",), 1.0), 50.0, 12, 12, 12, 0.8, lasts=False))
    assert own.lines["capex", "compute", "alpha", 12] == pytest.approx(5.0)
    assert own.lines["capex", "compute", "alpha", 12 + offset] == pytest.approx(45.0)
    assert own.lines["terminal", "compute", "alpha", 24] == pytest.approx(50 * min(0.8, paid))
    assert ("terminal", "compute", "beta", 24) not in own.lines


def test_discounting_counts_months_of_a_yearly_rate() -> None:
    own = money()
    assert own.factor(0) == 1.0
    assert own.factor(12) == pytest.approx(1 / 1.1)
    assert own.factor(6) ** 2 == pytest.approx(own.factor(12))
    own.line("value", "run", "a", 12, 11.0)
    own.line("opex", "energy", "alpha", 0, 3.0)
    assert own.total(("value",)) == pytest.approx(10.0)
    assert own.total(("value", "opex"), discounted=False) == pytest.approx(14.0)


def test_running_cost_is_found_under_either_name() -> None:
    own = money(opex=[{"item": "hall_a", "usd_per_year": 5.0}, {"item": "alpha.grid", "usd_per_year": 7.0}])
    assert own.running(("alpha.hall_a", "hall_a")) == 5.0
    assert own.running(("alpha.grid", "grid")) == 7.0
    assert own.running(("x1",)) == 0.0


def test_what_is_dated_holds_until_the_next_date_in_any_order_of_rows() -> None:
    assert held([(4, 1.0), (-2, 9.0), (2, 5.0)], 6, 0.0) == [9, 9, 5, 5, 1, 1]
    assert held([(2, 5.0)], 4, None) == [None, None, 5, 5]
    assert held([], 2, 3.0) == [3, 3]
