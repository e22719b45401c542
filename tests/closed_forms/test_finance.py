"""Closed forms of money over time: discounting, terminal value, the tail, least cost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import (
    NOT_FOR_SALE,
    PRICE,
    accelerator,
    date,
    factor,
    fleet,
    money,
    run,
    scenario,
    solve,
    total,
    with_fleet,
    work,
)

pytestmark = pytest.mark.mutation_subset

DECAY = 0.72  # share of an accelerator's price left after a year, by default


@pytest.mark.parametrize("rate", [0.0, 0.10, 0.35])
def test_discounting_with_unequal_periods(rate: float) -> None:
    """(1 + d)^(-months / 12) from the horizon's start: streams at their period's start, a run at its finish."""
    periods, starts = [1, 5, 6, 3], [0, 1, 6, 12]
    case = with_fleet(14, periods, finance={"discount_rate": rate}, runs=[run("a", 4, 7, 2, 1.0)], **work(0.01, 10))
    earned = sum(10 * 0.01 * months * factor(at, rate) for months, at in zip(periods, starts, strict=True))
    plan = solve(case, earned + factor(9, rate))
    assert money(plan)[f"value stream work {date(6)}"] == pytest.approx(10 * 0.01 * 6)


@pytest.mark.parametrize("profile", [None, ("delivery", 24), ("order", 18)])
def test_terminal_value_does_not_hoard(profile: tuple[str, int] | None) -> None:
    """Buying only to hold never pays, not even at a falling rate or paid late: worth <= cash paid by the end."""
    rows = [{"item": "x1", "event": profile[0], "offset_months": profile[1], "share": 1}] if profile else []
    tables = {"cash_profiles": rows} if rows else {}
    case = scenario([12], finance={"terminal_value": "decay", "discount_rate": 0}, **tables)
    case["tables"] |= {"runs": [run("a", 4, 12, 0, 0.001)]}
    plan = solve(case, 0.0)
    assert total(plan, "order") == 0


@pytest.mark.parametrize(("share", "worth"), [(1.0, DECAY * PRICE), (0.5, 0.5 * PRICE), (0.8, DECAY * PRICE)])
def test_terminal_value_is_no_more_than_paid(share: float, worth: float) -> None:
    """price * decay^years since arrival, but at most what is paid by the end; the rest is paid, at its own date."""
    profile = [
        {"item": "x1", "event": "order", "offset_months": m, "share": s} for m, s in ((0, share), (15, 1 - share))
    ]
    case = scenario([12], finance={"terminal_value": "decay"}, runs=[run("a", 4, 12, 0, 1.0)], cash_profiles=profile)
    paid = PRICE * (share + (1 - share) * factor(15))
    plan = solve(case, factor(12) - 4 * paid + 4 * worth * factor(12))
    assert money(plan)[f"terminal compute alpha {date(12)}"] == pytest.approx(4 * worth)


@pytest.mark.parametrize(("terminal", "life", "admitted"), [
    ("decay", 240, True), ("none", 240, False), ("decay", 7, True), ("decay", 6, False),
])  # fmt: skip
def test_terminal_value_does_not_starve(terminal: str, life: int, admitted: bool) -> None:
    """A run in the last half year that earns less than its accelerators cost is served iff their worth is counted.

    They are worth nothing where their life ends with the horizon.
    """
    value, price, left = 0.6 * factor(24), 4 * 0.2 * factor(18), 4 * 0.2 * DECAY**0.5 * factor(24)
    assert value < price < value + left
    case = scenario([12, 6, 6], finance={"terminal_value": terminal}, runs=[run("a", 4, 6, 18, 0.6)])
    case["tables"]["accelerators"] = [accelerator(life_months=life, price_usd=200_000)]
    plan = solve(case, value - price + left if admitted else 0.0)
    assert total(plan, "order", period=date(18)) == (4 if admitted else 0)


def test_terminal_value_by_category() -> None:
    """Halls and power 0.95 a year, network 0.80, accelerators 0.72, each from its own arrival."""
    case = scenario(
        [12, 6],
        finance={"terminal_value": "decay"},
        accelerators=[accelerator(lot_size=1000)],
        halls=[{"site": "alpha", "hall": "hall_a", "cooling": "air", "module_mw": 1, "max_modules": 1,
                "lead_time_months": 12, "price_musd_per_mw": 10}],
        power_sources=[{"site": "alpha", "power_source": "grid", "module_mw": 1, "max_mw": 1, "lead_time_months": 12,
                        "price_musd_per_mw": 2, "energy_usd_per_mwh": 0}],
        fabrics=[{"site": "alpha", "fabric": "clos", "max_gang": 1000, "block_endpoints": 1000,
                  "lead_time_months": 12, "price_usd_per_endpoint": 1000, "instance_price_musd": 0.5}],
        runs=[run("a", 1000, 6, 12, 60.0)],
    )  # fmt: skip
    bought = {"compute": (30, 12, 0.72), "hall": (10, 0, 0.95), "power": (2, 0, 0.95), "network": (1.5, 0, 0.80)}
    by_hand = 60.0 * factor(18)
    for price, paid_at, decay in bought.values():
        by_hand += price * decay**0.5 * factor(18) - price * factor(paid_at)
    plan = solve(case, by_hand)
    left = {part: price * decay**0.5 for part, (price, _, decay) in bought.items()}
    assert {part: money(plan)[f"terminal {part} alpha {date(18)}"] for part in left} == pytest.approx(left)


@pytest.mark.parametrize(("tail", "months"), [(None, 36), (0, 0), (36, 36)])
def test_tail_lets_grid_be_ordered(tail: int | None, months: int) -> None:
    """Power that takes 36 months serves nothing in a plan of 24; by default the tail is as long as the lead.

    It arrives at 36, two years of the horizon are left; without a tail it is not ordered at all.
    """
    grid = {"site": "alpha", "power_source": "grid", "module_mw": 1, "max_mw": 1, "lead_time_months": 36}
    case = scenario(
        [12, 12],
        calendar={"tail_months": tail},
        accelerators=NOT_FOR_SALE,
        fleet=[fleet(1000)],
        power_sources=[grid | {"price_musd_per_mw": 2, "energy_usd_per_mwh": 0}],
        **work(0.001, 1000),
    )
    plan = solve(case, 12 * (factor(36) + factor(48)) - 2.0 if months else 0.0)
    assert int(plan.data["months"].where(plan.data["in_tail"], 0).sum()) == months
    assert total(plan, "power_source_build") == (1 if months else 0)


@pytest.mark.parametrize(("running", "chosen"), [(20_000, "y1"), (5_000, "x1")])
def test_least_cost(running: float, chosen: str) -> None:
    """What must be served is served at least cost, and what it is worth is left out of the objective.

    x1 costs 0.03 M$ and its running cost, y1 0.04 M$ and nothing more; a run is worth 5 M$, 10 PFLOP/s a floor.
    """
    tables: dict[str, Any] = {
        "accelerators": [accelerator(), accelerator(accelerator="y1", price_usd=40_000)],
        "opex": [{"item": "x1", "usd_per_year": running}],
        "runs": [run("a", 4, 12, 0, 5.0, eligible=["x1", "y1"], must_run=True), run("b", 4, 12, 0, 5.0)],
    }
    tables |= work(0.5, 100, floor_pflops=10, eligible=["x1", "y1"])
    each = min(PRICE + running / 1e6, 0.04)
    plan = solve(scenario([12], finance={"objective": "least_cost"}, **tables), -14 * each)
    assert total(plan, "order", accelerator=chosen) == 14
    assert plan.data["run_status"].values.tolist() == ["started", "refused"]
    assert plan.data.attrs["scale_musd"] == pytest.approx(14 * each)
