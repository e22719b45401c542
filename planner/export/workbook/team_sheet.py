"""The sheet `Teams`: accelerator-months of each team by fiscal year, and its share, as formulas over the allocation."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from planner.export.tables import PlanTables
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import Placed
from planner.export.workbook.year_sheet import YearSheet

BLOCKS = (
    ("accelerator_months", "accelerator-months"), ("run_months", "of them for runs"),
    ("stream_months", "of them for streams"),
)  # fmt: skip


def write_teams(sheet: Any, pen: Pen, tables: PlanTables, allocation: Placed) -> None:
    """Fill the sheet, team by team in alphabetical order."""
    title = "Accelerator-months of each team by fiscal year; a month of one type counts as a month of any other"
    page = YearSheet(sheet, pen, tables.reading.case.calendar, title, kind="integer")
    teams = sorted({row["team"] for row in allocation.table.records()})
    for field, heading in BLOCKS:
        lines = {team: [allocation.sum_if(field, team=team, fiscal_year=year) for year in page.years] for team in teams}
        rows = page.block(heading, lines, f"{heading}, all teams")
        if field == "accelerator_months":
            _shares(page, rows, {team: [value for _, value in sums] for team, sums in lines.items()})


def _shares(page: YearSheet, rows: dict[str, int], months: dict[str, list[float]]) -> None:
    page.heading(page.row, "share", bold=True)
    totals = [sum(values) for values in zip(*months.values(), strict=True)]
    for team, values in months.items():
        page.row += 1
        page.heading(page.row, team)
        for column, (value, total) in enumerate(zip(values, totals, strict=True), 1):
            if total:
                parts = (xl_rowcol_to_cell(rows[name], column) for name in (team, "total"))
                page.pen.formula(page.sheet, page.row, column, f"={'/'.join(parts)}", value / total, "share", False)
    page.row += 2
