"""The CSV tables: the same numbers as the dataset, dates as ISO, nothing that a spreadsheet could run."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest

from planner import Plan
from planner.export.tables import PlanTables, csv_text, write_tables

NAMES = ("rich", "bare", "idle", "tiny")
TABLES = ["orders", "power", "fabric", "leases", "runs", "cash", "ledger", "use", "mw", "streams", "worth"]
CELL = re.compile(r"|[a-z][A-Za-z0-9_@. :(),-]*|-?[0-9.]+(e[-+]?[0-9]+)?|[0-9]{4}-[0-9]{2}-01")


def frame(plan: Plan, name: str) -> pd.DataFrame:
    table = getattr(PlanTables(plan.data), name)
    return pd.read_csv(io.StringIO(csv_text(table)))


@pytest.mark.parametrize("name", NAMES)
def test_purchases_add_up_to_the_ledger(plans: dict[str, Plan], name: str) -> None:
    tables, ledger = PlanTables(plans[name].data), frame(plans[name], "ledger")
    due = ledger.groupby(["kind", "part"])["amount_musd"].sum()
    power = pd.DataFrame(tables.power.records(), columns=[f.name for f in tables.power.fields])
    amounts = power.groupby(power["kind"] == "power_source")["amount_musd"].sum()
    found = {
        ("capex", "compute"): tables.orders.total("amount_musd"),
        ("capex", "hall"): amounts.get(False, 0.0),
        ("capex", "power"): amounts.get(True, 0.0),
        ("capex", "network"): tables.fabric.total("amount_musd"),
        ("opex", "lease"): tables.leases.total("rent_musd") + tables.leases.total("rent_after_musd"),
    }
    for part, amount in found.items():
        assert amount == pytest.approx(due.get(part, 0.0), abs=1e-8), part


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_adds_up_to_the_objective(plans: dict[str, Plan], name: str) -> None:
    ledger = frame(plans[name], "ledger")
    assert ledger["discounted_musd"].sum() == pytest.approx(plans[name].objective_musd, abs=1e-8)


@pytest.mark.parametrize("name", ["rich", "tiny"])
def test_cash_is_the_dataset_s_and_fits_the_budget(plans: dict[str, Plan], name: str) -> None:
    data, cash = plans[name].data, frame(plans[name], "cash").set_index(["fiscal_year", "category"])
    for year in data.fiscal_year.values:
        for category in data.category.values:
            stated = data.cash.sel(fiscal_year=year, category=category).item()
            assert cash.loc[(year, category), "cash_musd"] == pytest.approx(stated, abs=1e-9)
        for category in data.budget_category.values:
            row = cash.loc[(year, category)]
            have = row.budget_musd + row.carried_in_musd + row.pulled_in_musd + row.overrun_musd
            assert have - row.taken_musd - row.cash_musd == pytest.approx(row.left_musd, abs=1e-6)
    after = cash.xs("opex", level="category")["after_horizon_musd"].sum()
    assert (after > 0) == (name == "rich")


def test_use_is_the_dataset_s(plans: dict[str, Plan]) -> None:
    data = plans["rich"].data
    for _, row in frame(plans["rich"], "use").iterrows():
        at = {"accelerator": row.accelerator, "site": row.site, "period": row.period}
        for column in ("in_service", "online", "taken", "stranded"):
            name = "stranded_accelerators" if column == "stranded" else column
            assert row[column] == pytest.approx(data[name].sel(at).item(), rel=1e-6)
        assert row.utilisation == pytest.approx(data.utilisation.sel(at).item(), rel=1e-12)


def test_leases_are_paid_for_what_is_firm_and_what_is_used(plans: dict[str, Plan]) -> None:
    leases = frame(plans["rich"], "leases").set_index("lease")
    old = leases.loc["old_cloud"]
    assert (old.status, old.signature_date, old.end_date) == ("committed", "2026-01-01", "2026-10-01")
    assert old.rent_musd == pytest.approx(512 * 9 * 900 / 1e6)  # all firm: 9 of its 12 months are left
    signed = leases.loc["cloud"]
    behind = 36 + 3 - (24 + 12)  # signed in month 3 for 36 months, the horizon has 24 and a tail of 12
    assert signed.rent_after_musd == pytest.approx(0.6 * signed.accelerators * behind * 600 / 1e6)


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_can_be_taken_for_a_formula(plans: dict[str, Plan], name: str) -> None:
    for table in PlanTables(plans[name].data).all():
        for row in csv.reader(io.StringIO(csv_text(table))):
            for cell in row:
                assert CELL.fullmatch(cell), f"{table.name}: {cell!r}"


@pytest.mark.parametrize("name", ["bare", "idle"])
def test_what_is_not_modelled_is_an_empty_table(plans: dict[str, Plan], name: str, tmp_path: Path) -> None:
    files = write_tables(plans[name].data, tmp_path / "tables")
    assert [file.stem for file in files] == TABLES
    for empty in ("orders", "power", "fabric", "leases", "mw", "streams"):
        text = (tmp_path / "tables" / f"{empty}.csv").read_text()
        assert text.count("\n") == 1, text
        assert text.split(",")[0] in ("status", "kind", "lease", "site", "stream")


def test_every_table_of_a_full_plan_has_rows(plans: dict[str, Plan]) -> None:
    tables = PlanTables(plans["rich"].data).all()
    assert [table.name for table in tables] == TABLES
    assert all(table.rows for table in tables)


def test_fields_are_found_by_name(plans: dict[str, Plan]) -> None:
    orders = PlanTables(plans["tiny"].data).orders
    assert orders.column("accelerator") == ["x1", "x1"]
    with pytest.raises(KeyError):
        orders.position("price")
