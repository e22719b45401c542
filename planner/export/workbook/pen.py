"""Writing cells of a workbook so that nothing from the input can become more than text or a number."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

from planner.export.tables.table import FieldKind, Value

LONGEST = 32_767  # characters a cell can hold
WIDEST = 60
HEAD_HEIGHT, HEAD_WIDTH = 31, 12  # two lines of points; characters
_FORMATS = {
    "year": "0",
    "integer": "#,##0",
    "number": "#,##0.00",
    "small": "0.000000",
    "share": "0.0%",
    "usd": "#,##0.00",
    "musd": "#,##0.000",
    "date": "yyyy-mm",
    "text": "@",
}
# What no XML file may hold: control characters, lone surrogates, non-characters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


def fit(text: str) -> str:
    """Text as a cell can hold it: without control characters, cut to what a cell takes."""
    clean = _UNFIT.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 3] + "..."


class Pen:
    """Writes values into the sheets of one workbook, by kind, and remembers how wide the columns need to be."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[str, bool, bool, bool], Any] = {}
        self._widths: dict[tuple[str, int], int] = {}

    def style(self, kind: str, bold: bool = False, quoted: bool = False, indent: bool = False) -> Any:
        """The format of a kind of cell. `quoted`: stays text even if someone edits the cell."""
        key = (kind, bold, quoted, indent)
        if key not in self._formats:
            made = self._book.add_format({"num_format": _FORMATS.get(kind, "General"), "bold": bold})
            if quoted:
                made.set_quote_prefix()
            if indent:
                made.set_align("left")
                made.set_indent(1)
            if kind == "text":
                made.set_align("top")
            if kind in ("head", "number head"):
                made.set_align("bottom")
                made.set_bottom()
                made.set_text_wrap()
            if kind == "number head":
                made.set_align("right")
            self._formats[key] = made
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, value: str, *, bold: bool = False) -> None:
        """Write text, never as a formula, a number or a link."""
        clean = fit(value)
        # behind a number text needs a little room
        style = self.style("text", bold, clean.startswith(_FORMULA_START), indent=column > 0)
        sheet.write_string(row, column, clean, style)
        if row >= 3:  # titles may run over
            self._widen(sheet, column, len(clean) + (column > 0))

    def head(self, sheet: Any, row: int, column: int, value: str, *, number: bool = False) -> None:
        """Write a heading, over numbers to the right."""
        clean = fit(value)
        style = self.style(
            "number head" if number else "head", True, clean.startswith(_FORMULA_START), not number and column > 0
        )
        sheet.write_string(row, column, clean, style)
        sheet.set_row(row, HEAD_HEIGHT)
        longest_word = max((len(word) for word in clean.split()), default=0)
        self._widen(sheet, column, max(longest_word + 2, min(len(clean), HEAD_WIDTH)))

    def value(self, sheet: Any, row: int, column: int, kind: FieldKind, value: Value, *, bold: bool = False) -> None:
        """Write a value by its kind; unknown: leave the cell empty."""
        if value is None:
            return
        if isinstance(value, bool):
            self.text(sheet, row, column, "yes" if value else "no", bold=bold)
        elif kind == "date" and isinstance(value, str):
            year, month = (int(part) for part in value.split("-"))
            sheet.write_datetime(row, column, datetime.datetime(year, month, 1), self.style("date", bold))
            self._widen(sheet, column, 9)
        elif isinstance(value, str):
            self.text(sheet, row, column, value, bold=bold)
        elif not math.isfinite(value):
            self.text(sheet, row, column, "none")
        else:
            sheet.write_number(row, column, value, self.style(_number_style(kind, value), bold))
            self._widen(sheet, column, len(f"{value:,.3f}"))

    def formula(
        self, sheet: Any, row: int, column: int, formula: str, value: float, kind: str = "musd", bold: bool = True
    ) -> None:
        """Write a formula of our own with its value, so that programs that do not calculate show it too."""
        sheet.write_formula(row, column, formula, self.style(kind, bold), value)
        self._widen(sheet, column, len(f"{value:,.3f}"))

    def fit_columns(self, sheet: Any) -> None:
        """Set the widths of a sheet's columns to what was written in them."""
        for (name, column), width in self._widths.items():
            if name == sheet.get_name():
                sheet.set_column(column, column, min(max(width + 2, 8), WIDEST))

    def _widen(self, sheet: Any, column: int, width: int) -> None:
        key = (sheet.get_name(), column)
        self._widths[key] = max(self._widths.get(key, 0), width)


def _number_style(kind: str, value: float) -> str:
    if kind == "number":
        if isinstance(value, int):
            return "integer"
        return "small" if 0 < abs(value) < 0.01 else "number"
    return kind
