"""Programmes, levels and cancelled runs in tables, workbook and summary: figures worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import planner
from planner import Plan
from planner.export.allocation.memo import memo_text
from planner.export.tables import PlanTables
from planner.results.check import check_plan
from tests.closed_forms.builder import PRICE, date, factor, fleet, run, scenario


def study() -> dict[str, Any]:
    """`chat` by a run of 4 at half its compute; `code` licensed in month 3; `maps` refused; `old` cancelled."""
    return scenario(
        [6, 6],
        teams=[{"team": "fair"}],
        fleet=[fleet(1)],
        runs=[run("a", 4, 6, 6, 0.0)],
        running=[
            {"running": "old", "team": "fair", "site": "alpha", "accelerator": "x1", "n": 1, "until": date(12)},
        ],
        cancellable=[
            {
                "running": "old", "from": date(6), "fee_musd": 0.01, "value_musd": 0.02, "started": date(-6),
                "spent_musd": 3,
            },
        ],
        programmes=[
            {"programme": "chat", "team": "fair", "value_musd": 2, "revenue_musd": 1, "due": date(10),
             "value_loss_per_month": 0.1},
            {"programme": "code", "value_musd": 1, "due": date(12)},
            {"programme": "maps", "value_musd": 0.5, "due": date(12)},
        ],
        programme_options=[
            {"programme": "chat", "option": "own", "run": "a"},
            {"programme": "code", "option": "bought", "fee_musd": 0.3, "from": date(3)},
            {"programme": "maps", "option": "bought", "fee_musd": 0.6},
        ],
        efficiency=[{"programme": "chat", "level": 1, "flop_factor": 0.5, "cost_musd": 0.01, "lead_months": 2}],
    )  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Half the compute saves two x1 of 0.03 M$ each for 0.01; of the two left, one is freed of `old`, one is bought."""
    return planner.load(study()).solve()


def test_programmes(plan: Plan) -> None:
    rows = {row["programme"]: row for row in PlanTables(plan.data).programmes.records()}
    chat, code, maps = rows["chat"], rows["code"], rows["maps"]
    assert (chat["status"], chat["way"], chat["finish"], chat["months_late"]) == ("late", "run", date(12), 2)
    assert (chat["value_musd"], chat["full_value_musd"], chat["revenue_musd"]) == pytest.approx((1.62, 2.0, 0.81))
    assert chat["fees_today_musd"] == pytest.approx(0.01 * factor(4))
    assert chat["compute_today_musd"] == pytest.approx(2 * PRICE * factor(6))
    costs = 0.01 * factor(4) + 2 * PRICE * factor(6)
    assert chat["margin_today_musd"] == pytest.approx(0.81 * factor(12) - costs)
    assert chat["break_even_musd"] == pytest.approx(costs / 0.81 / factor(12))
    assert chat["team"] == "fair"
    assert (code["status"], code["way"], code["option"], code["finish"]) == ("fulfilled", "licence", "bought", date(3))
    assert (code["revenue_musd"], code["margin_today_musd"]) == (None, None)
    assert code["fees_today_musd"] == pytest.approx(0.3 * factor(3))
    assert code["break_even_musd"] == pytest.approx(0.3)
    assert (maps["status"], maps["way"], maps["finish"], maps["value_musd"]) == ("refused", None, None, 0.0)
    assert maps["break_even_musd"] == pytest.approx(0.6)


def test_levels_and_runs_in_progress(plan: Plan) -> None:
    tables = PlanTables(plan.data)
    assert tables.levels.records() == [
        {"programme": "chat", "level": 1, "flop_factor": 0.5, "paid": date(4), "ready": date(6), "cost_musd": 0.01}
    ]
    (old,) = tables.ends.records()
    assert (old["status"], old["end"], old["team"], old["n"]) == ("cancelled", date(6), "fair", 1)
    assert old["sunk_share"] == pytest.approx(12 / 18)
    assert (old["spent_musd"], old["fee_musd"], old["value_musd"]) == (3.0, 0.01, 0.0)


