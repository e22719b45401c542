"""Every integer decision of a random small scenario is tried; the planner must find the same value.

The brute force reads the scenario document by itself and scores with its own arithmetic (`arithmetic`, `rules`);
the planner is only asked for its plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import pytest

import planner
from tests.brute_force.enumeration import MOST_INTEGERS, Best, TooLarge, axes, best, best_of_all, largest_values
from tests.brute_force.problem import Problem
from tests.brute_force.rules import build
from tests.generators import SMALL, Document, Shape, scenario
from tests.picks import SeededPick

SEEDS = range(50)
DEMANDING_SEEDS = range(1008, 1020)
FAMILIES = ("budget", "power", "gang")
TOLERANCE = 1e-6  # M$


@dataclass(frozen=True)
class Instance:
    """A scenario small enough for the brute force, its problem, and the best there is."""

    label: str
    document: Document
    problem: Problem
    best: Best


@cache
def instance(seed: int, shape: Shape = SMALL) -> Instance:
    """The first scenario of a seed that is small enough: at most 12 integers, and not too many points."""
    for attempt in range(50):
        label = f"{'wide ' if shape.wide else ''}{seed}.{attempt}"
        document = scenario(SeededPick(label), shape, f"random_{seed}_{attempt}")
        problem = build(document)
        try:
            choices = axes(problem, largest_values(problem))
            if len(choices) <= MOST_INTEGERS:
                return Instance(label, document, problem, best(problem, choices))
        except TooLarge:
            continue
    raise AssertionError(f"no scenario of seed {seed} is small enough")


@cache
def binding(seed: int) -> frozenset[str]:
    """The families of rows without which the best would be better (searched a little beyond the instance)."""
    found, most = instance(seed), largest_values(instance(seed).problem)
    families = set()
    for family in FAMILIES:
        relaxed = build(found.document, frozenset((family,)))
        limits = {key: min(bound, most[key] + 1) for key, bound in largest_values(relaxed).items()}
        try:
            without = best(relaxed, axes(relaxed, limits)).value
        except TooLarge:
            continue  # not known: counted as not binding
        assert without is not None and without >= found.best.value - TOLERANCE
        if without > found.best.value + TOLERANCE:
            families.add(family)
    return frozenset(families)


def planned(document: Document) -> float | None:
    """The planner's objective at gap 0; None if it says that there is no plan. The plan has passed the check."""
    try:
        plan = planner.load(document).solve(gap=0, threads=1)
    except planner.InfeasibleError:
        return None
    assert plan.checked and plan.status == "optimal"
    return plan.objective_musd


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed={seed}")
def test_the_planner_finds_the_best_of_all_plans(seed: int) -> None:
    found = instance(seed)
    assert found.best.integers <= MOST_INTEGERS
    assert found.best.value is not None, f"seed {found.label}: a scenario that is not demanding has a plan"
    value = planned(found.document)
    assert value == pytest.approx(found.best.value, abs=TOLERANCE), f"seed {found.label}: {found.best}"


@pytest.mark.parametrize("seed", DEMANDING_SEEDS, ids=lambda seed: f"seed={seed}")
def test_runs_that_must_run_and_hard_floors(seed: int) -> None:
    """Here there may be no plan at all: then the planner must say so, and only then."""
    found = instance(seed, replace(SMALL, demanding=True))
    value = planned(found.document)
    if found.best.value is None:
        assert value is None, f"seed {found.label}: the planner has a plan where there is none"
    else:
        assert value == pytest.approx(found.best.value, abs=TOLERANCE), f"seed {found.label}: {found.best}"


def test_some_demanding_scenarios_have_a_plan_and_some_have_none() -> None:
    values = [instance(seed, replace(SMALL, demanding=True)).best.value for seed in DEMANDING_SEEDS]
    assert min(values.count(None), len(values) - values.count(None)) >= 4


def test_most_instances_are_not_trivial() -> None:
    """In at least half of them a limit binds - lifted, it would gain - and doing nothing is not best."""
    idle = {s for s in SEEDS if instance(s).best.idle is not None}
    active = {s for s in SEEDS if s not in idle or instance(s).best.value > instance(s).best.idle + TOLERANCE}
    bound = {family: [s for s in active if family in binding(s)] for family in FAMILIES}
    scarce = set().union(*bound.values())
    shares = ", ".join(f"{family} binds in {len(seeds)}" for family, seeds in bound.items())
    print(f"of {len(SEEDS)} instances {len(active)} act, {len(scarce)} of them against a limit: {shares}")
    assert 2 * len(scarce) >= len(SEEDS), f"{len(scarce)} of {len(SEEDS)}: {shares}; {sorted(scarce)}"
    assert min(len(seeds) for seeds in bound.values()) >= 3, shares


def test_every_kind_of_integer_is_used_somewhere() -> None:
    kinds = {key[0] for seed in SEEDS for key in instance(seed).best.point}
    assert kinds == {"order", "hall", "source", "endpoints", "instances", "signed", "opened", "start"}


def test_passing_over_points_loses_nothing() -> None:
    """The same best with an LP at every point, on the five instances of the fewest points that are not a handful."""
    sizes = {}
    for seed in SEEDS:
        choices = axes(instance(seed).problem, largest_values(instance(seed).problem))
        sizes[seed] = math.prod(len(options) for options in choices)
    for seed in sorted((s for s in SEEDS if sizes[s] >= 40), key=sizes.__getitem__)[:5]:
        found = instance(seed)
        choices = axes(found.problem, largest_values(found.problem))
        assert best_of_all(found.problem, choices) == pytest.approx(found.best.value, abs=1e-9), f"seed {found.label}"
