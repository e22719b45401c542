"""The sheet `Fairness`: shares of each team as formulas over its amounts, and below them what holds of all."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from planner.export.tables import PlanTables
from planner.export.tables.fairness import account_of
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import HEAD, Placed, write_table

RATIOS = {"u": ("value_today_musd", "measure_musd"), "service_ratio": ("value_today_musd", "asked_musd")}


def write_fairness(book: Any, pen: Pen, tables: PlanTables) -> Placed:
    """The table of teams, with its shares as formulas, and under it the policy and figures over all teams."""
    placed = write_table(book, pen, tables.teams)
    sheet, at = book.get_worksheet_by_name(placed.sheet), placed.table.position
    column = {
        name: xl_col_to_name(at(name)) for name in ("value_today_musd", "alone_musd", "measure_musd", "asked_musd")
    }
    for row, team in enumerate(placed.table.records(), HEAD + 1):
        for name, (part, whole) in RATIOS.items():
            if team[name] is not None:
                kind = "number" if name == "u" else "share"
                formula = f"={column[part]}{row + 1}/{column[whole]}{row + 1}"
                pen.formula(sheet, row, at(name), formula, team[name], kind, False)
        if team["regret"] is not None:
            formula = f"=MAX(0,1-{column['value_today_musd']}{row + 1}/{column['alone_musd']}{row + 1})"
            pen.formula(sheet, row, at("regret"), formula, team["regret"], "share", False)
    _over_all(sheet, pen, tables, placed)
    return placed


def _over_all(sheet: Any, pen: Pen, tables: PlanTables, placed: Placed) -> None:
    said, a = account_of(tables.reading), tables.reading.data.attrs
    assert said is not None
    row = placed.last + 1
    pen.text(sheet, row, 0, "policy", bold=True)
    pen.text(sheet, row, 1, str(said["policy"]))
    amounts = (
        ("net value of the best plan without fairness, M$", said["best_net_musd"]),
        ("not proven of it, M$", said["best_gap_musd"]),
        ("net value of this plan, M$", float(a["objective_musd"])),
        ("gross value of the best plan without fairness, M$", said["best_gross_musd"]),
    )
    first = row + 1
    for row, (name, value) in enumerate(amounts, first):
        pen.text(sheet, row, 0, name)
        pen.value(sheet, row, 1, "musd", value)
    best, gap, net, gross = (xl_rowcol_to_cell(first + i, 1) for i in range(4))
    lost = said["best_net_musd"] + said["best_gap_musd"] - float(a["objective_musd"])
    row += 1
    pen.text(sheet, row, 0, "given up for fairness, at most, M$")
    pen.formula(sheet, row, 1, f"={best}+{gap}-{net}", lost)
    if said["best_gross_musd"] > 0:
        row += 1
        pen.text(sheet, row, 0, "price of fairness, at most")
        formula = f"={xl_rowcol_to_cell(row - 1, 1)}/{gross}"
        pen.formula(sheet, row, 1, formula, lost / said["best_gross_musd"], "share")
    if said["jain"] is not None:
        u, asking = xl_col_to_name(placed.table.position("u")), sum(r["asks"] for r in placed.table.records())
        cells = f"{u}{placed.first}:{u}{placed.first + asking - 1}"
        pen.text(sheet, row + 1, 0, "Jain's index of u")
        pen.formula(
            sheet, row + 1, 1, f"=SUM({cells})*SUM({cells})/COUNT({cells})/SUMSQ({cells})", said["jain"], "number"
        )
