"""Teams and goals in tables, workbook and summary: figures by hand, formulas that come to what their cells say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import planner
from planner import Plan
from planner.export.allocation.memo import memo_text
from planner.export.summary import summary_text
from planner.export.summary.teams import goals
from planner.export.tables import PlanTables, write_tables
from planner.results.check import check_plan
from planner.solve.sharing.alone import Standing, stand_alone
from tests.closed_forms.test_teams import busy, shared, two, wants
from tests.export.spreadsheet import Calculator

ASKED = [wants("a", 10, 1, ceiling=10), wants("b", 10, 3, ceiling=10)]


@pytest.fixture(scope="module")
def fair() -> Plan:
    """Ten x1 for half a year, worth 1 and 3 a month: five each, 30 and 90, for 120 of 180."""
    teams = [{"team": "labs", "share": 0.5, "title": "=1+1"}, {"team": "a", "parent": "labs"}, {"team": "b"}]
    return planner.load({"name": "fair", **shared("max_min", 10, ASKED, teams)}).solve()


@pytest.fixture(scope="module")
def lent() -> Plan:
    """a is busy first, b after: five are lent and given back."""
    seasons = busy(("a", 6, 0), ("b", 0, 0), ("b", 6, 10))
    return planner.load(shared("entitlement", 10, ASKED, two(), periods=(6, 6), **seasons)).solve()


def near(*figures: float) -> tuple[Any, ...]:
    """Figures of a plan whose stages are kept to a millionth."""
    return tuple(pytest.approx(figure, abs=1e-3) for figure in figures)


def test_teams_by_hand(fair: Plan) -> None:
    rows = {row["team"]: row for row in PlanTables(fair.data).teams.records()}
    assert list(rows) == ["a", "b", "labs"]
    a, b, labs = rows.values()
    assert [row["asks"] for row in (a, b, labs)] == [True, True, False]
    assert (a["parent"], b["parent"]) == ("labs", None)
    assert (a["value_today_musd"], b["value_today_musd"], labs["value_today_musd"]) == near(30, 90, 30)
    assert (a["best_musd"], b["best_musd"]) == near(0, 180)
    assert (a["asked_musd"], a["alone_musd"], a["measure_musd"], a["u"]) == near(60, 30, 30, 1)
    assert (a["regret"], a["service_ratio"], a["request_accuracy"]) == near(0, 0.5, 0.5)
    assert (a["envy"], a["lost_per_gained"], b["lost_per_gained"]) == (*near(1, 3), None)
    assert (a["used_pflops_months"], a["entitled_pflops_months"]) == near(30, 30)
    assert (a["unused_pflops_months"], a["beyond_pflops_months"], a["lent_pflops_months"]) == (*near(0, 0), None)
    assert (a["finish_ratio"], a["months_late"], a["share"]) == (None, 0, 0.5)


def test_what_is_lent_and_borrowed(lent: Plan) -> None:
    a, b = PlanTables(lent.data).teams.records()
    names = [f"{name}_pflops_months" for name in ("used", "lent", "borrowed", "released", "extra", "credit")]
    assert [a[name] for name in names] == pytest.approx([60, 30, 30, 0, 0, 0], abs=1e-6)
    assert [b[name] for name in names] == pytest.approx([60, 30, 30, 0, 0, 0], abs=1e-6)
    assert (a["beyond_pflops_months"], a["unused_pflops_months"]) == pytest.approx((30, 30))


def test_what_is_lent_in_the_tail_is_not_told() -> None:
    """In two years behind it a lends what nobody gives back; told is the year before, and its debts are paid."""
    seasons = busy(("a", 6, 0), ("b", 0, 0), ("b", 6, 10))
    document = shared("entitlement", 10, ASKED, two(), periods=(6, 6), **seasons)
    document["calendar"]["tail_months"] = 24
    plan = planner.load(document).solve()
    assert plan.data["team_credit"].isel(period=-1).values == pytest.approx([120, -120])
    for row in PlanTables(plan.data).teams.records():
        names = [f"{name}_pflops_months" for name in ("used", "entitled", "lent", "borrowed", "credit")]
        assert [row[name] for name in names] == pytest.approx([60, 60, 30, 30, 0], abs=1e-6)
        assert row["envy"] == pytest.approx(1)


def test_goals_in_their_order(fair: Plan) -> None:
    rows = PlanTables(fair.data).goals.records()
    assert [row["goal"] for row in rows] == ["value", "the smallest", "sum of the 2 smallest", "value, fairness kept"]
    assert [row["found"] for row in rows] == pytest.approx([180, 1, 2, 120], abs=1e-3)
    assert [row["given_up_musd"] for row in (rows[0], rows[-1])] == pytest.approx([0, 60], abs=1e-3)
    assert [row["settled"] for row in rows] == [True, False, False, True]


def test_a_plan_without_a_policy_has_neither() -> None:
    tables = PlanTables(planner.load(shared("utilitarian", 10, ASKED, two())).solve().data)
    assert (tables.teams.rows, tables.goals.rows) == ((), ())


@pytest.mark.parametrize("name", ["fair", "lent"])
def test_the_sheet_adds_up(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Opened again, every formula comes to what its cell says: u, regret, service ratio, price, Jain's index."""
    plan: Plan = request.getfixturevalue(name)
    path = plan.to_excel(tmp_path / "plan.xlsx")
    book, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    assert {"Fairness", "Goals"} <= set(book.sheetnames)
    sheet, calculator, found = book["Fairness"], Calculator(book), 0
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                found += 1
                cached = values["Fairness"][cell.coordinate].value
                assert cached == pytest.approx(calculator.value("Fairness", cell), abs=1e-9), cell.value
    assert found == 3 * len(plan.data["team"]) + 3
    said = {row[0]: row[1] for row in values["Fairness"].iter_rows(values_only=True)}
    summary = {row[0]: row[1] for row in values["Summary"].iter_rows(values_only=True)}
    policy = plan.inputs.setting("sharing", "policy")
    assert summary[f"by policy {policy} no plan is worth more than, M$"] == pytest.approx(plan.bound_musd)
    assert said["policy"] == plan.inputs.setting("sharing", "policy")
    assert said["price of fairness, at most"] == pytest.approx(1 / 3 if name == "fair" else 0.0, abs=1e-4)
    assert said["Jain's index of u"] == pytest.approx(1)