def test_the_calendar_holds_it_until_it_is_cancelled(plan: Plan) -> None:
    rows = {row["run"]: row for row in PlanTables(plan.data).calendar.records()}
    assert (rows["old"][date(0)], rows["old"][date(6)]) == (1, None)
    assert (rows["a"][date(0)], rows["a"][date(6)]) == (None, 2)


def test_summary(plan: Plan) -> None:
    said = plan.summary()
    assert "Programmes: 1 fulfilled in time, 1 late, 1 refused; value 2.6 M$ of 3.5 M$" in said
    assert "chat       own     run      2027-01  1.6" in said
    assert "code       bought  licence  2026-04  1.0" in said
    assert "maps       -       refused  -        0.0" in said
    assert "Cancelled: old in 2026-07." in said
    assert "- fees 0.3 M$" in said


def test_what_is_not_needed_is_not_refused() -> None:
    """`chat` by the smaller of two runs, which are `fair`'s as the programme is; `before` is done for `whole` alone.

    Nothing is lost of what is not needed; `maps` is refused, and its run with it.
    """
    runs = [
        run("cut", 2, 6, 0, 0.0),
        run("before", 4, 3, 0, 0.0, team="fair"),
        run("whole", 4, 3, 3, 0.0),
        run("atlas", 9, 6, 0, 0.0),
    ]
    programmes = [{"programme": p, "team": "fair", "value_musd": 0.2, "due": date(12)} for p in ("chat", "maps")]
    options = [{"programme": "chat", "option": r, "run": r} for r in ("cut", "whole")]
    options.append({"programme": "maps", "option": "atlas", "run": "atlas"})
    said = planner.load(
        scenario([6], teams=[{"team": "fair"}], runs=runs, programmes=programmes, programme_options=options,
                 precedence=[{"run": "whole", "after": "before"}])
    ).solve()  # fmt: skip
    text = " ".join(said.summary().split())
    assert "Runs: 1 start in time, 0 late, 1 refused, 2 not needed" in text
    assert "whole - - - 0.0 not needed: chat is fulfilled by cut" in text and "before - - - 0.0 not needed" in text
    tables = PlanTables(said.data)
    assert {row["team"] for row in tables.runs.records()} == {"fair"}
    assert [(row["team"], row["n"]) for row in tables.quotas.records()] == [("fair", 2)]
    memo = memo_text(tables, "fair")
    assert "| 2026 Q1, 2026-01 | 2 | 0 | 2 x1 at alpha |" in memo
    assert "| whole | - | - | - | - | 2026-07 | 0.0 | not needed: chat is fulfilled by cut |" in memo
    lost = memo.split("## What is late or refused")[1]
    assert "**atlas**" in lost and "**maps**" in lost and "**whole**" not in lost and "**before**" not in lost


def test_workbook(plan: Plan, tmp_path: Path) -> None:
    """The sheets are there, the ledger's sums by kind hold the fees, and all adds up to the objective."""
    book = openpyxl.load_workbook(plan.to_excel(tmp_path / "plan.xlsx"), data_only=True)
    assert {"Programmes", "Efficiency", "Ends"} <= set(book.sheetnames)
    kinds = {row[0]: row[1:3] for row in book["Summary"].iter_rows(values_only=True) if row[0] in ("fee", "net value")}
    assert kinds["fee"][0] == pytest.approx(0.3 + 0.01 + 0.01)
    net = 1.62 * factor(12) + 0.7 * factor(3) - 0.01 * factor(4) - (PRICE + 0.01) * factor(6)
    assert kinds["net value"][1] == pytest.approx(net)


def test_the_file_holds_all_of_it(plan: Plan, tmp_path: Path) -> None:
    """Written and read again, the plan is the same, passes the check and has the same tables."""
    again = planner.open_plan(plan.to_netcdf(tmp_path / "plan.nc"))
    assert check_plan(again.data).ok
    for name in ("programmes", "levels", "ends", "calendar"):
        assert getattr(PlanTables(again.data), name).records() == getattr(PlanTables(plan.data), name).records()
    assert again.summary() == plan.summary()
