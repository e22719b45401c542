"""The sheet `Cash`: what falls due by fiscal year and category, against the budgets, as formulas over the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from planner.export.pen import Pen
from planner.export.placed import HEAD, Placed
from planner.export.tables import PlanTables

PARTS = {"capex": "category", "opex": "opex_part"}  # the dims that hold a kind's parts
BUDGET_LINES = (
    ("budget", "budget_musd"), ("carried in from the year before", "carried_in_musd"),
    ("pulled forward from the next year", "pulled_in_musd"), ("overrun at its price", "overrun_musd"),
)  # fmt: skip


@dataclass
class _Page:
    """The sheet as it grows: where the columns of the years are, and the next free row."""

    sheet: Any
    pen: Pen
    ledger: Placed
    years: list[int]
    row: int = HEAD + 2

    def column(self, year: int) -> int:
        """The column of a year."""
        return 1 + self.years.index(year)

    @property
    def after(self) -> int:
        """The column of what falls due behind the horizon."""
        return 1 + len(self.years)

    def heading(self, row: int, text: str, *, bold: bool = False) -> None:
        self.pen.text(self.sheet, row, 0, text, bold=bold)

    def add_up(self, row: int, column: int, first: int, last: int, value: float) -> None:
        """The sum of the cells of a column."""
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        self.pen.formula(self.sheet, row, column, f"=SUM({cells})", value)


def write_cash(sheet: Any, pen: Pen, tables: PlanTables, ledger: Placed) -> None:
    """Fill the sheet: capex and opex by fiscal year, then one block for each budget."""
    calendar = tables.reading.case.calendar
    months = calendar.months_by_year()
    page = _Page(sheet, pen, ledger, sorted(months))
    pen.text(sheet, 0, 0, "Cash by fiscal year, M$ nominal, by due date", bold=True)
    pen.text(sheet, 1, 0, "A fiscal year is named after the calendar year in which it ends.")
    pen.text(sheet, HEAD, 0, "fiscal year", head=True)
    page.heading(HEAD + 1, "months of it reported")
    for year in page.years:
        pen.text(sheet, HEAD, page.column(year), str(year), head=True)
        reported = sum(month < calendar.reported_end for month in months[year])
        pen.text(sheet, HEAD + 1, page.column(year), f"{reported} of {len(months[year])}")
    pen.text(sheet, HEAD, page.after, "behind the horizon", head=True)
    pen.text(sheet, HEAD, page.after + 1, "total", head=True)
    due = {kind: _money(page, kind, tables.reading.labels(dim)) for kind, dim in PARTS.items()}
    by_key = {(row["fiscal_year"], row["category"]): row for row in tables.cash.records()}
    for category in dict.fromkeys(row["category"] for row in tables.reading.inputs.rows("budgets")):
        rows = due["opex" if category == "opex" else "capex"]
        _budget(page, category, rows["total" if category in ("all", "opex") else category], by_key)
    sheet.freeze_panes(HEAD + 1, 1)


def _money(page: _Page, kind: str, parts: Sequence[str]) -> dict[str, int]:
    """A block of money by part and year with its totals; the row of each part and of `total`."""
    page.heading(page.row, kind, bold=True)
    rows = {part: page.row + 1 + i for i, part in enumerate(parts)}
    rows["total"] = page.row + 1 + len(parts)
    sums = dict.fromkeys(range(1, page.after + 2), 0.0)
    for part in parts:
        page.heading(rows[part], part)
        cells = {
            page.column(year): page.ledger.sum_if(
                "amount_musd", kind=kind, part=part, fiscal_year=year, in_horizon="yes"
            )
            for year in page.years
        }
        cells[page.after] = page.ledger.sum_if("amount_musd", kind=kind, part=part, in_horizon="no")
        for column, (formula, value) in cells.items():
            page.pen.formula(page.sheet, rows[part], column, f"={formula}", value, bold=False)
            sums[column] += value
        total = sum(value for _, value in cells.values())
        _across(page, rows[part], total)
        sums[page.after + 1] += total
    page.heading(rows["total"], f"{kind} in all", bold=True)
    for column, value in sums.items():
        page.add_up(rows["total"], column, page.row + 1, rows["total"] - 1, value)
    page.row = rows["total"] + 2
    return rows


def _across(page: _Page, row: int, value: float) -> None:
    cells = f"{xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, page.after)}"
    page.pen.formula(page.sheet, row, page.after + 1, f"=SUM({cells})", value)


def _budget(page: _Page, category: str, due: int, found: dict[tuple[int, str], dict[str, Any]]) -> None:
    """A budget year by year: what there is, what the year before took, what falls due, what is left."""
    page.heading(page.row, f"budget: {'all capex' if category == 'all' else category}", bold=True)
    names = [name for name, _ in BUDGET_LINES]
    names += ["available", "taken by the year before", "cash due", "left"]
    first, rows = page.row + 1, {name: page.row + 1 + i for i, name in enumerate(names)}
    for name, row in rows.items():
        page.heading(row, name, bold=name in ("available", "left"))
    for year in page.years:
        held = found[year, category]
        if held["budget_musd"] is None:
            continue
        column = page.column(year)
        for name, key in BUDGET_LINES:
            page.pen.value(page.sheet, rows[name], column, "musd", held[key])
        available = sum(held[key] for _, key in BUDGET_LINES)
        page.add_up(rows["available"], column, first, rows["available"] - 1, available)
        page.pen.value(page.sheet, rows["taken by the year before"], column, "musd", held["taken_musd"])
        cash = held["cash_musd"]
        page.pen.formula(page.sheet, rows["cash due"], column, f"={xl_rowcol_to_cell(due, column)}", cash, bold=False)
        cells = [xl_rowcol_to_cell(rows[name], column) for name in names[-4:-1]]
        left = available - held["taken_musd"] - cash
        page.pen.formula(page.sheet, rows["left"], column, f"={'-'.join(cells)}", left)
    page.row = rows["left"] + 2
