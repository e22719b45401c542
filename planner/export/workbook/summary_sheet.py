"""The sheet `Summary`: how good the plan is, what it comes to, and that every sheet agrees with the ledger."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from planner.export.summary import PlanSummary
from planner.export.tables.table import Value
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import HEAD, Placed, Sum, plus
from planner.model.workspace import SIGN


def write_summary(sheet: Any, pen: Pen, summary: PlanSummary, placed: dict[str, Placed]) -> None:
    """Fill the sheet: the verdict, net value by kind of money, and the agreement of the sheets."""
    a = summary.data.attrs
    pen.text(sheet, 0, 0, f"{a['study']}: {a['title']}", bold=True)
    for row, sentence in enumerate((summary.verdict(), summary.trust()), 1):
        pen.text(sheet, row, 0, sentence)
    row = _figures(sheet, pen, summary, HEAD + 1)
    row = _net_value(sheet, pen, placed["ledger"], float(a["objective_musd"]), row + 1)
    row = _agreement(sheet, pen, placed, row + 1)
    for sentence in (summary.not_modelled(), str(a.get("prices_note", ""))):
        if sentence:
            row += 1
            sheet.write_string(row, 0, sentence, pen.style("text"))


def _figures(sheet: Any, pen: Pen, summary: PlanSummary, row: int) -> int:
    attrs, reading = summary.data.attrs, summary.tables.reading
    figures: tuple[tuple[str, Value, str], ...] = (
        ("status", str(attrs["status"]), "text"),
        ("net value, M$ discounted to the start", float(attrs["objective_musd"]), "musd"),
        (f"{reading.nobody} is worth more than, M$", float(attrs["bound_musd"]), "musd"),
        (f"gap, share of {reading.gap_is_of}", float(attrs["gap"]), "share"),
        ("gap, M$", float(attrs["gap_musd"]), "musd"),
        ("independent check passed", bool(attrs["checked"]), "flag"),
    )
    for name, value, kind in figures:
        pen.text(sheet, row, 0, name)
        pen.value(sheet, row, 1, kind, value)  # type: ignore[arg-type]
        row += 1
    pen.text(sheet, row, 0, "hash of the inputs")
    sheet.write_string(row, 1, str(attrs["inputs_hash"]), pen.style("text", indent=True))
    return row + 1


def _net_value(sheet: Any, pen: Pen, ledger: Placed, objective: float, row: int) -> int:
    """Nominal and discounted sums of the ledger by kind; the discounted ones add up to the objective."""
    for column, heading in enumerate(("money, M$", "nominal", "counts in the objective")):
        pen.head(sheet, row, column, heading, number=column > 0)
    first, total = row + 1, 0.0
    for kind in SIGN:
        row += 1
        pen.text(sheet, row, 0, kind)
        for column, field in ((1, "amount_musd"), (2, "discounted_musd")):
            formula, value = ledger.sum_if(field, kind=kind)
            pen.formula(sheet, row, column, f"={formula}", value, bold=False)
        total += value
    row += 1
    pen.text(sheet, row, 0, "net value", bold=True)
    cells = f"{xl_rowcol_to_cell(first, 2)}:{xl_rowcol_to_cell(row - 1, 2)}"
    pen.formula(sheet, row, 2, f"=SUM({cells})", total)
    row += 1
    pen.text(sheet, row, 0, "less the objective")
    here = xl_rowcol_to_cell(row - 1, 2)
    pen.value(sheet, row, 1, "musd", objective)
    pen.formula(sheet, row, 2, f"={here}-{xl_rowcol_to_cell(row, 1)}", total - objective, bold=False)
    return row + 1


def _agreement(sheet: Any, pen: Pen, placed: dict[str, Placed], row: int) -> int:
    """Each sheet's total beside what the ledger says."""
    for column, heading in enumerate(("do the sheets agree with the ledger? M$", "sheet", "ledger", "difference")):
        pen.head(sheet, row, column, heading, number=column > 0)
    ledger, orders, power = placed["ledger"], placed["orders"], placed["power"]
    housing = (power.sum_if("amount_musd", kind=kind) for kind in ("hall", "retrofit", "site"))
    feeding = (power.sum_if("amount_musd", kind=kind) for kind in ("power_source", "phase"))
    pairs: list[tuple[str, Sum, str, str | None]] = [
        (f"Orders: {part}", orders.sum_if("amount_musd", category=part), "capex", part)
        for part in ("compute", "hall", "power", "network")
    ]
    pairs += [
        ("Power: halls, retrofits, openings of sites", plus(*housing), "capex", "hall"),
        ("Power: sources and phases", plus(*feeding), "capex", "power"),
        ("Power: rent of leased halls", power.total("rent_musd"), "opex", "rent"),
        ("Network: fabrics and links", placed["network"].total("amount_musd"), "capex", "network"),
        ("Leases: rent", plus(*(placed["leases"].total(f"rent_{x}musd") for x in ("", "after_"))), "opex", "lease"),
        ("Sales: proceeds", placed["sales"].total("amount_musd"), "resale", "compute"),
        ("Assets: cost", placed["assets"].total("cost_musd"), "capex", None),
    ]
    for name, (formula, value), kind, part in pairs:
        row += 1
        pen.text(sheet, row, 0, name)
        pen.formula(sheet, row, 1, f"={formula}", value, bold=False)
        other, stated = ledger.sum_if("amount_musd", kind=kind, **({"part": part} if part else {}))
        pen.formula(sheet, row, 2, f"={other}", stated, bold=False)
        cells = f"{xl_rowcol_to_cell(row, 1)}-{xl_rowcol_to_cell(row, 2)}"
        pen.formula(sheet, row, 3, f"=ROUND({cells},8)", round(value - stated, 8) + 0.0, bold=False)
    return row + 2
