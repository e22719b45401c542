"""The gigawatt scenario obeys the rules its rows and its README state.

The runs are held to their rule in `meta_runs.py`; here the other figures are derived again from what they cite.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from planner.core.inputs import Inputs
from planner.core.units import HOURS_PER_MONTH
from planner.data.catalogues import read_catalogue
from planner.data.derive import Case
from planner.data.load import bundled_names, read_scenario
from planner.data.validate import resolve
from planner.model.rooms import ROOMS
from tests.scenarios.meta_runs import files

FOLDER = Path(__file__).parents[2] / "scenarios" / "meta-compute"
TABLES = [table for room in ROOMS for table in room.inputs]
ASKED = (
    "power-late", "vr200-late", "budgets-minus-20", "demand-0-6", "demand-1-6", "no-gas", "one-vendor",
)  # fmt: skip
FAMILY = ["meta-compute", *(f"meta-compute-{variant}" for variant in ASKED)]
H100_TFLOPS = 989.4


def resolved(name: str) -> Inputs:
    return resolve(read_scenario(name), TABLES)


@pytest.fixture(scope="module")
def base() -> Inputs:
    return resolved("meta-compute")


@pytest.fixture(scope="module")
def readme() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def by(inputs: Inputs, table: str, *columns: str) -> dict[Any, dict[str, Any]]:
    return {tuple(row[c] for c in columns) if len(columns) > 1 else row[columns[0]]: row for row in inputs.rows(table)}


# -- what was asked for ------------------------------------------------------------------------------------------------


def test_family_is_bundled() -> None:
    assert set(FAMILY) <= set(bundled_names())


@pytest.mark.parametrize("name", FAMILY)
def test_every_row_says_where_it_comes_from(name: str) -> None:
    provenance = resolved(name).document["provenance"]
    assert provenance["unstated"] == 0
    assert provenance["sourced"] > 0


def test_calendar_is_monthly_then_quarterly_then_longer(base: Inputs) -> None:
    calendar = Case(base).calendar
    months = [p.months for p in calendar.periods if not p.in_tail]
    assert months == [1] * 12 + [3] * 8 + [6] * 4
    assert (calendar.label(0), calendar.label(calendar.reported_end - 1)) == ("2026-01", "2030-12")
    assert [p.months for p in calendar.periods if p.in_tail] == [12, 12]


def test_types_have_price_speeds_cooling_power_and_supply(base: Inputs) -> None:
    types = by(base, "accelerators", "accelerator")
    assert {"h200", "b200", "gb200", "gb300", "vr200", "mi355x", "trn2"} <= set(types)
    supplied = {row["accelerator"] for row in base.rows("supply")}
    rented = {row["accelerator"] for row in base.rows("leases")}
    for name, row in types.items():
        assert row["fp8_dense_tflops"] and row["provisioned_kw"] and row["cooling"] and row["price_usd"]
        assert row["bf16_dense_tflops"] or name == "mi455x"  # not published
        assert (name in supplied) == row["orderable"]
        assert row["orderable"] or name in rented or name == "h100"


def test_campuses_have_dated_power_by_source(base: Inputs) -> None:
    sources, phases = base.rows("power_sources"), base.rows("power_phases")
    assert {"prometheus", "hyperion", "el_paso", "lebanon"} <= {row["site"] for row in sources}
    dated = {(row["site"], row["power_source"]) for row in phases if row["available_from"]}
    for row in sources:
        grows = row["module_mw"] > 0 or (row["site"], row["power_source"]) in dated
        assert grows or row["existing_mw"] > 0, row


def test_announced_but_unnamed_is_marked_an_assumption(base: Inputs) -> None:
    for table in ("sites", "halls", "power_sources", "power_phases"):
        for row in base.rows(table):
            assert row["site"] not in ("unnamed", "greenfield") or row["assumption"] or table == "power_sources"


# -- the runs ----------------------------------------------------------------------------------------------------------


def test_committed_runs_are_what_the_rule_makes() -> None:
    for name, text in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"{name}: run tests/scenarios/meta_runs.py"


def test_each_team_has_a_flagship_and_three_smaller_runs_a_year(base: Inputs) -> None:
    size: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    for run in base.rows("runs"):
        found = re.fullmatch(r"([a-z]+)_(\d{4})(?:_(\d))?", run["run"])
        assert found and found[1] == run["team"]
        size[run["team"], int(found[2])][int(found[3] or 0)] = run["flop_zflop"]
    assert len(base.rows("runs")) == 80
    assert set(size) == {(team, year) for team in by(base, "teams", "team") for year in range(2026, 2031)}
    for (team, year), found in size.items():
        flagship = found.pop(0)
        assert set(found) == {1, 2, 3} and all(0.03 <= x / flagship <= 0.3 for x in found.values())
        before = size.get((team, year - 1), {}).get(-1)
        assert before is None or 2 <= flagship / before <= 5
        found[-1] = flagship


def test_first_flagship_lies_between_the_company_and_the_frontier(base: Inputs) -> None:
    runs = read_catalogue("training_runs").rows
    first = by(base, "runs", "run")["superintelligence_2026"]["flop_zflop"]
    own = runs["meta_llama4_behemoth"]["flop_zflop"] * 3.5 ** (14 / 12)  # 2025-04 to 2026-06
    frontier = runs["xai_grok3"]["flop_zflop"] * 3.5 ** (16 / 12)  # 2025-02 to 2026-06
    assert own < first < frontier
    last = by(base, "runs", "run")["superintelligence_2030"]["flop_zflop"]
    assert last * 1e21 < 2e29  # the largest run that Epoch thinks feasible by 2030


def test_values_are_compute_at_the_reference_rent(base: Inputs) -> None:
    per_zflop = 2.35 / (H100_TFLOPS / 1000 * 0.41 * 3600) * 1e6  # USD: an H100-hour at the default utilisation
    for run in base.rows("runs"):
        year, smaller = int(run["run"].split("_")[1]), run["run"].count("_") == 2
        k = 1.5 if smaller else {"superintelligence": 3, "product": 3, "research": 2, "infrastructure": 2}[run["team"]]
        cheaper = {"fp8": 1.3, "bf16": 1.1}[run["number_format"]]
        worth = k * run["flop_zflop"] * per_zflop / cheaper ** (year - 2026) / 1e6
        assert run["value_musd"] == pytest.approx(worth, abs=0.06)
        assert run["value_loss_per_month"] == pytest.approx(1 - 3 ** (-1 / 12), abs=1e-4)
        assert max(run["durations_months"]) <= 9


def test_experiments_are_nine_times_the_runs(base: Inputs) -> None:
    asked, compute = defaultdict(float), defaultdict(float)
    for row in base.rows("stream_demand"):
        if row["stream"] != "spare":
            asked[row["stream"].removeprefix("experiments_"), row["from"][:4]] += row["ceiling_pflops"] / 2
    for run in base.rows("runs"):
        compute[run["team"], run["run"].split("_")[1]] += run["flop_zflop"]
    for key, zflop in compute.items():
        halves = (3.5**-0.25 + 3.5**0.25) / 2  # the halves of a year stand round its middle
        assert asked[key] / halves == pytest.approx(9 * zflop * 1e6 / (12 * 2_629_800), rel=1e-3)


def test_spare_compute_is_let_at_two_to_three_dollars(base: Inputs) -> None:
    pflops = H100_TFLOPS / 1000 * 0.41
    worth = [r["musd_per_pflops_month"] for r in base.rows("stream_segments") if r["stream"] == "spare"]
    assert worth == pytest.approx([0.7 * usd * HOURS_PER_MONTH / pflops / 1e6 for usd in (3, 2.5, 2)], abs=1e-6)


# -- derived figures ---------------------------------------------------------------------------------------------------


def test_start_fleet_is_the_named_clusters_and_bounded(base: Inputs) -> None:
    types, standing = by(base, "accelerators", "accelerator"), defaultdict(int)
    for row in base.rows("fleet"):
        if row["status"] == "existing":
            standing[row["accelerator"]] += row["count"]
    assert standing == {"h100": 129_000 + 2 * 24_576, "gb200": 198_900}
    equal = sum(n * types[g]["bf16_dense_tflops"] / H100_TFLOPS for g, n in standing.items())
    assert equal == pytest.approx(680_700, rel=0.001)
    assert equal <= 0.30 * 2.3e6  # Epoch AI: H100-equivalents of the whole company, early 2026
    for row in base.rows("fleet"):
        if row["status"] == "committed":
            assert row["due_musd"] == pytest.approx(0.7 * row["count"] * types["gb300"]["price_usd"] / 1e6, abs=1)


def test_what_stands_is_housed_and_fed(base: Inputs) -> None:
    """MW at the start are what the fleet of the start takes: draw at 1.26 of the servers', times the PUE."""
    types, sites = by(base, "accelerators", "accelerator"), by(base, "sites", "site")
    draw = defaultdict(float)
    for row in base.rows("fleet"):
        if row["status"] == "existing":
            draw[row["site"]] += row["count"] * types[row["accelerator"]]["provisioned_kw"] * 1.26 / 1000
    halls, fed = defaultdict(float), defaultdict(float)
    for row in base.rows("halls"):
        halls[row["site"]] += row["existing_mw"]
    for row in base.rows("power_sources"):
        fed[row["site"]] += row["existing_mw"]
    for site, mw in draw.items():
        assert 0 <= halls[site] - mw < 1
        assert 0 <= fed[site] - mw * sites[site]["pue"] < 6


