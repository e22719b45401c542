"""Tables on sheets of a workbook: where their cells are, so that formulas elsewhere can name them."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from planner.export.pen import Pen
from planner.export.reading import Table

HEAD = 3  # row of the column headings, counted from 0


class Placed:
    """A table on its sheet: the cells of its fields, to be used in formulas."""

    def __init__(self, table: Table, sheet: str) -> None:
        self.table = table
        self.sheet = sheet
        self.first = HEAD + 2  # as a spreadsheet counts
        self.last = HEAD + 1 + max(len(table.rows), 1)

    def cells(self, field: str, *, local: bool = False) -> str:
        """The cells of a field; `local`: as seen from the same sheet."""
        column = xl_col_to_name(self.table.position(field))
        cells = f"${column}${self.first}:${column}${self.last}"
        return cells if local else f"{self.sheet}!{cells}"

    def sum_if(self, field: str, **conditions: str | int) -> tuple[str, float]:
        """A formula (without =) that sums a field over the rows that meet the conditions, and its value."""
        parts = [self.cells(field)]
        for name, value in conditions.items():
            parts += [self.cells(name), f'"{value}"' if isinstance(value, str) else str(value)]
        rows = self.table.records()
        found = [row[field] for row in rows if all(_said(row[name]) == value for name, value in conditions.items())]
        return f"SUMIFS({','.join(parts)})", float(sum(value for value in found if value is not None))


def _said(value: Any) -> Any:
    """A value as its cell says it."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


def write_table(book: Any, pen: Pen, table: Table) -> Placed:
    """Write a table on a sheet of its own: title, headings (frozen, with a filter), rows, totals."""
    sheet = book.add_worksheet(table.name.upper() if table.name == "mw" else table.name.capitalize())
    placed = Placed(table, sheet.get_name())
    pen.text(sheet, 0, 0, table.meaning, bold=True)
    for column, field in enumerate(table.fields):
        pen.text(sheet, HEAD, column, field.heading, head=True)
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
