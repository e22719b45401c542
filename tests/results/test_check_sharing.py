"""The check of fairness: solved plans pass under every policy; what is changed in their account or figures is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr

import planner
from planner.results.check import check_plan
from tests.closed_forms.builder import accelerator, date, fleet, run, scenario
from tests.closed_forms.test_teams import POLICIES, wants
from tests.results.plans_by_hand import changed

Said = dict[str, Any]


def document(policy: str) -> dict[str, Any]:
    """A group of two and a third; runs, streams with ceilings by date, something to buy; every goal is sought."""
    asked = [wants("a", 6, 0.02), wants("b", 10, 0.01)]
    return scenario(
        [6, 6],
        fleet=[fleet(6)],
        accelerators=[accelerator(lot_size=2)],
        teams=[{"team": "g", "weight": 2}, {"team": "a", "parent": "g", "weight": 3}, {"team": "c", "parent": "g"},
               {"team": "b", "priority": 2}],
        runs=[run("r", 4, 6, 0, 1.0, team="c", latest=date(6), due=date(6), value_loss_per_month=0.05)],
        streams=[row for row, _ in asked],
        stream_segments=[segment for _, segment in asked],
        stream_demand=[{"stream": "s_a", "from": date(6), "ceiling_pflops": 3}],
        budgets=[{"fiscal_year": 2026, "category": "all", "budget_musd": 0.15}],
    ) | {"sharing": {"policy": policy, "value_given_up": 0.3, "spend_within": 0.05, "stand_alone": True}}  # fmt: skip


def equations(plan: xr.Dataset) -> set[str]:
    return {finding.equation for finding in check_plan(plan).findings}


@pytest.mark.parametrize("policy", [*POLICIES, "utilitarian"])
def test_a_solved_plan_passes(policy: str) -> None:
    plan = planner.load(document(policy)).solve().data
    report = check_plan(plan)
    assert report.ok, report.text()
    staged = {"max_min", "alpha_fair", "priority"}
    assert ("S6" in report.equations_checked) == (policy in staged)
    assert {"S4", "S5"} <= set(report.equations_checked)


@pytest.fixture(scope="module")
def fair() -> xr.Dataset:
    return planner.load(document("max_min")).solve().data


def said(plan: xr.Dataset, change: Callable[[Said], Any]) -> xr.Dataset:
    """The plan with its account changed."""
    account = json.loads(plan.attrs["sharing"])
    change(account)
    return plan.assign_attrs(sharing=json.dumps(account))


def of_stage(number: int, **values: float) -> Callable[[Said], Any]:
    return lambda account: account["stages"][number].update(values)


CHANGES: list[tuple[str, Callable[[Said], Any]]] = [
    ("S4", of_stage(1, found=30.0, bound=40.0)),
    ("S4", of_stage(3, found=90.0, bound=99.0)),
    ("S4", of_stage(5, found=-0.001, bound=0.0)),
    ("S5", of_stage(0, net_musd=9.0)),
    ("S5", of_stage(4, net_musd=9.0)),
    ("S6", of_stage(0, spend_musd=0.0)),
    ("sharing", of_stage(2, bound=-1.0)),
    ("output:sharing", lambda account: account.update(jain=0.1)),
    ("output:sharing", lambda account: account.update(least_u=0.1)),
    ("output:sharing", lambda account: account.update(worst_regret=0.9)),
    ("output:sharing", lambda account: account.update(price_of_fairness=[0.0, 0.9])),
    ("output:sharing", lambda account: account.update(best_net_musd=9.0)),
    ("output:team_measure_musd", lambda account: account["measure"].update(a=9.0)),
    ("output:team_alone_musd", lambda account: account["alone"]["c"].update(value_musd=9.0)),
]


@pytest.mark.parametrize(("equation", "change"), CHANGES)
def test_a_changed_account_is_found(fair: xr.Dataset, equation: str, change: Callable[[Said], Any]) -> None:
    assert equation in equations(said(fair, change))


@pytest.mark.parametrize("name", ["alone_musd", "asked_musd", "measure_musd", "u", "service_ratio", "regret"])
@pytest.mark.parametrize("team", ["g", "b"])
def test_a_changed_indicator_is_found(fair: xr.Dataset, name: str, team: str) -> None:
    assert equations(changed(fair, f"team_{name}", {"team": team}, 7.7)) == {f"output:team_{name}"}


@pytest.mark.parametrize("name", ["used", "entitled", "unused", "beyond"])
def test_changed_use_is_found(fair: xr.Dataset, name: str) -> None:
    plan = changed(fair, f"team_{name}_pflops", {"team": "a", "period": "2026-01"}, 7.7)
    assert equations(plan) == {f"output:team_{name}_pflops"}


def test_less_for_the_worst_off_is_found(fair: xr.Dataset) -> None:
    """A plan with less for a than the stages reached, all else of it told truly: S4 is missed."""
    plan = changed(fair, "team_value_today_musd", {"team": "a"}, 0.001)
    assert "S4" in equations(plan)
