"""How a team fares, in its memo: every figure by hand, and the lines that explain figures that puzzle."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import planner
from planner.export.allocation import write_allocation
from planner.export.allocation.memo import memo_text
from planner.export.tables import PlanTables, csv_text
from planner.results.plan import Plan
from tests.closed_forms.builder import NOT_FOR_SALE, date, factor, fleet, run, scenario
from tests.closed_forms.test_teams import busy, shared, two, wants

Row = dict[str, Any]


def fares(plan: Plan, team: str) -> str:
    """The section of a team's memo."""
    return memo_text(PlanTables(plan.data), team).partition("## How it fares\n\n")[2].partition("\n\n## ")[0]


@pytest.fixture(scope="module")
def fair() -> Plan:
    """Ten x1 for half a year, worth 1 and 3 a month: five each, 30 and 90 of the 60 and 180 asked for."""
    teams = [{"team": "labs", "share": 0.5}, {"team": "a", "parent": "labs"}, {"team": "b"}]
    asked = [wants("a", 10, 1, ceiling=10), wants("b", 10, 3, ceiling=10)]
    return planner.load(shared("max_min", 10, asked, teams)).solve()


@pytest.fixture(scope="module")
def lent() -> Plan:
    """a is busy in 2026, b in 2027: five of ten x1 are lent and given back; both are of one group."""
    teams = [{"team": "labs"}, *(row | {"parent": "labs"} for row in two())]
    seasons = busy(("a", 12, 0), ("b", 0, 0), ("b", 12, 10))
    asked = [wants("a", 10, ceiling=10), wants("b", 10, ceiling=10)]
    document = shared("entitlement", 10, asked, teams, periods=(6, 6, 12), **seasons)
    document["calendar"]["tail_months"] = 24
    return planner.load(document).solve()


@pytest.mark.parametrize("team", ["a", "labs"])
def test_value_and_entitlement_by_hand(fair: Plan, team: str) -> None:
    assert fares(fair, team) == (
        "- Value: 30.0 M$ of today, of 60.0 M$ asked for (service 50.0 %).\n"
        "- Alone, with its share of every limit: 30.0 M$; u, value over that, 1.00.\n"
        "- Of the useful compute asked for it gets 50.0 % (accuracy); finish, months over those alone: -; "
        "nothing late.\n"
        "\n"
        "Compute in PFLOP/s-months at dense bf16 peak; it is entitled to 50.0 % of what is online and healthy. Over "
        "all, 0.0 of it are unused and 0.0 are used beyond it.\n"
        "\n"
        "| fiscal year | entitled | used |\n"
        "| --- | ---: | ---: |\n"
        "| 2026 | 30.0 | 30.0 |\n"
        "| all reported | 30.0 | 30.0 |"
    )


def test_lending_by_fiscal_year_by_hand(lent: Plan) -> None:
    """Five x1 over twelve months are 60, owed at the end of 2026; what happens in the tail is not told."""
    a, b = fares(lent, "a"), fares(lent, "b")
    assert "Over all, 60.0 of it are unused and 60.0 are used beyond it. Credit: what others owe it" in a
    assert "| fiscal year | entitled | used | lent | borrowed | credit at its end |" in a
    assert a.endswith(
        "| 2026 | 60.0 | 120 | 0.0 | 60.0 | -60.0 |\n"
        "| 2027 | 60.0 | 0.0 | 60.0 | 0.0 | 0.0 |\n"
        "| all reported | 120 | 120 | 60.0 | 60.0 | 0.0 |"
    )
    assert "| 2026 | 60.0 | 0.0 | 60.0 | 0.0 | 60.0 |" in b


def test_a_group_lends_and_borrows_what_its_members_do(lent: Plan) -> None:
    assert fares(lent, "labs").endswith(
        "| 2026 | 120 | 120 | 60.0 | 60.0 | 0.0 |\n"
        "| 2027 | 120 | 120 | 60.0 | 60.0 | 0.0 |\n"
        "| all reported | 240 | 240 | 120 | 120 | 0.0 |"
    )
    row = next(row for row in PlanTables(lent.data).teams.records() if row["team"] == "labs")
    assert [row[f"{name}_pflops_months"] for name in ("lent", "borrowed", "credit")] == pytest.approx([120, 120, 0])


def test_years_add_up_to_what_teams_csv_says(lent: Plan, tmp_path: Any) -> None:
    write_allocation(lent.data, tmp_path)
    (tmp_path / "teams.csv").write_text(csv_text(PlanTables(lent.data).teams), encoding="utf-8")
    told, whole = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("entitlements", "teams"))
    told = told[told.in_tail == "no"]
    for name in ("entitled", "used", "lent", "borrowed"):
        sums = (told[f"{name}_pflops"] * told.months).groupby(told.team).sum()
        assert sums.to_dict() == pytest.approx(whole.set_index("team")[f"{name}_pflops_months"].to_dict())