def test_a_gb200_takes_what_is_seen_in_new_albany(base: Inputs) -> None:
    kw = by(base, "accelerators", "accelerator")["gb200"]["provisioned_kw"]
    share = base.setting("power", "fabric_draw_share")
    assert kw * (1 + share) * by(base, "sites", "site")["prometheus"]["pue"] == pytest.approx(2.5, abs=0.01)
    assert base.setting("finance", "average_draw") == pytest.approx(0.76 * 1.10 / (1 + share), abs=0.005)


def test_new_albany_grows_along_the_published_steps(base: Inputs) -> None:
    steps = sum(row["mw"] for row in base.rows("power_phases") if row["site"] == "prometheus")
    assert steps == 1360 - 691
    socrates = [row["mw"] for row in base.rows("power_phases") if row["power_source"] == "socrates"]
    assert sum(socrates) == 400


def test_power_path_is_the_announced_one(base: Inputs) -> None:
    mw = defaultdict(float)
    for row in base.rows("power_phases"):
        mw[row["site"], row["available_from"][:4]] += row["mw"]
    assert mw["hyperion", "2028"] + mw["hyperion", "2029"] == 2262
    assert sum(mw["el_paso", y] for y in ("2027", "2028")) == sum(mw["lebanon", y] for y in ("2027", "2028")) == 1000
    assert sum(mw["unnamed", y] for y in ("2026", "2027")) == 1000
    assert sum(n for (site, year), n in mw.items() if site == "hyperion" and year >= "2030") == 5200


