"""Policies side by side: figures worked out by hand, the same money, and what moves when each is re-planned."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

import planner
from planner import Plan, Study
from planner.core.errors import InputError
from planner.core.interrupts import undisturbed
from tests.closed_forms.builder import PRICE, date, factor, fleet, run, scenario, with_fleet
from tests.closed_forms.test_leases import lease
from tests.closed_forms.test_teams import shared, two, wants


def contested() -> dict[str, Any]:
    """Ten x1; a's run of eight fits months 0 to 5 or 6 to 11, b's of six the first half alone, or half later."""
    runs = [
        run("big", 8, 6, 0, 30.0, team="a", latest=date(6), due=date(6), value_loss_per_month=0.05),
        run("small", 6, 6, 0, 20.0, team="b"),
    ]
    teams = [{"team": "a", "priority": 1}, {"team": "b", "priority": 2}]
    return with_fleet(10, [6, 6], runs=runs, teams=teams)


def test_figures_by_hand() -> None:
    """Ten x1, worth 1 or 3 a month: the best gives b all, 180; max-min five each, 30 + 90."""
    found = planner.policies(planner.load(shared("utilitarian", 10, [wants("a", 10, 1), wants("b", 10, 3)], two())))
    assert found.data["policy"].values.tolist() == ["priority", "pro_rata", "max_min", "utilitarian"]
    fair = found.table().loc["max_min"]
    assert (fair["objective_musd"], fair["low_musd"], fair["high_musd"]) == pytest.approx((120, -60, -60), abs=1e-3)
    assert (fair["price_low"], fair["price_high"], fair["least_u"]) == pytest.approx((1 / 3, 1 / 3, 1), abs=1e-4)
    assert found.difference("max_min", "utilitarian").high == pytest.approx(-60, abs=1e-3)
    best = found.table().loc["utilitarian"]
    assert (best["low_musd"], best["high_musd"], best["price_low"], best["moved"]) == (0, 0, 0, 0)
    assert float(found.data["team_u"].sel(policy="utilitarian", team="a")) == pytest.approx(0, abs=1e-9)


def test_what_runs_lose() -> None:
    """In the best plan a waits for b and is late by six months; by priority it does not, and b is refused."""
    found = planner.policies(planner.load(contested()), ["priority"])
    rows = found.table()
    late = 30 * 0.95**6 * factor(12)
    assert rows.loc["utilitarian", "objective_musd"] == pytest.approx(late + 20 * factor(6))
    assert rows.loc["priority", "objective_musd"] == pytest.approx(30 * factor(6))
    of_best, of_list = rows.loc["utilitarian"], rows.loc["priority"]
    assert (of_best["months_late"], of_best["finish_ratio"], of_best["refused"]) == (6, 2, 0)
    assert (of_list["months_late"], of_list["finish_ratio"], of_list["refused"]) == (0, 1, 1)
    assert (of_list["moved"], of_list["quarters"]) == (2, 2)
    assert found.data["policy"].values.tolist() == ["priority", "utilitarian"]


@pytest.mark.parametrize(("same_money", "more", "rented"), [(True, 9.0, 2), (False, 9.0, 10), (False, 0.0, 2)])
def test_the_same_money(same_money: bool, more: float, rented: float) -> None:
    """Rent pays for the first two of ten x1; a rule that looks at value alone would rent ten if it had the money.

    It has that by its budgets and by what may be spent beyond the best plan.
    """
    asked, dear = wants("a", 2, 1.0), wants("a", 10, 0.0001)
    tables = {"streams": [asked[0] | {"ceiling_pflops": 10}], "stream_segments": [asked[1], dear[1]]}
    document = scenario([12], leases=[lease()], teams=[{"team": "a"}], **tables,
                        budgets=[{"fiscal_year": 2026, "category": "opex", "budget_musd": 1.0}])  # fmt: skip
    document["tables"]["accelerators"][0]["orderable"] = False
    document["sharing"] = {"spend_more": more}
    found = planner.policies(planner.load(document), ["priority"], same_money=same_money)
    assert float(found.plans["priority"].data["lease_signed"].sum()) == pytest.approx(rented)
    assert float(found.plans["utilitarian"].data["lease_signed"].sum()) == pytest.approx(2)


def test_nothing_is_pulled_forward_twice() -> None:
    """Budgets of 4 and 8 x1, half of the next to be had a year sooner: 8 and then 4, and 10 never, for no rule."""
    asked = wants("a", 20, 1.0)
    rows = [{"fiscal_year": 2026 + y, "category": "all", "budget_musd": n * PRICE, "pull_forward_share": 0.5}
            for y, n in enumerate((4, 8))]  # fmt: skip
    document = scenario([12, 12], teams=[{"team": "a"}], streams=[asked[0]], stream_segments=[asked[1]], budgets=rows)
    found = planner.policies(planner.load(document), ["priority"])
    for plan in found.plans.values():
        assert plan.data["budget_spend"].values.ravel() == pytest.approx([8 * PRICE, 4 * PRICE])


@pytest.mark.parametrize("status", ["optimal", "interrupted"])
def test_ctrl_c_ends_all_searches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: str) -> None:
    """In the third of five, or as its plan is brought home: no other is begun, and what was found is there."""
    solve, searches = Study.solve, []

    def interrupted(study: Study, **asked: Any) -> Plan:
        plan = solve(study, **asked)
        searches.append(study)
        if len(searches) == 3:
            plan.data.attrs["status"] = status
            if status == "optimal":
                with undisturbed():
                    signal.raise_signal(signal.SIGINT)
        return plan

    monkeypatch.setattr(Study, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        planner.policies(planner.load(contested()), out=tmp_path)
    assert len(searches) == 3
    found = {path.name: planner.open_plan(path).status for path in tmp_path.iterdir()}
    assert found == {"utilitarian.nc": "optimal", "priority.nc": status}
    searches.clear()
    with pytest.raises(KeyboardInterrupt):
        planner.break_even(planner.load("tiny"), "runs.b.value_musd", 0, 150)
    assert len(searches) == 3


def test_differences_that_arithmetic_leaves_are_none() -> None:
    text = planner.policies(planner.load("tiny"), ["priority"]).text()
    rows = [line.split() for line in text.splitlines()]
    assert ["priority", "177.6", "0", "0", "0", "6"] in rows


def test_each_policy_is_planned_again() -> None:
    """Half of the x1 go in month 6: what started stays, a's run that was to start then is refused."""
    found = planner.policies(planner.load(contested()), ["priority"])
    less = contested()
    less["tables"]["fleet"] = [fleet(6), fleet(4, in_service_from="2025-02", retires=date(6))]
    after = found.replan(planner.load(less), date(3))
    rows = after.table()
    assert rows.loc["priority", ["moved", "refused"]].tolist() == [0, 1]
    assert rows.loc["utilitarian", ["moved", "refused"]].tolist() == [1, 1]
    assert [r["run"] for r in after.moves("utilitarian").moves.runs.to_dict("records")] == ["big"]
    assert "What moved by policy utilitarian" in after.text()
    assert rows[["price_low", "price_high"]].isna().all(axis=None)  # what is settled differs from rule to rule
    assert "net value given up, of the best plan's gross value" in " ".join(after.text().split())


