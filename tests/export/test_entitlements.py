"""What is lent and borrowed, handed out as a table beside quotas and memos."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import planner
from planner import Plan
from planner.export.allocation import write_allocation
from planner.export.tables import PlanTables
from tests.closed_forms.test_teams import shared, two, wants
from tests.export.shared import shared as without_teams


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Ten x1, half of them each team's: a uses eight of them for six months, three of them b's."""
    asked = [wants("a", 8), wants("b", 2)]
    return planner.load(shared("entitlement", 10, asked, two(), settings={"settle": False})).solve()


def test_lending_by_hand(plan: Plan, tmp_path: Path) -> None:
    write_allocation(plan.data, tmp_path)
    rows = pd.read_csv(tmp_path / "entitlements.csv").set_index("team")
    assert rows.period.tolist() == ["2026-01-01", "2026-01-01"]
    assert rows.entitled_pflops.to_dict() == pytest.approx({"a": 5, "b": 5})
    assert rows.used_pflops.to_dict() == pytest.approx({"a": 8, "b": 2})
    assert rows.borrowed_pflops.to_dict() == pytest.approx({"a": 3, "b": 0})
    assert rows.lent_pflops.to_dict() == pytest.approx({"a": 0, "b": 3})
    assert rows.credit_pflops_months.to_dict() == pytest.approx({"a": -18, "b": 18})


def test_only_where_teams_are_measured(tmp_path: Path) -> None:
    write_allocation(planner.load(without_teams()).solve().data, tmp_path)
    assert (tmp_path / "quotas.csv").exists() and not (tmp_path / "entitlements.csv").exists()


def test_a_group_lends_and_borrows_what_its_members_do() -> None:
    """a borrows three of b's five for six months, and owes them at the end; together they owe nothing."""
    teams = [{"team": "labs"}, *(row | {"parent": "labs"} for row in two())]
    document = shared("entitlement", 10, [wants("a", 8), wants("b", 2)], teams, settings={"settle": False})
    tables = PlanTables(planner.load(document).solve().data)
    (period,) = (row for row in tables.entitlements.records() if row["team"] == "labs")
    (whole,) = (row for row in tables.teams.records() if row["team"] == "labs")
    assert [period[name] for name in ("lent_pflops", "borrowed_pflops")] == pytest.approx([3, 3])
    told = [whole[f"{name}_pflops_months"] for name in ("lent", "borrowed", "credit")]
    assert told == pytest.approx([18, 18, 0], abs=1e-6)
