"""Plans from the solver pass the check: the plans by hand solved anew, and the full one with its inputs shaken.

The two sides share no arithmetic: what one of them gets wrong about a date, a life, a price, a share or a size
shows as a failed check.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

import planner
from planner.results.check import check_plan
from planner.results.check.equations import EQUATIONS
from tests.results.full_inputs_by_hand import full_inputs
from tests.results.full_plan_by_hand import full_plan
from tests.results.plans_by_hand import dated, tiny_inputs, tiny_plan
from tests.results.portfolio_by_hand import portfolio_inputs
from tests.results.replan_by_hand import replan_inputs
from tests.results.wide_inputs_by_hand import wide_inputs

SETTINGS = ("calendar", "finance", "power", "solve")
Table = list[dict[str, Any]]


def scenario(inputs: dict[str, Any]) -> dict[str, Any]:
    """A scenario to load from resolved inputs: empty cells left out."""

    def filled(row: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in row.items() if value is not None}

    tables = {name: [filled(row) for row in rows] for name, rows in inputs["tables"].items()}
    head = {"format": 1, "name": inputs["name"], "title": inputs["title"]}
    return head | {block: filled(inputs[block]) for block in SETTINGS} | {"tables": tables}


@pytest.mark.parametrize("inputs", [tiny_inputs(), full_inputs()], ids=["tiny", "full"])
def test_the_plans_by_hand_are_no_better_than_solved_ones(inputs: dict[str, Any]) -> None:
    by_hand = tiny_plan() if inputs["name"].startswith("tiny") else full_plan()
    plan = planner.load(scenario(inputs)).solve(gap=1e-6, time_limit=30, threads=1)
    report = check_plan(plan.data)
    assert report.ok and report.notices == ()
    assert plan.data.attrs["bound_musd"] >= by_hand.attrs["objective_musd"] - 1e-6


def test_every_equation_has_rows_in_some_solved_plan() -> None:
    checked: set[str] = set()
    for inputs in map(scenario, (full_inputs(), wide_inputs(), portfolio_inputs(), replan_inputs())):
        inputs["power"]["basis"] = "installed"
        report = check_plan(planner.load(inputs).solve(gap=0.05, time_limit=30, threads=1).data)
        assert report.ok
        checked |= set(report.equations_checked)
    assert checked == {number for number in EQUATIONS if number[0] not in "TS"}  # test_check_teams, test_check_sharing


def shaken(seed: int) -> dict[str, Any]:
    """The full scenario with its calendar, lives, leads, terms and money drawn anew."""
    dice = random.Random(seed)
    inputs = scenario(full_inputs())
    tables: dict[str, Table] = inputs["tables"]
    periods = dice.choice([[3, 3, 6], [1, 2, 3, 6], [6, 6], [3, 6, 3, 6, 6], [12, 3, 3]])
    slot = dice.choice([1, 3]) if 2 not in periods and 1 not in periods else 1
    inputs["calendar"] |= {"periods": periods, "slot_months": slot, "tail_months": dice.choice([7, 12, 17, 30])}
    inputs["calendar"] |= {"dense_start_months": dice.choice([0, 6, 24]), "start_step": dice.choice([1, 2, 3])}
    inputs["finance"] |= {"discount_rate": dice.choice([0.0, 0.09, 0.3]), "decay_compute": dice.choice([0.5, 0.9])}
    inputs["finance"] |= {"objective": dice.choice(["value_minus_cost"] * 3 + ["least_cost"])}
    _shake_fleet(dice, tables)
    _shake_sites(dice, tables)
    for row in tables["leases"]:
        row |= {"until": None}  # with coarse periods a short window may hold no start of one, which is refused
    for row in tables["runs"]:
        row |= {"must_run": False, "value_loss_per_month": dice.choice([0.0, 0.03, 0.1]), "latest": "2027-01"}
        row |= {"durations_months": [3, 6], "value_musd": dice.choice([5.0, 50.0, 200.0])}
    for row in tables["stream_demand"]:
        row |= {"from": dated("2026-01", dice.randint(0, 8)), "ceiling_pflops": dice.choice([80.0, 150.0])}
    if dice.random() < 0.4:
        _drop(tables, dice.choice(["halls", "power_sources", "fabrics"]))
    for row in tables["budgets"]:
        row |= {"carry_over_share": dice.choice([0.0, 0.5, 1.0]), "overrun_price_musd": dice.choice([0.3, 2.0])}
    return inputs


def _drop(tables: dict[str, Table], table: str) -> None:
    """Leave a table out, and what names its rows."""
    column = {"halls": "hall", "power_sources": "power_source", "fabrics": "fabric"}[table]
    names = {row[column] for row in tables.pop(table)}
    for money in ("prices", "cash_profiles", "opex"):
        tables[money] = [row for row in tables[money] if row["item"].split(".")[-1] not in names]
    tables["priced_limits"] = [row for row in tables["priced_limits"] if row["limit"] != table]


def _shake_fleet(dice: random.Random, tables: dict[str, Table]) -> None:
    for row in tables["accelerators"]:
        row |= {"lead_time_months": dice.choice([0, 1, 3, 5]), "bring_up_months": dice.choice([0, 1, 2])}
        row |= {"life_months": dice.choice([4, 7, 12, 36]), "price_usd": dice.choice([1000.0, 30000.0])}
        row |= {"lot_size": dice.choice([16, 24, 64]), "availability": dice.choice([0.9, 1.0])}
    for row in tables["fleet"]:
        begins = dice.randint(-10, 9)
        row |= {"in_service_from": dated("2026-01", begins), "retires": dated("2026-01", 12 + dice.randint(0, 12))}
    for row in tables["leases"]:
        row |= {
            "from": dated("2026-01", dice.randint(-9, 6)),
            "until": "2027-06",
            "term_months": dice.choice([3, 12, 30]),
        }
        row |= {"committed_lots": dice.choice([0, 1]), "min_lots": dice.choice([0, 1, 2])}
        row |= {"take_or_pay_share": dice.choice([0.0, 0.5, 1.0]), "ramp_months": dice.choice([0, 1, 4])}
    tables["cash_profiles"] = []
    for item in dice.sample(["x1", "y1", "dry", "beta.wet", "grid", "leaf", "mesh"], 4):
        share = dice.choice([0.1, 0.5])
        first = {"item": item, "event": "order", "offset_months": dice.choice([-2, 0]), "share": share}
        last = {"item": item, "event": "delivery", "offset_months": dice.choice([1, 9, 20]), "share": 1 - share}
        tables["cash_profiles"] += [first, last]


def _shake_sites(dice: random.Random, tables: dict[str, Table]) -> None:
    for row in tables["halls"] + tables["power_sources"] + tables["fabrics"]:
        row["lead_time_months"] = dice.choice([0, 2, 5])
    for row in tables["power_sources"]:
        row |= {"max_mw": dice.choice([0.8, 1.1]), "module_mw": dice.choice([0.15, 0.4])}
    for row in tables["fabrics"]:
        row["existing_endpoints"] = row["existing_endpoints"] or dice.choice([0, 64])
    dates = dice.sample(range(-4, 20), 3)
    items = ["alpha.dry", "dry", "alpha.grid"]
    tables["prices"] = [
        {"item": item, "date": dated("2026-01", date), "price": dice.choice([0.5, 3.0])}
        for item, date in zip(items, dates, strict=True)
    ]


@pytest.mark.parametrize("seed", range(12))
def test_shaken_plans_pass(seed: int) -> None:
    """Solving checks by itself and would raise; the report must also see every row family the model built."""
    try:
        plan = planner.load(shaken(seed)).solve(gap=0.05, time_limit=10, threads=1)
    except planner.InfeasibleError:
        pytest.skip("these draws leave no plan")
    report = check_plan(plan.data)
    assert report.ok, report.text()
    assert not any("the check found none" in notice for notice in report.notices)
