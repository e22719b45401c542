"""Closed forms of leases: terms, take-or-pay, hand-over in steps, least sizes, lease or buy."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import NOT_FOR_SALE, accelerator, date, factor, run, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

RENT = 0.002  # M$ an accelerator and month


def lease(**cells: Any) -> dict[str, Any]:
    """A row of `leases`: single x1 for a year at a time, at 2,000 USD a month."""
    row = {"lease": "cloud", "accelerator": "x1", "lot_size": 1, "max_lots": 10, "from": date(0)}
    return row | {"term_months": 12, "usd_per_accelerator_month": RENT * 1e6} | cells


def rented(periods: list[int], row: dict[str, Any], worth: float, up_to: float, **tables: Any) -> dict[str, Any]:
    """Only what is rented can do the work."""
    return scenario(periods, accelerators=NOT_FOR_SALE, leases=[row], **work(worth, up_to), **tables)


@pytest.mark.parametrize(("price", "bought"), [(1.01, 0), (0.99, 10), (1.0, None)])
def test_lease_or_buy(price: float, bought: int | None) -> None:
    """A year's rent, all due at the period's start, against the price: the cheaper wins, at break-even either."""
    usd = price * 12 * RENT * 1e6
    case = scenario([12], accelerators=[accelerator(price_usd=usd)], leases=[lease()], **work(0.01, 10))
    plan = solve(case, 10 * (12 * 0.01 - min(price, 1.0) * 12 * RENT))
    if bought is not None:
        assert (total(plan, "order"), total(plan, "lease_signed")) == (bought, 10 - bought)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.0])
def test_take_or_pay_beyond_the_end(share: float) -> None:
    """The months of a term behind the horizon cost their take-or-pay share, each at its own date."""
    row = lease(term_months=18, take_or_pay_share=share)
    beyond = sum(share * RENT * factor(month) for month in range(12, 18))
    solve(rented([12], row, 0.01, 10), 10 * (12 * 0.01 - 12 * RENT - beyond))


@pytest.mark.parametrize(("term", "months"), [(6, 6), (7, 12), (12, 12)])
def test_term_is_rounded_up_to_periods(term: int, months: int) -> None:
    """A signature serves, and is paid, to the end of the period in which its term ends."""
    row = lease(term_months=term, until=date(0))
    earned = 10 * (0.01 - RENT) * 6
    plan = solve(rented([6, 6], row, 0.01, 10), earned * (1 + factor(6)) if months == 12 else earned)
    assert total(plan, "lease_signed") == 10


def test_signatures_do_not_exceed_the_contract() -> None:
    """At most `max_lots` at a time: 10 of 25 wanted, signed again when the first term ends, at that date's price."""
    prices = [{"item": "cloud", "date": date(6), "price": 5_000}]
    plan = solve(
        rented([6, 6], lease(term_months=6), 0.01, 25, prices=prices),
        10 * 6 * ((0.01 - RENT) + (0.01 - 0.005) * factor(6)),
    )
    assert plan.data["lease_signed"].values.ravel().tolist() == [10, 10]


def test_price_of_the_signature_holds_for_the_term() -> None:
    """Rent is at the price of the signature's date: a contract of a year does not rise at month 6."""
    prices = [{"item": "cloud", "date": date(6), "price": 5_000}]
    solve(rented([6, 6], lease(), 0.01, 10, prices=prices), 10 * 6 * (0.01 - RENT) * (1 + factor(6)))


def test_handed_over_in_steps() -> None:
    """A ramp of 4 months hands over a quarter a month; take-or-pay is due on what is handed over."""
    row = lease(lot_size=8, max_lots=1, ramp_months=4, term_months=6, until=date(0))
    units = [2, 4, 6, 8, 8, 8]
    plan = solve(rented([1] * 6, row, 0.01, 100), sum(n * (0.01 - RENT) * factor(m) for m, n in enumerate(units)))
    assert plan.data["in_service"].sel(site="cloud").values.ravel() == pytest.approx(units)


@pytest.mark.parametrize(("worth", "lots"), [(0.004, 3), (0.002, 0)])
def test_least_size_of_a_signature(worth: float, lots: int) -> None:
    """Two lots are wanted and three must be taken: 2 * worth against 3 * rent."""
    plan = solve(rented([12], lease(min_lots=3), worth, 2), lots and 12 * (2 * worth - 3 * RENT))
    assert total(plan, "lease_signed") == lots


