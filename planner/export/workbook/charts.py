"""The sheet `Charts`: capex against budget, the fleet by type, MW energised and drawn; native charts over cells.

What a chart by period shows stands on the sheet `Periods`, as formulas over `Fleet` and `MW`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.export.tables import PlanTables
from planner.export.workbook.cash_sheet import Rows
from planner.export.workbook.pen import Pen
from planner.export.workbook.placed import HEAD, Placed

SIZE = {"width": 900, "height": 380}
ROWS_APART = 20  # rows of the sheet that a chart covers, and one more
COLOURS = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
)  # fmt: skip
MW_LINES = (("hall_mw", "halls, MW of IT"), ("energised_mw", "energised, MW of IT"), ("draw_mw", "drawn, MW of IT"))


def _series(sheet: str, name: Any, heads: Sequence[int], values: Sequence[int], **look: Any) -> dict[str, Any]:
    """A series of a chart: text or the cell of its name, first and last cell of its categories and values, its look."""
    name = name if isinstance(name, str) else [sheet, *name]
    return {"name": name, "categories": [sheet, *heads], "values": [sheet, *values], **look}


def write_periods(sheet: Any, pen: Pen, tables: PlanTables, placed: dict[str, Placed]) -> dict[str, int]:
    """Fill the sheet `Periods`, a row a reported period; the column of each type in service and each line of MW."""
    r = tables.reading
    periods = [t for t, period in enumerate(r.case.calendar.periods) if not period.in_tail]
    types = [g for g in r.labels("accelerator") if any(
        row["accelerator"] == g and row["in_service"] and not row["in_tail"] for row in tables.use.records()
    )]  # fmt: skip
    pen.text(sheet, 0, 0, "By period: accelerators in service by type, own and rented; MW of all own sites", bold=True)
    fields = [("period", "period"), ("months", "months"), *((g, g) for g in types)]
    fields += MW_LINES if tables.mw.rows else ()
    columns = {name: column for column, (name, _) in enumerate(fields)}
    for name, heading in fields:
        pen.head(sheet, HEAD, columns[name], heading, number=True)
    mw_known = {name for name, _ in MW_LINES if any(row[name] is not None for row in tables.mw.records())}
    for row, t in enumerate(periods, HEAD + 1):
        when = r.when(t)
        pen.value(sheet, row, 0, "date", when["period"])
        pen.value(sheet, row, 1, "integer", when["months"])
        here = (row, 0, when["period"])
        for g in types:
            formula, value = placed["use"].sum_if("in_service", accelerator=g, period=here)
            pen.formula(sheet, row, columns[g], f"={formula}", value, "integer", bold=False)
        for name in columns.keys() & mw_known:
            formula, value = placed["mw"].sum_if(name, period=here)
            pen.formula(sheet, row, columns[name], f"={formula}", value, "number", bold=False)
    sheet.freeze_panes(HEAD + 1, 1)
    kept = {name: column for name, column in columns.items() if name in types or name in mw_known}
    return {**kept, "last": HEAD + len(periods)}


def write_charts(book: Any, sheet: Any, tables: PlanTables, cash: Rows, periods: dict[str, int]) -> None:
    """Fill the sheet with the charts that have anything to show."""
    made = [_capex(book, tables, cash), _fleet(book, periods), _power(book, periods)]
    for i, chart in enumerate(chart for chart in made if chart is not None):
        chart.set_size(SIZE)
        sheet.insert_chart(ROWS_APART * i, 0, chart)


def _finish(chart: Any, title: str, unit: str, *, dates: bool) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    axis: dict[str, Any] = {"date_axis": True, "num_format": "yyyy-mm", "major_unit": 6, "major_unit_type": "months"}
    chart.set_x_axis({**(axis if dates else {}), "num_font": {"size": 9}})
    chart.set_y_axis({
        "name": unit, "num_format": "#,##0", "min": 0, "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": "#d9d9d9", "width": 0.5}},
    })  # fmt: skip


def _capex(book: Any, tables: PlanTables, rows: Rows) -> Any:
    """Cash due by category as stacked columns, the budget of all capex as marks."""
    calendar = tables.reading.case.calendar
    years = [year for year, months in calendar.months_by_year().items() if months[0] < calendar.reported_end]
    last, heads = len(years), (HEAD, 1, HEAD, len(years))
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    for colour, row in zip(COLOURS, (row for part, row in rows["capex"].items() if part != "total"), strict=False):
        chart.add_series(_series("Cash", (row, 0), heads, (row, 1, row, last), fill={"color": colour}, gap=60))
    if "budget all" in rows:
        line = book.add_chart({"type": "line"})
        for name, shown, colour in (
            ("budget", "budget", "#7f7f7f"),
            ("available", "budget with carry-over and overrun", "#000000"),
        ):
            row, fill = rows["budget all"][name], {"color": colour}
            mark = {"type": "long_dash", "size": 15, "fill": fill, "border": fill}
            line.add_series(
                _series("Cash", shown, heads, (row, 1, row, last), line={"none": True}, marker=mark)
            )  # fmt: skip
        chart.combine(line)
    _finish(chart, "Capex by fiscal year against budget", "M$", dates=False)
    return chart


def _by_period(periods: dict[str, int], name: str, **look: Any) -> dict[str, Any]:
    first, last, column = HEAD + 1, periods["last"], periods[name]
    return _series("Periods", (HEAD, column), (first, 0, last, 0), (first, column, last, column), **look)


def _fleet(book: Any, periods: dict[str, int]) -> Any:
    """Accelerators in service by type, as stacked areas."""
    types = [name for name in periods if name != "last" and name not in dict(MW_LINES)]
    if not types:
        return None
    chart = book.add_chart({"type": "area", "subtype": "stacked"})
    for i, name in enumerate(types):
        chart.add_series(_by_period(periods, name, fill={"color": COLOURS[i % len(COLOURS)]}))
    _finish(chart, "Accelerators in service by type, own and rented", "accelerators", dates=True)
    return chart


def _power(book: Any, periods: dict[str, int]) -> Any:
    """MW energised as an area, what halls house and what is drawn as lines."""
    if "energised_mw" not in periods:
        return None
    chart = book.add_chart({"type": "area"})
    chart.add_series(_by_period(periods, "energised_mw", fill={"color": "#c6dbef"}))
    lines = book.add_chart({"type": "line"})
    for name, colour in (("hall_mw", "#7f7f7f"), ("draw_mw", "#d62728")):
        if name in periods:
            lines.add_series(_by_period(periods, name, line={"color": colour, "width": 2}))
    chart.combine(lines)
    _finish(chart, "MW of IT at own sites: energised against drawn", "MW", dates=True)
    return chart