def test_prices_follow_their_stated_rules(base: Inputs) -> None:
    types, prices = by(base, "accelerators", "accelerator"), by(base, "prices", "item", "date")
    for (item, date), row in prices.items():
        if date == "2026-04":
            assert row["price"] == pytest.approx(types[item]["price_usd"] * 1.13, rel=0.002)
    for item, last in (("vr200", 108_400), ("mi455x", 85_000), ("next28", 125_700)):
        for date in sorted(d for i, d in prices if i == item):
            assert prices[item, date]["price"] == pytest.approx(0.9 * last, rel=0.002)
            last = prices[item, date]["price"]
    for item, row in ((i, r) for (i, _), r in prices.items() if i.endswith(".hall")):
        first = 11 if item.split(".")[0] in ("el_paso", "lebanon") else 17
        assert row["price"] == pytest.approx(first * 1.06 ** (int(row["date"][:4]) - 2026), abs=0.06)
    rent = by(base, "leases", "lease")["neocloud"]["usd_per_accelerator_month"]
    assert rent == pytest.approx(6.0 * 2.35 / 2.95 * HOURS_PER_MONTH, rel=0.005)


def test_next_type_is_the_trend(base: Inputs) -> None:
    types = by(base, "accelerators", "accelerator")
    now, then = types["vr200"], types["next28"]
    for speed in ("bf16_dense_tflops", "fp8_dense_tflops"):
        assert then[speed] / now[speed] == pytest.approx(1.4**2, rel=0.001)
    assert then["provisioned_kw"] == now["provisioned_kw"]
    assert then["price_usd"] / now["price_usd"] == pytest.approx(1.4**2 / 1.3**2, rel=0.001)


