"""Closed forms of phases: steps of a source that are built once, as a whole, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import HOURS_PER_YEAR, accelerator, date, factor, fleet, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def phase(name: str, mw: float, price: float, **cells: Any) -> Row:
    """A row of `power_phases` of alpha's grid, at once."""
    row = {"site": "alpha", "power_source": "grid", "phase": name, "mw": mw, "lead_time_months": 0}
    return row | {"price_musd": price} | cells


def fed(periods: list[int], mw: int, phases: list[Row], source: Row | None = None, **tables: Any) -> Row:
    """Accelerators of so many MW that earn 10 M$ a month and MW, and a grid of none without its phases."""
    grid = {"site": "alpha", "power_source": "grid", "max_mw": 9, "energy_usd_per_mwh": 0} | (source or {})
    case = scenario(
        periods, fleet=[fleet(1000 * mw)], power_sources=[grid], power_phases=phases, **work(0.01, 9000), **tables
    )
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    return case


@pytest.mark.parametrize(("price", "built"), [(29, True), (31, False)])
def test_a_phase_is_bought_whole(price: float, built: bool) -> None:
    """A phase of 2 MW of which 1/2 is needed costs as much as if all were: 5 M$ a month for half a year."""
    case = fed([6], 1, [phase("second", 2, price)])
    case["tables"]["fleet"] = [fleet(500)]
    plan = solve(case, max(0.0, 5 * 6 - price))
    assert total(plan, "phase_build") == built


def test_a_phase_is_built_once() -> None:
    """4 MW are wanted, a phase of 2 and one of 1 are to be had: 3 MW, each paid once."""
    plan = solve(fed([6, 6], 4, [phase("second", 2, 5), phase("third", 1, 4)]), 30 * 6 * (1 + factor(6)) - 5 - 4)
    assert plan.data["power_source_mw"].values.tolist() == [[3.0, 3.0]]


def test_phases_beside_modules() -> None:
    """Modules of 1 MW at 8 M$ up to 3 MW in all: a phase of 2 at 9 M$ and one module, not three."""
    terms = {"module_mw": 1, "max_mw": 3, "lead_time_months": 0, "price_musd_per_mw": 8}
    plan = solve(fed([6], 5, [phase("second", 2, 9)], terms), 3 * 60 - 9 - 8)
    assert total(plan, "power_source_build") == 1


@pytest.mark.parametrize(("most", "built"), [(3.0, 2), (2.9, 1)])
def test_phases_stay_within_the_source(most: float, built: int) -> None:
    """Two phases of 1 MW beside 1 that stands: both where the source may have 3 MW."""
    phases = [phase("second", 1, 5), phase("third", 1, 5)]
    plan = solve(fed([6], 4, phases, {"existing_mw": 1, "max_mw": most}), (1 + built) * 60 - 5 * built)
    assert total(plan, "phase_build") == built


@pytest.mark.parametrize(("lead", "available", "arrives"), [(0, None, 0), (6, None, 6), (7, None, 12), (0, 7, 12)])
def test_arrival_price_and_cash(lead: int, available: int | None, arrives: int) -> None:
    """Ordered a lead before it arrives, at the price of that date; a tenth at the order, the rest at its arrival."""
    row = phase("second", 1, 30, lead_time_months=lead, available_from=None if available is None else date(available))
    ordered = arrives - lead
    price = 30 if ordered < 5 else 10
    case = fed(
        [6, 6, 6],
        1,
        [row],
        prices=[{"item": "second", "date": date(5), "price": 10}],
        cash_profiles=[
            {"item": "alpha.second", "event": "order", "share": 0.1},
            {"item": "alpha.second", "event": "delivery", "share": 0.9},
        ],
        finance={"terminal_value": "decay", "decay_power": 0.95},
    )
    earned = 10 * 6 * sum(factor(month) for month in (0, 6, 12) if month >= arrives)
    worth = price * 0.95 ** ((18 - arrives) / 12) * factor(18)
    solve(case, earned - price * (0.1 * factor(ordered) + 0.9 * factor(arrives)) + worth)


def test_energy_and_running_cost_of_a_phase() -> None:
    """Its MW give energy at the source's price and cost what a MW of the source costs to run."""
    opex = [{"item": "grid", "usd_per_year": 600_000}]
    case = fed([12], 2, [phase("second", 2, 5)], {"energy_usd_per_mwh": 50}, opex=opex)
    solve(case, 240 - 5 - 2 * HOURS_PER_YEAR * 50 / 1e6 - 2 * 0.6)


@pytest.mark.parametrize("price", [12.0, 54.0])
def test_a_closed_site_opens_before_its_phase_is_ordered(price: float) -> None:
    """A site that has only a phase of power to build is opened by the phase's order, six months before it arrives."""
    case = fed([6, 6], 1, [phase("first", 2, price, site="beta", lead_time_months=6)])
    case["tables"] |= {
        "sites": [{"site": "alpha", "pue": 1}, {"site": "beta", "pue": 1, "opening_cost_musd": 4.0}],
        "accelerators": [accelerator(lot_size=1000)],
        "fleet": [],
    }
    case["tables"]["power_sources"][0]["site"] = "beta"
    net = 2 * (60 - 30) * factor(6) - price - 4
    plan = solve(case, max(0.0, net))
    assert total(plan, "opened", period=date(0)) == (net > 0)


def test_items_of_one_name_at_a_closed_site() -> None:
    """A hall and a source of one name at a closed site each wait for its opening."""
    site = {"site": "beta", "pue": 1, "opening_cost_musd": 4}
    terms = {"site": "beta", "module_mw": 1, "lead_time_months": 6, "price_musd_per_mw": 2}
    case = scenario(
        [6, 6],
        accelerators=[accelerator(lot_size=1000)],
        sites=[site],
        halls=[terms | {"hall": "main", "cooling": "air", "max_modules": 3, "lead_time_months": 3}],
        power_sources=[terms | {"power_source": "main", "max_mw": 3, "energy_usd_per_mwh": 0}],
        **work(0.01, 1000),
    )
    solve(case, (60 - 30) * factor(6) - 2 * factor(3) - 2 - 4)
