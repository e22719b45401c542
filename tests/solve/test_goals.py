"""Goals share time and work; what ends the chain early leaves the last valid plan, and is said with what was missed."""

from __future__ import annotations

import math
import signal
from dataclasses import replace
from typing import Any

import pytest

import planner.solve.search
import planner.study
from planner.cli.progress import sentence
from planner.core.errors import LimitReached
from planner.results.plan import Plan
from planner.solve.options import Progress
from planner.solve.search import search
from planner.solve.sharing.alone import stand_alone
from tests.closed_forms.test_teams import account, got, of_team, shared, two, wants

ASKED = [wants("a", 10, 1), wants("b", 10, 3)]
DOCUMENT = shared("max_min", 10, ASKED, two())
STAGES = ["value", "the smallest", "sum of the 2 smallest", "value, fairness kept"]


def named(plan: Plan) -> list[str]:
    return [stage["goal"] for stage in account(plan)["stages"]]


def noting(monkeypatch: pytest.MonkeyPatch, what: str) -> list[Any]:
    """An option of every search, in their order."""
    found = []

    def search_and_note(matrix: Any, options: Any, *args: Any, **given: Any) -> Any:
        found.append(getattr(options, what))
        return search(matrix, options, *args, **given)

    monkeypatch.setattr(planner.study, "search", search_and_note)
    return found


def test_each_goal_has_a_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Value, two teams alone, two sums and value again: a sixth first, at last all that is left."""
    limits = noting(monkeypatch, "time_limit_s")
    planner.load(DOCUMENT).solve(time_limit=1200)
    assert limits[0] == pytest.approx(200, rel=0.05)
    assert limits[1] == pytest.approx(400, rel=0.05)
    assert limits[-1] > 1000
    assert len(limits) == 4


def test_each_goal_has_a_part_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = noting(monkeypatch, "work_limit")
    planner.load(DOCUMENT).solve(work_limit=6000)
    assert limits[0] == 1000
    assert limits == sorted(limits)
    assert limits[-1] > 5000


def test_teams_alone_take_their_part_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of what the first goal leaves for a, a quarter of what a leaves for b; the clock ends nothing but all."""
    given: list[tuple[int | None, float]] = []

    def costly(matrix: Any, case: Any, teams: Any, team: str, options: Any, part: Any, *more: Any) -> Any:
        given.append((part.work_limit, part.time_limit_s))
        return replace(stand_alone(matrix, case, teams, team, options, part, *more), iterations=1000)

    monkeypatch.setattr("planner.solve.sharing.account.stand_alone", costly)
    limits = noting(monkeypatch, "work_limit")
    planner.load(DOCUMENT).solve(work_limit=6000, time_limit=1200)
    assert [work for work, _ in given] == [pytest.approx(1190, abs=10), pytest.approx(1240, abs=15)]
    assert all(seconds > 1000 for _, seconds in given)
    assert limits[-1] == pytest.approx(4000, abs=100)


def test_there_are_no_more_stages_than_teams() -> None:
    """Three teams, one of which can earn nothing: two sums, each with its bound and what is not proven of it."""
    teams = [*two(), {"team": "idle"}]
    plan = planner.load(shared("max_min", 10, [*ASKED, wants("idle", 10, ceiling=0)], teams)).solve()
    assert named(plan) == STAGES
    assert account(plan)["ahead"] == []
    for stage in account(plan)["stages"]:
        assert stage["bound"] >= stage["found"] - 1e-9
        assert stage["gap"] == pytest.approx((stage["bound"] - stage["found"]) / stage["unit"], abs=1e-6)
        assert stage["status"] == "optimal"


def ending(monkeypatch: pytest.MonkeyPatch, at: int, status: str) -> None:
    """Make the search of a number end by Ctrl-C, with what it found, or by a limit without a plan."""
    searches = []

    def ended(*args: Any, **given: Any) -> Any:
        searches.append(1)
        if len(searches) == at and status == "interrupted":
            return planner.study.replace(search(*args, **given), status=status)
        if len(searches) >= at and status == "time_limit":
            raise LimitReached("no plan was found", status)
        return search(*args, **given)

    monkeypatch.setattr(planner.study, "search", ended)


@pytest.mark.parametrize(
    ("at", "reached", "ahead", "b"),
    [
        (1, ["value"], ["a alone", "b alone", *STAGES[1:]], 10.0),
        (2, ["value", "the smallest", STAGES[3]], STAGES[2:], 5.0),
        (3, STAGES, STAGES[3:], 5.0),
        (4, STAGES, [], 5.0),
    ],
)
def test_an_interruption_ends_the_chain(
    monkeypatch: pytest.MonkeyPatch, at: int, reached: list[str], ahead: list[str], b: float
) -> None:
    """The plan of what was reached, checked, with net value looked after, and what was not come to is named."""
    ending(monkeypatch, at, "interrupted")
    plan = planner.load(DOCUMENT).solve()
    assert (plan.status, plan.checked) == ("interrupted", True)
    assert named(plan) == reached
    assert account(plan)["ahead"] == ahead
    assert got(plan) == {"a": 10 - b, "b": b}
    assert plan.objective_musd == pytest.approx(6 * (10 - b + 3 * b))
    assert plan.data.attrs["bound_musd"] >= plan.objective_musd
    said = " ".join(plan.summary().split())
    assert ("Not reached: " in said) == bool(ahead)
    assert all(name in said for name in ahead)


