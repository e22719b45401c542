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

NAMES = ("rich", "bare", "idle", "tiny", "campus", "early")
TABLES = [
    "orders", "power", "network", "leases", "runs", "calendar", "programmes", "levels", "ends", "teams", "goals",
    "commitments",
    "allocation", "streams", "use", "mw", "traffic", "sales", "assets", "cash", "quarters", "ledger", "worth",
]  # fmt: skip
KINDS = ("hall", "retrofit", "site", "power_source", "phase")
CELL = re.compile(r"|[a-z][A-Za-z0-9_@. :(),-]*|-?[0-9.]+(e[-+]?[0-9]+)?|[0-9]{4}-[0-9]{2}(-01)?|MW [a-zA-Z ]+")


def frame(plan: Plan, name: str) -> pd.DataFrame:
    table = getattr(PlanTables(plan.data), name)
    return pd.read_csv(io.StringIO(csv_text(table)))


@pytest.mark.parametrize("name", NAMES)
def test_purchases_add_up_to_the_ledger(plans: dict[str, Plan], name: str) -> None:
    tables, ledger = PlanTables(plans[name].data), frame(plans[name], "ledger")
    due = ledger.groupby(["kind", "part"])["amount_musd"].sum()
    power = {kind: sum(row["amount_musd"] for row in tables.power.records() if row["kind"] == kind) for kind in KINDS}
    found = {
        ("capex", "hall"): power["hall"] + power["retrofit"] + power["site"],
        ("capex", "power"): power["power_source"] + power["phase"],
        ("capex", "network"): tables.network.total("amount_musd"),
        ("opex", "lease"): tables.leases.total("rent_musd") + tables.leases.total("rent_after_musd"),
        ("opex", "rent"): tables.power.total("rent_musd"),
        ("resale", "compute"): tables.sales.total("amount_musd"),
    }
    for part, amount in found.items():
        assert amount == pytest.approx(due.get(part, 0.0), abs=1e-8), part
    for category in ("compute", "hall", "power", "network"):
        for table, amount in (("orders", "amount_musd"), ("assets", "cost_musd")):
            rows = getattr(tables, table).records()
            listed = sum(row[amount] for row in rows if row["category"] == category)
            assert listed == pytest.approx(due.get(("capex", category), 0.0), abs=1e-8), (table, category)


@pytest.mark.parametrize("name", ["rich", "campus", "early"])
def test_deposit_and_balance_are_the_order(plans: dict[str, Plan], name: str) -> None:
    orders = frame(plans[name], "orders")
    assert (orders.deposit_musd + orders.balance_musd - orders.amount_musd).abs().max() < 1e-9
    assert (orders.balance_date.isna() == (orders.balance_musd == 0)).all()


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


@pytest.mark.parametrize("name", NAMES)
def test_quarters_add_up_to_the_ledger(plans: dict[str, Plan], name: str) -> None:
    due, quarters = frame(plans[name], "ledger").groupby("kind").amount_musd.sum(), frame(plans[name], "quarters")
    for kind in ("capex", "opex", "resale"):
        assert quarters[f"{kind}_musd"].sum() == pytest.approx(due.get(kind, 0.0), abs=1e-8)
    parts = quarters.filter(regex="^capex_.*_musd$").sum(axis=1)
    assert parts.tolist() == pytest.approx(quarters.capex_musd.tolist())


def test_quarters_are_those_of_the_fiscal_year(plans: dict[str, Plan]) -> None:
    early = frame(plans["early"], "quarters").set_index("quarter")
    assert early.capex_compute_musd.to_dict() == {
        "2026-01-01": 5,
        "2026-04-01": 5,
        "2026-07-01": 10,
    }  # order, delivery, + 3
    rich = frame(plans["rich"], "quarters").set_index("quarter")  # fiscal years from July
    assert (rich.fiscal_year["2026-04-01"], rich.number["2026-04-01"]) == (2026, 4)
    assert (rich.fiscal_year["2026-07-01"], rich.number["2026-07-01"]) == (2027, 1)
    in_2027 = rich[rich.fiscal_year == 2027].opex_musd.sum()
    cash = frame(plans["rich"], "cash").set_index(["fiscal_year", "category"])
    assert in_2027 == pytest.approx(cash.cash_musd[2027, "opex"])


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