def test_rent_of_the_joint_venture_is_the_annuity_of_its_debt(base: Inputs) -> None:
    annuity = 27.3e9 * 0.0658 / (1 - 1.0658**-20)
    row = by(base, "halls", "site", "hall")["hyperion", "jv_halls"]
    assert row["rent_usd_per_kw_month"] == pytest.approx(annuity / (2262e3 / 1.1) / 12, abs=0.5)
    assert 100 <= row["rent_usd_per_kw_month"] <= 180  # what powered shells rent for


def test_links_are_priced_by_their_parts(base: Inputs) -> None:
    modules, links = by(base, "link_modules", "module"), by(base, "links", "link")
    assert modules["pb4"]["price_musd"] == pytest.approx(5000 * 2 * (1150 + 200_000 / 64) / 1e6, abs=0.5)
    coherent = 640 * 2 * (5500 + 200_000 / 64) / 1e6
    assert modules["pairs16"]["price_musd"] == pytest.approx(16 * 300 * 1200 / 1e6 + coherent, abs=0.5)
    assert modules["pairs16"]["tbps"] == 16 * 32
    assert links["midwest_route"]["fixed_charge_musd"] == pytest.approx(300 * 0.095 + 3 * 0.6, abs=0.5)
    spans = by(base, "spans", "span")
    assert spans["albany_region"]["tbps_per_kaccelerator"] == pytest.approx(0.25 * 1000 * 0.8 / 4.5, abs=0.1)
    assert spans["midwest"]["tbps_per_kaccelerator"] == pytest.approx(0.1 * 0.5 * 1000 * 0.8 / 4.5, abs=0.1)


def test_a_gigawatt_costs_and_holds_what_is_published(base: Inputs) -> None:
    """The first table of the back-cast in README.md: one type alone, at the meter of a new campus."""
    types, fabrics = by(base, "accelerators", "accelerator"), by(base, "fabrics", "site", "fabric")
    draw = 1 + base.setting("power", "fabric_draw_share")
    ranges = {  # kW at the meter; B$ a GW all in
        "h100": ((1.4, 1.75), None),
        "gb200": ((2.07, 2.92), (35, 50)),
        "gb300": ((2.07, 2.92), (33, 60)),
        "vr200": ((3.45, 4.1), (41, 60)),
    }
    for name, (kw, cost) in ranges.items():
        row = types[name]
        each = row["provisioned_kw"] * draw * 1.1
        assert kw[0] <= each <= kw[1] + 0.02, name
        if cost is not None:
            endpoint = fabrics["prometheus", row["fabric_family"]]["price_usd_per_endpoint"]
            servers = (row["price_usd"] + endpoint) / each / 1e3
            low, high = (servers + hall / 1.1 + power for hall, power in ((11, 0.2), (17, 4.0)))
            assert low <= cost[1] and high >= cost[0], name


