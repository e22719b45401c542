"""Modular capacitated network design: published instances are solved to their known optima.

Numbers, sources and what each optimum rests on: README.md beside this file.
"""

from __future__ import annotations

import itertools
import math
import random

import pytest

import planner
from tests.networks.independent import CASES, solve
from tests.networks.instances import LAST_MILE, PLACES, Instance, read, scenario, warehouses

PUBLISHED = {"steiner_b01": 82.0, "steiner_b04": 59.0}
WAREHOUSES = {  # capacity, fixed charge, published optimum
    "cap64": (15000, 25000, 1045650.250),
    "cap71": (58268, 7500, 932615.750),
}
PROVEN = {"abilene": 194020.0, "polska": 23619.0, "polska directed": 15717.0}


@pytest.mark.parametrize(("name", "optimum"), [*PUBLISHED.items(), *PROVEN.items()])
def test_known_optimum_is_equalled(name: str, optimum: float) -> None:
    """Costs are whole numbers, so a bound within less than 1 of the plan proves it."""
    plan = planner.load(scenario(read(name.split()[0]), **CASES[name])).solve(gap=1e-6, time_limit=300)
    assert plan.objective_musd == pytest.approx(-optimum, rel=1e-9)
    assert plan.data.attrs["bound_musd"] < -optimum + 1
    assert plan.checked


@pytest.mark.parametrize(("name", "modules"), [("cap64", True), ("cap71", False)])
def test_warehouses_stand_where_they_are_known_to(name: str, modules: bool) -> None:
    """Every customer's demand costs the last mile once on top of the published optimum."""
    capacity, charge, optimum = WAREHOUSES[name]
    instance = warehouses(capacity, charge, modules=modules)
    plan = planner.load(scenario(instance, setup=not modules)).solve(gap=1e-9, time_limit=300)
    last_mile = LAST_MILE * sum(amount for _, _, amount in instance.demands)
    assert -plan.objective_musd - last_mile == pytest.approx(optimum, rel=1e-9)
    assert plan.data.attrs["bound_musd"] == pytest.approx(plan.objective_musd, rel=1e-8)
    assert plan.checked


def test_no_way_to_a_customer_through_another_one_is_cheaper() -> None:
    each = {row["link"]: float(row["routing_cost"]) for row in warehouses(1, 1, modules=True).links}
    customers = {link.split("_")[1] for link in each} - set(PLACES)
    for start, over in itertools.permutations(PLACES, 2):
        across = min(each[f"{start}_{other}"] + each[f"{over}_{other}"] for other in customers)
        assert all(each[f"{start}_{end}"] < across + each[f"{over}_{end}"] for end in customers)


@pytest.mark.parametrize("name", ["abilene", "polska directed", "steiner_b01"])
def test_an_independent_program_has_the_same_optimum(name: str) -> None:
    found = solve(read(name.split()[0]), **CASES[name], seconds=300)
    assert found.status == 0
    assert found.fun == pytest.approx((PUBLISHED | PROVEN)[name], rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_three_nodes(seed: int) -> None:
    """On three nodes the rounded-up cuts say all (Magnanti, Mirchandani, Vachani 1993): their least whole point."""
    dice = random.Random(seed)
    pairs = [("a", "b"), ("b", "c"), ("a", "c")]
    demand = {pair: dice.randint(0, 30) for pair in pairs}
    cost = {pair: dice.randint(1, 9) for pair in pairs}
    size = dice.choice([7, 10, 24])
    cuts = [[pair for pair in pairs if site in pair] for site in "abc"]
    most = math.ceil(sum(demand.values()) / size) + 1
    least = min(
        sum(cost[pair] * n for pair, n in zip(pairs, point, strict=True))
        for point in itertools.product(range(most + 1), repeat=3)
        if all(
            sum(point[pairs.index(pair)] for pair in cut) >= math.ceil(sum(demand[pair] for pair in cut) / size)
            for cut in cuts
        )
    )
    instance = Instance(
        [
            {"link": f"{a}{b}", "site_a": a, "site_b": b, "existing": "0", "setup_cost": "0", "routing_cost": "0"}
            for a, b in pairs
        ],
        [{"link": f"{a}{b}", "capacity": str(size), "cost": str(cost[a, b])} for a, b in pairs],
        [(*pair, float(amount)) for pair, amount in demand.items()],
    )
    plan = planner.load(scenario(instance)).solve()
    assert plan.objective_musd == pytest.approx(-least, abs=1e-9)
