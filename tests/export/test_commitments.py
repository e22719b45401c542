"""What became of the plan before, in tables, workbook and summary: figures worked out by hand."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import planner
from planner import Plan
from planner.export.tables import PlanTables
from tests.closed_forms.builder import accelerator, date, run, scenario

KIND = [accelerator(lead_time_months=6, life_months=12)]


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Six x1 of a year's life for `a` of month 6, then for `b` of 12; `a` comes to ask for four, `b` for nine in 18.

    Two of the six are cancelled for 0.01 M$ each; the nine of month 18 depart at 0.001 M$ each, and so does the start
    of `b`, at 0.02.
    """
    before = scenario([6, 6, 6, 6], accelerators=KIND, runs=[run("a", 6, 6, 6, 1.0), run("b", 4, 6, 12, 1.0)])
    after = scenario([6, 6, 6, 6], accelerators=KIND, runs=[run("a", 4, 6, 6, 1.0), run("b", 9, 6, 18, 1.0)])
    return (
        planner.load(after)
        .replan(planner.load(before).solve(), date(1), cancellable={"accelerator": (date(2), 0.01)},
                moving={"run": 0.02, "accelerator": 0.001})
        .solve()
    )  # fmt: skip


def test_rows(plan: Plan) -> None:
    rows = PlanTables(plan.data).commitments.records()
    names = ("item", "zone", "date", "before", "now", "cancelled", "moved")
    x1 = "accelerator.alpha.x1"
    assert [tuple(row[name] for name in names) for row in rows] == [
        (x1, "frozen", date(6), 6, 4, 2, 0),
        (x1, "later", date(18), 0, 9, 0, 9),
        ("a", "later", date(6), 1, 1, 0, 0),
        ("b", "later", date(12), 1, 0, 0, 1),
    ]


def test_money_is_the_ledgers(plan: Plan) -> None:
    tables = PlanTables(plan.data)
    assert tables.commitments.total("fee_musd") == pytest.approx(2 * 0.01)
    lines = tables.ledger.records()
    for part, name in ((("cancelled_order",), "fee_musd"), (("moved_order", "moved_run"), "moving_musd")):
        paid = sum(line["amount_musd"] for line in lines if line["part"] in part)
        assert tables.commitments.total(name) == pytest.approx(paid) and paid > 0


def test_sheet_and_summary(plan: Plan, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(plan.to_excel(tmp_path / "plan.xlsx"))
    assert "Plan before" in book.sheetnames
    text = plan.summary()
    assert "settled before 2026-02: 1 order and 0 starts; 1 of 2 runs moved" in text
    assert "accelerator.alpha.x1 of 2026-07: 6 -> 4, 2 cancelled for 0.02 M$" in text


def test_a_plan_that_follows_none_says_nothing() -> None:
    alone = planner.load("tiny").solve()
    assert PlanTables(alone.data).commitments.rows == () and "re-planned" not in alone.summary()
