"""Closed forms of re-planning for phases, link modules and retrofits, and what no row holds.

Each thing costs 3 M$ (a retrofit: 3 M$ a MW, of which half is taken) and is of no use any more.
"""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InputError
from planner.results.previous import previous_tables
from tests.closed_forms.builder import NOT_FOR_SALE, accelerator, date, factor, fleet, run, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]
FROZEN = {"plan": "last", "replanned": date(1), "frozen_until": date(7)}
SITES = [{"site": "alpha", "pue": 1}, {"site": "beta", "pue": 1}]
KINDS: dict[str, dict[str, list[Row]]] = {
    "power_phase": {
        "power_sources": [{"site": "alpha", "power_source": "grid", "max_mw": 9, "energy_usd_per_mwh": 0}],
        "power_phases": [{"site": "alpha", "power_source": "grid", "phase": "b", "mw": 2, "lead_time_months": 6,
                          "price_musd": 3}],
    },
    "link_module": {
        "links": [{"link": "ab", "site_a": "alpha", "site_b": "beta"}],
        "link_modules": [{"link": "ab", "module": "b", "tbps": 1, "max_modules": 4, "lead_time_months": 6,
                          "price_musd": 3}],
    },
    "retrofit": {
        "halls": [{"site": "alpha", "hall": "a", "cooling": "air", "existing_mw": 2},
                  {"site": "alpha", "hall": "b", "cooling": "liquid"}],
        "retrofits": [{"site": "alpha", "from_hall": "a", "to_hall": "b", "musd_per_mw": 3, "outage_months": 1}],
    },
}  # fmt: skip
NAMES: dict[str, Row] = {
    "power_phase": {"item": "b", "part_of": "grid", "site": "alpha"},
    "link_module": {"item": "b", "part_of": "ab"},
    "retrofit": {"item": "b", "part_of": "a", "site": "alpha"},
}
RESULT = {"power_phase": "phase_build", "link_module": "link_build", "retrofit": "retrofit_mw"}
COST = {"power_phase": 3.0, "link_module": 3.0, "retrofit": 1.5 * factor(6)}


def ordered(what: str, **cells: Any) -> Row:
    """A scenario that follows a plan with one order of a kind, to arrive in month 6."""
    order = {"what": what, **NAMES[what], "arrives": date(6), "count": 0.5 if what == "retrofit" else 1} | cells
    return scenario([6, 6], sites=SITES, fleet=[fleet(1)], accelerators=NOT_FOR_SALE, previous_plan=[FROZEN],
                    previous_orders=[order], **KINDS[what])  # fmt: skip


@pytest.mark.parametrize("what", KINDS)
def test_what_is_ordered_comes_and_is_paid(what: str) -> None:
    plan = solve(ordered(what), -COST[what])
    assert total(plan, RESULT[what], period=date(6)) == pytest.approx(0.5 if what == "retrofit" else 1)


@pytest.mark.parametrize("what", KINDS)
@pytest.mark.parametrize("fee", [0.5, 4.0])
def test_it_is_cancelled_if_the_fee_is_less(what: str, fee: float) -> None:
    count = 0.5 if what == "retrofit" else 1
    plan = solve(
        ordered(what, cancellable_until=date(1), cancel_fee_musd=fee), -min(COST[what], count * fee * factor(1))
    )
    assert total(plan, "order_cancelled") == pytest.approx(count if fee < 3 else 0)


def test_no_other_phase_is_ordered_in_the_frozen_zone() -> None:
    """2 MW that earn 10 M$ a month each wait for a phase of 2: it is to be had in month 6 unless that is settled."""
    case = scenario([6, 6], fleet=[fleet(2000)], accelerators=NOT_FOR_SALE, **work(0.01, 9000),
                    **KINDS["power_phase"])  # fmt: skip
    assert planner.load(case).solve().objective_musd == pytest.approx(120 * factor(6) - 3)
    case["tables"]["previous_plan"] = [FROZEN]
    solve(case, 0.0)


