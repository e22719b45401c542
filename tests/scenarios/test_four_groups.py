"""Four groups on gigawatts: the tree, the rule of the programmes, what a short plan says of sharing and licences."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner import Plan, Study
from planner.data.load import bundled_names
from planner.data.teams import read_tree
from planner.export.allocation import write_allocation
from tests.scenarios.group_options import FOLDER, MORE_FOR_BOTH, SHARE_OF_ANOTHERS, files

GROUPS = ("superintelligence", "product", "research", "infrastructure")
SHORT = {"calendar.periods": "5x12", "calendar.dense_start_months": 0}


@pytest.fixture(scope="module")
def study() -> Study:
    return planner.load("four-groups")


@pytest.fixture(scope="module")
def plan(study: Study) -> Plan:
    """Yearly periods, to a wide gap."""
    return study.with_(SHORT).solve(gap=0.15, time_limit=30, threads=1)


def test_committed_rows_are_what_the_rule_makes() -> None:
    for name, text in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"{name}: run tests/scenarios/group_options.py"


def test_it_is_bundled_and_sourced(study: Study) -> None:
    assert "four-groups" in bundled_names()
    assert study.inputs.document["provenance"]["unstated"] == 0


def test_four_groups_in_a_tree_share_everything(study: Study) -> None:
    tree = read_tree(study.inputs)
    assert set(tree.asking) == set(GROUPS)
    assert set(tree.members["models"]) == {"superintelligence", "product"}
    assert [tree.share[k] for k in GROUPS] == pytest.approx([0.5, 0.25, 0.15, 0.1], abs=1e-4)
    assert tree.unassigned == pytest.approx(0, abs=1e-4)
    assert study.inputs.setting("sharing", "policy") == "entitlement"


def test_a_programme_is_worth_what_its_flagship_was(study: Study) -> None:
    """And each flagship can be had in several ways: alone, together, or - the assistant - licensed."""
    runs, before = study.inputs.by_id("runs", "run"), planner.load("meta-compute").inputs.by_id("runs", "run")
    named = {"frontier": "superintelligence", "assistant": "product"}
    for row in study.inputs.rows("programmes"):
        need, year = row["programme"].split("_")
        own = f"{named[need]}_{year}"
        assert (row["value_musd"], runs[own]["value_musd"]) == (before[own]["value_musd"], 0)
    for year in range(2026, 2031):
        joint, alone = runs[f"joint_{year}"], runs[f"superintelligence_{year}"]
        assert joint["flop_zflop"] == pytest.approx(MORE_FOR_BOTH * alone["flop_zflop"])
    licences = [row for row in study.inputs.rows("programme_options") if row["run"] is None]
    assert {row["share"] for row in licences} == {SHARE_OF_ANOTHERS} and len(licences) == 5


def test_borrowing_is_lending_and_debts_are_settled(plan: Plan, tmp_path: Path) -> None:
    """The allocation says per group and period what it may use, uses, lends and borrows."""
    assert plan.checked
    write_allocation(plan.data, tmp_path)
    rows = pd.read_csv(tmp_path / "entitlements.csv")
    asking = rows[rows.team.isin(GROUPS)]
    traded = asking.groupby("period")[["lent_pflops", "borrowed_pflops"]].sum()
    assert traded.lent_pflops.to_list() == pytest.approx(traded.borrowed_pflops.to_list(), rel=1e-4, abs=1.0)
    last = asking[~asking.in_tail.eq("yes")].period.max()
    assert asking[asking.period == last].credit_pflops_months.min() >= -1.0
    assert (asking.used_pflops <= asking.entitled_pflops + asking.borrowed_pflops + asking.extra_pflops + 1.0).all()
    for group in GROUPS:
        assert (tmp_path / f"memo-{group}.md").exists()


def test_the_price_of_fairness_is_an_interval(plan: Plan) -> None:
    said = json.loads(plan.data.attrs["sharing"])
    low, high = said["price_of_fairness"]
    assert low <= high and set(said["alone"]) == set(GROUPS)


def test_a_licence_that_costs_nothing_is_taken_and_one_too_dear_is_not(study: Study) -> None:
    """Without experiments, in yearly periods: five licences are on offer."""
    path = "programme_options.*.license.fee_musd"
    nobody = {"stream_demand.*.*.ceiling_pflops": 0, "guarantees.*.*.pflops": 0}
    short = study.with_(SHORT | nobody | {"sharing.policy": "utilitarian"})
    for fee, taken in ((0, True), (50_000, False)):
        plan = short.with_({path: fee}).solve(gap=0.05, time_limit=15, threads=1)
        options = plan.data["programme_option"].to_series()
        assert ("license" in set(options)) == taken
