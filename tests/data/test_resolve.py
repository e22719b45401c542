"""Resolving: catalogue cells and aliases, unknown figures, defaults, provenance, and the document itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from planner.core.catalogue_tables import CATALOGUES
from planner.core.declare import Finding, Row, Rule
from planner.core.errors import InputError
from planner.core.inputs import Inputs
from planner.data import catalogues
from planner.data.catalogues import check_catalogues, default_mfu, read_catalogue
from planner.data.load import read_scenario
from planner.data.validate import resolve
from planner.model.rooms import TABLES
from tests.data.sound_scenario import Edit, spoiled, write


def resolved(folder: Path, edits: dict[str, Edit] | None = None) -> Inputs:
    return resolve(read_scenario(write(folder, spoiled(edits or {}))), TABLES)


def rules_broken(folder: Path, edits: dict[str, Edit]) -> list[str]:
    with pytest.raises(InputError) as caught:
        resolved(folder, edits)
    return [problem.rule for problem in caught.value.problems]


def test_catalogues_are_sound() -> None:
    assert check_catalogues() == []


def test_catalogue_columns_are_those_the_tables_fill_from() -> None:
    """A cell filled from a catalogue has the kind, unit and bounds that the scenario's own cell has."""
    for table in TABLES:
        for column in table.columns:
            if column.catalogue:
                assert table.catalogue is not None
                held = CATALOGUES[table.catalogue].column(column.name)
                assert (held.kind, held.unit, held.low, held.low_open, held.high, held.choices) == (
                    (column.kind, column.unit, column.low, column.low_open, column.high, column.choices)
                ), f"{table.name}.{column.name}"


def test_every_alias_leads_to_its_row() -> None:
    found = read_catalogue("accelerators")
    for name in ("a100_sxm4_80", "a100", "A100", "A100-80"):
        row = found.find(name)
        assert row is not None and row["id"] == "a100_sxm4_80"
    assert found.find("A100-81") is None
    assert found.nearest("a100-80") == "A100-80"


def test_catalogue_cells_fill_the_empty_ones_only(tmp_path: Path) -> None:
    edits: dict[str, Edit] = {"accelerators.csv": ("a100,A100-80,,,,,", "a100,A100-80,,,,0.7,")}
    inputs = resolved(tmp_path, edits)
    row = inputs.by_id("accelerators", "accelerator")["a100"]
    facts = read_catalogue("accelerators").rows["a100_sxm4_80"]
    assert (row["catalogue"], row["provisioned_kw"], row["lot_size"]) == ("a100_sxm4_80", 0.7, 8)
    assert (row["bf16_dense_tflops"], row["memory_gb"]) == (312.0, 80.0)
    assert row["fp8_dense_tflops"] is None  # unknown there, so unknown here
    used = [entry for entry in inputs.document["catalogue_rows"] if entry["table"] == "accelerators"]
    assert used == [
        {
            "table": "accelerators",
            "id": "a100",
            "catalogue": "a100_sxm4_80",
            "cells": ["bf16_dense_tflops", "memory_gb", "cooling", "price_usd"],
            "source": facts["source"],
            "confidence": facts["confidence"],
        }
    ]


def test_an_unknown_catalogue_cell_is_an_error_only_where_it_is_used(tmp_path: Path) -> None:
    fp8 = "run,team,number_format,flop_zflop,mfu,durations_months,eligible,earliest,due,latest,value_musd\n"
    fp8 += "a,fair,fp8,100,0.4,6,{},2026-07,2027-01,2027-01,200\n"
    # the A100 has no FP8, and its empty cell harms nobody while x1 can take the run
    sound = "accelerators.csv", ("x1,,1000,,", "x1,,1000,2000,")
    both: dict[str, Edit] = {"runs.csv": fp8.format("x1;a100"), "placement.csv": None, sound[0]: sound[1]}
    assert resolved(tmp_path / "both", both).rows("accelerators")[1]["fp8_dense_tflops"] is None
    alone: dict[str, Edit] = {"runs.csv": fp8.format("a100"), "placement.csv": None, sound[0]: sound[1]}
    assert rules_broken(tmp_path / "alone", alone) == ["peak_unknown"]


def test_what_is_not_modelled_needs_no_figures(tmp_path: Path) -> None:
    no_power: dict[str, Edit] = {
        "accelerators.csv": ("80,1.0,air", "80,,"),
        "halls.csv": None,
        "power_sources.csv": None,
    }
    no_power |= {"prices.csv": None}
    inputs = resolved(tmp_path, no_power)
    assert inputs.rows("accelerators")[0]["provisioned_kw"] is None
    assert not inputs.has("halls")


def test_default_utilisation_travels_with_the_inputs(tmp_path: Path) -> None:
    inputs = resolved(tmp_path)
    rate = default_mfu("a100_sxm4_80", "bf16")
    assert rate is not None and default_mfu(None, "bf16") is None and default_mfu("a100_sxm4_80", "fp4") is None
    own, sized, added = inputs.rows("mfu")[:3]
    assert (own["accelerator"], sized["accelerator"]) == ("x1", "x1")
    assert (added["accelerator"], added["number_format"], added["gang_size"]) == ("a100", "bf16", None)
    assert (added["mfu"], added["goodput"]) == (rate, 1.0)
    entry = inputs.document["catalogue_rows"][-1]
    assert (entry["table"], entry["id"], entry["cells"]) == ("mfu", "a100.bf16.any", ["mfu"])
    assert added["source"] == entry["source"]


def test_a_stated_utilisation_keeps_the_default_out(tmp_path: Path) -> None:
    inputs = resolved(tmp_path, {"mfu.csv": "accelerator,number_format,mfu\nx1,bf16,0.4\na100,bf16,0.3\n"})
    assert [(row["accelerator"], row["mfu"]) for row in inputs.rows("mfu")] == [("x1", 0.4), ("a100", 0.3)]


