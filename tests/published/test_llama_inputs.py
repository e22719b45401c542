"""The Llama year's assumed figures obey the rules their rows state; its rents are the published ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from planner.core.inputs import Inputs
from planner.core.units import HOURS_PER_MONTH
from planner.data.catalogues import read_catalogue
from planner.data.load import bundled_names, read_scenario
from planner.data.resources import resource_dir
from planner.data.teams import alternatives, read_tree
from planner.data.validate import resolve
from planner.model.rooms import ROOMS

TABLES = [table for room in ROOMS for table in room.inputs]
FAMILY = [name for name in bundled_names() if name.startswith("llama-2023")]
THREE_YEARS = 1.81  # USD per A100-hour, AWS, 2022-08
PRIORITY = {3: "flagship and its development", 2: "its smaller sizes", 1.5: "side projects and follow-ons"}
# A100-hours behind the values that no row of the catalogue holds.
DERIVED_HOURS = {
    "opt_175b": 1_333_248,  # all that was reserved: 992 for 56 days
    "palm_dev": 2500e21 / (312e12 * 0.40 * 0.60) / 3600,
    "palm_class": 2500e21 / (312e12 * 0.40 * 0.60) / 3600,
    "galactica_120b": 324e21 / (312e12 * 0.43 * 0.90) / 3600,
    "llama_dev": 7_471_104 - 1_770_394,
    "llama2_dev": 3_311_616,
}


def resolved(name: str) -> Inputs:
    return resolve(read_scenario(name), TABLES)


@pytest.fixture(scope="module")
def base() -> Inputs:
    return resolved("llama-2023")


@pytest.mark.parametrize("name", FAMILY)
def test_every_row_says_where_it_comes_from(name: str) -> None:
    provenance = resolved(name).document["provenance"]
    assert provenance["unstated"] == 0
    assert provenance["sourced"] > 0


def test_readme_counts_facts_and_assumptions(base: Inputs) -> None:
    counted = base.document["provenance"]
    text = (resource_dir("scenarios") / "llama-2023" / "README.md").read_text(encoding="utf-8")
    assert f"{counted['sourced']} rows are facts throughout, {counted['assumed']} hold an assumption" in text


def test_family_has_the_variants_that_were_asked_for() -> None:
    asked = ("expansion-early", "expansion-late", "values-half", "values-double", "budgets-minus-30", "budgets-plus-30")
    assert {f"llama-2023-{variant}" for variant in asked} <= set(FAMILY)


def test_value_of_a_run_is_its_priority_times_its_hours_at_the_reserved_price(base: Inputs) -> None:
    options = {row["run"] for row in base.rows("programme_options")}
    options |= {row["after"] for row in base.rows("precedence")}
    for run in base.rows("runs"):
        if run["run"] in options:
            assert run["value_musd"] == 0 and run["assumption"].startswith("value: counted in programme")
        else:
            assert_value_is_of_hours(run, hours_of(base, run["run"]))


def test_value_of_a_programme_is_that_of_its_first_run_and_the_development_it_waits_for(base: Inputs) -> None:
    first = {row["programme"]: row["run"] for row in reversed(base.rows("programme_options"))}
    after = {row["run"]: row["after"] for row in base.rows("precedence")}
    for row in base.rows("programmes"):
        run = first[row["programme"]]
        assert_value_is_of_hours(row, hours_of(base, run) + hours_of(base, after[run]))


def hours_of(base: Inputs, run: str) -> float:
    row = base.by_id("runs", "run")[run]
    return DERIVED_HOURS.get(run) or float(read_catalogue("training_runs").rows[row["catalogue"]]["accel_hours"])


def assert_value_is_of_hours(row: Mapping[str, Any], hours: float) -> None:
    stated = re.search(r"value: ([\d.]+) x ([\d.]+) M A100-hours x 1.81 USD", row["assumption"])
    assert stated, row
    k = float(stated[1])
    assert k in PRIORITY
    assert float(stated[2]) == pytest.approx(hours / 1e6, abs=0.0006)
    assert row["value_musd"] == pytest.approx(k * hours * THREE_YEARS / 1e6, abs=0.0011)


def test_entitlements_are_thirty_percent_by_hours_of_runs(base: Inputs) -> None:
    """Language models have 30 % of the clusters, divided by the A100-hours of what was asked for first."""
    besides, hours = alternatives(base), dict.fromkeys(("fair_us", "fair_paris", "genai"), 0.0)
    for run in base.rows("runs"):
        if run["team"] in hours and run["run"] not in besides:
            hours[run["team"]] += hours_of(base, run["run"])
    share = read_tree(base).share
    for team, own in hours.items():
        assert share[team] == pytest.approx(0.3 * own / sum(hours.values()), abs=0.005)
    assert share["fair_other"] == pytest.approx(0.7, abs=0.005)
    assert set(read_tree(base).weight.values()) == {1.0}


def test_share_of_a_smaller_run_is_that_of_its_compute(base: Inputs) -> None:
    runs = base.by_id("runs", "run")
    whole = runs["palm_dev"]["flop_zflop"] + runs["palm_class"]["flop_zflop"]
    share = {row["run"]: row["share"] for row in base.rows("programme_options")}
    assert share["palm_small"] == pytest.approx(runs["palm_small"]["flop_zflop"] / whole, abs=0.001)


def test_final_runs_of_llama_are_what_development_leaves_out(base: Inputs) -> None:
    published = read_catalogue("training_runs").rows
    finals = [r["catalogue"] for r in base.rows("runs") if r["run"].startswith("llama_") and r["catalogue"]]
    total = published["meta_llama1_dev"]["accel_hours"]
    assert total - sum(published[row]["accel_hours"] for row in finals) == DERIVED_HOURS["llama_dev"]


def test_loss_of_value_is_the_pace_of_algorithms(base: Inputs) -> None:
    """Algorithms need a third of the compute each year (Epoch AI 2025): a month late loses 1 - 3^(-1/12)."""
    earning = [row for table in ("runs", "programmes") for row in base.rows(table) if row["value_musd"] > 0]
    losses = {row["value_loss_per_month"] for row in earning}
    assert [*losses] == pytest.approx([1 - 3 ** (-1 / 12)], abs=0.0001)


def test_rents_are_the_published_hours_of_a_month(base: Inputs) -> None:
    prices = {(r["date"], r["provider"]): r for r in read_catalogue("rental_prices").rows.values()
              if r["accelerator"] == "a100_sxm4_80"}  # fmt: skip
    early, late = prices["2022-04", "Azure"], prices["2024-01", "Azure"]
    rent = {row["lease"]: row["usd_per_accelerator_month"] for row in base.rows("leases")}
    terms = {
        "cloud_opt": "reserved_1yr_usd_h",
        "azure_5400": "reserved_3yr_usd_h",
        "cloud_on_demand": "on_demand_usd_h",
        "cloud_1yr": "reserved_1yr_usd_h",
        "cloud_3yr": "reserved_3yr_usd_h",
    }
    for lease, term in terms.items():
        assert rent[lease] == pytest.approx(early[term] * HOURS_PER_MONTH, abs=0.01)
    for row in base.rows("prices"):
        assert row["price"] == pytest.approx(late[terms[row["item"]]] * HOURS_PER_MONTH, abs=0.01)


def test_other_research_holds_seventy_percent_of_what_stands(base: Inputs) -> None:
    ampere = 0.312 * 0.43
    stands = {
        "v100": 22_000 * 0.83 * 0.125 * 0.22,
        "phase_1": 6_080 * 0.83 * ampere,
        "phase_2": 9_920 * 0.83 * ampere,
        "azure": 5_400 * 0.97 * ampere,
    }
    there = {
        "2021-10": ("v100",),
        "2021-12": ("v100", "phase_1"),
        "2022-05": ("v100", "phase_1", "azure"),
        "2022-10": ("v100", "phase_1", "azure", "phase_2"),
        "2023-06": ("phase_1", "azure", "phase_2"),
        "2024-01": ("phase_1", "phase_2"),
    }
    floors = {row["from"]: row["floor_pflops"] for row in base.rows("stream_demand")}
    assert floors.keys() == there.keys()
    for date, names in there.items():
        assert floors[date] == pytest.approx(0.7 * sum(stands[n] for n in names), abs=5)


def test_worth_of_other_research_is_stated_in_reserved_hours(base: Inputs) -> None:
    hour = HOURS_PER_MONTH * THREE_YEARS / (0.312 * 0.43)  # USD for a PFLOP/s-month of A100 at the default MFU
    worth = [row["musd_per_pflops_month"] for row in base.rows("stream_segments")]
    assert worth == pytest.approx([k * hour / 1e6 for k in (1, 0.75, 0.5, 0.25)], abs=1e-6)
    assert base.rows("streams")[0]["unserved_usd_per_pflops_month"] == pytest.approx(3 * hour, abs=1)
