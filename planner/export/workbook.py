"""The workbook for finance: every table of the plan, totals as formulas that agree with the ledger to the cent."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import xarray as xr
import xlsxwriter

from planner.core.files import write_bytes
from planner.export import provenance
from planner.export.cash_sheet import write_cash
from planner.export.pen import Pen
from planner.export.placed import HEAD, write_table
from planner.export.reading import Reading, Table
from planner.export.summary import PlanSummary
from planner.export.summary_sheet import write_summary
from planner.export.tables import PlanTables

CREATED = datetime.datetime(2000, 1, 1)  # fixed, so that the same plan gives the same bytes
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook_bytes(data: xr.Dataset) -> bytes:
    """The workbook of a plan; the same plan gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN)
    book.set_properties({"title": "Plan", "created": CREATED})
    tables, pen = PlanTables(data), Pen(book)
    summary, cash = book.add_worksheet("Summary"), book.add_worksheet("Cash")
    money = (tables.orders, tables.power, tables.fabric, tables.leases, tables.ledger)
    placed = {table.name: write_table(book, pen, table) for table in (*money, tables.runs)}
    _run_calendar(book, pen, tables.reading, tables.runs)
    r = tables.reading
    origins = (provenance.sources(r), provenance.catalogue(r), provenance.changes(r), provenance.settings(r))
    for table in (tables.use, tables.mw, tables.streams, tables.worth, *origins):
        if table.rows or table.name == "sources":
            write_table(book, pen, table)
    write_cash(cash, pen, tables, placed["ledger"])
    write_summary(summary, pen, PlanSummary(data, tables), placed)
    for sheet in book.worksheets():
        pen.fit_columns(sheet)
    book.close()
    return out.getvalue()


def write_workbook(data: xr.Dataset, path: str | Path) -> Path:
    """Write the workbook of a plan, whole or not at all.

    Parameters
    ----------
    data
        The plan's dataset.
    path
        The .xlsx file; replaced if it is there.

    Returns
    -------
    The path written.
    """
    return write_bytes(path, workbook_bytes(data))


def _run_calendar(book: Any, pen: Pen, reading: Reading, runs: Table) -> None:
    """Which gang is present in which period of the reported horizon, run by run."""
    if not runs.rows:
        return
    sheet = book.add_worksheet("Calendar")
    pen.text(sheet, 0, 0, "Run calendar: accelerators that each run holds, by period", bold=True)
    calendar = reading.case.calendar
    periods = [period for period in calendar.periods if not period.in_tail]
    for column, heading in enumerate(("run", "site", "accelerator")):
        pen.text(sheet, HEAD, column, heading, head=True)
    for column, period in enumerate(periods, 3):
        pen.text(sheet, HEAD, column, calendar.label(period.start), head=True)
    for row, run in enumerate(runs.records(), HEAD + 1):
        for column, name in enumerate(("run", "site", "accelerator")):
            pen.value(sheet, row, column, "id", run[name])
        if run["start"] is None:
            continue
        start, finish = calendar.month(run["start"]), calendar.month(run["finish"])
        for column, period in enumerate(periods, 3):
            if start < period.end and finish > period.start:
                pen.value(sheet, row, column, "integer", run["n"])
    sheet.freeze_panes(HEAD + 1, 3)