@pytest.mark.parametrize(("share", "used"), [(0.0, 4), (0.4, 4), (0.6, 10)])
def test_rent_by_use(share: float, used: int) -> None:
    """What is handed over costs the take-or-pay share, the rest of the rent is due on use only.

    Ten are committed; four of them earn 0.01 a month, six 0.001: less than the rest of the rent (0.0012) at a
    share of 0.4, more (0.0008) at 0.6.
    """
    row = lease(committed_lots=10, take_or_pay_share=share)
    case = rented([12], row, 0.01, 4)
    case["tables"]["stream_segments"] += [{"stream": "work", "up_to_pflops": 10, "musd_per_pflops_month": 0.001}]
    paid = RENT * (share * 10 + (1 - share) * used)
    plan = solve(case, 12 * (4 * 0.01 + (used - 4) * 0.001 - paid))
    assert total(plan, "lease_rented") == pytest.approx(used)


@pytest.mark.parametrize(("gang", "admitted"), [(6, True), (7, False)])
def test_largest_gang_of_a_contract(gang: int, admitted: bool) -> None:
    """A contract carries gangs up to its `max_gang`, however much of it is rented."""
    case = scenario(
        [6],
        accelerators=NOT_FOR_SALE,
        leases=[lease(term_months=6, max_gang=6)],
        runs=[run("a", gang, 6, 0, 1.0)],
    )
    solve(case, factor(6) - 6 * gang * RENT if admitted else 0.0)


def test_rented_capacity_is_exempt_from_what_limits_own_sites() -> None:
    """No hall, no power, no fabric and no supply: a contract carries a gang all the same."""
    site = {"site": "alpha"}
    limits = {
        "halls": [site | {"hall": "hall_a", "cooling": "air", "existing_mw": 0}],
        "power_sources": [site | {"power_source": "grid", "max_mw": 0, "energy_usd_per_mwh": 50}],
        "fabrics": [site | {"fabric": "clos", "max_gang": 4}],
        "supply": [{"accelerator": "x1", "from": date(0), "per_month": 0}],
    }
    solve(scenario([12], leases=[lease()], runs=[run("a", 8, 12, 0, 1.0)], **limits), factor(12) - 8 * 12 * RENT)


def test_gang_is_not_spread_over_contracts() -> None:
    """A gang stands at one place: 10 of one contract and 10 of another carry no gang of 11."""
    leases = [lease(), lease(lease="other")]
    case = scenario([6], accelerators=[accelerator(price_usd=60_000)], leases=leases, runs=[run("a", 11, 6, 0, 2.0)])
    solve(case, 2.0 * factor(6) - 11 * 0.06)


@pytest.mark.parametrize(("since", "months"), [(0, 12), (-3, 12), (-6, 6), (-10, 6)])
def test_committed_lots_end_with_their_term(since: int, months: int) -> None:
    """What is signed already runs from its own date: of 12 months those before the horizon are gone."""
    row = lease(committed_lots=4, max_lots=4, until=date(since), **{"from": date(since)})
    serves = 1 + (factor(6) if months == 12 else 0)
    solve(rented([6, 6], row, 0.01, 10), 4 * 6 * (0.01 - RENT) * serves)


def test_committed_lots_are_handed_over_since_their_own_date() -> None:
    """A ramp of 6 months that began 4 months before the horizon has 5/6 there at once."""
    row = lease(lot_size=6, committed_lots=1, max_lots=1, ramp_months=6, until=date(-4), **{"from": date(-4)})
    units = [5, 6, 6]
    solve(rented([1, 1, 1], row, 0.01, 10), sum(n * (0.01 - RENT) * factor(m) for m, n in enumerate(units)) - beyond(6))


def beyond(units: int) -> float:
    """Rent of the months 3 to 7, the last five of a term of 12 that began at -4."""
    return sum(units * RENT * factor(month) for month in range(3, 8))


def test_more_can_be_signed_where_some_are_committed() -> None:
    """Beside 4 committed lots 6 more of 10 may be signed at the same date, and all 10 when the 4 have ended."""
    row = lease(committed_lots=4, max_lots=10, term_months=6)
    plan = solve(rented([6, 6], row, 0.01, 20), 10 * 6 * (0.01 - RENT) * (1 + factor(6)))
    assert plan.data["lease_signed"].values.ravel().tolist() == [6, 10]
