"""More of what is scarce, or one more thing to choose from, never costs value (at gap 0)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generators import Document, date_of, month_of
from tests.picks import DrawnPick, Pick
from tests.properties.laws import LAW, changed, no_worse, scenarios, value

Change = Callable[[Document, Pick], None]


def more_budget(document: Document, pick: Pick) -> None:
    """Larger budgets, in one year or in all of them."""
    rows = document["tables"].get("budgets", [])
    for row in rows if pick.chance(50) else rows[:1]:
        row["budget_musd"] *= pick.among((1.3, 3.0))


def less_budget(document: Document, pick: Pick) -> None:
    """Smaller budgets, in one year or in all of them."""
    rows = document["tables"].get("budgets", [])
    for row in rows if pick.chance(70) else rows[:1]:
        row["budget_musd"] *= pick.among((0.5, 0.2))


def easier_budget(document: Document, pick: Pick) -> None:
    """More of what is left may be carried over, more of next year pulled forward."""
    for row in document["tables"].get("budgets", []):
        row["carry_over_share"] = 1.0
        row["pull_forward_share"] = min(1.0, row["pull_forward_share"] + 0.3)


def no_budget(document: Document, pick: Pick) -> None:
    """No budgets at all."""
    document["tables"].pop("budgets", None)


def more_supply(document: Document, pick: Pick) -> None:
    """More accelerators to be had, of one type or of all."""
    for row in document["tables"]["supply"][: pick.among((1, None))]:
        row["per_month"] *= pick.among((1.5, 3.0))


def less_supply(document: Document, pick: Pick) -> None:
    """Fewer accelerators to be had, of one type or of all."""
    for row in document["tables"]["supply"][: pick.among((None, 1))]:
        row["per_month"] *= pick.among((0.3, 0.1))


def more_power(document: Document, pick: Pick) -> None:
    """More MW that can be built; more that stand, where standing costs nothing."""
    for row in document["tables"].get("power_sources", []):
        standing = 0.0 if "opex" in document["tables"] else pick.among((0.0, 1.5, 2.5))
        row["existing_mw"] += standing
        row["max_mw"] += standing + pick.among((row["module_mw"], 2.5))
    for row in document["tables"].get("halls", []):
        row["max_modules"] += 1
        row["existing_mw"] += pick.among((0.0, 1.0))


def less_power(document: Document, pick: Pick) -> None:
    """Fewer MW can be built."""
    for row in document["tables"].get("power_sources", []):
        row["max_mw"] = row["existing_mw"]
    for row in document["tables"].get("halls", []):
        row["max_modules"] = pick.integer(0, row["max_modules"])


def another_site(document: Document, pick: Pick) -> None:
    """A site like the first, with what stands there or with nothing yet."""
    tables = document["tables"]
    tables["sites"].append(tables["sites"][0] | {"site": "omega", "opening_cost_musd": pick.among((0.0, 0.5))})
    like_it = {"site": "omega"} | ({"existing_mw": 0.0} if pick.chance(40) else {})
    for table in ("halls", "power_sources"):
        if table in tables:
            tables[table] += [row | like_it for row in tables[table] if row["site"] == "alpha"]
    if "fabrics" in tables:
        bare = {"site": "omega", "existing_endpoints": 0, "block_endpoints": 4}
        tables["fabrics"] += [row | bare for row in tables["fabrics"] if row["site"] == "alpha"]


def another_type(document: Document, pick: Pick) -> None:
    """A type that can be ordered, as good as the first or better, and that every load may use."""
    tables = document["tables"]
    cheaper = tables["accelerators"][0]["price_usd"] * pick.among((1.0, 0.6))
    tables["accelerators"].append(tables["accelerators"][0] | {"accelerator": "npu", "price_usd": cheaper})
    tables["supply"] += [r | {"accelerator": "npu"} for r in tables["supply"] if r["accelerator"] == "gpu"]
    if "mfu" in tables:
        tables["mfu"] += [r | {"accelerator": "npu"} for r in tables["mfu"] if r["accelerator"] == "gpu"]
    for row in [*tables["runs"], *tables.get("streams", [])]:
        row["eligible"] = [*row["eligible"], "npu"]


def another_lease(document: Document, pick: Pick) -> None:
    """A contract that may be signed from the start."""
    row = {"lease": "spot", "accelerator": "gpu", "lot_size": 4, "min_lots": pick.among((0, 2)), "max_lots": 3}
    row |= {"from": document["calendar"]["start"], "term_months": pick.among((3, 12)), "assumption": "random"}
    row |= {"usd_per_accelerator_month": pick.among((6e3, 15e3)), "take_or_pay_share": pick.among((1.0, 0.4))}
    document["tables"].setdefault("leases", []).append(row)


def another_source(document: Document, pick: Pick) -> None:
    """A power source that can be built beside the others."""
    sources = document["tables"].get("power_sources", [])
    if sources:
        row = sources[0] | {"power_source": "solar", "existing_mw": 0.0, "module_mw": 1.5, "max_mw": 4.5}
        sources.append(row | {"energy_usd_per_mwh": pick.among((20.0, 100.0))})


def wider_window(document: Document, pick: Pick) -> None:
    """Runs may start later, or earlier by whole steps of the start grid (which begins at the window's first slot)."""
    calendar = document["calendar"]
    step, first = calendar["slot_months"] * calendar["start_step"], month_of(calendar["start"])
    for run in document["tables"]["runs"]:
        run["latest"] = date_of(month_of(run["latest"]) + pick.integer(0, 4))
        earlier = month_of(run["earliest"]) - step * pick.integer(0, 2)
        if earlier >= first:
            run["earliest"] = date_of(earlier)


def another_duration(document: Document, pick: Pick) -> None:
    """Runs may take longer."""
    for run in document["tables"]["runs"]:
        longest = max(run["durations_months"]) + document["calendar"]["slot_months"]
        run["durations_months"] = [*run["durations_months"], longest]


def lower_price(document: Document, pick: Pick) -> None:
    """What a site's opening and a run's place cost falls."""
    for site in document["tables"]["sites"]:
        site["opening_cost_musd"] *= 0.5
    document["tables"].pop("placement", None)


LESS = [less_budget, less_supply, less_power]
MORE = [more_budget, easier_budget, no_budget, more_supply, more_power, lower_price]
OPTIONS = [another_site, another_type, another_lease, another_source, wider_window, another_duration]
differs: dict[str, int] = {}


@pytest.mark.parametrize("change", [*LESS, *MORE, *OPTIONS], ids=lambda change: change.__name__)
def test_more_never_costs_value(change: Change) -> None:
    @LAW
    @given(scenarios(), st.data())
    def law(document: Document, data: Any) -> None:
        after = changed(document)
        change(after, DrawnPick(data.draw))
        first, second = value(document), value(after)
        lesser, greater = (second, first) if change in LESS else (first, second)
        assert no_worse(greater, lesser), f"{change.__name__}: {first} before, {second} after"
        differs[change.__name__] += greater > lesser + 1e-6

    differs[change.__name__] = 0
    law()


def test_it_mostly_makes_a_difference() -> None:
    """The laws would hold of a planner that never does anything; here most changes tell in some example."""
    telling = sorted(name for name, times in differs.items() if times)
    print(differs)
    assert len(telling) >= len(differs) - 3, differs
