"""Closed forms of the fabric: which gangs its tiers and instances can carry."""

from __future__ import annotations

from typing import Any

import pytest

from tests.closed_forms.builder import PRICE, accelerator, factor, run, scenario, solve, total, with_fleet

pytestmark = pytest.mark.mutation_subset


def tier(name: str, max_gang: int, **cells: Any) -> dict[str, Any]:
    """A row of `fabrics` at alpha."""
    return {"site": "alpha", "fabric": name, "max_gang": max_gang} | cells


def standing(name: str, max_gang: int, instances: int) -> dict[str, Any]:
    """A tier whose instances are full of endpoints, and that cannot be extended."""
    return tier(name, max_gang, existing_endpoints=max_gang * instances, existing_instances=instances)


def for_sale(name: str, max_gang: int, usd: float, **cells: Any) -> dict[str, Any]:
    """A tier that is bought in blocks of 4 endpoints, at once."""
    terms = {"block_endpoints": 4, "lead_time_months": 0, "price_usd_per_endpoint": usd}
    return tier(name, max_gang, **terms | cells)


def together(gangs: list[int], units: int, fabrics: list[dict[str, Any]]) -> dict[str, Any]:
    """Gangs that would all run in the same six months, worth 1, 2, ... M$, and accelerators enough for all."""
    runs = [run(f"r{i}", gang, 6, 0, float(i + 1)) for i, gang in enumerate(gangs)]
    return with_fleet(units, [6], fabrics=fabrics, runs=runs)


@pytest.mark.parametrize(("gang", "endpoints"), [(4, 4 * 1000), (5, 8 * 5000)])
def test_tier_step(gang: int, endpoints: int) -> None:
    """A gang of a tier's size stands in it; one accelerator more needs the endpoints of the next tier."""
    fabrics = [for_sale("small", 4, 1000), for_sale("large", 16, 5000)]
    plan = solve(
        scenario([6], fabrics=fabrics, runs=[run("a", gang, 6, 0, 1.0)]), factor(6) - gang * PRICE - endpoints / 1e6
    )
    assert total(plan, "endpoints", fabric="alpha.small") == (4 if gang == 4 else 0)


def test_all_that_is_online_needs_endpoints() -> None:
    """Endpoints of all tiers together bound what is online: three gangs of 4 do not fit into 8 + 3 endpoints."""
    fabrics = [standing("small", 4, 2), tier("other", 8, existing_endpoints=3)]
    plan = solve(together([4, 4, 4], 12, fabrics), (3 + 2) * factor(6))
    assert total(plan, "online") == 8


@pytest.mark.parametrize(("instances", "admitted"), [(1, [3]), (2, [2, 3]), (3, [1, 2, 3])])
def test_gangs_above_half_need_an_instance_each(instances: int, admitted: list[int]) -> None:
    """Three gangs of 5 in instances of 8: two instances hold two of them, however many endpoints they have."""
    solve(together([5, 5, 5], 30, [standing("clos", 8, instances)]), sum(admitted) * factor(6))


@pytest.mark.parametrize(("at", "both"), [(3, True), (2, False)])
def test_an_instance_is_free_again_after_a_gang(at: int, both: bool) -> None:
    """Two gangs of 5 follow one another in the one instance of 8, inside a period; they do not meet there."""
    runs = [run("a", 5, 3, 0, 2.0), run("b", 5, 3, at, 1.0)]
    case = with_fleet(8, [6], fabrics=[standing("clos", 8, 1)], runs=runs)
    solve(case, 2.0 * factor(3) + (1.0 * factor(6) if both else 0.0))


def test_gangs_above_a_third_share_an_instance_by_two() -> None:
    """Five gangs of 3 (15 endpoints of 16) in two instances of 8: only four fit."""
    solve(together([3, 3, 3, 3, 3], 30, [standing("clos", 8, 2)]), (5 + 4 + 3 + 2) * factor(6))


def test_other_tiers_take_large_gangs_too() -> None:
    """Gangs of 5: one in each of two instances of 8, two in an instance of 12; the fifth is refused."""
    fabrics = [standing("small", 8, 2), standing("large", 12, 1)]
    solve(together([5, 5, 5, 5, 5], 30, fabrics), (5 + 4 + 3 + 2) * factor(6))


@pytest.mark.parametrize(("most", "instances", "value"), [(None, 2, 1 + 2 - 2 * 0.5 - 0.012), (1, 1, 2 - 0.5 - 0.004)])
def test_endpoints_stand_in_instances(most: int | None, instances: int, value: float) -> None:
    """Gangs of 5 and 4 need three blocks of 4, so two instances of 8; where a site takes one, only one gang runs.

    Not discounted: the gangs are worth 1 and 2 M$, an instance costs 0.5 M$, a block 0.004 M$.
    """
    fabrics = [for_sale("clos", 8, 1000, instance_price_musd=0.5, max_instances=most)]
    case = together([5, 4], 9, fabrics)
    case["finance"]["discount_rate"] = 0
    plan = solve(case, value)
    assert total(plan, "instances") == instances


@pytest.mark.parametrize(("gang", "value"), [(8, factor(6)), (9, 0.0)])
def test_gang_that_fits_no_site(gang: int, value: float) -> None:
    """A gang larger than the largest tier anywhere is no candidate: the run is refused."""
    plan = solve(together([gang], 30, [standing("clos", 8, 3)]), value)
    assert plan.data["run_status"].values.tolist() == ["started" if value else "refused"]


def test_tiers_of_equal_size() -> None:
    """A gang above two tiers of the same size is counted once against the tier above: 5 of 8 endpoints."""
    fabrics = [standing("old", 4, 1), standing("new", 4, 1), standing("large", 8, 1)]
    solve(together([5], 5, fabrics), factor(6))


def test_families_have_their_own_fabrics() -> None:
    """A type joins only the fabrics of its family: y1 finds none at alpha and must go where one is."""
    fabrics = [standing("clos", 16, 1), standing("rail", 16, 1) | {"site": "beta", "family": "y"}]
    y1 = accelerator(accelerator="y1", fabric_family="y", price_usd=10_000)
    case = scenario(
        [6],
        accelerators=[accelerator(), y1],
        sites=[{"site": name, "pue": 1} for name in ("alpha", "beta")],
        fabrics=fabrics,
        runs=[run("a", 4, 6, 0, 1.0, eligible=["y1"]), run("b", 4, 6, 0, 1.0, eligible=["x1", "y1"], sites=["alpha"])],
    )
    plan = solve(case, 2 * factor(6) - 4 * PRICE - 4 * 0.01)
    assert plan.data["run_site"].values.tolist() == ["beta", "alpha"]