@pytest.mark.parametrize("named", ["fair", ""])
def test_what_cannot_be_compared(named: str) -> None:
    document = contested()
    if not named:
        document["tables"] = {k: v for k, v in document["tables"].items() if k != "teams"}
        for row in document["tables"]["runs"]:
            row.pop("team")
    with pytest.raises(InputError, match="no policy fair" if named else "has none"):
        planner.policies(planner.load(document), [named or "priority"])


def test_the_same_money_where_the_report_ends_inside_a_year() -> None:
    """Two x1 rented for a year, half of it reported: the row of the year is for that half, and the tail has as much."""
    asked = wants("a", 2, 1.0)
    document = scenario([6], calendar={"tail_months": 6}, teams=[{"team": "a"}], streams=[asked[0]],
                        stream_segments=[asked[1]], leases=[lease(usd_per_accelerator_month=10_000)],
                        budgets=[{"fiscal_year": 2026, "category": "opex", "budget_musd": 1.0}])  # fmt: skip
    document["tables"]["accelerators"][0]["orderable"] = False
    found = planner.policies(planner.load(document), ["priority"])
    assert found.plans["utilitarian"].data["budget_spend"].sum().item() == pytest.approx(2 * 0.01 * 12)
    assert found.plans["utilitarian"].data["budget"].sum().item() == pytest.approx(2 * 0.01 * 12)
