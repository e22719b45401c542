"""Depreciation: straight line from the first month in service, by hand and in total."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from planner import Plan
from planner.data.derive import Case
from planner.export.tables import PlanTables
from planner.export.tables.depreciation import LIFE_MONTHS, written_off, year_starts
from planner.export.workbook import workbook_bytes
from tests.export.spreadsheet import Calculator


def test_what_is_bought_early_is_written_off_by_the_month(plans: dict[str, Plan]) -> None:
    rows = {row["kind"]: row for row in PlanTables(plans["early"].data).assets.records()}
    assert {kind: (row["in_service_from"], row["life_months"], row["own_life"]) for kind, row in rows.items()} == {
        "accelerator": ("2026-07", 48, True), "hall": ("2026-07", 300, False), "endpoints": ("2026-04", 66, False),
    }  # fmt: skip
    off = {kind: [row[name] for name in row if name.endswith("_musd")] for kind, row in rows.items()}
    assert off["accelerator"] == pytest.approx([20, 2.5, 5, 5, 7.5])  # 20 M$ over 4 years, half a year in 2026
    assert off["hall"] == pytest.approx([10, 0.2, 0.4, 0.4, 9])  # 10 M$ over 25 years
    assert off["endpoints"] == pytest.approx([2, 2 * 9 / 66, 2 * 12 / 66, 2 * 12 / 66, 2 * 33 / 66])


def test_a_tent_has_its_own_life_and_a_phase_its_category_s(plans: dict[str, Plan]) -> None:
    rows = {row["item"]: row for row in PlanTables(plans["campus"].data).assets.records()}
    lives = {item: rows[item]["life_months"] for item in ("tent", "rented", "air.liquid", "grid.first", "wave", "ab")}
    assert lives == {"tent": 24, "rented": 300, "air.liquid": 300, "grid.first": 300, "wave": 66, "ab": 66}
    assert rows["tent"]["fy2026_musd"] == pytest.approx(3 * 3 / 24)


@pytest.mark.parametrize(
    ("first", "life", "start", "off"),
    [(0, 12, 0, 12), (6, 12, 0, 6), (6, 12, 12, 6), (6, 12, 24, 0), (30, 12, 12, 0), (2, 3, 0, 12), (0, 24, -6, 3)],
)
def test_months_of_a_year_that_count(first: int, life: int, start: int, off: float) -> None:
    assert written_off(12.0, first, life, start) == pytest.approx(off)


def test_fiscal_years_start_where_the_calendar_says(plans: dict[str, Plan]) -> None:
    assert year_starts(Case(plans["early"].inputs).calendar) == {2026: 0, 2027: 12, 2028: 24}
    starts = year_starts(Case(plans["rich"].inputs).calendar)  # from July; the horizon from January 2026
    assert (starts[2026], starts[2027]) == (-6, 6)


@pytest.mark.parametrize("name", ["rich", "campus", "early", "tiny"])
def test_everything_is_written_off_once(plans: dict[str, Plan], name: str) -> None:
    for row in PlanTables(plans[name].data).assets.records():
        parts = [value for field, value in row.items() if field.endswith("_musd") and field != "cost_musd"]
        assert sum(parts) == pytest.approx(row["cost_musd"], abs=1e-9)
        assert all(part >= 0 for part in parts)


def _page(book: Any) -> dict[str, list[Any]]:
    """The rows of the sheet `Depreciation` by block and name."""
    found, block = {}, ""
    for name, *cells in book["Depreciation"].iter_rows(min_row=6, values_only=True):
        if name and all(cell is None for cell in cells):
            block = name
        elif name:
            found[f"{block}: {name}"] = cells
    return found


def test_the_book_value_is_what_came_less_what_was_written_off(plans: dict[str, Plan]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(plans["early"].data)), data_only=True)
    rows, end = _page(book), "net book value at the end of the year"
    assert rows["comes into service: compute"] == pytest.approx([20, 0, 0, 0, 20])
    assert rows["depreciation: compute"] == pytest.approx([2.5, 5, 5, 7.5, 20])
    assert rows[f"{end}: compute"][:3] == pytest.approx([17.5, 12.5, 7.5])
    assert rows[f"{end}: hall"][:3] == pytest.approx([9.8, 9.4, 9.0])
    in_all = rows[f"{end}: net book value in all"][:3]
    assert in_all[2] == pytest.approx(rows["depreciation: depreciation in all"][3])  # what is left is written off later
    assert rows["depreciation: depreciation in all"][-1] == pytest.approx(32)


def test_a_life_changed_in_the_sheet_changes_what_follows(plans: dict[str, Plan]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(plans["early"].data)))
    page = book["Depreciation"]
    cell = next(row[1] for row in page.iter_rows() if row[0].value == "hall")
    assert cell.value == LIFE_MONTHS["hall"]
    cell.value = 120
    rows = [row for row in page.iter_rows() if row[0].value == "hall"]
    calculator = Calculator(book)
    written = [calculator.value("Depreciation", cell) for cell in rows[2][1:4]]  # after its life and what came
    assert written == pytest.approx([0.5, 1.0, 1.0])