def test_defaults_fill_what_nothing_else_does(tmp_path: Path) -> None:
    row = resolved(tmp_path).rows("runs")[0]
    assert (row["must_run"], row["value_loss_per_month"], row["number_format"]) == (False, 0.0, "bf16")
    assert row["goodput"] is None


def test_provenance_counts_rows(tmp_path: Path) -> None:
    both = "item,usd_per_year,source,assumption\nx1,500,a paper,and a guess\n"
    found = resolved(tmp_path, {"opex.csv": both}).document["provenance"]
    assert found["by_table"]["teams"] == {"sourced": 1, "assumed": 1, "unstated": 0}
    assert found["by_table"]["opex"] == {"sourced": 0, "assumed": 1, "unstated": 0}
    assert found["by_table"]["accelerators"] == {"sourced": 1, "assumed": 0, "unstated": 1}
    for kind in ("sourced", "assumed", "unstated"):
        assert found[kind] == sum(table[kind] for table in found["by_table"].values())


def test_inputs_survive_a_round_trip_through_json(tmp_path: Path) -> None:
    inputs = resolved(tmp_path)
    again = Inputs.from_json(inputs.to_json())
    assert (again.document, again.hash) == (inputs.document, inputs.hash)
    assert json.loads(inputs.to_json())["tables"]["runs"][1]["eligible"] == ["x1", "a100"]


def test_every_declared_column_is_there(tmp_path: Path) -> None:
    inputs = resolved(tmp_path)
    for table in TABLES:
        names = {column.name for column in table.columns} | {"source", "assumption"}
        for row in inputs.rows(table.name):
            assert set(row) == names


def test_tables_that_are_given_empty_are_modelled(tmp_path: Path) -> None:
    inputs = resolved(tmp_path, {"fleet.csv": "site,accelerator,count,status,in_service_from\n"})
    assert inputs.has("fleet") and inputs.rows("fleet") == []


def test_further_rules_see_sound_inputs_and_point_at_cells(tmp_path: Path) -> None:
    def check(rows: Sequence[Row], inputs: Inputs) -> Iterator[Finding]:
        for i, row in enumerate(inputs.rows("sites")):
            if row["pue"] > 1.2:
                yield Finding(i, "sites.pue", "must be at most 1.2 this year", row["pue"])

    raw = read_scenario(write(tmp_path, spoiled({})))
    with pytest.raises(InputError) as caught:
        resolve(raw, TABLES, rules=[Rule("pue_of_the_year", "PUE is at most 1.2", check)])
    said = str(caught.value.problems[0]).replace(f"{tmp_path.as_posix()}/", "")
    assert said == "sites.csv:2:7: sites.alpha.pue: must be at most 1.2 this year, got 1.25 [pue_of_the_year]"


@pytest.mark.parametrize(
    ("calendar", "years", "ok"),
    [
        ("start: 2026-07, periods: [6, 6], fiscal_year_starts: 7, tail_months: 0", "2027", True),
        ("start: 2026-07, periods: [6, 6], fiscal_year_starts: 7, tail_months: 1", "2027;2028", True),
        ("start: 2026-07, periods: [6, 6], fiscal_year_starts: 7, tail_months: 0", "2026", False),
        ("start: 2026-07, periods: [6, 6], fiscal_year_starts: 1, tail_months: 0", "2026;2027", True),
        ("start: 2026-07, periods: [6, 6], fiscal_year_starts: 1, tail_months: 0", "2027", False),
    ],
)  # fmt: skip
def test_fiscal_years_of_budgets(calendar: str, years: str, ok: bool) -> None:
    pairs = [pair.split(": ") for pair in calendar.replace("[6, 6]", "6;6").split(", ")]
    document: dict[str, Any] = {
        "calendar": dict(pairs),
        "tables": {"budgets": [{"fiscal_year": y, "category": "all", "budget_musd": 1} for y in years.split(";")]},
    }
    raw = read_scenario(document)
    if ok:
        assert resolve(raw, TABLES).has("budgets")
    else:
        with pytest.raises(InputError, match="budget_year"):
            resolve(raw, TABLES)


def test_a_catalogue_that_breaks_its_declaration_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = "id,alias,name,lot_size,price_usd_low,price_usd_high,source,confidence\n"
    rows = 'x,y,X,8,20,10,a,published\nz,"y;w",Z,8,,,b,guess\n'
    (tmp_path / "accelerators.csv").write_text(header + rows, encoding="utf-8")
    monkeypatch.setattr(catalogues, "resource_dir", lambda name: tmp_path)
    with pytest.raises(InputError) as caught:
        read_catalogue("accelerators")
    assert [problem.rule for problem in caught.value.problems] == ["not_a_choice", "duplicate_row"]
    with pytest.raises(InputError, match="cannot be read"):
        read_catalogue("halls")
    edits: dict[str, Edit] = {}
    assert set(rules_broken(tmp_path / "sound", edits)) == {"not_a_choice", "duplicate_row"}


@pytest.mark.parametrize(("table", "rows"), [
    ("opex.csv", "item,usd_per_year\nclos2,500\n"),
    ("opex.csv", "item,usd_per_year\ncloud,500\n"),
    ("cash_profiles.csv", "item,event,offset_months,share\ncloud,order,0,1\n"),
])  # fmt: skip
def test_money_that_would_be_charged_nowhere_is_refused(tmp_path: Path, table: str, rows: str) -> None:
    """Fabrics have no running cost of their own, leases are paid as they say."""
    assert rules_broken(tmp_path, {table: rows}) == ["item_names_one_thing"]
