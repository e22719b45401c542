"""Closed forms of retrofits: MW that leave a hall at once and come back to another after an outage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import PRICE, accelerator, date, factor, fleet, scenario, solve, total

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def site(periods: list[int], worth: tuple[float, float], dry: float = 2, *, outage: int = 6, price: float = 3,
         **tables: Any) -> Row:  # fmt: skip
    """2 MW of air-cooled halls, none liquid, and 3 MW of accelerators of each kind, for which there is work.

    A MW of them earns `worth` M$ a month; MW can be retrofitted from one hall to the other.
    """
    halls = [
        {"site": "alpha", "hall": "dry", "cooling": "air", "existing_mw": dry},
        {"site": "alpha", "hall": "wet", "cooling": "liquid"},
    ]
    move = {"site": "alpha", "from_hall": "dry", "to_hall": "wet", "musd_per_mw": price, "outage_months": outage}
    names = ("air", "liquid")
    case = scenario(
        periods,
        accelerators=[accelerator(accelerator=name, cooling=name, orderable=False) for name in names],
        fleet=[fleet(3000, accelerator=name) for name in names],
        streams=[{"stream": f"on_{name}", "mfu": 1, "eligible": [name]} for name in names],
        stream_segments=[
            {"stream": f"on_{name}", "up_to_pflops": 3000, "musd_per_pflops_month": musd / 1000}
            for name, musd in zip(names, worth, strict=True)
        ],
    )
    case["tables"] |= {"halls": halls, "retrofits": [move]} | tables
    return case


@pytest.mark.parametrize(("liquid", "mw"), [(9.0, 2), (1.5, 0)])
def test_moved_if_liquid_earns_more_than_air_and_the_outage(liquid: float, mw: float) -> None:
    """MW go at the start, come back after six months: lost are six months of air and 3 M$ a MW."""
    year = 6 * (1 + factor(6))
    by_hand = {0: 2 * 1.0 * year, 2: 2 * (liquid * 6 * factor(6) - 3)}
    assert by_hand[int(mw)] == max(by_hand.values())
    plan = solve(site([6, 6], (1.0, liquid)), by_hand[int(mw)])
    assert total(plan, "retrofit_mw") == pytest.approx(mw)
    assert plan.data["hall_mw"].sel(hall="alpha.dry").values.tolist() == [2 - mw, 2 - mw]


@pytest.mark.parametrize(("outage", "back"), [(0, 0), (1, 6), (6, 6), (7, 12), (13, None)])
def test_back_in_the_first_period_that_starts_after_the_outage(outage: int, back: int | None) -> None:
    """The MW stand in the other hall in every period that starts no earlier than the end of the outage."""
    starts = [month for month in (0, 6, 12) if back is not None and month >= back]
    net = 2 * 9 * 6 * sum(factor(month) for month in starts)
    plan = solve(site([6, 6, 6], (0.0, 9.0), outage=outage), net - 2 * 3 if starts else 0.0)
    assert total(plan, "hall_mw", hall="alpha.wet") == pytest.approx(2 * len(starts))


@pytest.mark.parametrize("dry", [2, 0.5])
def test_no_more_is_taken_than_stands(dry: float) -> None:
    """Work for 3 MW of liquid, but only what stands can be moved; no other hall stands in for it."""
    case = site([6], (0.0, 9.0), dry=dry, outage=0)
    case["tables"]["halls"].append({"site": "alpha", "hall": "other", "cooling": "air", "existing_mw": 2})
    plan = solve(case, dry * (9 * 6 - 3))
    assert total(plan, "retrofit_mw") == pytest.approx(dry)


@pytest.mark.parametrize(("price", "moved"), [(0.1, 1.5), (200.0, 0.5)])
def test_what_has_a_life_is_moved_only_if_it_is_renewed(price: float, moved: float) -> None:
    """A module of 1 MW for half a year beside 1/2 MW that stands: its MW can be moved if another follows it."""
    case = site([6, 6], (0.0, 9.0), dry=0.5, outage=0)
    case["tables"]["halls"][0] |= {"module_mw": 1, "max_modules": 1, "lead_time_months": 0, "life_months": 6}
    case["tables"]["halls"][0] |= {"price_musd_per_mw": price}
    modules = price * (1 + factor(6)) if moved > 1 else 0.0
    plan = solve(case, moved * (9 * 6 * (1 + factor(6)) - 3) - modules)
    assert total(plan, "retrofit_mw") == pytest.approx(moved)


def test_not_before_it_can_be_had() -> None:
    """`available_from` bounds the start: the price is paid at the first period that starts no earlier."""
    case = site([6, 6, 6], (0.0, 9.0), outage=0)
    case["tables"]["retrofits"][0]["available_from"] = date(4)
    solve(case, 2 * (9 * 6 * (factor(6) + factor(12)) - 3 * factor(6)))


def test_worth_and_running_cost_follow_the_mw() -> None:
    """Worth at the end from the end of the outage on; what a MW of each hall costs to run is paid where it stands."""
    case = site([6, 6, 6], (0.0, 9.0))
    case["finance"] |= {"terminal_value": "decay", "decay_power": 0.95}
    case["tables"]["opex"] = [{"item": "dry", "usd_per_year": 1e6}, {"item": "alpha.wet", "usd_per_year": 2e6}]
    later = factor(6) + factor(12)
    solve(case, 2 * ((9 - 2 / 12) * 6 * later - 3 + 3 * 0.95 * factor(18)))


def test_rent_stays_with_what_is_leased() -> None:
    """Leased MW are paid for wherever they are moved, during the outage too."""
    case = site([6, 6], (0.0, 9.0))
    case["tables"]["halls"][0] |= {"kind": "leased", "rent_usd_per_kw_month": 1000}
    solve(case, 2 * (9 * 6 * factor(6) - 3 - 1 * 6 * (1 + factor(6))))


@pytest.mark.parametrize("fleet_there", [False, True])
def test_a_hall_that_only_retrofits_fill_lets_a_type_be_ordered(fleet_there: bool) -> None:
    """A type that needs liquid can be ordered to a site whose only liquid MW will come by retrofit."""
    case = site([6], (0.0, 0.1), dry=0.01, outage=0, price=1)
    case["tables"]["accelerators"][1] = accelerator(accelerator="liquid", cooling="liquid")
    case["tables"]["fleet"] = [fleet(3000, accelerator="air")] + ([fleet(4, accelerator="liquid")] * fleet_there)
    worth = 0.05  # M$ a month of one
    case["tables"]["stream_segments"][1]["musd_per_pflops_month"] = worth
    solve(case, 10 * worth * 6 - (6 if fleet_there else 10) * PRICE - 0.01 * 1)
