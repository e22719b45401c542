"""Closed forms of fairness: where a simpler rule goes wrong, who is late by what, and what is given up for it."""

from __future__ import annotations

import math
from typing import Any

import pytest

import planner
from planner.export.allocation.memo import memo_text
from planner.export.tables import PlanTables
from planner.results.plan import Plan
from tests.closed_forms.builder import (
    NOT_FOR_SALE,
    PRICE,
    accelerator,
    date,
    factor,
    fleet,
    run,
    scenario,
    with_fleet,
    work,
)
from tests.closed_forms.test_teams import POLICIES, account, got, of_team, shared, two, wants

Row = dict[str, Any]
Outcome = tuple[int, ...]


def merged(outcomes: tuple[Outcome, ...]) -> Row:
    """One x1 for half a year, and as many runs that need it: each is worth so many ninths of 9 M$ to every team."""
    teams = [f"k{i}" for i in range(len(outcomes[0]))]
    runs = [run(f"r{i}", 1, 6, 0, 0.0) for i in range(len(outcomes))]
    options = [
        {"programme": f"p_{k}", "option": f"r{i}", "run": f"r{i}", "share": worth / 9}
        for i, outcome in enumerate(outcomes)
        for k, worth in zip(teams, outcome, strict=True)
        if worth
    ]
    programmes = [{"programme": f"p_{k}", "team": k, "value_musd": 9.0, "due": date(6)} for k in teams]
    rows = [{"team": k} for k in teams]
    return shared("max_min", 1, [], rows, runs=runs, programmes=programmes, programme_options=options)


def taken(plan: Plan) -> Outcome:
    return tuple(round(value / factor(6)) for value in of_team(plan, "value_today_musd").values())


def raise_all_and_fix_the_tight(outcomes: tuple[Outcome, ...]) -> Outcome:
    """The simpler rule: make the least not yet fixed most, fix who has just that, and so on; the last found wins."""
    fixed: dict[int, int] = {}
    held = outcomes[0]
    while len(fixed) < len(held):
        free = [k for k in range(len(held)) if k not in fixed]
        left = [o for o in outcomes if all(o[k] >= at for k, at in fixed.items())]
        most = max(min(o[k] for k in free) for o in left)
        held = [o for o in left if min(o[k] for k in free) == most][-1]
        fixed |= {k: held[k] for k in free if held[k] == most}
    return held


@pytest.mark.parametrize(
    "outcomes", [((1, 3, 3), (2, 1, 2)), ((2, 4, 1), (1, 2, 2)), ((1, 5, 4, 3), (2, 2, 1, 2), (3, 1, 2, 9))]
)
def test_raising_all_and_fixing_the_tight_team_is_worse(outcomes: tuple[Outcome, ...]) -> None:
    """Outcomes are whole: who is tight in one of those whose least is most need not be in the others."""
    best = max(outcomes, key=sorted)
    naive = raise_all_and_fix_the_tight(outcomes)
    assert sorted(naive) < sorted(best)
    plan = planner.load(merged(outcomes)).solve()
    assert taken(plan) == best
    stages = [stage for stage in account(plan)["stages"] if stage["kind"] == "max_min"]
    assert len(stages) == len(best)
    measure = [account(plan)["measure"][f"k{i}"] / factor(6) for i in range(len(best))]
    u = sorted(value / of for value, of in zip(best, measure, strict=True))
    assert [stage["found"] for stage in stages] == pytest.approx([sum(u[:j]) for j in range(1, len(u) + 1)], abs=1e-5)
    assert all(stage["bound"] >= stage["found"] - 1e-9 for stage in stages)


def test_a_run_refused_by_the_policy_is_no_close_call() -> None:
    """Ten x1: b's stream has all it asks for before a's run of six, which is worth fifty times as much."""
    teams = [{"team": "a", "priority": 2}, {"team": "b", "priority": 1}]
    document = with_fleet(10, [6], runs=[run("wanted", 6, 6, 0, 30.0, team="a")], teams=teams,
                          **work(0.01, 10, team="b"))  # fmt: skip
    document["sharing"] = {"policy": "priority"}
    plan = planner.load(document).solve()
    assert plan.data["run_status"].item() == "refused"
    assert plan.data["run_reason"].item() == "policy priority, or a close call, within the gap"
    assert "or a goal of policy priority, which has no price" in memo_text(PlanTables(plan.data), "a")


