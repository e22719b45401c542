"""Closed forms of re-planning: what is settled, what is cancelled for a fee, what moves at a price.

Each decision has a case in which it is right and one in which it is wrong. An x1 costs 0.03 M$ at the date of its
order, and 10 % a year is what a M$ loses.
"""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InfeasibleError, InputError
from planner.results.plan import Plan
from tests.closed_forms.builder import (
    NOT_FOR_SALE,
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
)

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def after(at: int = 0, frozen: int | None = None, known: int | None = None) -> list[Row]:
    """The row of `previous_plan`: re-planned in month `at`, frozen and known until a month."""
    dates = {"frozen_until": frozen, "known_until": known}
    return [{"plan": "last", "replanned": date(at)} | {k: date(m) for k, m in dates.items() if m is not None}]


def x1(arrives: int, count: int, **cells: Any) -> Row:
    """A previous order of x1 at alpha."""
    return {"what": "accelerator", "item": "x1", "site": "alpha", "arrives": date(arrives), "count": count} | cells


def stood(name: str, start: int | None, site: str = "alpha") -> Row:
    """What the plan before does with a run; None: it is refused."""
    return {"run": name} | ({} if start is None else {"start": date(start), "site": site, "accelerator": "x1"})


def price(**musd: float) -> list[Row]:
    """Rows of `moving_prices`."""
    return [{"what": what, "musd": amount} for what, amount in musd.items()]


def moved(plan: Plan, name: str) -> float:
    """Whether a run is said to have moved."""
    return float(plan.data["run_moved"].sel(run=name))


@pytest.mark.parametrize(("fee", "cancelled"), [(0.02, 4.0), (0.04, 0.0)])
def test_cancelling_for_a_fee(fee: float, cancelled: float) -> None:
    """Four x1 of which no use is left, ordered in month 0, to arrive in 6: 0.03 M$ each are saved for a fee."""
    case = scenario([6, 6], accelerators=[accelerator(lead_time_months=6)], previous_plan=after(1),
                    runs=[run("a", 4, 6, 6, 0.0)],
                    previous_orders=[x1(6, 4, cancellable_until=date(1), cancel_fee_musd=fee)])  # fmt: skip
    plan = solve(case, -4 * min(PRICE, fee * factor(1)))
    assert total(plan, "order_cancelled") == cancelled
    assert total(plan, "order") == 4 - cancelled
    line = f"fee cancelled_order accelerator.alpha.x1 {date(1)}"
    assert money(plan).get(line, 0.0) == pytest.approx(cancelled * fee)


@pytest.mark.parametrize("until", [None, 0])
def test_what_can_no_longer_be_cancelled_is_kept(until: int | None) -> None:
    """Without a date, or one before that of re-planning, all four come and are paid."""
    cells = {} if until is None else {"cancellable_until": date(until), "cancel_fee_musd": 0.0}
    case = scenario([6, 6], accelerators=[accelerator(lead_time_months=6)], previous_plan=after(1),
                    runs=[run("a", 4, 6, 6, 0.0)], previous_orders=[x1(6, 4, **cells)])  # fmt: skip
    plan = solve(case, -4 * PRICE)
    assert (total(plan, "order"), total(plan, "order_cancelled")) == (4, 0)


def test_a_part_is_cancelled() -> None:
    """Of six ordered, a run takes four: two are cancelled for 0.01 M$ each."""
    case = scenario([6, 6], accelerators=[accelerator(lead_time_months=6)], previous_plan=after(1),
                    runs=[run("a", 4, 6, 6, 1.0)],
                    previous_orders=[x1(6, 6, cancellable_until=date(3), cancel_fee_musd=0.01)])  # fmt: skip
    plan = solve(case, factor(12) - 4 * PRICE - 2 * 0.01 * factor(1))
    assert total(plan, "order_cancelled") == 2


@pytest.mark.parametrize(("frozen", "orders"), [(1, 0.0), (0, 4.0)])
def test_nothing_new_is_ordered_in_the_frozen_zone(frozen: int, orders: float) -> None:
    """A new run worth its four x1 asks for an order in month 0: frozen until month 1, none is placed."""
    net = factor(12) - 4 * PRICE
    case = scenario([6, 6], accelerators=[accelerator(lead_time_months=6)], previous_plan=after(0, frozen),
                    runs=[run("a", 4, 6, 6, 1.0)])  # fmt: skip
    plan = solve(case, net if orders else 0.0)
    assert total(plan, "order") == orders


