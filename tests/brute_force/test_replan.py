"""Random small re-plannings: what is ordered, cancelled and started in every way that the plan before allows.

The brute force reads the draw, not the scenario, and has its own arithmetic: x1 bought half a year ahead, no use for
them before the second of four half-years, at most one run in each of the later ones. The planner is asked for its plan.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import pytest

import planner
from planner import Plan
from tests.closed_forms.builder import PRICE, accelerator, date, factor, run, scenario
from tests.picks import SeededPick

Row = dict[str, Any]
SEEDS = range(10)
HALVES = (6, 12, 18)  # months in which x1 arrive and runs start
MOST = 3


def drawn(seed: int) -> Row:
    """Two runs with windows, what the plan before ordered and started, the frozen zone, fees and prices."""
    pick = SeededPick(f"replan {seed}")
    frozen = pick.integer(0, 13)
    orders = {half: pick.integer(0, MOST) for half in HALVES}
    runs = {
        r: {"gang": pick.integer(1, MOST), "value": pick.integer(0, 40) / 100, "first": pick.among([6, 12])}
        for r in "ab"
    }
    free = [half for half in HALVES if half >= frozen]
    was = {r: pick.among([None, *(half for half in free if half >= row["first"])]) for r, row in runs.items()}
    return {
        "frozen": frozen, "orders": orders, "runs": runs, "was": was,
        "fee": pick.integer(0, 4) / 100, "open": {half: pick.chance(50) for half in HALVES},
        "order_price": pick.among([None, 0.005, 0.02]), "run_price": pick.among([None, 0.01, 0.1]),
    }  # fmt: skip


def document(x: Row) -> Row:
    """The draw as a scenario."""
    runs = [
        run(r, row["gang"], 6, row["first"], row["value"], latest=date(18), due=date(24))
        for r, row in x["runs"].items()
    ]
    orders = [
        {"what": "accelerator", "item": "x1", "site": "alpha", "arrives": date(half), "count": n}
        | ({"cancellable_until": date(0), "cancel_fee_musd": x["fee"]} if x["open"][half] else {})
        for half, n in x["orders"].items() if n
    ]  # fmt: skip
    was = [
        {"run": r} | ({} if at is None else {"start": date(at), "site": "alpha", "accelerator": "x1"})
        for r, at in x["was"].items()
    ]
    priced = {"accelerator": x["order_price"], "run": x["run_price"]}
    return scenario(
        [6, 6, 6, 6], calendar={"slot_months": 6}, runs=runs,
        accelerators=[accelerator(lead_time_months=6, life_months=12)],
        previous_plan=[{"plan": "last", "replanned": date(0), "frozen_until": date(x["frozen"])}],
        previous_orders=orders, previous_runs=was,
        moving_prices=[{"what": what, "musd": musd} for what, musd in priced.items() if musd is not None],
    )  # fmt: skip


def best_of_all(x: Row) -> float:
    """The best net value over all counts of each half-year and all starts of each run."""
    return max(
        worth
        for counts in itertools.product(*(_counts(x, half) for half in HALVES))
        for starts in itertools.product(*(_starts(x, r) for r in x["runs"]))
        if (worth := _worth(x, dict(zip(HALVES, counts, strict=True)), dict(zip(x["runs"], starts, strict=True))))
        is not None
    )


def _settled(x: Row, half: int) -> bool:
    return half - 6 < x["frozen"]


def _counts(x: Row, half: int) -> range:
    """How many may be ordered: as before, fewer where that can be cancelled, any number after the frozen zone."""
    was = x["orders"][half]
    if not _settled(x, half):
        return range(2 * MOST + 1)
    return range(0 if x["open"][half] else was, was + 1)


def _starts(x: Row, r: str) -> list[int | None]:
    """When a run may start: not in the frozen zone, where the plan before has none start."""
    return [None, *(half for half in HALVES if half >= max(x["frozen"], x["runs"][r]["first"]))]


def _worth(x: Row, counts: dict[int, int], starts: dict[str, int | None]) -> float | None:
    """Net value of one way; None if the gangs do not fit into what stands: x1 that came in the last two half-years."""
    total = 0.0
    for half, n in counts.items():
        was = x["orders"][half]
        total -= n * PRICE * factor(half - 6)
        total -= (was - n) * x["fee"] if _settled(x, half) else abs(n - was) * (x["order_price"] or 0.0)
        needed = sum(x["runs"][r]["gang"] for r, at in starts.items() if at == half)
        if needed > n + counts.get(half - 6, 0):
            return None
    for r, at in starts.items():
        total += 0.0 if at is None else x["runs"][r]["value"] * factor(at + 6)
        total -= (x["run_price"] or 0.0) * (at != x["was"][r])
    return total


@cache
def solved(seed: int) -> Plan:
    """The plan of a draw."""
    return planner.load(document(drawn(seed))).solve()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_other_way_is_better(seed: int) -> None:
    plan = solved(seed)
    assert (plan.status, plan.checked) == ("optimal", True)
    assert plan.objective_musd == pytest.approx(best_of_all(drawn(seed)), abs=1e-6)


def test_the_draws_have_something_of_everything() -> None:
    """Orders kept, cancelled and moved; runs that move and runs that stay."""
    plans = [solved(seed).data for seed in SEEDS]
    cancelled = [bool(data["order_cancelled"].any()) for data in plans if "order_cancelled" in data]
    departed = [bool(data["order_departure"].any()) for data in plans if "order_departure" in data]
    moved = [bool(data["run_moved"].any()) for data in plans]
    assert all(set(found) == {True, False} for found in (cancelled, departed, moved))