def test_late_runs_and_refused_ones_by_hand() -> None:
    """Eight x1; one of nobody's holds all for three months. a is done after 6 months, not 3; b's is refused, 12."""
    runs = [
        run("core", 8, 3, 0, 0.0, must_run=True),
        run("waits", 4, 3, 0, 10.0, team="a", latest=date(6), value_loss_per_month=0.1),
        run("gone", 4, 3, 0, 10.0, team="b"),
        run("early", 4, 3, 6, 90.0, team="b", earliest=date(3), due=date(24)),
    ]
    document = shared("utilitarian", 8, [], two(), periods=(6, 6), runs=runs, settings={"stand_alone": True})
    plan = planner.load(document).solve()
    a, b = fares(plan, "a"), fares(plan, "b")
    value, alone = 10 * 0.9**3 * factor(6), 10 * factor(3)
    assert f"- Value: {value:.1f} M$ of today, of {alone:.1f} M$ asked for (service {value / alone:.1%}" in (
        a.replace(" %", "%")
    )
    assert f"{alone:.1f} M$; u, value over that, {value / alone:.2f}." in a
    assert "gets 100.0 % (accuracy); finish, months over those alone: 2.00; 3.0 months after due, all together." in a
    assert "Service above" not in a and "reporting ends" not in a
    assert "- Finish takes refused runs as done when reporting ends: gone." in b
    assert "- Service above 100 %: what is done before it is due is discounted less." in b
    said = " ".join(plan.summary().split())
    assert "Service above 100 % (b): what is done before it is due" in said
    assert "Finish (b) takes refused runs as done when reporting ends: gone." in said


def test_what_a_joint_run_does_is_not_in_the_accuracy() -> None:
    """The joint run of eight fulfils both needs and is nobody's own: a's run of four is not done."""
    runs = [run("own", 4, 6, 0, 0.0), run("both", 8, 12, 0, 0.0)]
    needs = [
        {"programme": f"p{k}", "team": k, "value_musd": worth, "due": date(12)} for k, worth in (("a", 9), ("b", 9))
    ]
    options = [
        {"programme": p, "option": option, "run": option}
        for p, option in (("pa", "own"), ("pa", "both"), ("pb", "both"))
    ]
    document = shared("utilitarian", 10, [], two(), periods=(6, 6), runs=runs, programmes=needs,
                      programme_options=options, settings={"stand_alone": True})  # fmt: skip
    plan = planner.load(document).solve()
    said = fares(plan, "a")
    assert "gets 0 % (accuracy)" in said and "(service 100.0 %)" in said
    assert "- Accuracy counts its own runs and streams, not what else fulfils pa (by both)." in said
    assert "Accuracy (a) counts its own runs and streams" in " ".join(plan.summary().split())
    assert "reporting ends" not in said  # the joint run has fulfilled what `own` is for


def test_what_puzzles_nobody_is_not_explained(fair: Plan) -> None:
    said = fair.summary()
    assert not any(word in said for word in ("Service above", "reporting ends", "counts its own"))


def test_what_moved_from_the_plan_before() -> None:
    """b's run, worth more, takes the place of a's, which is refused; each departs at 0.1 M$."""
    runs = [run("x", 3, 6, 6, 0.3, team="a"), run("y", 3, 6, 6, 0.8, team="b"), run("z", 3, 6, 0, 9.0, team="b")]
    stood = {"site": "alpha", "accelerator": "x1"}
    document = {"name": "again"} | scenario(
        [6, 6], fleet=[fleet(3)], accelerators=NOT_FOR_SALE, runs=runs, teams=two(),
        previous_plan=[{"plan": "last", "replanned": date(0)}], moving_prices=[{"what": "run", "musd": 0.1}],
        previous_runs=[{"run": "x", "start": date(6)} | stood, {"run": "y"}, {"run": "z", "start": date(0)} | stood],
    )  # fmt: skip
    plan = planner.load(document).solve()
    hint = (
        "- Not measured by this plan. `planner plan again --set sharing.stand_alone=true` measures each team against "
        "standing alone; so does a policy, `--policy max_min`.\n"
    )
    assert fares(plan, "a") == hint + (
        "- Of 1 run that the plan before (last) tells of, 1 moved:\n"
        "  - **x**: x1 at alpha from 2026-07 -> refused, for 0.1 M$"
    )
    assert fares(plan, "b") == hint + (
        "- Of 2 runs that the plan before (last) tells of, 1 moved:\n"
        "  - **y**: refused -> x1 at alpha from 2026-07, for 0.1 M$"
    )


def test_a_plan_saved_on_the_way_says_that_the_last_one_measures(fair: Plan) -> None:
    data = fair.data.copy()
    del data.attrs["sharing"]
    data = data.drop_vars([name for name in data.data_vars if str(name).startswith("team_")])
    assert fares(Plan(data), "a") == (
        "- Not measured: this plan was saved while the search went on, and its last one alone measures teams."
    )