def test_finish_times_against_standing_alone() -> None:
    """Eight x1; a run of nobody's holds all in the first three months, and need not be where teams stand alone.

    a waits: 6 months instead of 3. b's run can start in the first month only: refused, it counts as done at the end
    of the 12 months instead of after 3; its other, of eight, it could not do alone: that says nothing.
    """
    runs = [
        run("core", 8, 3, 0, 0.0, must_run=True),
        run("waits", 4, 3, 0, 10.0, team="a", latest=date(6), value_loss_per_month=0.1),
        run("gone", 4, 3, 0, 10.0, team="b"),
        run("large", 8, 3, 6, 10.0, team="b"),
    ]
    document = shared("utilitarian", 8, [], two(), periods=(6, 6), runs=runs, settings={"stand_alone": True})
    plan = planner.load(document).solve()
    assert dict(zip(plan.data["run"].values, plan.data["run_status"].values, strict=True)) == {
        "core": "started", "waits": "late", "gone": "refused", "large": "started",
    }  # fmt: skip
    assert of_team(plan, "finish_ratio") == pytest.approx({"a": 6 / 3, "b": 12 / 3})
    assert of_team(plan, "months_late") == {"a": 3, "b": 0}
    assert account(plan)["worst_finish_ratio"] == pytest.approx(4)
    regret = {"a": 1 - 0.9**3 * factor(3), "b": 1 - factor(9) / factor(3)}
    assert of_team(plan, "regret") == pytest.approx(regret, abs=1e-6)
    assert account(plan)["worst_team"] == "a"
    assert account(plan)["worst_regret"] == pytest.approx(1 - 0.9**3 * factor(3), abs=1e-6)
    said = " ".join(plan.summary().split())
    assert "worst finish 4.00 times the months alone" in said
    assert "Finish (b) takes refused runs as done when reporting ends: gone." in said


@pytest.mark.parametrize(("merged_run", "ratio"), [(True, 12 / 6), (False, 24 / 6)])
def test_who_has_its_need_met_by_a_merged_run_does_not_wait(merged_run: bool, ratio: float) -> None:
    """Alone a is done after 6 months, with b's in a merged run after 12; without one, refused, at the end of 24."""
    runs = [run("own", 4, 6, 0, 0.0), run("both", 8, 12, 0, 0.0)]
    needs = [
        {"programme": f"p{k}", "team": k, "value_musd": worth, "due": date(12)}
        for k, worth in zip("ab", (10, 20), strict=True)
    ]
    options = [{"programme": "pa", "option": "own", "run": "own"}, {"programme": "pb", "option": "with", "run": "both"}]
    if merged_run:
        options.append({"programme": "pa", "option": "with", "run": "both"})
    document = shared("utilitarian", 10, [], two(), periods=(6, 6, 12), runs=runs, programmes=needs,
                      programme_options=options, settings={"stand_alone": True})  # fmt: skip
    plan = planner.load(document).solve()
    assert dict(zip(plan.data["run"].values, plan.data["run_status"].values, strict=True))["own"] == "refused"
    assert of_team(plan, "finish_ratio")["a"] == pytest.approx(ratio)
    said = " ".join(plan.summary().split())
    assert ("Finish (a) takes refused runs as done when reporting ends: own." in said) != merged_run
    joint = "Accuracy (a) counts its own runs and streams, not what else fulfils pa (by with)."
    assert (joint in said) == merged_run


def test_envy_of_who_has_nothing_and_of_who_asks_for_nothing() -> None:
    """b has none of the ten x1, all of which it could use; c asks for nothing, and is measured against nothing."""
    teams = [{"team": "a"}, {"team": "b"}, {"team": "c"}]
    asked = [wants("a", 10, 2), wants("b", 10, 1), wants("c", 10, 3, ceiling=0)]
    plan = planner.load(shared("utilitarian", 10, asked, teams, settings={"stand_alone": True})).solve()
    envy = of_team(plan, "envy")
    assert (envy["a"], envy["b"]) == (0.0, math.inf)
    assert account(plan)["jain"] == pytest.approx(0.5)
    assert all(math.isnan(of_team(plan, name)["c"]) for name in ("u", "regret", "service_ratio", "measure_musd"))


