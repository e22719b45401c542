"""Closed forms of halls, power sources and sites: MW, modules, energy, opening."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.inputs import Inputs
from tests.closed_forms.builder import (
    HOURS_PER_YEAR,
    PRICE,
    accelerator,
    date,
    factor,
    fleet,
    hall,
    money,
    run,
    scenario,
    solve,
    total,
    with_fleet,
    work,
)

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def source(existing: float, **cells: Any) -> Row:
    """A row of `power_sources` at alpha: MW that stand, and energy for nothing."""
    row = {"site": "alpha", "power_source": "grid", "existing_mw": existing, "max_mw": existing}
    return row | {"energy_usd_per_mwh": 0} | cells


def test_power_binds_while_cash_is_idle() -> None:
    """PUE * (1 + fabric share) * draw <= MW of the sources, and energy is paid for the average draw.

    2 MW / (1.25 * 1.25) = 1.28 MW feed 1,280 of 13 lots of 100; the 14th would stand dark.
    """
    case = scenario(
        [12],
        finance={"average_draw": 0.8},
        power={"fabric_draw_share": 0.25},
        accelerators=[accelerator(lot_size=100)],
        sites=[{"site": "alpha", "pue": 1.25}],
        power_sources=[source(2, energy_usd_per_mwh=50)],
        budgets=[{"fiscal_year": 2026, "category": "all", "budget_musd": 1000}],
        **work(0.01, 5000),
    )
    energy = 2 * 0.8 * HOURS_PER_YEAR * 50 / 1e6
    plan = solve(case, 1280 * 12 * 0.01 - 1300 * PRICE - energy)
    assert total(plan, "stranded_accelerators") == pytest.approx(20)
    assert total(plan, "budget_left") == pytest.approx(1000 - 1300 * PRICE)


def test_energy_of_two_sources() -> None:
    """Energy bought is energy drawn, and no source gives more than its MW: 1 MW of the cheap one, 0.5 of the dear."""
    sources = [source(1, energy_usd_per_mwh=20), source(1, power_source="diesel", energy_usd_per_mwh=100)]
    case = scenario([12], fleet=[fleet(1500)], power_sources=sources, **work(0.01, 1500))
    plan = solve(case, 1500 * 12 * 0.01 - HOURS_PER_YEAR * (1 * 20 + 0.5 * 100) / 1e6)
    assert total(plan, "energy_mwh", power_source="alpha.diesel") == pytest.approx(0.5 * HOURS_PER_YEAR)


@pytest.mark.parametrize(("worth", "online"), [
    ({"a": 3, "l": 2, "e": 1}, {"a": 3, "l": 1, "e": 0}),  # air + either bind a, all halls the sum
    ({"a": 1, "l": 2, "e": 3}, {"a": 0, "l": 0, "e": 4}),  # what any hall cools takes them all
    ({"a": 2, "l": 3, "e": 1}, {"a": 2, "l": 2, "e": 0}),  # liquid + either bind l, all halls the sum
])  # fmt: skip
def test_cooling_classes_are_nested(worth: dict[str, float], online: dict[str, float]) -> None:
    """Air needs air or either, liquid needs liquid or either, all together need all: 2 + 1 + 1 MW."""
    classes = {"a": "air", "l": "liquid", "e": "either"}
    halls = [{"site": "alpha", "hall": c, "cooling": c, "existing_mw": mw} for c, mw in
             (("air", 2), ("liquid", 1), ("either", 1))]  # fmt: skip
    tables: dict[str, list[Row]] = {
        "accelerators": [accelerator(accelerator=g, cooling=c, orderable=False) for g, c in classes.items()],
        "fleet": [fleet(5000, accelerator=g) for g in classes],
        "streams": [{"stream": f"with_{g}", "mfu": 1, "eligible": [g]} for g in classes],
        "stream_segments": [
            {"stream": f"with_{g}", "up_to_pflops": 9000, "musd_per_pflops_month": worth[g] / 1000} for g in classes
        ],
    }
    plan = solve(scenario([12], halls=halls, **tables), 12 * sum(worth[g] * mw for g, mw in online.items()))
    assert {g: total(plan, "online", accelerator=g) for g in classes} == pytest.approx(
        {g: 1000 * mw for g, mw in online.items()}
    )


@pytest.mark.parametrize(("needed", "lots", "halls", "modules", "blocks"), [(1200, 12, 2, 3, 3), (1201, 13, 2, 4, 3)])
def test_modules_are_whole(needed: int, lots: int, halls: int, modules: int, blocks: int) -> None:
    """Gangs come in lots of 100, halls in 1 MW, sources in 0.5 MW at the meter (PUE 1.25), endpoints in 500."""
    fabric = {"site": "alpha", "fabric": "clos", "max_gang": 16384, "block_endpoints": 500}
    case = scenario(
        [6],
        accelerators=[accelerator(lot_size=100)],
        sites=[{"site": "alpha", "pue": 1.25}],
        halls=[hall()],
        power_sources=[source(0, module_mw=0.5, max_mw=5, lead_time_months=0, price_musd_per_mw=2)],
        fabrics=[fabric | {"lead_time_months": 0, "price_usd_per_endpoint": 2000}],
        runs=[run("a", needed, 6, 0, 100.0)],
    )
    capex = lots * 100 * PRICE + halls * 10 + modules * 0.5 * 2 + blocks * 500 * 2000 / 1e6
    plan = solve(case, 100.0 * factor(6) - capex)
    assert plan.data["capex"].sel(site="alpha").sum("period").values == pytest.approx(
        [lots * 100 * PRICE, halls * 10, modules * 1.0, blocks * 1.0]
    )


@pytest.mark.parametrize(("halls", "sources", "mw", "capex"), [
    ([hall(max_modules=2)], [source(9)], 2.0, 20),
    ([hall()], [source(0.5, module_mw=0.5, max_mw=2.2, lead_time_months=0, price_musd_per_mw=2)], 2.0, 20 + 3),
    ([hall(existing_mw=0.5, max_modules=1)], [source(9)], 1.5, 10),
])  # fmt: skip
def test_most_modules(halls: list[Row], sources: list[Row], mw: float, capex: float) -> None:
    """Modules of a hall stay within `max_modules`, those of a source (with what stands) within `max_mw`."""
    case = scenario([12], fleet=[fleet(5000)], halls=halls, power_sources=sources, **work(0.01, 5000))
    plan = solve(case, 1000 * mw * 12 * 0.01 - capex)
    assert total(plan, "draw_mw") == pytest.approx(mw)


@pytest.mark.parametrize(("limit", "price", "excess"), [
    ("halls", 7.4e6, 2), ("halls", 7.6e6, 0), ("power_sources", 7.4e6, 2), ("power_sources", 7.6e6, 0),
])  # fmt: skip
def test_priced_mw(limit: str, price: float, excess: int) -> None:
    """A priced limit is broken iff that pays: a MW earns 10 M$ a month and its accelerators cost 2.5, so 7.5."""
    tables = {"halls": [hall(existing_mw=1, max_modules=0)], "power_sources": [source(1)]}
    case = scenario([12], priced_limits=[{"limit": limit, "price_usd": price}], **work(0.01, 3000))
    case["tables"] |= {"accelerators": [accelerator(lot_size=1000)], limit: tables[limit]}
    plan = solve(case, (1 + excess) * 1000 * (12 * 0.01 - PRICE) - excess * 12 * price / 1e6)
    assert total(plan, "hall_excess_mw" if limit == "halls" else "source_excess_mw") == pytest.approx(excess)


@pytest.mark.parametrize("excess", [0, 2])
def test_energy_beyond_a_priced_limit(excess: int) -> None:
    """A MW beyond the sources pays for its energy like the dearest of them: cheap MW are no way to free energy.

    At 20,000 USD a MW and month the limit is worth breaking for want of MW, and only for that: energy at 50 USD
    costs 36,525 USD a MW and month.
    """
    sources = [source(1, energy_usd_per_mwh=40), source(1, power_source="diesel", energy_usd_per_mwh=50)]
    limits = [{"limit": "power_sources", "price_usd": 20_000}]
    units = 2000 + 1000 * excess
    case = with_fleet(units, [12], power_sources=sources, priced_limits=limits, **work(0.01, units))
    energy = HOURS_PER_YEAR * (40 + (1 + excess) * 50) / 1e6
    plan = solve(case, units * 12 * 0.01 - energy - excess * 12 * 0.020)
    assert total(plan, "source_excess_mw") == pytest.approx(excess)


@pytest.mark.parametrize(("price", "units"), [(80_000, 20), (95_000, 6)])
def test_priced_supply(price: float, units: int) -> None:
    """A unit earns 0.12 and costs 0.03 M$: beyond the supply it is worth up to 0.09 M$ more."""
    supply = [{"accelerator": "x1", "from": date(0), "per_month": 0.5}]
    limits = [{"limit": "supply", "price_usd": price}]
    plan = solve(
        scenario([12], supply=supply, priced_limits=limits, **work(0.01, 20)),
        units * (12 * 0.01 - PRICE) - (units - 6) * price / 1e6,
    )
    assert total(plan, "supply_excess") == units - 6


def closed_site(opening: float) -> dict[str, Any]:
    """A closed site beta, a year before a run there: its hall takes 6 months, its power 12."""
    return scenario(
        [6, 6, 6, 6],
        accelerators=[accelerator(lot_size=1000)],
        sites=[{"site": "beta", "pue": 1, "opening_cost_musd": opening}],
        halls=[hall(site="beta", lead_time_months=6)],
        power_sources=[
            source(0, site="beta", module_mw=1, max_mw=4, lead_time_months=12, price_musd_per_mw=2)
        ],
        runs=[run("a", 2000, 6, 18, 150.0)],
    )  # fmt: skip


def test_site_opens_once_and_before_its_first_order() -> None:
    """Opening is paid once, at the latest start of a period by the first order: 6, when the source is ordered."""
    capex = 5 * factor(6) + 2 * 2 * factor(6) + 2 * 10 * factor(12) + 2000 * PRICE * factor(18)
    plan = solve(closed_site(5.0), 150.0 * factor(24) - capex)
    assert money(plan)[f"capex hall beta {date(6)}"] == pytest.approx(5)
    assert total(plan, "opened") == 1


def test_site_not_worth_its_opening_stays_closed() -> None:
    """What a site earns must bear its opening cost: all or nothing."""
    net = 150.0 * factor(24) - 4 * factor(6) - 20 * factor(12) - 60 * factor(18)
    assert 0 < net < 60 * factor(6)
    plan = solve(closed_site(60.0), 0.0)
    assert total(plan, "opened") == 0


def test_grant_for_opening_is_had_once() -> None:
    """A site opens at most once: if opening brought 1 M$ (no input can say so), the plan would take it once, at 0."""
    study = planner.load(closed_site(0.0))
    document = study.inputs.document
    document["tables"]["sites"][0]["opening_cost_musd"] = -1.0
    study.inputs = Inputs(document)
    capex = 2 * 2 * factor(6) + 2 * 10 * factor(12) + 2000 * PRICE * factor(18)
    plan = study.solve()
    assert plan.objective_musd == pytest.approx(1.0 + 150.0 * factor(24) - capex, rel=1e-9)


def test_running_cost() -> None:
    """Running cost by the year: per accelerator in service (dark or not), per MW of hall and of source."""
    items = {"x1": 6_000, "hall_a": 120_000, "alpha.grid": 240_000}
    case = scenario(
        [6, 3],
        fleet=[fleet(3000)],
        halls=[hall(existing_mw=1, max_modules=1)],
        power_sources=[source(4)],
        opex=[{"item": item, "usd_per_year": usd} for item, usd in items.items()],
        **work(0.01, 5000),
    )
    months = 6 + 3 * factor(6)
    running = (3000 * 6_000 + 2 * 120_000 + 4 * 240_000) / 12 / 1e6 * months
    solve(case, 2000 * 0.01 * months - 10 - running)
