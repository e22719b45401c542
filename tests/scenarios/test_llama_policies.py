"""The Llama year shared out: what its entitlements, requests and options decide before any plan, and in rough plans."""

from __future__ import annotations

import pytest

import planner
from planner.data.teams import compute_asked, read_tree, reference_pflops
from planner.results.plan import Plan
from planner.results.policy_figures import churn, refused
from planner.study import Study

FLAGSHIPS = ("palm_dev", "palm_class", "llama_dev", "joint_70b")


@pytest.fixture(scope="module")
def study() -> Study:
    return planner.load("llama-2023")


@pytest.fixture(scope="module")
def plans(study: Study) -> dict[str, Plan]:
    """Rough plans; the rows of pro rata hold in any."""
    rules = ("pro_rata", "utilitarian")
    return {rule: study.with_({"sharing.policy": rule}).solve(gap=0.01, threads=1) for rule in rules}


def test_two_levels_and_two_labs(study: Study) -> None:
    tree = read_tree(study.inputs)
    assert tree.members["fair"] == ("fair_us", "fair_paris", "fair_other")
    assert sum(tree.share[k] for k in tree.asking) == pytest.approx(1)


@pytest.mark.parametrize("run", FLAGSHIPS)
def test_a_part_by_requests_holds_no_flagship(run: str, study: Study) -> None:
    """Even with all that can be rented beside it, a team's part of what stands in 2022 is smaller than any gang."""
    case = study.case
    peak = {g: reference_pflops(row) for g, row in case.accelerators.items()}
    stands = sum(row["count"] * peak[row["accelerator"]] for row in study.inputs.rows("fleet"))
    rented = sum(row["max_lots"] * row["lot_size"] * peak[row["accelerator"]] for row in study.inputs.rows("leases"))
    asked = compute_asked(study.inputs, case.calendar)
    part = asked[case.runs[run]["team"]] / sum(asked.values()) * (stands + rented)
    mine = case.placements[case.placements["run"] == run]
    assert (mine["n"] * mine["accelerator"].map(peak)).min() > part


def test_pro_rata_refuses_what_the_best_plan_fulfils(plans: dict[str, Plan]) -> None:
    assert {"successor", "llama", "llama2", "opt_175b"} <= set(refused(plans["pro_rata"].data))
    assert refused(plans["utilitarian"].data) == []
    assert plans["utilitarian"].data["programme_option"].to_series().to_dict() == {
        "successor": "own", "llama": "own", "llama2": "own",
    }  # fmt: skip
    lost = plans["utilitarian"].objective_musd - plans["pro_rata"].bound_musd
    assert lost > 60
    moved, _ = churn(plans["pro_rata"].data, plans["utilitarian"].data)
    assert moved >= 7


def test_final_runs_wait_for_their_development(plans: dict[str, Plan]) -> None:
    stands = plans["utilitarian"].data[["run_start", "run_finish"]].to_dataframe()
    for row in plans["utilitarian"].inputs.rows("precedence"):
        if begins := stands.loc[row["run"], "run_start"]:
            assert stands.loc[row["after"], "run_finish"] <= begins
