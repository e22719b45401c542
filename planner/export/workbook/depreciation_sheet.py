"""Depreciation on its two sheets: asset by asset, and by category and fiscal year with the net book value.

The lives of the categories stand in cells of the sheet `Depreciation`; whoever changes one changes all that follows.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from planner.export.tables import PlanTables
from planner.export.tables.depreciation import LATER, LIFE_MONTHS, year_field, year_starts
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import HEAD, Placed, Sum, write_table
from planner.export.workbook.year_sheet import YearSheet

NOTE = "Straight line from the first month in service, to nothing, over its own life or that of its category; nominal."
LIVES = HEAD + 4  # row of the first category's life on the sheet `Depreciation`, counted from 0


def write_assets(book: Any, pen: Pen, tables: PlanTables) -> Placed:
    """The sheet `Assets`: each asset with its life and, as formulas, what is written off in each fiscal year."""
    placed = write_table(book, pen, tables.assets)
    sheet = book.get_worksheet_by_name(placed.sheet)
    starts, at = year_starts(tables.reading.case.calendar), placed.table.position
    pen.text(sheet, 1, 0, NOTE)
    pen.text(sheet, HEAD - 1, at("cost_musd"), "starts in month")
    for year, start in starts.items():
        pen.value(sheet, HEAD - 1, at(year_field(year)), "integer", start)
    first, life, cost = (f"${xl_col_to_name(at(name))}" for name in ("first_month", "life_months", "cost_musd"))
    lives = {category: LIVES + i for i, category in enumerate(LIFE_MONTHS)}
    for row, asset in enumerate(placed.table.records(), HEAD + 1):
        if not asset["own_life"]:
            cell = xl_rowcol_to_cell(lives[asset["category"]], 1, row_abs=True, col_abs=True)
            pen.formula(sheet, row, at("life_months"), f"=Depreciation!{cell}", asset["life_months"], "integer", False)
        n = row + 1
        for year in starts:
            start = xl_rowcol_to_cell(HEAD - 1, at(year_field(year)), row_abs=True)
            months = f"MAX(0,MIN({first}{n}+{life}{n},{start}+12)-MAX({first}{n},{start}))"
            formula = f"={cost}{n}*{months}/{life}{n}"
            pen.formula(sheet, row, at(year_field(year)), formula, asset[year_field(year)], bold=False)
        off = f"{xl_rowcol_to_cell(row, at(year_field(min(starts))))}:{xl_rowcol_to_cell(row, at(LATER) - 1)}"
        pen.formula(sheet, row, at(LATER), f"={cost}{n}-SUM({off})", asset[LATER], bold=False)
    return placed


def write_depreciation(sheet: Any, pen: Pen, tables: PlanTables, assets: Placed) -> None:
    """The sheet `Depreciation`: lives; what comes into service, is written off and is left, by category and year."""
    page = YearSheet(
        sheet, pen, tables.reading.case.calendar, "Depreciation by fiscal year, M$", NOTE, behind="later"
    )  # fmt: skip
    page.row = LIVES - 1
    page.heading(page.row, "life where the thing has none of its own, months", bold=True)
    for row, (category, months) in enumerate(LIFE_MONTHS.items(), LIVES):
        page.heading(row, category)
        pen.value(sheet, row, 1, "integer", months)
    page.row = LIVES + len(LIFE_MONTHS) + 1
    added: dict[str, list[Sum]] = {}
    for category in LIFE_MONTHS:
        sums = [assets.sum_if("cost_musd", category=category, fiscal_year=year) for year in page.years]
        inside, whole = sum(value for _, value in sums), assets.sum_if("cost_musd", category=category)
        here = f"SUM({xl_rowcol_to_cell(page.row + 1 + len(added), 1)}:" \
               f"{xl_rowcol_to_cell(page.row + 1 + len(added), len(page.years))})"  # fmt: skip
        added[category] = [*sums, (f"{whole[0]}-{here}", whole[1] - inside)]
    additions = page.block("comes into service", added, "into service in all")
    fields = [*(year_field(year) for year in page.years), LATER]
    off = {category: [assets.sum_if(field, category=category) for field in fields] for category in LIFE_MONTHS}
    written = page.block("depreciation", off, "depreciation in all")
    _book_value(page, additions, written, added, off)


def _book_value(page: YearSheet, additions: Any, written: Any, added: Any, off: Any) -> None:
    """The net book value at each year's end: that of the year before, and what came, less what was written off."""
    page.heading(page.row, "net book value at the end of the year", bold=True)
    rows = {name: page.row + 1 + i for i, name in enumerate([*LIFE_MONTHS, "total"])}
    left = dict.fromkeys(LIFE_MONTHS, 0.0)
    for category, row in rows.items():
        page.heading(row, "net book value in all" if category == "total" else category, bold=category == "total")
    for i, year in enumerate(page.years):
        column = page.column(year)
        for category in LIFE_MONTHS:
            left[category] += added[category][i][1] - off[category][i][1]
            before = f"{xl_rowcol_to_cell(rows[category], column - 1)}+" if i else ""
            came, went = (xl_rowcol_to_cell(rows_of[category], column) for rows_of in (additions, written))
            page.write(rows[category], column, f"{before}{came}-{went}", left[category])
        page.add_up(rows["total"], column, page.row + 1, rows["total"] - 1, sum(left.values()))
    page.row = rows["total"] + 2
