"""The sheet `Cash`: what falls due by fiscal year and category, against the budgets, as formulas over the ledger."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from planner.export.tables import PlanTables
from planner.export.tables.outcomes import PARTS
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import Placed, Sum
from planner.export.workbook.year_sheet import YearSheet

BUDGET_LINES = (
    ("budget", "budget_musd"), ("carried in from the year before", "carried_in_musd"),
    ("pulled forward from the next year", "pulled_in_musd"), ("overrun at its price", "overrun_musd"),
)  # fmt: skip
Rows = dict[str, dict[str, int]]  # of each block, the row of each line


def write_cash(sheet: Any, pen: Pen, tables: PlanTables, ledger: Placed) -> Rows:
    """Fill the sheet: capex, opex and resale by fiscal year, then one block for each budget; the rows of each."""
    page = YearSheet(
        sheet, pen, tables.reading.case.calendar, "Cash by fiscal year, M$ nominal, by due date",
        behind="behind the horizon",
    )  # fmt: skip
    rows: Rows = {}
    blocks = {kind: tables.reading.labels(dim) for kind, dim in PARTS.items()}
    if tables.sales.rows:
        blocks["resale"] = ["compute"]
    for kind, parts in blocks.items():
        lines = {part: _due(page, ledger, kind, part) for part in parts}
        rows[kind] = page.block(kind, lines, f"{kind} in all")
    by_key = {(row["fiscal_year"], row["category"]): row for row in tables.cash.records()}
    for category in dict.fromkeys(row["category"] for row in tables.reading.inputs.rows("budgets")):
        due = rows["opex" if category == "opex" else "capex"]["total" if category in ("all", "opex") else category]
        rows[f"budget {category}"] = _budget(page, category, due, by_key)
    return rows


def _due(page: YearSheet, ledger: Placed, kind: str, part: str) -> list[Sum]:
    inside = [
        ledger.sum_if("amount_musd", kind=kind, part=part, fiscal_year=year, in_horizon="yes") for year in page.years
    ]
    return [*inside, ledger.sum_if("amount_musd", kind=kind, part=part, in_horizon="no")]


def _budget(page: YearSheet, category: str, due: int, found: dict[tuple[int, str], dict[str, Any]]) -> dict[str, int]:
    """A budget year by year: what there is, what the year before took, what falls due, what is left."""
    page.heading(page.row, f"budget: {'all capex' if category == 'all' else category}", bold=True)
    names = [name for name, _ in BUDGET_LINES]
    names += ["available", "taken by the year before", "cash due", "left"]
    first, rows = page.row + 1, {name: page.row + 1 + i for i, name in enumerate(names)}
    for name, row in rows.items():
        page.heading(row, name, bold=name in ("available", "left"))
    for year in page.years:
        held, column = found[year, category], page.column(year)
        if held["budget_musd"] is None:
            continue
        for name, key in BUDGET_LINES:
            page.pen.value(page.sheet, rows[name], column, "musd", held[key])
        available = sum(held[key] for _, key in BUDGET_LINES)
        page.add_up(rows["available"], column, first, rows["available"] - 1, available)
        page.pen.value(page.sheet, rows["taken by the year before"], column, "musd", held["taken_musd"])
        page.write(rows["cash due"], column, xl_rowcol_to_cell(due, column), held["cash_musd"])
        cells = [xl_rowcol_to_cell(rows[name], column) for name in names[-4:-1]]
        page.write(rows["left"], column, "-".join(cells), available - held["taken_musd"] - held["cash_musd"], bold=True)
    page.row = rows["left"] + 2
    return rows