def test_the_price_of_fairness_lies_between_what_is_proven() -> None:
    """Of runs that pack badly, stopped at a gap of 20 %: the price is an interval, from no more than the true one."""
    runs = [run(f"r{i}", n, 6, 0, n + 0.5 * (i % 3), team="ab"[i % 2]) for i, n in enumerate((7, 6, 5, 4, 3, 3))]
    document = shared("max_min", 13, [], two(), runs=runs)
    true = account(planner.load(document).solve())["price_of_fairness"]
    assert true[0] == pytest.approx(true[1], abs=1e-6)
    document["solve"]["gap"] = 0.2
    low, high = account(planner.load(document).solve())["price_of_fairness"]
    assert 0 <= low <= true[1] + 1e-6
    assert high >= low


@pytest.mark.parametrize(
    ("gap", "price", "said"), [(0, 2 / 14, "gross value;"), (0.25, 0, "value for what was reached")]
)
def test_the_price_is_of_the_fairness_that_was_reached(gap: float, price: float, said: str) -> None:
    """9 and 5 are worth more than 6 and 6, which are fairer: at a gap of 25 %, 5 is near enough to 6, and free."""
    document = merged(((9, 5), (6, 6)))
    document["solve"]["gap"] = gap
    plan = planner.load(document).solve()
    assert account(plan)["price_of_fairness"] == pytest.approx([price] * 2)
    assert said in plan.summary()


def test_where_cost_is_least_gross_cost_stands_for_gross_value() -> None:
    """b's run costs half of what a's must cost, so b's being done costs half of that more: within four fifths of it."""
    runs = [run("r", 100, 6, 0, 5.0, team="a", must_run=True), run("q", 50, 6, 0, 5.0, team="b")]
    document = scenario([6, 6], teams=two(), runs=runs, finance={"objective": "least_cost"})
    settings = {"policy": "max_min", "spend_more": 1.0, "value_given_up": 0.8}
    plan = planner.load(document | {"sharing": settings}).solve()
    assert plan.objective_musd == pytest.approx(-150 * PRICE)
    assert account(plan)["price_of_fairness"] == pytest.approx([0.5, 0.5])
    assert "Price of fairness 50.0 % of gross cost" in plan.summary()
    assert [stage["gross_musd"] for stage in account(plan)["stages"]][::3] == pytest.approx([100 * PRICE, 150 * PRICE])


def test_alpha_fair_at_a_gap_of_one_hundredth_of_u() -> None:
    """Ten x1, worth alike to both: logarithms are highest at five each; their sum there is 0, of which no share is."""
    document = shared("alpha_fair", 10, [wants("a", 10), wants("b", 10)], two())
    document["solve"]["gap"] = 0.01
    plan = planner.load(document).solve()
    assert got(plan)["a"] == pytest.approx(5, abs=0.5)
    stage = account(plan)["stages"][1]
    assert stage["unit"] == 2
    assert stage["gap"] <= 0.01


@pytest.mark.mutation_subset
@pytest.mark.parametrize(("more", "bought", "had"), [(0.0, 4, 1 / (1 / 4 + 10 / 3)), (0.5, 6, 2.0), (9.0, 10, 6.0)])
def test_fairness_shares_out_what_the_best_plan_pays_for(more: float, bought: int, had: float) -> None:
    """An x1 brings a twice its price, up to four, and b half of it, up to six: the best plan buys four, all for a.

    b, worth nothing alone, is measured against 5 % of what it asks for: 3 * 0.05 prices, so 10/3 for each x1. Of four
    it has x with 1 - x/4 = 10/3 x; of what may be bought besides, all.
    """
    asked = [wants("a", 4, 2 * PRICE / 6), wants("b", 6, PRICE / 2 / 6)]
    tables = {"streams": [row for row, _ in asked], "stream_segments": [segment for _, segment in asked]}
    document = scenario([6], accelerators=[accelerator()], teams=two(), **tables)
    plan = planner.load(document | {"sharing": {"policy": "max_min", "spend_more": more}}).solve()
    assert plan.data["in_service"].isel(period=0).sum().item() == bought
    assert got(plan) == {"a": min(4, bought - had), "b": had}
    net = (2 * min(4, bought - had) + had / 2 - bought) * PRICE
    assert plan.objective_musd == pytest.approx(net, abs=1e-5)
    assert account(plan)["price_of_fairness"] == pytest.approx([(4 * PRICE - net) / (8 * PRICE)] * 2, abs=1e-4)