def test_a_plan_names_its_parts_and_is_held() -> None:
    """The phase that a plan orders is the row that another follows, though nothing is earned by then."""
    case = scenario([6, 6], fleet=[fleet(2000)], accelerators=NOT_FOR_SALE, **work(0.01, 9000),
                    **KINDS["power_phase"])  # fmt: skip
    plan = planner.load(case).solve()
    (row,) = previous_tables(plan.data, date(1)).tables["previous_orders"]
    assert {key: row[key] for key in ("what", "arrives", "count", *NAMES["power_phase"])} == {
        "what": "power_phase", "arrives": date(6), "count": 1, **NAMES["power_phase"],
    }  # fmt: skip
    later = planner.load(case).replan(plan, date(1)).with_({"stream_segments.work.9000.musd_per_pflops_month": 0})
    assert later.solve().objective_musd == pytest.approx(-3)


@pytest.mark.parametrize(
    ("what", "cells", "rule"),
    [
        ("power_phase", {"part_of": None}, "previous_order_names"),
        ("power_phase", {"part_of": "gird"}, "previous_order_names"),
        ("link_module", {"site": "alpha"}, "previous_order_names"),
        ("link_module", {"count": 1.5}, "previous_order_whole"),
    ],
)
def test_names_that_are_none_are_refused(what: str, cells: Row, rule: str) -> None:
    with pytest.raises(InputError) as raised:
        planner.load(ordered(what, **cells))
    assert {problem.rule for problem in raised.value.problems} == {rule}


def free(case: Row, before: int) -> tuple[str, ...]:
    """What no row holds of the plan of a scenario."""
    return previous_tables(planner.load(case).solve().data, date(before), start=date(0)).free


def test_sales_are_named() -> None:
    """Idle x1 that bring 5,000 USD each are sold at once."""
    case = scenario([6, 6], fleet=[fleet(4)], accelerators=NOT_FOR_SALE,
                    resale=[{"accelerator": "x1", "age_months": 0, "price_usd": 5000}])  # fmt: skip
    assert free(case, 1) == ("sale of 4 x1 at alpha in 2026-01; once done, so many fewer stand in `fleet`",)
    assert free(case, 0) == ()


def test_opened_links_are_named() -> None:
    """Only those with a charge."""
    links = [{"link": "ab", "site_a": "alpha", "site_b": "beta", "existing_tbps": 2, "fixed_charge_musd": 1}]
    traffic = [{"from_site": "alpha", "to_site": "beta", "from": date(6), "tbps": 1}]
    case = scenario([6, 6], sites=SITES, fleet=[fleet(1)], accelerators=NOT_FOR_SALE, links=links, traffic=traffic)
    assert free(case, 7) == ("opening of link ab in 2026-07; once paid, its `fixed_charge_musd` is 0",)
    assert free(case, 6) == ()


def test_licences_levels_and_cancelled_runs_are_named() -> None:
    """A licence from month 3; a level begun in month 4 for a run in 6; a run in progress ended in 6 for its sake."""
    options = [{"programme": "p", "option": "a", "run": "a"},
               {"programme": "q", "option": "lic", "fee_musd": 0.1, "from": date(3)}]  # fmt: skip
    level = {"programme": "p", "level": 1, "flop_factor": 0.5, "cost_musd": 0.01, "lead_months": 2}
    held = {"running": "old", "site": "alpha", "accelerator": "x1", "n": 4, "until": date(12)}
    case = scenario(
        [6, 6], fleet=[fleet(4)], accelerators=[accelerator(orderable=False)],
        programmes=[{"programme": p, "value_musd": 1.0, "due": date(12)} for p in "pq"], programme_options=options,
        efficiency=[level], runs=[run("a", 8, 6, 6, 0.0)], running=[held],
        cancellable=[{"running": "old", "started": date(-6), "value_musd": 0.1, "from": date(6)}],
    )  # fmt: skip
    assert [text.split(";")[0] for text in free(case, 12)] == [
        "licence q.lic of 2026-04", "level of efficiency p.1, begun 2026-05", "cancelling of run old in 2026-07",
    ]  # fmt: skip
    assert [text.split()[0] for text in free(case, 4)] == ["licence"]
