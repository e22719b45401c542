"""The summary: what a director reads first comes first, and is true."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

import planner
from planner import Plan
from planner.export.summary import summary_text
from planner.export.words import WIDTH, amount, count, grid, listed, money, percent, several, span
from tests.export.documents import bare


@pytest.mark.parametrize("name", ["rich", "bare", "idle", "tiny", "campus", "early"])
def test_fits_the_page(plans: dict[str, Plan], name: str) -> None:
    text = plans[name].summary()
    assert text == summary_text(plans[name].data)
    assert text.endswith("\n")
    assert max(len(line) for line in text.splitlines()) <= WIDTH


@pytest.mark.parametrize(
    ("attrs", "said"),
    [
        ({"status": "optimal", "gap": 0.0, "gap_musd": 0.0}, "Proven best: no plan is worth more."),
        (
            {"status": "gap_reached", "gap": 0.0081, "gap_musd": 3.5},
            "Proven within 0.81 % of gross value: no plan is worth 3.5 M$ more.",
        ),
        (
            {"status": "time_limit", "gap": 0.032, "gap_musd": 45.0},
            "Stopped by the time limit of 60 s; proven within 3.2 % of gross value: no plan is worth 45.0 M$",
        ),
        (
            {"status": "work_limit", "gap": 0.01, "gap_musd": 9.0, "options": '{"work_limit": 20000}'},
            "Stopped by the work limit of 20,000 simplex iterations; proven within 1.0 % of gross value",
        ),
        (
            {"status": "running", "gap": 0.1, "gap_musd": 9.0, "wall_seconds": 12.4},
            "Saved 12 s into a search that went on; proven within 10.0 % of gross value: no plan is worth",
        ),
        (
            {"status": "interrupted", "gap": 0.5, "gap_musd": 1500.0},
            "Interrupted; proven within 50.0 % of gross value: no plan is worth 1.50 B$ more.",
        ),
        (
            {"status": "interrupted", "gap": math.inf, "gap_musd": math.inf},
            "Interrupted; nothing is proven yet about better plans.",
        ),
    ],
)
def test_status_and_gap_come_first(plans: dict[str, Plan], attrs: dict[str, Any], said: str) -> None:
    data = plans["tiny"].data.copy()
    data.attrs = data.attrs | attrs
    assert summary_text(data).splitlines()[1].startswith(said)


def test_says_what_a_director_asks(plans: dict[str, Plan]) -> None:
    lines = plans["tiny"].summary().splitlines()
    text = "\n".join(lines)
    assert "10 of 10 inputs are assumptions" in text
    assert "Orders: 2,000 accelerators, 60.0 M$" in lines
    assert "Power: 2 MW of halls, 20.0 M$" in lines
    assert "Network: 2,000 endpoints, 4.0 M$" in lines
    assert "  all capex  84.0   0.0" in lines
    assert "    budget   84.0  84.0" in lines
    assert "Runs: 1 start in time, 1 late, 0 refused; value 291 M$ of 350 M$" in lines
    assert any(line.startswith("  b ") and "6 months late" in line for line in lines)
    assert any(line.startswith("  1,000 more x1 at alpha through 2027: worth") for line in lines)
    assert "Not modelled (the scenario has no such table): supply, leases, streams, links, opex." in lines


def test_says_what_was_broken_at_its_price(plans: dict[str, Plan]) -> None:
    lines = plans["rich"].summary().splitlines()
    assert "Limits broken at their price" in lines
    assert any(line.startswith("  unserved other: ") for line in lines)
    assert any("on order already: 500 accelerators, in service 2026-04, 4.2 M$ still due" in line for line in lines)


def _dark(mw: float) -> dict[str, Any]:
    """A fleet of 800 kW in halls of some MW; the run of `bare` needs most of it."""
    document = bare()
    document["tables"]["accelerators"][0]["provisioned_kw"] = 1.0
    document["power"] = {"fabric_draw_share": 0}
    document["tables"]["runs"][0]["value_musd"] = 50
    document["tables"]["halls"] = [{"site": "alpha", "hall": "main", "cooling": "air", "existing_mw": mw}]
    return document


def test_stranded_is_what_lacks_power_not_what_idles() -> None:
    short = planner.load(_dark(0.6)).solve().summary()
    assert "stranded: up to 200 x1 at alpha in service without power or cooling, 2026-01 .. 2026-07" in short
    ample = planner.load(_dark(2.0)).solve().summary()
    assert "stranded" not in ample


def test_many_runs_are_counted_and_the_worst_listed(plans: dict[str, Plan]) -> None:
    document = bare()
    run = document["tables"]["runs"][0]
    document["tables"]["runs"] = [run | {"run": f"r{i:02}", "latest": "2026-01"} for i in range(30)]
    lines = planner.load(document).solve().summary().splitlines()
    assert "Runs: 1 start in time, 0 late, 29 refused; value 3.0 M$ of 90.0 M$" in lines
    assert sum("refused" in line for line in lines) == 1 + 12 + 1
    assert "  and 17 refused runs of less value" in lines


def test_says_what_several_sites_need(plans: dict[str, Plan]) -> None:
    lines = [" ".join(line.split()) for line in plans["campus"].summary().splitlines()]
    assert "Power: 1.2 MW of halls, 1.1 MW retrofitted, 2 MW at the meter, 1 new site, 12.8 M$" in lines
    assert "beta rented (leased) 0.6 0.6 2026-07 2026-10" in lines
    assert "alpha air to liquid 1.1 2.2 2026-07 2026-10" in lines
    assert "beta grid, phases 2 4.0 2026-04 2026-10" in lines
    assert "Network: 1 link module, 3.5 M$" in lines
    assert "ab opened 1 1.5 2026-10 2026-10" in lines
    assert "ab carries 4.0 of 5.0 Tb/s (80.0 %) when fullest, 2026-10" in lines
    assert "Sales: 800 accelerators, 4.0 M$" in lines
    assert "old at alpha 800 4.0 2026-01 .. 2026-04" in lines


def test_a_gap_of_costs_is_not_called_one_of_value(plans: dict[str, Plan]) -> None:
    data = plans["campus"].data.copy()
    assert summary_text(data).splitlines()[1] == "Proven best: no plan costs less."
    data.attrs = data.attrs | {"status": "gap_reached", "gap": 0.02, "gap_musd": 1.5}
    assert summary_text(data).splitlines()[1] == "Proven within 2.0 % of gross cost: no plan costs 1.5 M$ less."
    assert "gross value" not in summary_text(data)


def test_orders_that_nothing_needs_are_named(plans: dict[str, Plan]) -> None:
    data = plans["early"].data.copy(deep=True)
    assert "no work in this plan" not in summary_text(data)
    data["in_service"] = data.in_service + 1000
    assert "  no work in this plan needs 1,000 of those ordered (20.0 M$)" in summary_text(data).splitlines()


def test_least_cost_is_told_as_a_cost() -> None:
    document = bare()
    document["finance"] = {"objective": "least_cost"}
    document["tables"]["runs"][0]["must_run"] = True
    document["tables"]["opex"] = [{"item": "x1", "usd_per_year": 10_000}]
    assert planner.load(document).solve().summary().splitlines()[2].startswith("Cost 7.8 M$, discounted to 2026-01")


def test_notices_of_the_check_are_passed_on(plans: dict[str, Plan]) -> None:
    data = plans["tiny"].data.copy()
    data.attrs = data.attrs | {"check_notices": json.dumps(["the gangs cannot be packed"])}
    assert "Note: the gangs cannot be packed" in summary_text(data)


def test_text_for_a_terminal_holds_no_escapes(plans: dict[str, Plan]) -> None:
    data = plans["tiny"].data.copy()
    data.attrs = data.attrs | {"title": "red \x1b[31m\x07 alert"}
    assert "\x1b" not in summary_text(data)


def test_figures_as_people_read_them() -> None:
    assert [money(v) for v in (0.0, 0.034, 4.25, 84, 999, 1000, 125_280, math.inf)] == [
        "0.0 M$", "0.034 M$", "4.2 M$", "84.0 M$", "999 M$", "1.00 B$", "125.28 B$", "unknown",
    ]  # fmt: skip
    assert [percent(v) for v in (0, 0.00004, 0.0081, 0.01, 0.5, math.inf)] == [
        "0 %", "0.004 %", "0.81 %", "1.0 %", "50.0 %", "unknown",
    ]  # fmt: skip
    assert (count(6080), count(1.5), amount(-120.4)) == ("6,080", "1.5", "-120")
    assert (span(["2026-07", "2026-01"]), span(["2026-01"])) == ("2026-01 .. 2026-07", "2026-01")
    assert (several(1, "month"), several(2, "month")) == ("1 month", "2 months")
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"


def test_what_is_too_wide_goes_on_below() -> None:
    lines = grid(("run", "why"), [("a", "word " * 40)], left=(0, 1))
    assert len(lines) > 2
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[-1].startswith("       word")


def test_a_narrow_last_column_goes_across_the_page_below() -> None:
    lines = grid(("run", "why"), [("a" * 85, "one month late"), ("b", "in time")], left=(0, 1))
    assert lines[1:] == ["  " + "a" * 85, "      one month late", "  b" + " " * 86 + "in time"]


def test_why_runs_with_long_names_are_refused_is_said_in_full(plans: dict[str, Plan]) -> None:
    document = bare()
    run = document["tables"]["runs"][0]
    document["tables"]["runs"] = [run | {"run": f"r{i:02}" + "x" * 40, "latest": "2026-01"} for i in range(30)]
    data = planner.load(document).solve().data
    data["run_reason"] = data["run_reason"].copy(data=["a close call, within the gap"] * 30)
    lines = summary_text(data).splitlines()
    assert sum(line.endswith("refused: a close call, within the gap") for line in lines) == 12