FOUR: dict[str, dict[str, list[Row]]] = {
    "demand": {"fleet": [fleet(4)], "accelerators": NOT_FOR_SALE},
    "budget": {"budgets": [{"fiscal_year": 2026, "category": "all", "budget_musd": 4 * PRICE}]},
    "supply": {"supply": [{"accelerator": "x1", "from": "2026-01", "per_month": 4 / 6}]},
}
TWELVE = {
    "fleet": [fleet(1)],
    "budgets": [{"fiscal_year": 2026, "category": "all", "budget_musd": 12 * PRICE}],
    "supply": [{"accelerator": "x1", "from": "2026-01", "per_month": 2}],
}


@pytest.mark.parametrize("policy", POLICIES)
def test_fairness_is_free_where_neither_demand_nor_budget_nor_supply_collides(policy: str) -> None:
    """An x1 brings a twice its price and b four times: three each, five of them bought, by any policy."""
    plan = planner.load(three_each(TWELVE, policy)).solve()
    assert got(plan) == {"a": 3, "b": 3}
    assert plan.objective_musd == pytest.approx((3 * 2 + 3 * 4 - 5) * PRICE, abs=1e-5)
    assert account(plan)["price_of_fairness"] == pytest.approx([0, 0], abs=1e-5)


@pytest.mark.parametrize("what", FOUR)
def test_fairness_costs_where_one_of_them_collides(what: str) -> None:
    """Four x1 by each limit: the best plan has three for b and one for a, 14 prices; two each are worth 12."""
    plan = planner.load(three_each(FOUR[what], "max_min")).solve()
    assert got(plan) == {"a": 2, "b": 2}
    assert account(plan)["price_of_fairness"] == pytest.approx([1 / 7, 1 / 7], abs=1e-4)


def three_each(limits: dict[str, list[Row]], policy: str) -> Row:
    """Two teams that can use three x1 each, worth two and four times the price of one, within limits."""
    asked = [wants("a", 3, 2 * PRICE / 6, ceiling=3), wants("b", 3, 4 * PRICE / 6, ceiling=3)]
    tables = {"streams": [row for row, _ in asked], "stream_segments": [segment for _, segment in asked]}
    return scenario([6], teams=two(), **tables, **limits) | {"sharing": {"policy": policy}}


@pytest.mark.parametrize(("rank", "first"), [(1, {"a": 4, "b": 6}), (2, {"a": 1, "b": 9})])
def test_teams_of_one_rank_count_together(rank: int, first: dict[str, float]) -> None:
    """a has use for four, of which one earns more than b's; if b is of its rank, b has all but that one."""
    teams = [{"team": "a", "priority": 1}, {"team": "b", "priority": 3 - rank}]
    row = wants("a", 4)[0]
    segments = [{"stream": "s_a", "up_to_pflops": 1, "musd_per_pflops_month": 3},
                {"stream": "s_a", "up_to_pflops": 4, "musd_per_pflops_month": 1}]  # fmt: skip
    stream_b, segment_b = wants("b", 10, 2)
    document = shared("priority", 10, [], teams, streams=[row, stream_b], stream_segments=[*segments, segment_b])
    plan = planner.load(document).solve()
    assert got(plan) == first
    assert [stage["which"] for stage in account(plan)["stages"] if stage["kind"] == "priority"] == [1, 2][: 3 - rank]


def test_a_programme_that_counts_its_revenue_asks_for_it() -> None:
    """a's run takes six of ten x1, of which alone it has five: so it is measured against 5 % of 8 M$, not of 1."""
    runs = [run("r", 6, 6, 0, 0.0)]
    programmes = [{"programme": "p", "team": "a", "value_musd": 1.0, "revenue_musd": 8.0, "counts_revenue": "yes",
                   "due": date(6)}]  # fmt: skip
    options = [{"programme": "p", "option": "r", "run": "r"}]
    plan = planner.load(
        shared("utilitarian", 10, [wants("b", 1)], two(), runs=runs, programmes=programmes, programme_options=options,
               settings={"stand_alone": True})
    ).solve()  # fmt: skip
    assert of_team(plan, "value_today_musd")["a"] == pytest.approx(8 * factor(6))
    assert of_team(plan, "service_ratio")["a"] == pytest.approx(1)
    assert of_team(plan, "u")["a"] == pytest.approx(20)


