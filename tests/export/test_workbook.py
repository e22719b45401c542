"""The workbook: what it says adds up, and nothing from the input becomes more than text."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest

from planner import Plan
from planner.core.files import replacing
from planner.export.workbook import workbook_bytes, write_workbook
from planner.export.workbook.pen import LONGEST, fit
from tests.export.documents import HOSTILE
from tests.export.spreadsheet import Calculator

NAMES = ("rich", "bare", "idle", "tiny", "campus", "early")
CENT = 1e-8  # M$


def opened(plan: Plan, cached: bool) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(plan.data)), data_only=cached)


def records(plan: Plan, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet's table, by heading."""
    head, *rows = opened(plan, cached=True)[sheet].iter_rows(min_row=4, values_only=True)
    return [dict(zip((str(cell) for cell in head), row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_has_the_value_it_comes_to(plans: dict[str, Plan], name: str) -> None:
    formulas, values = opened(plans[name], cached=False), opened(plans[name], cached=True)
    calculator = Calculator(formulas)
    found = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    found += 1
                    cached = values[sheet.title][cell.coordinate].value
                    assert cached == pytest.approx(calculator.value(sheet.title, cell), abs=CENT), (
                        f"{sheet.title}!{cell.coordinate} {cell.value}"
                    )
    assert found > 20


@pytest.mark.parametrize("name", NAMES)
def test_totals_are_the_ledger_s_to_the_cent(plans: dict[str, Plan], name: str) -> None:
    data = plans[name].data
    book = opened(plans[name], cached=True)

    def of(kind: str, *parts: str) -> float:
        if "line" not in data.dims:
            return 0.0
        lines = data.ledger_musd[(data.line_kind == kind) & data.line_part.isin(parts)]
        return float(lines.sum())

    rows = {str(row[0].value): row for row in book["Cash"].iter_rows()}
    last = book["Cash"].max_column
    assert rows["capex in all"][last - 1].value == pytest.approx(
        of("capex", "compute", "hall", "power", "network"), abs=CENT
    )
    assert rows["opex in all"][last - 1].value == pytest.approx(
        of("opex", "energy", "running", "lease", "rent", "placement", "traffic"), abs=CENT
    )
    summary = {str(row[0].value): row for row in book["Summary"].iter_rows()}
    for said, kind, *parts in (
        ("Orders: compute", "capex", "compute"), ("Orders: hall", "capex", "hall"),
        ("Orders: power", "capex", "power"), ("Orders: network", "capex", "network"),
        ("Power: halls, retrofits, openings of sites", "capex", "hall"),
        ("Power: sources and phases", "capex", "power"), ("Power: rent of leased halls", "opex", "rent"),
        ("Network: fabrics and links", "capex", "network"), ("Leases: rent", "opex", "lease"),
        ("Sales: proceeds", "resale", "compute"), ("Assets: cost", "capex", "compute", "hall", "power", "network"),
    ):  # fmt: skip
        sheet, ledger, difference = (cell.value for cell in summary[said][1:4])
        assert ledger == pytest.approx(of(kind, *parts), abs=CENT)
        assert sheet == pytest.approx(ledger, abs=CENT)
        assert difference == 0
    assert summary["net value"][2].value == pytest.approx(plans[name].objective_musd, abs=CENT)


def test_budget_lines_add_up_to_what_the_plan_has_left(plans: dict[str, Plan]) -> None:
    data, page = plans["rich"].data, opened(plans["rich"], cached=True)["Cash"]
    rows = list(page.iter_rows(values_only=True))
    years = [int(year) for year in rows[3][1:] if str(year).isdigit()]
    at = next(i for i, row in enumerate(rows) if row[0] == "budget: all capex")
    block = {row[0]: row for row in rows[at + 1 : at + 9]}
    for column, year in enumerate(years, 1):
        left = data.budget_left.sel(budget_category="all", fiscal_year=year).item()
        assert block["left"][column] == pytest.approx(left, abs=1e-6)
        assert block["budget"][column] == data.budget.sel(budget_category="all", fiscal_year=year).item()
        assert block["overrun at its price"][column] == pytest.approx(
            data.budget_overrun.sel(budget_category="all", fiscal_year=year).item()
        )


def test_hostile_text_stays_text(plans: dict[str, Plan]) -> None:
    raw = workbook_bytes(plans["rich"].data)
    book = openpyxl.load_workbook(io.BytesIO(raw))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
    for text in HOSTILE:
        assert fit(text.strip()) in texts  # the input layer strips cells
    for sheet in book:
        assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert re.match(r"=((SUM|SUMIFS|ROUND)\(|\$?[A-Z]+\$?\d+|Depreciation!\$B)", cell.value), cell.value
                if isinstance(cell.value, str) and cell.data_type == "s" and cell.value[:1] in ("=", "+", "-", "@"):
                    assert cell.quotePrefix, f"{cell.coordinate} would turn into a formula when edited"
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower()]
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        assert all(b"hyperlink" not in parts.read(name).lower() for name in sheets)


def test_text_is_made_to_fit_a_cell() -> None:
    assert fit("a\x00b\x1f\ud800\ufffe") == "a�b���"
    assert fit("two\r\nlines\rthree") == "two\nlines\nthree"
    assert len(fit("x" * 100_000)) == LONGEST
    assert fit("=1+1") == "=1+1"


def test_control_characters_in_a_plan_do_not_break_the_file(plans: dict[str, Plan]) -> None:
    data = plans["bare"].data.copy()
    data.attrs = data.attrs | {"title": "\x00=1+1\x0b\ud800 end"}
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(data)))
    assert book["Summary"]["A1"].value == "bare: �=1+1�� end"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_plan_gives_the_same_bytes(plans: dict[str, Plan], name: str) -> None:
    assert workbook_bytes(plans[name].data) == workbook_bytes(plans[name].data)


