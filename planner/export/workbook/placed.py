"""Tables on sheets of a workbook: where their cells are, so that formulas elsewhere can name them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from planner.export.tables.table import Table
from planner.export.workbook.pen import Pen

NUMBERS = ("year", "integer", "number", "share", "usd", "musd", "date")  # kinds whose cells stand to the right
HEAD = 3  # row of the column headings, counted from 0
Sum = tuple[str, float]  # a formula without =, and its value
Cell = tuple[int, int, Any]  # row and column of a cell on the sheet of the formula, and what it holds


class Placed:
    """A table on its sheet: the cells of its fields, to be used in formulas."""

    def __init__(self, table: Table, sheet: str) -> None:
        self.table = table
        self.sheet = sheet
        self.first = HEAD + 2  # as a spreadsheet counts
        self.last = HEAD + 1 + max(len(table.rows), 1)
        self._sums: dict[tuple[str, ...], dict[tuple[Any, ...], float]] = {}

    def cells(self, field: str, *, local: bool = False) -> str:
        """The cells of a field; `local`: as seen from the same sheet."""
        column = xl_col_to_name(self.table.position(field))
        cells = f"${column}${self.first}:${column}${self.last}"
        return cells if local else f"{self.sheet}!{cells}"

    def total(self, field: str) -> Sum:
        """A formula that sums a whole field, and its value."""
        return f"SUM({self.cells(field)})", self.table.total(field)

    def sum_if(self, field: str, **conditions: str | int | Cell) -> Sum:
        """A formula that sums a field over the rows that meet the conditions, and its value.

        A condition is what a field must say, given as it is or by the cell that holds it.
        """
        parts, wanted = [self.cells(field)], []
        for name, value in conditions.items():
            said = f'"{value}"' if isinstance(value, str) else str(value)
            if isinstance(value, tuple):
                said = xl_rowcol_to_cell(*value[:2], row_abs=True, col_abs=True)
                value = value[2]
            parts += [self.cells(name), said]
            wanted.append(value)
        return f"SUMIFS({','.join(parts)})", self._sum(field, *conditions)[tuple(wanted)]

    def _sum(self, field: str, *names: str) -> dict[tuple[Any, ...], float]:
        """The sums of a field by what other fields say."""
        if (field, *names) not in self._sums:
            sums: dict[tuple[Any, ...], float] = defaultdict(float)
            for row in self.table.records():
                if row[field] is not None:
                    sums[tuple(_said(row[name]) for name in names)] += row[field]
            self._sums[field, *names] = sums
        return self._sums[field, *names]


def plus(*sums: Sum) -> Sum:
    """The sum of several sums."""
    return "+".join(formula for formula, _ in sums), sum(value for _, value in sums)


def _said(value: Any) -> Any:
    """A value as its cell says it."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


def write_table(book: Any, pen: Pen, table: Table) -> Placed:
    """Write a table on a sheet of its own: title, headings (frozen, with a filter), rows, totals."""
    sheet = book.add_worksheet(table.sheet)
    placed = Placed(table, sheet.get_name())
    pen.text(sheet, 0, 0, table.meaning, bold=True)
    for column, field in enumerate(table.fields):
        pen.head(sheet, HEAD, column, field.heading, number=field.kind in NUMBERS)
        sheet.write_comment(HEAD, column, field.meaning.replace("`", ""), {"x_scale": 2})
        for row, values in enumerate(table.rows, HEAD + 1):
            pen.value(sheet, row, column, field.kind, values[column])
    if not table.rows:
        pen.text(sheet, HEAD + 1, 0, "none")
    for column, field in enumerate(table.fields):
        if field.total:
            formula = f"=SUM({placed.cells(field.name, local=True)})"
            style = "integer" if field.kind == "number" else field.kind
            pen.formula(sheet, placed.last, column, formula, table.total(field.name), style)
    if any(field.total for field in table.fields):
        pen.text(sheet, placed.last, 0, "total", bold=True)
    sheet.freeze_panes(HEAD + 1, 1)
    sheet.autofilter(HEAD, 0, placed.last - 1, len(table.fields) - 1)
    return placed