def test_files(fair: Plan, tmp_path: Path) -> None:
    """CSV with a row a team; the plan written and read again has the same tables, and passes the check."""
    write_tables(fair.data, tmp_path)
    lines = (tmp_path / "teams.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("team,parent,asks,priority,weight,share,value_today_musd,")
    assert lines[1].startswith("a,labs,yes,1,1.0,0.5,")
    again: Any = planner.open_plan(fair.to_netcdf(tmp_path / "plan.nc"))
    assert check_plan(again.data).ok
    for name in ("teams", "goals"):
        assert getattr(PlanTables(again.data), name).records() == getattr(PlanTables(fair.data), name).records()
    assert again.summary() == fair.summary()


def test_summary(fair: Plan) -> None:
    said = fair.summary()
    assert "Proven best: by policy max_min no plan is worth more." in said  # 180 is what the best of all plans is worth
    assert "Teams, by policy max_min" in said
    assert "a 30.0 30.0 1.00 50.0 % 50.0 % - 0.0 1.00" in " ".join(said.split())
    assert "value, fairness kept: 120 M$, proven, gave up 60.0 M$, spends 0.0 M$" in said


@pytest.mark.parametrize(("last", "said"), [
    ("gap_reached", "An earlier goal ended at its part of the limit; proven within 1.0 % of gross value"),
    ("time_limit", "Stopped by the time limit of 60 s; proven within 1.0 % of gross value"),
])  # fmt: skip
def test_which_goal_a_limit_ended(fair: Plan, last: str, said: str) -> None:
    account = json.loads(fair.data.attrs["sharing"])
    account["stages"][0]["status"], account["stages"][-1]["status"] = "time_limit", last
    told = {"status": "time_limit", "gap": 0.01, "gap_musd": 1.8, "options": '{"time_limit_s": 60}'}
    data = fair.data.assign_attrs(told | {"sharing": json.dumps(account)})
    assert summary_text(data).splitlines()[1].startswith(said)


def test_a_long_goal_is_told_whole(fair: Plan) -> None:
    """As one of billions out of time is: over two lines, nothing of it cut off."""
    account = json.loads(fair.data.attrs["sharing"])
    last = account["stages"][-1] | {"found": 661_880.0, "gap": 0.111, "status": "time_limit", "spend_musd": 480_680.0}
    lines = goals(account | {"stages": [last]})[1:]
    assert len(lines) == 2 and max(map(len, lines)) <= 100
    said = " ".join(" ".join(lines).split())
    assert said.startswith("value, fairness kept: 661.88 B$, proven within 11.1 %, out of time, gave up ")
    assert said.endswith("spends 480.68 B$")


def test_what_is_not_proven_of_a_goal_is_no_figure(fair: Plan) -> None:
    account = json.loads(fair.data.attrs["sharing"])
    account["stages"][-1] |= {"gap": math.inf, "status": "time_limit"}
    said = summary_text(fair.data.assign_attrs(sharing=json.dumps(account)))
    assert "value, fairness kept: 120 M$, nothing proven yet, out of time, gave up 60.0 M$" in said


def test_a_memo_names_the_policy(fair: Plan) -> None:
    said = memo_text(PlanTables(fair.data), "a")
    assert "From the plan of fair (fair) shared out by policy max_min, 2026-01" in said


@pytest.mark.parametrize(("gap", "said"), [
    (2.5, "Alone is as found; the best alone may net more: a up to 2.5 M$."),
    (float("inf"), "No plan alone was found in time of a: u is against 5 % of all it asks for."),
    (0.0, ""),
])  # fmt: skip
def test_what_is_not_proven_of_standing_alone_is_said(monkeypatch: pytest.MonkeyPatch, gap: float, said: str) -> None:
    def less_sure(matrix: Any, case: Any, teams: Any, team: str, *more: Any) -> Standing:
        found = stand_alone(matrix, case, teams, team, *more)
        return replace(found, gap_musd=gap) if team == "a" else found

    monkeypatch.setattr("planner.solve.sharing.account.stand_alone", less_sure)
    plan = planner.load(shared("max_min", 10, ASKED, two())).solve()
    text = " ".join(plan.summary().split())
    assert said in text
    assert ("lone is as found" in text or "No plan alone" in text) == bool(said)
    rows = {row["team"]: row["alone_gap_musd"] for row in PlanTables(plan.data).teams.records()}
    assert rows == {"a": None if gap == float("inf") else gap, "b": pytest.approx(0, abs=1e-6)}