@pytest.mark.parametrize("frozen", [True, False])
def test_a_frozen_start_forbids_a_better_plan(frozen: bool) -> None:
    """Three x1 stand; `a` (0.2 M$) was to start in month 0, and `b` asks for the same months with 0.5 M$.

    Frozen, `b` is refused; else the more valuable one takes its place.
    """
    runs = [run("a", 3, 6, 0, 0.2), run("b", 3, 6, 0, 0.5)]
    case = scenario([6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=runs, previous_plan=after(0, int(frozen)),
                    previous_runs=[stood("a", 0), stood("b", None)])  # fmt: skip
    plan = solve(case, (0.2 if frozen else 0.5) * factor(6))
    assert plan.data["run_status"].sel(run="a").item() == ("started" if frozen else "refused")
    assert [moved(plan, r) for r in "ab"] == ([0.0, 0.0] if frozen else [1.0, 1.0])


def test_nothing_else_starts_in_the_frozen_zone() -> None:
    """Idle x1, a new run in month 0 or 3, a tenth of its value lost each month late: frozen until 3 it waits."""
    late = run("new", 3, 3, 0, 1.0, latest=date(3), value_loss_per_month=0.1)
    case = scenario([6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=[late], previous_plan=after(0, 3))
    plan = solve(case, 0.9**3 * factor(6))
    assert plan.data["run_start"].item() == date(3)


@pytest.mark.parametrize(("cost", "moves"), [(0.01, True), (0.05, False)])
def test_the_price_of_moving_holds_a_run_in_place(cost: float, moves: bool) -> None:
    """Three months sooner are worth 1 M$ * (1.1^-0.25 - 1.1^-0.5), 0.023 M$: a price above holds the run."""
    late = run("a", 3, 3, 0, 1.0, latest=date(3), due=date(6))
    case = scenario([6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=[late], previous_plan=after(0),
                    previous_runs=[stood("a", 3)], moving_prices=price(run=cost))  # fmt: skip
    assert (factor(3) - factor(6) > cost) == moves
    plan = solve(case, max(factor(6), factor(3) - cost))
    assert (plan.data["run_start"].item(), moved(plan, "a")) == ((date(0), 1.0) if moves else (date(3), 0.0))
    assert money(plan).get(f"fee moved_run a {date(0)}", 0.0) == pytest.approx(cost if moves else 0.0)


@pytest.mark.parametrize(("cost", "moves"), [(0.1, True), (0.3, False)])
def test_a_refusal_and_a_start_are_moves(cost: float, moves: bool) -> None:
    """`b` is worth 0.5 M$ more than `a`, which held the three x1: both change, at twice the price."""
    runs = [run("a", 3, 6, 6, 0.3), run("b", 3, 6, 6, 0.8)]
    case = scenario([6, 6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=runs, previous_plan=after(0),
                    previous_runs=[stood("a", 6), stood("b", None)], moving_prices=price(run=cost))  # fmt: skip
    plan = solve(case, max(0.3 * factor(12), 0.8 * factor(12) - 2 * cost))
    assert [moved(plan, r) for r in "ab"] == [float(moves)] * 2


@pytest.mark.parametrize(("cost", "moves"), [(0.04, True), (0.06, False)])
def test_another_site_is_a_move(cost: float, moves: bool) -> None:
    """Beta takes 0.05 M$ less for the placement: the run changes its site, not its date."""
    sites = [{"site": "alpha", "pue": 1}, {"site": "beta", "pue": 1}]
    case = scenario([6], sites=sites, fleet=[fleet(4), fleet(4, site="beta")], accelerators=NOT_FOR_SALE,
                    runs=[run("a", 4, 6, 0, 1.0)], previous_plan=after(0), previous_runs=[stood("a", 0)],
                    placement=[{"load": "a", "site": "alpha", "usd_per_accelerator_month": 0.05e6 / 24}],
                    moving_prices=price(run=cost))  # fmt: skip
    plan = solve(case, factor(6) - min(cost, 0.05))
    assert plan.data["run_site"].item() == ("beta" if moves else "alpha")


def test_a_new_run_moves_nothing() -> None:
    """A run without a row in the plan before starts for nothing."""
    case = scenario([6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=[run("a", 3, 6, 0, 1.0)],
                    previous_plan=after(0), moving_prices=price(run=9.0))  # fmt: skip
    assert moved(solve(case, factor(6)), "a") == 0


@pytest.mark.parametrize(("cost", "kept"), [(0.02, False), (0.04, True)])
def test_orders_after_the_frozen_zone_are_held_by_their_price(cost: float, kept: bool) -> None:
    """Four x1 of no use, to be ordered in month 6: each dropped saves 0.03 M$ of then, for its price in month 0."""
    case = scenario([6, 6], runs=[run("a", 4, 6, 6, 0.0)], previous_plan=after(0, 6), previous_orders=[x1(6, 4)],
                    moving_prices=price(accelerator=cost))  # fmt: skip
    plan = solve(case, -4 * min(cost, PRICE * factor(6)))
    assert total(plan, "order") == (4 if kept else 0)
    assert total(plan, "order_departure") == (0 if kept else 4)


@pytest.mark.parametrize(("cost", "ordered"), [(0.19, True), (0.21, False)])
def test_more_orders_than_before_have_their_price(cost: float, ordered: bool) -> None:
    """A new run of four x1 in month 6, worth 0.2 M$ of today for each beyond what they cost."""
    value = 4 * (PRICE * factor(6) + 0.2) / factor(12)
    case = scenario([6, 6], runs=[run("a", 4, 6, 6, value)], previous_plan=after(0, 6),
                    moving_prices=price(accelerator=cost))  # fmt: skip
    plan = solve(case, 4 * max(0.2 - cost, 0.0))
    assert total(plan, "order") == (4 if ordered else 0)


def test_beyond_what_is_known_orders_are_free() -> None:
    """The plan before ends in month 6: what arrives then departs from nothing."""
    case = scenario([6, 6], runs=[run("a", 4, 6, 6, 1.0)], previous_plan=after(0, 3, known=6),
                    moving_prices=price(accelerator=9.0))  # fmt: skip
    solve(case, factor(12) - 4 * PRICE * factor(6))


@pytest.mark.parametrize(("fee", "cancelled"), [(9.0, True), (11.0, False)])
def test_halls_are_settled_too(fee: float, cancelled: bool) -> None:
    """A module of 1 MW at 10 M$ that nothing needs any more."""
    rows = [{"what": "hall", "item": "hall_a", "site": "alpha", "arrives": date(6), "count": 1,
             "cancellable_until": date(0), "cancel_fee_musd": fee}]  # fmt: skip
    case = scenario([6, 6], halls=[hall(lead_time_months=6)], previous_plan=after(0, 1), previous_orders=rows,
                    runs=[run("a", 4, 6, 6, 0.0)])  # fmt: skip
    assert total(solve(case, -min(fee, 10.0)), "order_cancelled") == cancelled


def test_a_signed_lease_stays() -> None:
    """A lot of 4 signed in month 0 for six months at 1,000 USD: 0.004 M$ a month though nothing runs."""
    lease = {"lease": "cloud", "accelerator": "x1", "lot_size": 4, "max_lots": 2, "from": date(0), "term_months": 6}
    lease |= {"usd_per_accelerator_month": 1000}
    rows = [{"what": "lease", "item": "cloud", "arrives": date(0), "count": 1}]
    case = scenario([6], leases=[lease], accelerators=NOT_FOR_SALE, previous_plan=after(0, 1), previous_orders=rows,
                    runs=[run("a", 4, 6, 0, 0.0)])  # fmt: skip
    assert total(solve(case, -0.024), "lease_signed") == 1


def refused(case: Row) -> str:
    """The explanation of why there is no plan."""
    with pytest.raises(InfeasibleError) as raised:
        planner.load(case).solve()
    return raised.value.explanation


def test_a_frozen_zone_that_cannot_be_kept_is_explained() -> None:
    """Two runs frozen on the same three x1; a settled order whose lead has grown."""
    runs = [run("a", 3, 6, 0, 0.2), run("b", 3, 6, 0, 0.5)]
    case = scenario([6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=runs, previous_plan=after(0, 1),
                    previous_runs=[stood("a", 0), stood("b", 0)])  # fmt: skip
    said = refused(case)
    assert "frozen start of run" in said and "(K5)" in said
    slipped = scenario([6, 6], accelerators=[accelerator(lead_time_months=9)], previous_plan=after(0, 1),
                       runs=[run("a", 4, 6, 6, 0.0)], previous_orders=[x1(6, 4)])  # fmt: skip
    assert "kept or cancelled (K1): previous_order=accelerator.alpha.x1.2026-07" in refused(slipped)
    shorter = scenario([6, 6], accelerators=[accelerator(lead_time_months=6)], previous_plan=after(0, 1),
                       supply=[{"accelerator": "x1", "from": date(0), "per_month": 0.5}],
                       runs=[run("a", 4, 6, 6, 0.0)], previous_orders=[x1(6, 4)])  # fmt: skip
    assert "supply of x1" in refused(shorter)


@pytest.mark.parametrize(
    ("tables", "rule"),
    [
        ({"previous_plan": after(0) * 1 + [{"plan": "other", "replanned": date(0)}]}, "one_previous_plan"),
        ({"previous_plan": [], "previous_runs": [stood("a", 0)]}, "one_previous_plan"),
        ({"previous_plan": after(-1)}, "replanned_in_horizon"),
        ({"previous_plan": after(3, 1)}, "replanned_not_after_frozen_until"),
        ({"previous_orders": [x1(1, 1)]}, "previous_order_on_calendar"),
        ({"previous_orders": [x1(6, 1)], "previous_plan": after(0, known=6)}, "previous_order_on_calendar"),
        ({"previous_orders": [x1(6, 1) | {"item": "x2"}]}, "previous_order_names"),
        ({"previous_orders": [x1(6, 1) | {"site": None}]}, "previous_order_names"),
        ({"previous_runs": [{"run": "a", "start": date(0)}]}, "previous_start_whole"),
        ({"previous_runs": [stood("a", -3)]}, "previous_start_whole"),
    ],
)
def test_what_makes_no_sense_is_refused(tables: dict[str, Any], rule: str) -> None:
    case = scenario([6, 6], **({"runs": [run("a", 4, 6, 6, 0.0)], "previous_plan": after(0)} | tables))
    with pytest.raises(InputError) as raised:
        planner.load(case)
    assert any(problem.rule == rule for problem in raised.value.problems), str(raised.value)
