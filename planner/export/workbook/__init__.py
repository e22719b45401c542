"""The workbook for finance: every table of the plan, totals as formulas that agree with the ledger to the cent."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import xarray as xr
import xlsxwriter

from planner.core.files import write_bytes
from planner.export.summary import PlanSummary
from planner.export.tables import PlanTables
from planner.export.workbook.cash_sheet import write_cash
from planner.export.workbook.charts import write_charts, write_periods
from planner.export.workbook.depreciation_sheet import write_assets, write_depreciation
from planner.export.workbook.fairness_sheet import write_fairness
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import HEAD, write_table
from planner.export.workbook.summary_sheet import write_summary
from planner.export.workbook.team_sheet import write_teams

CREATED = datetime.datetime(2000, 1, 1)  # fixed, so that the same plan gives the same bytes
A4 = 9
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FRONT = ("Summary", "Charts", "Cash", "Depreciation", "Teams")
ALWAYS = ("quarters", "orders", "power", "network", "leases", "sales", "use", "mw", "runs", "allocation")
WHERE_ANY = ("programmes", "levels", "ends", "goals", "commitments", "traffic", "streams", "worth")
BACK = ("ledger", "sources")
ORIGINS = ("catalogue", "changes", "settings")


def workbook_bytes(data: xr.Dataset) -> bytes:
    """The workbook of a plan; the same plan gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN)
    book.set_properties({"title": "Plan", "created": CREATED})
    tables, pen = PlanTables(data), Pen(book)
    front = {name: book.add_worksheet(name) for name in FRONT}
    wanted = [*ALWAYS, *(("calendar",) if tables.runs.rows else ())]
    wanted += [name for name in WHERE_ANY if getattr(tables, name).rows]
    placed = {name: write_table(book, pen, getattr(tables, name)) for name in wanted}
    if tables.teams.rows:
        write_fairness(book, pen, tables)
    placed["assets"] = write_assets(book, pen, tables)
    periods = write_periods(book.add_worksheet("Periods"), pen, tables, placed)
    for name in (*BACK, *(name for name in ORIGINS if getattr(tables, name).rows)):
        placed[name] = write_table(book, pen, getattr(tables, name))
    cash = write_cash(front["Cash"], pen, tables, placed["ledger"])
    write_depreciation(front["Depreciation"], pen, tables, placed["assets"])
    write_teams(front["Teams"], pen, tables, placed["allocation"])
    write_charts(book, front["Charts"], tables, cash, periods)
    write_summary(front["Summary"], pen, PlanSummary(data, tables), placed)
    for sheet in book.worksheets():
        pen.fit_columns(sheet)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 1 if sheet.get_name() == "Charts" else 0)
        if sheet.get_name() not in ("Summary", "Charts"):
            sheet.repeat_rows(HEAD)
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