def test_orders_say_when_for_how_much_and_when_it_is_paid(plans: dict[str, Plan]) -> None:
    ordered = [
        row for row in records(plans["rich"], "Orders") if (row["status"], row["kind"]) == ("ordered", "accelerator")
    ]
    assert ordered
    for order in ordered:
        months = {k: v.year * 12 + v.month for k, v in order.items() if k.endswith("date") and v}
        assert months["delivery date"] == months["order date"] + 3
        assert months["arrival date"] == months["order date"] + 6
        assert months["deposit date"] == months["order date"]
        assert months["balance date"] == months["delivery date"] + 18
        price = 30_000 if months["order date"] < 2026 * 12 + 7 else 25_000
        assert order["unit price, USD"] == price
        assert order["amount, M$"] == pytest.approx(order["quantity"] * price / 1e6)
        assert order["deposit, M$"] == pytest.approx(0.3 * order["amount, M$"])


def test_charts_show_the_cells_they_are_about(plans: dict[str, Plan]) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(plans["rich"].data))) as parts:
        charts = [parts.read(name).decode() for name in sorted(parts.namelist()) if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    book = opened(plans["rich"], cached=True)
    drawn = {}
    for chart in charts:
        for name, values in re.findall(r"<c:ser>.*?<c:tx>(.*?)</c:tx>.*?<c:val>.*?<c:f>(.*?)</c:f>", chart):
            cell = re.search(r"<c:f>(\w+)!\$(\w+)\$(\d+)</c:f>", name)
            said = book[cell[1]][cell[2] + cell[3]].value if cell else re.search(r"<c:v>(.*?)</c:v>", name)[1]
            sheet, cells = values.split("!")
            drawn[said] = [cell.value for row in book[sheet][cells.replace("$", "")] for cell in row]
    data = plans["rich"].data
    shown = data.isel(period=~data.in_tail.values)
    assert drawn["x1"] == pytest.approx(shown.in_service.sel(accelerator="x1").sum("site").values)
    assert drawn["drawn, MW of IT"] == pytest.approx(shown.draw_mw.sum("site").values)
    assert drawn["energised, MW of IT"] == pytest.approx((shown.draw_mw + shown.stranded_mw).sum("site").values)
    years = sorted(set(shown.year.values.tolist()))
    assert drawn["compute"] == pytest.approx(data.cash.sel(category="compute", fiscal_year=years).values)
    assert drawn["budget"] == pytest.approx(data.budget.sel(budget_category="all", fiscal_year=years).values)


def test_every_sheet_can_be_opened_without_a_word(plans: dict[str, Plan], recwarn: pytest.WarningsRecorder) -> None:
    for name in NAMES:
        book = opened(plans[name], cached=False)
        assert len(book["Charts"]._charts) >= 2
    assert not [str(warning.message) for warning in recwarn if "openpyxl" in str(warning.filename)]


def test_sheets_can_be_read_on_a_screen(plans: dict[str, Plan]) -> None:
    book = opened(plans["rich"], cached=True)
    assert book.sheetnames[:5] == ["Summary", "Charts", "Cash", "Depreciation", "Teams"]
    for name in ("Orders", "Power", "Network", "Leases", "Runs", "Fleet", "Assets", "Ledger", "Sources"):
        assert book[name].freeze_panes == "B5"
        assert book[name].auto_filter.ref
    behind_a_number = book["Quarters"]["D5"].alignment
    assert (behind_a_number.horizontal, behind_a_number.indent) == ("left", 1)
    assert book["Ledger"]["E5"].number_format == "yyyy-mm"
    assert book["Ledger"]["F5"].number_format == "0"  # a year, not 2,026
    assert all(8 <= d.width <= 63 for sheet in book for d in sheet.column_dimensions.values())


def test_every_input_row_is_listed_with_where_it_comes_from(plans: dict[str, Plan]) -> None:
    plan = plans["rich"]
    page = opened(plan, cached=True)["Sources"]
    listed = [row for row in page.iter_rows(min_row=5, values_only=True) if row[0]]
    assert len(listed) == sum(len(rows) for rows in plan.inputs.document["tables"].values())
    used = [row[2] for row in opened(plan, cached=True)["Catalogue"].iter_rows(min_row=5, values_only=True)]
    assert "h100_sxm5" in used


def test_a_failing_write_leaves_the_old_file(plans: dict[str, Plan], tmp_path: Any) -> None:
    target = write_workbook(plans["bare"].data, tmp_path / "plan.xlsx")
    before = target.read_bytes()
    with pytest.raises(RuntimeError), replacing(target) as part:
        part.write_bytes(b"half")
        raise RuntimeError("disk full")
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan.xlsx"]