def test_a_run_that_moves_is_one_move() -> None:
    """x and y cannot stand together. In the plan started from x is first and y follows; now y is worth more at once."""

    def document(late: float, within: float | None) -> Row:
        cells = {"latest": date(6), "due": date(6)}
        runs = [run("x", 4, 6, 0, 1.0, team="a", **cells),
                run("y", 4, 6, 0, 1.0, team="b", value_loss_per_month=late, **cells)]  # fmt: skip
        return shared("utilitarian", 4, [], two(), periods=(6, 6), runs=runs, settings={"churn_within": within})

    before = planner.load(document(0.0, None)).with_({"runs.x.latest": date(0)}).solve()
    plan = planner.load(document(0.1, 0.0)).solve(start=before)
    assert plan.data["run_start"].values.tolist() == [date(6), date(0)]
    stage = account(plan)["stages"][-1]
    assert (stage["goal"], stage["found"]) == ("churn", pytest.approx(-2))
    assert "churn: 2 moved" in plan.summary()


def test_value_then_fairness_then_spend_then_churn() -> None:
    """Sixteen x1 are bought at best: for a run of each team, for `thin`, which nets 0.02 M$, and for `m`.

    Fairness has what it wants; the least spend is without `thin`; and `m` stays three months later, where it was.
    """
    runs = [
        run("of_a", 4, 6, 0, 2.0, team="a"), run("of_b", 4, 6, 0, 2.0, team="b"),
        run("thin", 4, 6, 0, (4 * PRICE + 0.02) / factor(6)), run("m", 4, 3, 0, 1.0, latest=date(3), due=date(6)),
    ]  # fmt: skip
    document = scenario([6], runs=runs, teams=two())
    document["sharing"] = {"policy": "max_min", "spend_within": 0.1, "churn_within": 0.1}
    before = planner.load(document).with_({"runs.m.earliest": date(3)}).solve()
    plan = planner.load(document).solve(start=before)
    assert plan.data["run_status"].values.tolist() == ["started", "started", "refused", "started"]
    assert plan.data["run_start"].sel(run="m").item() == date(3)
    stages = account(plan)["stages"]
    assert [stage["goal"] for stage in stages] == [
        "value", "the smallest", "sum of the 2 smallest", "value, fairness kept", "spend", "churn",
    ]  # fmt: skip
    given_up = [stage["given_up_musd"] for stage in stages if stage["settled"]]
    assert given_up == pytest.approx([0, 0, 0.02, factor(3) - factor(6)], abs=1e-4)
    said = [line.split(", proven")[0] for line in plan.summary().splitlines() if ", proven" in line]
    assert said[-3:] == ["  value, fairness kept: 4.5 M$", "  spend: 0.4 M$", "  churn: 0 moved"]


def test_a_team_is_late_with_its_programmes_however_they_are_fulfilled() -> None:
    """a's programme by a licence two months late; b's by a run in time, asked for three months before that; b's other
    run is a month late. A run that is an option counts as its programme does.
    """
    runs = [run("own", 4, 6, 0, 0.0), run("other", 4, 6, 0, 1.0, team="b", due=date(5), value_loss_per_month=0.1)]
    late = {"value_musd": 0.5, "value_loss_per_month": 0.01}
    programmes = [{"programme": "p", "team": "a", "due": date(1)} | late,
                  {"programme": "q", "team": "b", "due": date(3)} | late]  # fmt: skip
    options = [{"programme": "p", "option": "licence", "fee_musd": 0.1, "from": date(3)},
               {"programme": "q", "option": "own", "run": "own"}]  # fmt: skip
    document = scenario([6], runs=runs, programmes=programmes, programme_options=options, teams=two())
    plan = planner.load(document | {"sharing": {"stand_alone": True}}).solve()
    assert of_team(plan, "months_late") == {"a": 2, "b": 3 + 1}
    found = planner.policies(planner.load(document), ["priority"])
    assert found.table()["months_late"].tolist() == [6, 6]
    said = memo_text(PlanTables(plan.data), "a")
    assert "- programme **p** is 2 months late, by licence." in said
