"""Sheets by fiscal year: blocks of formulas with a column for each year, and their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from planner.data.calendar import Calendar
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import HEAD, Sum


class YearSheet:
    """A sheet as it grows: its years across, and the next free row.

    `behind` heads a column for what lies behind the last year, if the sheet has one.
    """

    def __init__(
        self, sheet: Any, pen: Pen, calendar: Calendar, title: str, note: str = "", *, behind: str | None = None,
        kind: str = "musd",
    ) -> None:  # fmt: skip
        months = calendar.months_by_year()
        self.sheet, self.pen, self.kind = sheet, pen, kind
        self.years = sorted(months)
        self.row = HEAD + 3
        self.behind = 1 + len(self.years) if behind else None
        self.total = 1 + len(self.years) + bool(behind)
        pen.text(sheet, 0, 0, title, bold=True)
        for row, sentence in enumerate((note, "A fiscal year is named after the calendar year in which it ends."), 1):
            pen.text(sheet, row, 0, sentence)
        pen.head(sheet, HEAD, 0, "fiscal year")
        pen.text(sheet, HEAD + 1, 0, "months of it reported")
        for year in self.years:
            pen.head(sheet, HEAD, self.column(year), str(year), number=True)
            reported = sum(month < calendar.reported_end for month in months[year])
            pen.text(sheet, HEAD + 1, self.column(year), f"{reported} of {len(months[year])}")
        if behind:
            pen.head(sheet, HEAD, 1 + len(self.years), behind, number=True)
        pen.head(sheet, HEAD, self.total, "total", number=True)
        sheet.freeze_panes(HEAD + 1, 1)

    def column(self, year: int) -> int:
        """The column of a year."""
        return 1 + self.years.index(year)

    def heading(self, row: int, text: str, *, bold: bool = False) -> None:
        """Name a row."""
        self.pen.text(self.sheet, row, 0, text, bold=bold)

    def write(self, row: int, column: int, formula: str, value: float, *, bold: bool = False) -> None:
        """Write a formula of the sheet's kind of number."""
        self.pen.formula(self.sheet, row, column, f"={formula}", value, self.kind, bold)

    def add_up(self, row: int, column: int, first: int, last: int, value: float) -> None:
        """The sum of the cells of a column."""
        self.write(row, column, _range(first, column, last, column), value, bold=True)

    def block(self, title: str, lines: Mapping[str, Sequence[Sum]], total: str) -> dict[str, int]:
        """A block of sums, one line a name, with totals down and across; the row of each name, and of `total`.

        Each line holds a sum for every year, and one for what lies behind, if the sheet shows that.
        """
        self.heading(self.row, title, bold=True)
        rows = {name: self.row + 1 + i for i, name in enumerate([*lines, "total"])}
        down = [0.0] * (self.total + 1)
        for name, sums in lines.items():
            self.heading(rows[name], name)
            for column, (formula, value) in enumerate(sums, 1):
                self.write(rows[name], column, formula, value)
                down[column] += value
            across = sum(value for _, value in sums)
            self.write(rows[name], self.total, _range(rows[name], 1, rows[name], self.total - 1), across, bold=True)
            down[self.total] += across
        self.heading(rows["total"], total, bold=True)
        for column in range(1, self.total + 1):
            self.add_up(rows["total"], column, self.row + 1, rows["total"] - 1, down[column])
        self.row = rows["total"] + 2
        return rows


def _range(top: int, left: int, bottom: int, right: int) -> str:
    return f"SUM({xl_rowcol_to_cell(top, left)}:{xl_rowcol_to_cell(bottom, right)})"
