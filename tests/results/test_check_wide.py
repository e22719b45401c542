"""The wide plan by hand passes the check; results, money and dates that are changed in it are found."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

import planner
from planner.results.check import check_plan
from planner.results.check.equations import EQUATIONS
from tests.results.full_plan_by_hand import full_plan
from tests.results.plans_by_hand import changed, dated, row_of, with_inputs
from tests.results.portfolio_by_hand import portfolio_plan
from tests.results.replan_by_hand import replan_plan
from tests.results.test_check_solved import scenario
from tests.results.wide_inputs_by_hand import wide_inputs
from tests.results.wide_plan_by_hand import wide_plan

FIRST, SECOND, THIRD, TAIL = "2026-01", "2026-04", "2026-07", "2027-01"


def test_the_wide_plan_by_hand_passes() -> None:
    report = check_plan(wide_plan())
    assert report.ok, report.text()
    assert report.notices == ()


def test_the_plans_by_hand_have_rows_of_every_equation_but_one() -> None:
    plans = (full_plan(), wide_plan(), portfolio_plan(), replan_plan())
    checked = {number for plan in plans for number in check_plan(plan).equations_checked}
    assert {number for number in EQUATIONS if number[0] not in "TS"} - checked == {"F3"}  # test_check_teams, _sharing


@pytest.mark.parametrize(("name", "at"), [
    ("traffic", {"source": "gamma", "destination": "alpha", "period": THIRD}),
    ("link_tbps", {"link": "ab", "period": TAIL}),
    ("hall_mw", {"hall": "alpha.tent", "period": TAIL}),
    ("power_source_mw", {"power_source": "beta.grid", "period": THIRD}),
    ("in_service", {"accelerator": "x1", "site": "alpha", "period": TAIL}),
    ("taken", {"accelerator": "x1", "site": "gamma", "period": THIRD}),
    ("utilisation", {"accelerator": "x1", "site": "alpha", "period": SECOND}),
])  # fmt: skip
def test_a_changed_result_is_found(name: str, at: dict[str, Any]) -> None:
    report = check_plan(changed(wide_plan(), name, at, 0.123))
    assert f"output:{name}" in {finding.equation for finding in report.findings}


def test_every_line_of_the_ledger_is_derived() -> None:
    """Each line made a thousandth larger is found, so none is taken as stated."""
    plan = wide_plan()
    for i in range(plan.sizes["line"]):
        spoiled = changed(plan, "ledger_musd", {"line": i}, float(plan["ledger_musd"][i]) * 1.001)
        assert "ledger" in {finding.equation for finding in check_plan(spoiled).findings}, i


def cell(table: str, column: str, value: Any, **key: Any) -> Callable[[dict[str, Any]], None]:
    def change(inputs: dict[str, Any]) -> None:
        row_of(inputs, table, **key)[column] = value

    return change


@pytest.mark.parametrize(("change", "finds"), [
    (cell("running", "until", "2026-09"), {"output:taken"}),
    (cell("running", "n", 110), {"output:taken"}),
    (cell("spans", "mfu_factor", 0.9), {"size"}),
    (cell("spans", "tbps_per_kaccelerator", 6.0), {"output:traffic", "L1"}),
    (cell("span_sites", "share", 0.7, site="alpha"), {"output:taken"}),
    (cell("streams", "tbps_per_pflops_away", 0.03), {"output:traffic", "L1"}),
    (cell("streams", "home_site", "alpha"), {"output:traffic", "L1"}),
    (cell("traffic", "from", "2026-02", tbps=4.0), {"output:traffic", "L1"}),
    (cell("links", "capacity", "directed", link="ag"), set()),
    (cell("links", "capacity", "shared", link="bg"), set()),
    (cell("links", "fixed_charge_musd", 2.0, link="ab"), {"ledger"}),
    (cell("links", "flow_cost_musd_per_tbps", 0.1, link="ab"), {"ledger"}),
    (cell("link_modules", "lead_time_months", 4, module="wave"), {"eligibility", "ledger"}),
    (cell("link_modules", "tbps", 4.0, module="wave"), {"output:link_tbps", "L2"}),
    (cell("resale", "age_months", 28, age_months=30), set()),
    (cell("resale", "age_months", 27, age_months=30), {"ledger"}),
    (cell("halls", "life_months", 5, hall="tent"), {"output:hall_mw"}),
    (cell("halls", "life_months", 30, hall="tent"), {"output:hall_mw", "ledger"}),
    (cell("halls", "rent_usd_per_kw_month", 90.0, hall="let"), {"ledger"}),
    (cell("retrofits", "outage_months", 7), {"output:hall_mw", "P1", "ledger"}),
    (cell("retrofits", "available_from", "2026-02"), {"eligibility"}),
    (cell("retrofits", "musd_per_mw", 2.0), {"ledger"}),
    (cell("power_phases", "mw", 0.4, phase="second"), {"output:power_source_mw", "ledger"}),
    (cell("power_phases", "available_from", "2026-05", phase="second"), {"eligibility"}),
    (cell("power_phases", "lead_time_months", 9, phase="station"), {"eligibility", "P7"}),
    (cell("opex", "usd_per_year", 1.0, item="wave"), {"ledger"}),
    (cell("placement", "usd_per_pflops_month", 210.0, site="gamma"), {"ledger"}),
    (cell("runs", "sites", None, run="spread"), {"eligibility"}),
])  # fmt: skip
def test_what_an_input_means_is_derived(change: Callable[[dict[str, Any]], None], finds: set[str]) -> None:
    """Inputs changed under a plan: what follows from them is no longer what the plan says."""
    found = {finding.equation for finding in check_plan(with_inputs(wide_plan(), change)).findings}
    assert finds <= found
    assert bool(found) == bool(finds), found


def test_traffic_without_links_is_found() -> None:
    def without(inputs: dict[str, Any]) -> None:
        for table in ("links", "link_modules"):
            del inputs["tables"][table]

    assert "L1" in {finding.equation for finding in check_plan(with_inputs(wide_plan(), without)).findings}


def test_the_wide_plan_by_hand_is_no_better_than_a_solved_one() -> None:
    plan = planner.load(scenario(wide_inputs())).solve(gap=1e-6, time_limit=60, threads=1)
    report = check_plan(plan.data)
    assert report.ok and report.notices == ()
    assert plan.data.attrs["bound_musd"] >= wide_plan().attrs["objective_musd"] - 1e-6


def shaken(seed: int) -> dict[str, Any]:
    """The wide scenario with its calendar, dates, lives, leads, shares and money drawn anew."""
    dice = random.Random(seed)
    inputs = scenario(wide_inputs())
    tables: dict[str, list[dict[str, Any]]] = inputs["tables"]
    periods = dice.choice([[3, 3, 6], [1, 2, 3, 6], [6, 6], [3, 6, 3, 6, 6], [12, 3, 3]])
    slot = 1 if {1, 2} & set(periods) else dice.choice([1, 3])
    inputs["calendar"] |= {"periods": periods, "slot_months": slot, "tail_months": dice.choice([7, 12, 17])}
    inputs["finance"] |= {"objective": dice.choice(["value_minus_cost"] * 3 + ["least_cost"])}
    inputs["power"] |= {"basis": dice.choice(["online", "online", "installed"])}
    tables["accelerators"][1] |= {"price_usd": dice.choice([500.0, 5000.0]), "lead_time_months": dice.choice([0, 3])}
    tables["stream_segments"][0] |= {"up_to_pflops": dice.choice([100.0, 900.0]), "musd_per_pflops_month": 0.02}
    for row in tables["fleet"]:
        row |= {"in_service_from": dated("2024-01", dice.randint(0, 20))}
        row |= {"retires": dice.choice([dated("2026-06", dice.randint(0, 14)), None])}
    tables["running"][0] |= {"until": dated("2026-02", dice.randint(0, 4)), "n": dice.choice([30, 100, 128])}
    for row in tables["halls"]:
        row |= {"max_modules": dice.choice([1, 3])} if "lead_time_months" in row else {}
        row |= {"life_months": dice.choice([5, 9, 14])} if row["hall"] == "tent" else {}
    tables["retrofits"][0] |= {"outage_months": dice.choice([0, 4, 9]), "musd_per_mw": dice.choice([0.1, 5.0])}
    for row in tables["power_phases"] + tables["link_modules"]:
        row |= {"lead_time_months": dice.choice([0, 2, 5]), "available_from": dated("2026-01", dice.randint(0, 8))}
    for row in tables["links"]:
        row |= {"capacity": dice.choice(["shared", "directed"]), "existing_tbps": dice.choice([2.0, 6.0])}
        row |= {"fixed_charge_musd": dice.choice([0.0, 0.2]), "flow_cost_musd_per_tbps": dice.choice([0.0, 0.1])}
    for row, month in zip(tables["traffic"], dice.sample(range(-3, 15), 3), strict=True):
        row |= {"tbps": dice.choice([0.0, 1.5, 4.0]), "from": dated("2026-01", month)}
    share = dice.choice([0.3, 0.5])
    tables["span_sites"] = [row | {"share": s} for row, s in zip(tables["span_sites"], (share, 1 - share), strict=True)]
    tables["spans"][0] |= {"mfu_factor": dice.choice([0.7, 1.0]), "tbps_per_kaccelerator": dice.choice([0.0, 8.0])}
    tables["streams"][0] |= {"tbps_per_pflops_away": dice.choice([0.001, 0.05]), "eligible": ["x1", "l1"]}
    for row in tables["runs"]:
        row |= {"earliest": "2026-01", "latest": "2027-01", "value_musd": dice.choice([1.0, 40.0])}
    for row in tables["resale"]:
        row |= {"price_usd": dice.choice([500.0, 9000.0])}
    for profile in tables["cash_profiles"]:
        profile |= {"offset_months": dice.choice([-1, 0, 4, 20])}
    return inputs


@pytest.mark.parametrize("seed", range(12))
def test_shaken_wide_plans_pass(seed: int) -> None:
    """Solving checks by itself and would raise; the report must also see every row family the model built."""
    try:
        plan = planner.load(shaken(seed)).solve(gap=0.05, time_limit=10, threads=1)
    except planner.InfeasibleError:
        pytest.skip("these draws leave no plan")
    except planner.InputError as error:
        assert {problem.rule for problem in error.problems} <= {"running_not_there"}, error
        pytest.skip("these draws leave the run in progress without its fleet")
    report = check_plan(plan.data)
    assert report.ok, report.text()
    assert not any("the check found none" in notice for notice in report.notices)
