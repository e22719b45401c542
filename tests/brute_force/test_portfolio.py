"""Small portfolios drawn at random: the plan is worth what the best of all combinations is, counted one by one.

Twelve months in two periods, monthly slots, so many x1 that stand. Every combination of what each run does (nothing, or
a start at a level), of the ends of the run in progress and of licences is tried; no code of the planner's is used.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import planner
from planner import Plan
from tests.closed_forms.builder import date, factor, run, with_fleet

Row = dict[str, Any]
MONTHS, HALF = 12, 6
UNITS = 10
SEEDS = range(24)


def drawn(seed: int) -> Row:
    """What a portfolio consists of."""
    dice = random.Random(seed)
    runs = {
        name: {"gang": dice.randint(3, 13), "months": dice.choice([2, 3, 4]), "first": dice.randint(0, 5),
               "later": dice.randint(0, 3), "value": dice.choice([0.0, 0.0, 0.6])}
        for name in ("a", "b", "c")
    }  # fmt: skip
    programmes = {
        name: {"value": dice.choice([0.5, 1.0, 2.0]), "due": dice.randint(2, 10), "loss": dice.choice([0.0, 0.05, 0.2]),
               "must": dice.random() < 0.2}
        for name in ("p", "q")
    }  # fmt: skip
    options = [
        {"programme": p, "run": r, "share": dice.choice([0.5, 0.9, 1.0]), "fee": dice.choice([0.0, 0.1])}
        for p in programmes
        for r in (*runs, "old")
        if dice.random() < 0.45
    ]
    options += [
        {"programme": p, "run": None, "share": dice.choice([0.4, 1.0]), "fee": dice.choice([0.2, 0.7]),
         "from": dice.randint(0, 8)}
        for p in programmes
    ]  # fmt: skip
    for option in options:
        if option["run"] in runs:
            runs[option["run"]]["value"] = 0.0
    climbed = [o["programme"] for o in options if o["run"] in runs]
    levels = []
    if climbed and dice.random() < 0.8:
        p = dice.choice(climbed)
        levels = [(p, 0.7, dice.choice([0.02, 0.2]), dice.randint(0, 3)), (p, 0.4, 0.03, dice.randint(0, 4))]
    return {
        "runs": runs, "programmes": programmes, "options": options, "levels": levels,
        "after": dice.choice([[], [("b", "a", dice.randint(0, 1))], [("c", "old", 0)]]),
        "old": {"n": dice.randint(2, 8), "until": dice.choice([5, 8, 12]), "fee": dice.choice([0.0, 0.1]),
                "value": 0.0 if any(o["run"] == "old" for o in options) else dice.choice([0.1, 1.0])},
    }  # fmt: skip


def document(x: Row) -> Row:
    """The scenario of a portfolio."""
    old = x["old"]
    programmes = [
        {"programme": p, "value_musd": row["value"], "due": date(row["due"]), "value_loss_per_month": row["loss"],
         "must_fulfil": row["must"]}
        for p, row in x["programmes"].items()
    ]  # fmt: skip
    options = [
        {"programme": o["programme"], "option": o["run"] or "licence", "share": o["share"], "fee_musd": o["fee"]}
        | ({"from": date(o["from"])} if o["run"] is None else {"run": o["run"]})
        for o in x["options"]
    ]
    names = ("programme", "flop_factor", "cost_musd", "lead_months")
    ladder = [{"level": i} | dict(zip(names, row, strict=True)) for i, row in enumerate(x["levels"], 1)]
    waits = [{"run": r, "after": q, "lag_months": lag} for r, q, lag in x["after"]]
    return with_fleet(
        UNITS, [HALF, HALF],
        runs=[
            run(r, row["gang"], row["months"], row["first"], row["value"], latest=date(row["first"] + row["later"]),
                due=date(24))
            for r, row in x["runs"].items()
        ],
        running=[{"running": "old", "site": "alpha", "accelerator": "x1", "n": old["n"], "until": date(old["until"])}],
        cancellable=[{"running": "old", "fee_musd": old["fee"], "value_musd": old["value"]}],
        programmes=programmes, programme_options=options,
        **({"efficiency": ladder} if ladder else {}),
        **({"precedence": waits} if waits else {}),
    )  # fmt: skip


def best_of_all(x: Row) -> float | None:
    """The most that any combination is worth; None if there is none."""
    licences = [o for o in x["options"] if o["run"] is None]
    ends = [*(t for t in (0, HALF) if t < x["old"]["until"]), x["old"]["until"]]
    ways = [list(_ways(x, r)) for r in x["runs"]]
    worths = [
        worth
        for end in ends
        for done in itertools.product(*ways)
        if _fits(x, end, done)
        for bought in itertools.product((False, True), repeat=len(licences))
        if (worth := _worth(x, end, done, [o for o, taken in zip(licences, bought, strict=True) if taken])) is not None
    ]
    return max(worths, default=None)


def _ways(x: Row, r: str) -> Iterator[tuple[int, int, int] | None]:
    """What a run may do: nothing, or (start, gang, level)."""
    yield None
    row, climbs = x["runs"][r], [o["programme"] for o in x["options"] if o["run"] == r]
    levels = [level for level in x["levels"] if level[0] in climbs]
    for start in range(row["first"], row["first"] + row["later"] + 1):
        if start + row["months"] <= MONTHS:
            yield start, row["gang"], 0
            for number, (_, left, _, _) in enumerate(levels, 1):
                if all(lead <= start for *_, lead in levels[:number]):
                    yield start, math.ceil(row["gang"] * left - 1e-9), number


def _fits(x: Row, end: int, done: tuple[tuple[int, int, int] | None, ...]) -> bool:
    """Whether the gangs of each month fit, and runs come after those they wait for."""
    spans = {
        r: (way[0], way[0] + x["runs"][r]["months"], way[1]) for r, way in zip(x["runs"], done, strict=True) if way
    }
    for month in range(MONTHS):
        held = x["old"]["n"] * (month < end) + sum(n for first, last, n in spans.values() if first <= month < last)
        if held > UNITS:
            return False
    for r, q, lag in x["after"]:
        finished = {name: last for name, (_, last, _) in spans.items()}
        if end == x["old"]["until"]:
            finished["old"] = end
        if r in spans and (q not in finished or finished[q] + lag > spans[r][0]):
            return False
    return True


def _worth(x: Row, end: int, done: tuple[tuple[int, int, int] | None, ...], bought: list[Row]) -> float | None:
    """Net value of a combination; None if a programme has two options, or none where it must."""
    old, total = x["old"], 0.0
    begun = {r: way for r, way in zip(x["runs"], done, strict=True) if way}
    finished = {r: way[0] + x["runs"][r]["months"] for r, way in begun.items()}
    kept = end == old["until"]
    total += old["value"] * factor(end) if kept else -old["fee"] * factor(end)
    for r, month in finished.items():
        total += x["runs"][r]["value"] * factor(month)
    for p, row in x["programmes"].items():
        mine = [(o, 0, end) for o in x["options"] if o["programme"] == p and o["run"] == "old" and kept]
        mine += [(o, begun[o["run"]][0], finished[o["run"]]) for o in x["options"]
                 if o["programme"] == p and o["run"] in begun]  # fmt: skip
        mine += [(o, o["from"], o["from"]) for o in bought if o["programme"] == p]
        if len(mine) > 1 or (row["must"] and not mine):
            return None
        for o, begin, month in mine:
            late = max(0, month - row["due"])
            total += row["value"] * o["share"] * (1 - row["loss"]) ** late * factor(month) - o["fee"] * factor(begin)
            level = begun[o["run"]][2] if o["run"] in begun and x["levels"] and p == x["levels"][0][0] else 0
            total -= sum(cost * factor(begin - lead) for _, _, cost, lead in x["levels"][:level])
    return total


@cache
def solved(seed: int) -> Plan | None:
    """The plan of a draw; None if there is none."""
    try:
        return planner.load(document(drawn(seed))).solve()
    except planner.InfeasibleError:
        return None


@pytest.mark.parametrize("seed", SEEDS)
def test_no_combination_is_better(seed: int) -> None:
    best, plan = best_of_all(drawn(seed)), solved(seed)
    assert (plan is None) == (best is None)
    if plan is not None:
        assert (plan.status, plan.checked) == ("optimal", True)
        assert plan.objective_musd == pytest.approx(best, abs=1e-6)


def test_the_draws_have_something_of_everything() -> None:
    """Every way to fulfil a programme, refusals, ladders that are climbed twice, runs that are kept and cancelled."""
    plans = [plan.data for plan in map(solved, SEEDS) if plan is not None]
    assert {way for data in plans for way in data["programme_way"].to_numpy().tolist()} == {
        "run", "merged run", "run in progress", "licence", "",
    }  # fmt: skip
    assert {status for data in plans for status in data["running_status"].to_numpy().tolist()} == {"kept", "cancelled"}
    climbed = {float(data["efficiency_ready"].sum()) for data in plans if "efficiency_ready" in data}
    assert climbed == {0.0, 1.0, 2.0}
    waited = [data for data in plans if json.loads(data.attrs["inputs"])["tables"].get("precedence")]
    assert any(data["run_status"].sel(run=r) != "refused" for data in waited for r in "bc")