@pytest.mark.parametrize("policy", ["entitlement", "pro_rata"])
def test_an_interruption_leaves_a_plan_that_keeps_entitlements(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    """The best plan without fairness keeps none: a short search follows for one that does."""
    ending(monkeypatch, 1, "interrupted")
    teams = two(credit_limit_pflops_months=0)
    plan = planner.load(shared(policy, 10, ASKED, teams)).solve()
    assert (plan.status, plan.checked) == ("interrupted", True)
    assert got(plan) == {"a": 5, "b": 5}
    assert named(plan) == ["value", "value, fairness kept"]


def test_ctrl_c_between_two_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a team stands alone: nothing is measured against half an answer."""

    def pressed(*args: Any, **given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.solve.sharing.account.stand_alone", pressed)
    plan = planner.load(DOCUMENT).solve()
    assert plan.status == "interrupted"
    assert named(plan) == ["value"]
    assert all(value != value for value in of_team(plan, "u").values())
    assert account(plan)["measure"] == {}
    assert "Not reached: a alone, b alone, the smallest," in " ".join(plan.summary().split())


def test_ctrl_c_while_a_plan_is_made_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not cost the plan, and ends the chain all the same."""
    exact = planner.solve.search._found

    def pressed(*args: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return exact(*args)

    monkeypatch.setattr("planner.solve.search._found", pressed)
    plan = planner.load(DOCUMENT).solve()
    assert plan.status == "interrupted"
    assert named(plan) == ["value"]


def test_a_limit_leaves_the_last_valid_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search after the first finds a plan: that of most value is left, and it is said that it is not fair."""
    ending(monkeypatch, 2, "time_limit")
    plan = planner.load(DOCUMENT).solve()
    assert (plan.status, plan.checked) == ("time_limit", True)
    assert named(plan) == ["value"]
    assert "value, fairness kept" in account(plan)["ahead"]
    assert got(plan) == {"a": 0, "b": 10}


def test_a_goal_without_a_plan_in_its_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second sum finds nothing: net value is sought all the same, but the plan is not called optimal."""
    searches = []

    def none_in_time(*args: Any, **given: Any) -> Any:
        searches.append(1)
        if len(searches) == 3:
            raise LimitReached("no plan was found", "time_limit")
        return search(*args, **given)

    monkeypatch.setattr(planner.study, "search", none_in_time)
    plan = planner.load(DOCUMENT).solve()
    assert named(plan) == [STAGES[0], STAGES[1], STAGES[3]]
    assert (plan.status, account(plan)["ended"], account(plan)["ahead"]) == ("time_limit", "time_limit", [STAGES[2]])


def test_what_no_plan_is_worth_none_is_that_keeps_fairness(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last search proves nothing: what is proven of all plans holds of its own."""
    searches = []

    def unproven(*args: Any, **given: Any) -> Any:
        searches.append(1)
        found = search(*args, **given)
        return replace(found, status="time_limit", bound=math.inf, gap=math.inf) if len(searches) == 4 else found

    monkeypatch.setattr(planner.study, "search", unproven)
    plan = planner.load(DOCUMENT).solve()
    assert plan.objective_musd == pytest.approx(120, abs=1e-3)
    assert plan.bound_musd == pytest.approx(180, abs=1e-3)
    assert plan.gap == account(plan)["stages"][-1]["gap"] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("policy", ["entitlement", "pro_rata"])
def test_without_a_plan_that_keeps_fairness_there_is_none(monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    ending(monkeypatch, 2, "time_limit")
    with pytest.raises(LimitReached, match="keeps fairness"):
        planner.load(shared(policy, 10, ASKED, two())).solve()


def test_plans_that_keep_the_policy_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the searches for net value; none of a stage of fairness, in which money lies about."""
    told = []

    def search_and_note(matrix: Any, *args: Any, on_better: Any, **given: Any) -> Any:
        found = search(matrix, *args, **given)
        told.append(on_better is not None)
        if on_better is not None:
            on_better(planner.study.replace(found, status="running"))
        return found

    monkeypatch.setattr(planner.study, "search", search_and_note)
    seen: list[Plan] = []
    planner.load(DOCUMENT).solve(on_plan=seen.append)
    assert told == [True, False, False, True]
    assert [(plan.status, plan.checked) for plan in seen] == [("running", True)] * 2
    assert [plan.objective_musd for plan in seen] == pytest.approx([180, 120], abs=1e-3)
    seen.clear(), told.clear()
    planner.load(shared("pro_rata", 10, ASKED, two())).solve(on_plan=seen.append)
    assert told == [False, True]  # the best plan without fairness does not keep the rows of this one


def test_progress_says_which_goal_is_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the unit of the goal, though the search reckons in M$, and in seconds since the first began."""
    seen: list[Progress] = []

    def search_and_tell(*args: Any, on_progress: Any, **given: Any) -> Any:
        found = search(*args, **given)
        on_progress(Progress(1.0, found.objective, found.bound, found.gap, 0))
        return found

    monkeypatch.setattr(planner.study, "search", search_and_tell)
    planner.load(DOCUMENT).solve(on_progress=seen.append)
    told = {now.goal: now for now in seen if now.objective is not None}
    assert set(STAGES) <= set(told)
    assert {"a alone", "b alone"} <= {now.goal for now in seen}
    assert [(told[k].objective, told[k].unit) for k in STAGES] == [
        (pytest.approx(180), "M$"), (pytest.approx(1, abs=1e-4), ""), (pytest.approx(2, abs=1e-4), ""),
        (pytest.approx(120, abs=1e-3), "M$"),
    ]  # fmt: skip
    assert told[STAGES[1]].bound == pytest.approx(1, abs=1e-4)
    assert told[STAGES[3]].seconds >= told[STAGES[1]].seconds >= told[STAGES[0]].seconds >= 1.0
    assert sentence(told[STAGES[0]]).endswith("value: incumbent 180.00 M$, bound 180.00 M$, gap 0.00 %, 0 nodes")
    assert "the smallest: incumbent 1.0000, bound 1.0000" in sentence(told[STAGES[1]])