def test_budgets_are_half_of_the_path(base: Inputs) -> None:
    path = {2026: (125, 145), 2027: (150, 200), 2028: (160, 240), 2029: (170, 280), 2030: (170, 280)}
    for row in base.rows("budgets"):
        low, high = path[row["fiscal_year"]]
        assert row["budget_musd"] == 0.5 * 1000 * (low + high) / 2


# -- variants ----------------------------------------------------------------------------------------------------------


def test_variants_change_what_they_say(base: Inputs) -> None:
    late, now = resolved("meta-compute-power-late"), by(base, "power_phases", "site", "phase")
    for key, row in by(late, "power_phases", "site", "phase").items():
        assert int(row["available_from"][:4]) == int(now[key]["available_from"][:4]) + 1
    leads = {(r["site"], r["power_source"]): r["lead_time_months"] for r in base.rows("power_sources")}
    for row in late.rows("power_sources"):
        longer = 12 if row["module_mw"] else 0
        assert (row["lead_time_months"] or 0) == (leads[row["site"], row["power_source"]] or 0) + longer
    slipped = [r["from"] for r in resolved("meta-compute-vr200-late").rows("supply") if r["accelerator"] == "vr200"]
    assert slipped[0] == "2027-05"
    money = by(resolved("meta-compute-budgets-minus-20"), "budgets", "fiscal_year")
    assert [money[y]["budget_musd"] for y in (2026, 2027)] == [67_500, 0.8 * 87_500]
    for variant, factor in (("0-6", 0.6), ("1-6", 1.6)):
        more, less = resolved(f"meta-compute-demand-{variant}"), base
        for table, column in (("runs", "flop_zflop"), ("runs", "value_musd"), ("stream_demand", "ceiling_pflops")):
            for a, b in zip(more.rows(table), less.rows(table), strict=True):
                assert a[column] == pytest.approx((1 if b.get("stream") == "spare" else factor) * b[column])


def test_no_gas_and_one_vendor_leave_nothing_of_the_other() -> None:
    case = Case(resolved("meta-compute-no-gas"))
    burns = {("prometheus", "socrates"), ("hyperion", "entergy"), ("hyperion", "block_2")}
    burns |= {(r["site"], r["power_source"]) for r in case.inputs.rows("power_sources") if r["power_source"] == "gas"}
    for row in case.inputs.rows("power_sources"):
        assert (row["site"], row["power_source"]) not in burns or row["module_mw"] == row["existing_mw"] == 0
    for row in case.inputs.rows("power_phases"):
        assert (row["site"], row["power_source"]) not in burns or not case.module_arrivals(row)
    vendors = read_catalogue("accelerators").rows
    alone = resolved("meta-compute-one-vendor")
    for row in alone.rows("accelerators"):
        vendor = vendors[row["catalogue"]]["vendor"] if row["catalogue"] in vendors else None
        assert not row["orderable"] or vendor in ("NVIDIA", None)
    assert {row["lease"]: row["max_lots"] for row in alone.rows("leases")}["aws"] == 0


# -- the README --------------------------------------------------------------------------------------------------------


def test_readme_counts_facts_and_assumptions(base: Inputs, readme: str) -> None:
    counted = base.document["provenance"]
    assert f"{counted['sourced']} rows are facts throughout, {counted['assumed']} hold an assumption" in readme


def test_readme_lists_the_variants(readme: str) -> None:
    assert all(f"| -{variant} |" in readme for variant in ASKED)


def test_tables_of_the_readme_have_whole_rows(readme: str) -> None:
    width = None
    for line in readme.splitlines():
        width = None if not line.startswith("|") else width or line.count("|")
        assert width is None or line.count("|") == width, line


def test_files_hold_no_blank_rows() -> None:
    for file in FOLDER.glob("*.csv"):
        rows = list(csv.DictReader(file.open(encoding="utf-8")))
        assert rows and all(row["source"] or row["assumption"] for row in rows), file.name
