"""Overrides: every operator, wildcards, filters, dates and settings - and what cannot be overridden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.core.errors import InputError
from planner.core.inputs import Inputs
from planner.data.load import read_scenario
from planner.data.overrides import overrides_from_mapping, parse_override
from planner.data.reading.raw import RawScenario
from planner.data.validate import resolve
from planner.model.rooms import TABLES
from tests.data.sound_scenario import spoiled, write


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> RawScenario:
    return read_scenario(write(tmp_path_factory.mktemp("sound"), spoiled({})))


def changed(raw: RawScenario, *texts: str) -> Inputs:
    return resolve(raw, TABLES, [parse_override(text) for text in texts])


def told(kind: str) -> list[tuple[str, str]]:
    """The overrides of a kind in bad_overrides.txt (four blanks in), each with its message (two blanks in)."""
    text = (Path(__file__).parent / "bad_overrides.txt").read_text(encoding="utf-8")
    lines = text.partition(f"\n{kind}\n")[2].partition("\n\n")[0].splitlines()
    return [(lines[i][4:], lines[i + 1][2:]) for i in range(0, len(lines), 2)]


def column(inputs: Inputs, table: str, name: str) -> list[Any]:
    return [row[name] for row in inputs.rows(table)]


@pytest.mark.parametrize(
    ("text", "table", "name", "expected"),
    [
        ("runs.a.value_musd=210", "runs", "value_musd", [210.0, 150.0]),
        ("runs.a.value_musd==210", "runs", "value_musd", [210.0, 150.0]),
        ("runs.a.value_musd=*0.5", "runs", "value_musd", [100.0, 150.0]),
        ("runs.a.value_musd=+5", "runs", "value_musd", [205.0, 150.0]),
        ("runs.a.value_musd=-5", "runs", "value_musd", [195.0, 150.0]),
        ("runs.*.value_musd=*2", "runs", "value_musd", [400.0, 300.0]),
        ("runs.[eligible=a100].value_musd=*2", "runs", "value_musd", [200.0, 300.0]),
        ("runs.*[eligible=x1][mfu=0.4].value_musd=*2", "runs", "value_musd", [400.0, 150.0]),
        ("runs.*[params_b=].value_musd=1", "runs", "value_musd", [1.0, 150.0]),
        ("halls.*.*[cooling=either].price_musd_per_mw=13", "halls", "price_musd_per_mw", [10.0, 13.0]),
        ("halls.beta.hall_b.price_musd_per_mw=13", "halls", "price_musd_per_mw", [10.0, 13.0]),
        ("halls.[site=alpha].*.price_musd_per_mw=13", "halls", "price_musd_per_mw", [13.0, 12.0]),
        ("budgets.2026.all.budget_musd=*0.75", "budgets", "budget_musd", [63.0, 84.0, 60.0, 60.0]),
        ("budgets.*.compute.budget_musd=+1", "budgets", "budget_musd", [84.0, 84.0, 61.0, 61.0]),
        ("prices.alpha.hall_a.2027-01.price=+1", "prices", "price", [28000.0, 12.0]),
        ("prices.*.2027-01.price=+1", "prices", "price", [28000.0, 12.0]),
        ("mfu.x1.bf16.any.goodput=0.8", "mfu", "goodput", [0.95, 0.8, 1.0]),
        ("mfu.x1.bf16.4096.goodput=0.8", "mfu", "goodput", [0.8, 0.9, 1.0]),
        ("leases.cloud.until=+3", "leases", "until", ["2027-04"]),
        ("leases.cloud.until=-2", "leases", "until", ["2026-11"]),
        ("leases.cloud.until=2026-06", "leases", "until", ["2026-06"]),
        ("leases.cloud.until=", "leases", "until", [None]),
        ("runs.b.sites=cloud;alpha", "runs", "sites", [["alpha", "cloud"], ["cloud", "alpha"]]),
        ("runs.a.must_run=yes", "runs", "must_run", [True, False]),
        ("fleet.alpha.a100.existing.2024-01.count=*0.5", "fleet", "count", [512, 1000]),
        ("accelerators.a100.price_usd=*0.5", "accelerators", "price_usd", [30000.0, 11000.0]),
        ("accelerators.x1.bring_up_months=+2", "accelerators", "bring_up_months", [2, 0]),
        ("opex.x1.usd_per_year=*3", "opex", "usd_per_year", [1500.0]),
        ("stream_demand.search.2027-01.from=+6", "stream_demand", "from", ["2027-07"]),
    ],
)  # fmt: skip
def test_a_path_changes_what_it_names(
    sound: RawScenario, text: str, table: str, name: str, expected: list[Any]
) -> None:
    assert column(changed(sound, text), table, name) == expected


def test_settings_are_overridden_by_block_and_key(sound: RawScenario) -> None:
    inputs = changed(sound, "finance.discount_rate=*0.5", "calendar.periods=2x6;1x12", "solve.seed=+7")
    assert inputs.setting("finance", "discount_rate") == 0.05
    assert inputs.setting("calendar", "periods") == [6, 6, 12]
    assert inputs.setting("solve", "seed") == 7


def test_a_shape_with_a_dotted_number_in_its_key(sound: RawScenario) -> None:
    raw = read_scenario(
        {
            "name": "dotted",
            "calendar": {"start": "2026-01", "periods": [12]},
            "tables": {
                "sites": [{"site": "alpha", "pue": 1}],
                "accelerators": [{"accelerator": "x1", "bf16_dense_tflops": 1, "orderable": "no"}],
                "streams": [{"stream": "s", "eligible": "x1", "mfu": 0.5}],
                "stream_segments": [{"stream": "s", "up_to_pflops": 1.5, "musd_per_pflops_month": 2}],
            },
        }
    )
    assert column(changed(raw, "stream_segments.s.1.5.musd_per_pflops_month=3"), "stream_segments", "up_to_pflops") == [
        1.5
    ]


def test_overrides_come_in_order_after_the_scenarios_own_changes(tmp_path: Path) -> None:
    own = "changes: [{path: runs.a.value_musd, add: 100, why: asked for}]\ntables:\n"
    raw = read_scenario(write(tmp_path, spoiled({"scenario.yaml": ("tables:\n", own)})))
    inputs = changed(raw, "runs.a.value_musd=*2", "runs.a.value_musd=-1")
    assert column(inputs, "runs", "value_musd")[0] == 599.0
    assert inputs.document["changes"] == [
        {"path": "runs.a.value_musd", "op": "add", "value": 100, "why": "asked for"},
        {"path": "runs.a.value_musd", "op": "multiply", "value": 2, "why": None},
        {"path": "runs.a.value_musd", "op": "subtract", "value": 1, "why": None},
    ]


def test_a_mapping_takes_short_forms_and_values(sound: RawScenario) -> None:
    overrides = overrides_from_mapping(
        {"runs.a.value_musd": "+5", "runs.b.value_musd": 7, "runs.b.sites": ["beta"], "runs.a.must_run": True}
    )
    inputs = resolve(sound, TABLES, overrides)
    assert column(inputs, "runs", "value_musd") == [205.0, 7.0]
    assert column(inputs, "runs", "sites")[1] == ["beta"]
    assert column(inputs, "runs", "must_run")[0] is True
    assert column(resolve(sound, TABLES), "runs", "value_musd") == [200.0, 150.0]


def test_a_negative_number_is_set_with_an_equals_sign() -> None:
    assert (parse_override("cash_profiles.x1.order.0.share==-5").op, parse_override("a.b==-5").value) == ("set", "-5")
    raw = read_scenario({"name": "n", "calendar": {"start": "2026-01", "periods": [12]}})
    with pytest.raises(InputError, match=r"--set: finance.discount_rate: must be at least 0, got -5 \[below_low\]"):
        changed(raw, "finance.discount_rate==-5")


def test_filters_may_hold_an_equals_sign_and_dots(sound: RawScenario) -> None:
    override = parse_override("halls.*.*[module_mw=1.0].price_musd_per_mw=9")
    assert (override.path, override.value) == ("halls.*.*[module_mw=1.0].price_musd_per_mw", "9")
    assert column(resolve(sound, TABLES, [override]), "halls", "price_musd_per_mw") == [9.0, 12.0]


@pytest.mark.parametrize(("text", "message"), told("refused"))
def test_what_cannot_be_overridden_is_said(sound: RawScenario, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(sound, text)
    assert [str(problem) for problem in caught.value.problems] == [f"--set: {message}"]


@pytest.mark.parametrize(("text", "message"), told("malformed"))
def test_malformed_overrides_are_refused_at_once(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_override(text)
    assert [str(problem) for problem in caught.value.problems] == [f"--set: {message}"]


def test_a_mapping_reports_every_malformed_entry() -> None:
    with pytest.raises(InputError) as caught:
        overrides_from_mapping({"runs": 1, "runs.a.value_musd": "*x", "runs.a.title": "fine"})
    assert [problem.rule for problem in caught.value.problems] == ["override_syntax", "not_a_number"]
