"""Closed forms of the kinds of halls: tents that stand for a life, and leased MW that are paid by the month."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import accelerator, date, factor, fleet, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def tent(life: int, **cells: Any) -> Row:
    """A row of `halls` at alpha: tents of 1 MW at 2 M$, at once."""
    row = {"site": "alpha", "hall": "tent", "kind": "tent", "cooling": "air", "module_mw": 1, "max_modules": 9}
    return row | {"life_months": life, "lead_time_months": 0, "price_musd_per_mw": 2} | cells


def leased(rent: float, **cells: Any) -> Row:
    """A row of `halls` at alpha: leased MW, at once and without any price of fitting out."""
    row = {"site": "alpha", "hall": "let", "kind": "leased", "cooling": "air", "module_mw": 1, "max_modules": 9}
    return row | {"rent_usd_per_kw_month": rent, "lead_time_months": 0, "price_musd_per_mw": 0} | cells


def housed(periods: list[int], halls: list[Row], mw: int = 1, worth: float = 0.01, **tables: Any) -> Row:
    """Accelerators of so many MW, each of which earns `worth` M$ a month with each of its 1,000 if it is housed."""
    case = scenario(periods, fleet=[fleet(1000 * mw)], halls=halls, **work(worth, 1000 * mw), **tables)
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    return case


@pytest.mark.parametrize(("life", "tents"), [(12, 1), (9, 1), (8, 2), (6, 2), (3, 2)])
def test_tent_stands_for_its_life(life: int, tents: int) -> None:
    """In two half years: one tent serves both if it lives through half of the second, else there must be another."""
    again = 2 * factor(6) if tents == 2 else 0.0
    plan = solve(housed([6, 6], [tent(life)]), 10 * 6 * (1 + factor(6)) - 2 - again)
    assert total(plan, "hall_build") == tents


def test_tent_that_does_not_last_half_a_period_houses_nothing() -> None:
    """Two months of six count as none."""
    plan = solve(housed([6], [tent(2)]), 0.0)
    assert total(plan, "hall_build") == 0


@pytest.mark.parametrize(("price", "hall"), [(3.8, True), (4.0, False)])
def test_tents_against_a_hall(price: float, hall: bool) -> None:
    """Two tents one after the other cost 2 + 2 * 0.953 = 3.907 M$: a hall for less is built instead."""
    halls = [tent(6), {"site": "alpha", "hall": "solid", "cooling": "air", "module_mw": 1, "max_modules": 9}]
    halls[1] |= {"lead_time_months": 0, "price_musd_per_mw": price}
    plan = solve(housed([6, 6], halls), 10 * 6 * (1 + factor(6)) - min(price, 2 + 2 * factor(6)))
    assert total(plan, "hall_build", hall="alpha.solid") == hall


@pytest.mark.parametrize(("most", "mw"), [(1, 1), (2, 2)])
def test_most_modules_are_those_that_stand(most: int, mw: int) -> None:
    """At most so many tents stand at a time; what has gone makes room for as many again."""
    plan = solve(housed([6, 6], [tent(6, max_modules=most)], mw=3), (10 * 6 - 2) * mw * (1 + factor(6)))
    assert total(plan, "hall_build") == 2 * mw


@pytest.mark.parametrize(("life", "worth"), [(13, 2 * 0.95), (12, 0.0)])
def test_tent_is_worth_nothing_after_its_life(life: int, worth: float) -> None:
    """Worth at the end by decay, if the life goes beyond it."""
    case = housed([12], [tent(life)], finance={"terminal_value": "decay", "decay_power": 0.95})
    solve(case, 10 * 12 - 2 + worth * factor(12))


@pytest.mark.parametrize(("rent", "months"), [(9_000, 12), (11_000, 0)])
def test_leased_mw_are_paid_by_the_month(rent: float, months: int) -> None:
    """A kW that is housed earns 10,000 USD a month: it is leased for less, and paid from its arrival on."""
    net = (10 - rent / 1000) * 6 * (1 + factor(6)) if months else 0.0
    plan = solve(housed([6, 6], [leased(rent)]), net)
    assert total(plan, "opex", opex_part="rent") == pytest.approx(rent / 1000 * months)


def test_rent_of_what_is_leased_already_cannot_be_undone() -> None:
    """2 MW are leased, a third is fitted out at 5 M$: all are paid; where 1 is needed, both are paid all the same."""
    case = housed([6], [leased(1_000, existing_mw=2, price_musd_per_mw=5)], mw=3)
    case["tables"]["opex"] = [{"item": "let", "usd_per_year": 600_000}]
    solve(case, 3 * 10 * 6 - 3 * 1 * 6 - 3 * 0.3 - 5)
    case["tables"]["fleet"] = [fleet(1000)]
    solve(case, 10 * 6 - 2 * 1 * 6 - 2 * 0.3)


def test_lease_that_ends() -> None:
    """A leased hall with a life is given back: rent stops with it, by the half-period rule."""
    plan = solve(housed([6, 6, 6], [leased(1_000, life_months=9, price_musd_per_mw=50)], worth=0.006),
                 (6 - 1) * 6 * (1 + factor(6)) - 50)  # fmt: skip
    assert plan.data["hall_mw"].values.tolist() == [[1.0, 1.0, 0.0]]


def test_tents_need_an_open_site() -> None:
    """A tent at a closed site waits for its opening like any module (lead 6, so ordered at the start)."""
    site = {"site": "beta", "pue": 1, "opening_cost_musd": 7}
    case = scenario(
        [6, 6],
        accelerators=[accelerator(lot_size=1000)],
        sites=[site],
        halls=[tent(12, site="beta", lead_time_months=6)],
        **work(0.02, 1000),
    )
    plan = solve(case, 20 * 6 * factor(6) - 30 * factor(6) - 2 - 7)
    assert total(plan, "opened", period=date(0)) == 1