@pytest.mark.parametrize("name", ["rich", "campus", "tiny"])
def test_the_fleet_changes_by_what_comes_goes_and_is_sold(plans: dict[str, Plan], name: str) -> None:
    use = frame(plans[name], "use")
    for _, rows in use.groupby(["site", "accelerator"]):
        before = rows.in_service.shift(fill_value=0.0)
        opening = (rows.in_service - rows.added + rows.retired + rows.sold).iloc[0]  # what stood before the horizon
        before.iloc[0] = opening
        assert (before + rows.added - rows.retired - rows.sold).tolist() == pytest.approx(rows.in_service.tolist())
        assert opening >= 0


def test_sales_and_ends_of_life_are_told_apart(plans: dict[str, Plan]) -> None:
    use = frame(plans["campus"], "use").set_index(["accelerator", "site", "period"]).sort_index()
    old = use.loc["old", "alpha"]
    assert old.sold.tolist() == [700, 100]
    assert old.retired.sum() == 0
    assert use.loc["x1", "beta"].added.sum() == 1000
    assert frame(plans["campus"], "sales").amount_musd.tolist() == [3.5, 0.5]  # 5,000 USD each


def test_a_team_has_the_months_its_gangs_hold(plans: dict[str, Plan]) -> None:
    allocation = frame(plans["campus"], "allocation").groupby(["team", "site"]).accelerator_months.sum().to_dict()
    assert allocation == {("no team", "alpha"): 300, ("research", "alpha"): 6000, ("research", "beta"): 6000}


@pytest.mark.parametrize("name", NAMES)
def test_what_teams_have_is_what_is_taken(plans: dict[str, Plan], name: str) -> None:
    use, allocation = frame(plans[name], "use"), frame(plans[name], "allocation")
    assert allocation.accelerator_months.sum() == pytest.approx((use.taken * use.months).sum())


def test_links_carry_what_the_gang_asks_for(plans: dict[str, Plan]) -> None:
    traffic = frame(plans["campus"], "traffic").set_index("period")
    assert traffic.from_a_tbps.loc["2026-10-01":"2027-01-01"].tolist() == [2.0, 2.0]
    assert traffic.used.loc["2027-01-01"] == pytest.approx(0.8)  # 4 of 5 Tb/s, both ways in one capacity
    assert traffic.used.loc["2026-07-01"] == 0


def test_mw_energised_is_the_lesser_of_halls_and_sources(plans: dict[str, Plan]) -> None:
    mw = frame(plans["campus"], "mw").set_index(["site", "period"])
    assert mw.energised_mw.loc["beta", "2026-10-01"] == pytest.approx(1.2)  # 1.2 of halls, 2 / 1.1 of power
    assert mw.energised_mw.loc["beta", "2026-07-01"] == 0
    assert mw.draw_mw.loc["alpha", "2026-10-01"] == pytest.approx(1.1)


@pytest.mark.parametrize("name", ["bare", "idle"])
def test_what_is_not_modelled_is_an_empty_table(plans: dict[str, Plan], name: str, tmp_path: Path) -> None:
    files = write_tables(plans[name].data, tmp_path / "tables")
    assert [file.stem for file in files] == TABLES
    for empty in ("orders", "power", "network", "leases", "mw", "streams", "sales", "assets"):
        text = (tmp_path / "tables" / f"{empty}.csv").read_text()
        assert text.count("\n") == 1, text
        assert text.split(",")[0] in ("status", "kind", "lease", "site", "stream", "date", "category")


def test_every_table_of_a_full_plan_has_rows(plans: dict[str, Plan]) -> None:
    tables = PlanTables(plans["rich"].data).all()
    assert [table.name for table in tables] == TABLES
    empty = ["programmes", "levels", "ends", "teams", "goals", "commitments", "traffic", "sales"]
    assert [table.name for table in tables if not table.rows] == empty
    assert all(table.rows for table in PlanTables(plans["campus"].data).all() if table.name in ("traffic", "sales"))


def test_fields_are_found_by_name(plans: dict[str, Plan]) -> None:
    orders = PlanTables(plans["tiny"].data).orders
    assert orders.column("item").count("x1") == 2
    with pytest.raises(KeyError):
        orders.position("price")
