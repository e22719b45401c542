"""Closed forms of spans: gangs over several sites, their parts, their size, and the traffic between them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import PRICE, accelerator, date, factor, fleet, run, scenario, solve, total

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def spread(
    here: int, there: int, runs: list[Row], *, share: float = 0.5, periods: tuple[int, ...] = (6,), existing: float = 9,
    **cells: Any,
) -> Row:  # fmt: skip
    """So many x1 at alpha and at beta, a span `both` over the two and a shared link between them."""
    case = scenario(
        list(periods),
        sites=[{"site": name, "pue": 1} for name in ("alpha", "beta")],
        fleet=[fleet(here), fleet(there, site="beta")],
        spans=[{"span": "both"} | cells],
        span_sites=[
            {"span": "both", "site": "alpha", "share": share}, {"span": "both", "site": "beta", "share": 1 - share}
        ],
        links=[{"link": "ab", "site_a": "alpha", "site_b": "beta", "existing_tbps": existing}],
        runs=runs,
    )  # fmt: skip
    case["tables"]["accelerators"] = [accelerator(orderable=False)]
    return case


@pytest.mark.parametrize(("sites", "admitted"), [(["both"], True), (["alpha", "beta"], False), (None, False)])
def test_neither_site_alone_is_large_enough(sites: list[str] | None, admitted: bool) -> None:
    """A gang of 10 fits 6 here and 6 there, if it may span the two; a run that names no sites does not."""
    runs = [run("a", 10, 6, 0, 1.0, sites=sites), run("b", 1, 6, 0, 0.1, sites=["both"])]
    plan = solve(spread(6, 6, runs), factor(6) + 0.1 * factor(6) if admitted else 0.1 * factor(6))
    assert total(plan, "taken", site="beta") == (6 if admitted else 1)


@pytest.mark.parametrize(("here", "there", "admitted"), [(4, 7, True), (3, 7, False), (4, 6, False), (9, 2, False)])
def test_parts_are_fixed_shares_in_whole_steps(here: int, there: int, admitted: bool) -> None:
    """A gang of 10 in shares of 1/3 and 2/3: 4 and 7; every part must fit its own site."""
    case = spread(here, there, [run("a", 10, 6, 0, 1.0, sites=["both"])], share=1 / 3)
    solve(case, factor(6) if admitted else 0.0)


@pytest.mark.parametrize(("factor_of_mfu", "gang"), [(1.0, 8), (0.8, 10), (0.79, 11)])
def test_utilisation_over_a_span(factor_of_mfu: float, gang: int) -> None:
    """8 at one site are 10 over a span with four fifths of the MFU."""
    case = spread(6, 6, [run("a", 8, 6, 0, 1.0, sites=["both"])], mfu_factor=factor_of_mfu)
    plan = solve(case, factor(6))
    assert plan.data["run_n"].item() == gang


@pytest.mark.parametrize(("existing", "admitted"), [(2.0, True), (1.9, False)])
def test_traffic_goes_both_ways(existing: float, admitted: bool) -> None:
    """100 Tb/s for 1,000 accelerators are 1 Tb/s for 10: there and back through a shared link."""
    case = spread(6, 6, [run("a", 10, 6, 0, 1.0, sites=["both"])], existing=existing, tbps_per_kaccelerator=100)
    plan = solve(case, factor(6) if admitted else 0.0)
    assert total(plan, "traffic") == pytest.approx(2 if admitted else 0)


@pytest.mark.parametrize(("at", "months", "bought"), [(4, 4, 0), (4, 2, 0), (6, 2, 6)])
def test_traffic_is_whole_in_every_period_of_a_run(at: int, months: int, bought: int) -> None:
    """Present for two months of a period, the gang's traffic is routed as if for all six; before and after, none."""
    runs = [run("a", 10, months, at, 1.0, sites=["both"])]
    case = spread(6, 6, runs, periods=(6, 6), existing=0, tbps_per_kaccelerator=100)
    row = {"link": "ab", "module": "m", "tbps": 2, "max_modules": 9, "lead_time_months": 0, "price_musd": 0.5}
    case["tables"]["link_modules"] = [row]
    plan = solve(case, factor(at + months) - 0.5 * factor(bought))
    present = [float(at < end and at + months > end - 6) for end in (6, 12)]
    assert plan.data["traffic"].sel(source="alpha", destination="beta").values == pytest.approx(present)


@pytest.mark.parametrize(("largest", "admitted"), [(5, True), (4, False)])
def test_parts_fit_the_fabrics_of_their_sites(largest: int, admitted: bool) -> None:
    """Each part of 5 needs a fabric at its own site that carries it; no fabric has to carry all 10."""
    case = spread(6, 6, [run("a", 10, 6, 0, 1.0, sites=["both"])])
    case["tables"]["fabrics"] = [
        {"site": site, "fabric": "clos", "max_gang": most, "existing_endpoints": 64}
        for site, most in (("alpha", 5), ("beta", largest))
    ]
    solve(case, factor(6) if admitted else 0.0)


def test_parts_need_instances_of_their_sites() -> None:
    """Two gangs of 10 over the span are two of 5 at each site: one instance of 8 holds one of them."""
    runs = [run(name, 10, 6, 0, value, sites=["both"]) for name, value in (("a", 1.0), ("b", 2.0))]
    case = spread(20, 20, runs)
    case["tables"]["fabrics"] = [
        {"site": site, "fabric": "clos", "max_gang": 8, "existing_endpoints": 8 * n, "existing_instances": n}
        for site, n in (("alpha", 3), ("beta", 1))
    ]
    solve(case, 2.0 * factor(6))


def test_placement_is_charged_by_site() -> None:
    """By accelerator for the part at alpha, by PFLOP/s (peak * MFU over a span) for the part at beta."""
    case = spread(6, 6, [run("a", 8, 6, 0, 1.0, sites=["both"])], mfu_factor=0.8)
    case["tables"]["placement"] = [
        {"load": "a", "site": "alpha", "usd_per_accelerator_month": 1000},
        {"load": "a", "site": "beta", "usd_per_pflops_month": 5000},
    ]
    solve(case, factor(6) - 5 * 6 * 1000 / 1e6 - 5 * 0.5 * 0.8 * 6 * 5000 / 1e6)


def test_parts_are_ordered_where_they_stand() -> None:
    """What a part needs is bought at its own site."""
    case = spread(6, 2, [run("a", 10, 6, 0, 1.0, sites=["both"])])
    case["tables"]["accelerators"] = [accelerator()]
    plan = solve(case, factor(6) - 3 * PRICE)
    assert total(plan, "order", site="beta", period=date(0)) == 3
