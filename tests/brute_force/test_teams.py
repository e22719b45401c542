"""Small studies of teams drawn at random: fair plans are the best of all combinations, by arithmetic of its own.

Twelve months, some x1 that stand, one to three runs of each of two or three teams. Every combination of starts is
listed, of all teams and of each alone with its share of the x1; no code of the planner's is used.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import planner
from planner import Plan
from tests.closed_forms.builder import date, factor, run
from tests.closed_forms.test_teams import account, of_team, shared

Row = dict[str, Any]
Way = int | None  # the month in which a run starts
SEEDS = range(7)
MONTHS, LEAST = 12, 0.05


@cache
def drawn(seed: int) -> Row:
    """Teams and their runs."""
    dice = random.Random(seed)
    names = "abc"[: dice.choice([2, 3, 3])]
    teams = {k: {"weight": dice.choice([1, 1, 2]), "priority": dice.choice([1, 2, 2, 3])} for k in names}
    runs = {
        f"{k}{i}": {
            "team": k, "gang": dice.randint(2, 6), "months": dice.choice([3, 4, 6]), "first": dice.randint(0, 4),
            "later": dice.choice([0, 1, 2]), "value": float(dice.randint(1, 9)), "loss": dice.choice([0.05, 0.2]),
        }
        for k in names
        for i in range(dice.choice([1, 2]) if len(names) == 3 else dice.choice([2, 3]))
    }  # fmt: skip
    return {"teams": teams, "runs": runs, "units": dice.randint(6, 9)}


def document(x: Row, policy: str) -> Row:
    """The scenario of a draw."""
    even = 1 / len(x["teams"])
    teams = [{"team": k, "share": even, **row} for k, row in x["teams"].items()]
    runs = [
        run(r, row["gang"], row["months"], row["first"], row["value"], team=row["team"],
            latest=date(row["first"] + row["later"]), value_loss_per_month=row["loss"])
        for r, row in x["runs"].items()
    ]  # fmt: skip
    return shared(policy, x["units"], [], teams, periods=(6, 6), runs=runs)


def combinations(x: Row, runs: list[str], units: float) -> Iterator[dict[str, Way]]:
    """Every way to start some runs on so many x1."""
    windows = [[None, *range(x["runs"][r]["first"], x["runs"][r]["first"] + x["runs"][r]["later"] + 1)] for r in runs]
    for ways in itertools.product(*windows):
        held = [0.0] * MONTHS
        for r, start in zip(runs, ways, strict=True):
            for month in range(start, start + x["runs"][r]["months"]) if start is not None else ():
                held[month] += x["runs"][r]["gang"]
        if max(held) <= units + 1e-9:
            yield dict(zip(runs, ways, strict=True))


def values(x: Row, ways: dict[str, Way]) -> dict[str, float]:
    """M$ of today that each team has of a combination."""
    found = dict.fromkeys(x["teams"], 0.0)
    for r, start in ways.items():
        if start is not None:
            row = x["runs"][r]
            late, finish = start - row["first"], start + row["months"]
            found[row["team"]] += row["value"] * (1 - row["loss"]) ** late * factor(finish)
    return found


def measures(x: Row) -> dict[str, float]:
    """What each team has alone with its share of the x1, or 5 % of all it asks for."""
    found = {}
    for k in x["teams"]:
        mine = [r for r, row in x["runs"].items() if row["team"] == k]
        alone = max(values(x, ways)[k] for ways in combinations(x, mine, x["units"] / len(x["teams"])))
        rows = [x["runs"][r] for r in mine]
        found[k] = max(alone, LEAST * sum(row["value"] * factor(row["first"] + row["months"]) for row in rows))
    return found


@cache
def outcomes(seed: int) -> list[dict[str, float]]:
    x = drawn(seed)
    return [values(x, ways) for ways in combinations(x, list(x["runs"]), x["units"])]


@cache
def solved(seed: int, policy: str) -> Plan:
    return planner.load(document(drawn(seed), policy)).solve()


def close(figures: list[float]) -> tuple[float, ...]:
    """As far as goals are told apart: they are kept less a millionth."""
    return tuple(round(figure, 4) for figure in figures)


@pytest.mark.parametrize("seed", SEEDS)
def test_lexicographic_max_min(seed: int) -> None:
    """No combination has a larger least u, second least u, ...; among those that are alike none is worth more."""
    x, measure, plan = drawn(seed), measures(drawn(seed)), solved(seed, "max_min")
    mean = sum(row["weight"] for row in x["teams"].values()) / len(x["teams"])

    def u(value: dict[str, float]) -> list[float]:
        return sorted(value[k] / measure[k] / (row["weight"] / mean) for k, row in x["teams"].items())

    best = max(outcomes(seed), key=lambda value: (close(u(value)), sum(value.values())))
    assert account(plan)["measure"] == pytest.approx(measure, abs=1e-6)
    assert u(of_team(plan, "value_today_musd")) == pytest.approx(u(best), abs=1e-4)
    assert plan.objective_musd == pytest.approx(sum(best.values()), abs=1e-3)
    stages = [stage for stage in account(plan)["stages"] if stage["kind"] == "max_min"]
    assert [stage["found"] for stage in stages] == pytest.approx(list(itertools.accumulate(u(best))), abs=1e-4)
    assert len(stages) == len(x["teams"])


@pytest.mark.parametrize("seed", SEEDS)
def test_priority_list(seed: int) -> None:
    """No combination is worth more to the first rank, then to the second, ..."""
    x, plan = drawn(seed), solved(seed, "priority")
    ranks = sorted({row["priority"] for row in x["teams"].values()})

    def of_ranks(value: dict[str, float]) -> list[float]:
        return [sum(value[k] for k, row in x["teams"].items() if row["priority"] == rank) for rank in ranks]

    best = max(outcomes(seed), key=lambda value: close(of_ranks(value)))
    assert of_ranks(of_team(plan, "value_today_musd")) == pytest.approx(of_ranks(best), abs=1e-4)
    stages = [stage for stage in account(plan)["stages"] if stage["kind"] == "priority"]
    assert [stage["found"] for stage in stages] == pytest.approx(of_ranks(best), abs=1e-4)


def test_the_draws_make_a_difference() -> None:
    """In most of them fairness costs something, and in some both policies cost differently."""
    prices = {p: [account(solved(seed, p))["price_of_fairness"][1] for seed in SEEDS] for p in ("max_min", "priority")}
    assert sum(price > 1e-4 for price in prices["max_min"]) >= 3
    assert sum(abs(a - b) > 1e-4 for a, b in zip(*prices.values(), strict=True)) >= 3
