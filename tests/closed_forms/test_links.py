"""Closed forms of links: modules, routes, directions, fixed charges, and who asks for traffic."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.errors import InfeasibleError
from planner.core.inputs import Inputs
from tests.closed_forms.builder import accelerator, date, factor, fleet, money, scenario, solve, total, work

pytestmark = pytest.mark.mutation_subset

Row = dict[str, Any]


def link(ends: str, existing: float = 0, **cells: Any) -> Row:
    """A row of `links` between two sites of one letter each."""
    return {"link": f"l_{ends}", "site_a": ends[0], "site_b": ends[1], "existing_tbps": existing} | cells


def module(ends: str, tbps: float, price: float, **cells: Any) -> Row:
    """A row of `link_modules`: at once, as many as one likes."""
    row = {"link": f"l_{ends}", "module": f"m{tbps:g}", "tbps": tbps, "max_modules": 99}
    return row | {"lead_time_months": 0, "price_musd": price} | cells


def send(ends: str, tbps: float, month: int = 0) -> Row:
    """A row of `traffic`."""
    return {"from_site": ends[0], "to_site": ends[1], "from": date(month), "tbps": tbps}


def network(periods: list[int], links: list[Row], modules: list[Row], traffic: list[Row], **tables: Any) -> Row:
    """A scenario of only sites, links and traffic."""
    names = sorted({site for row in links for site in (row["site_a"], row["site_b"])})
    case = scenario(periods, sites=[{"site": name, "pue": 1} for name in names], links=links, traffic=traffic, **tables)
    case["tables"] |= {"link_modules": modules} if modules else {}
    del case["tables"]["accelerators"]
    return case


@pytest.mark.parametrize(("tbps", "cost"), [(10, 3), (12, 6), (24, 8), (45, 11)])
def test_modules_are_whole_and_kinds_combine(tbps: float, cost: float) -> None:
    """Modules of 10 at 3 M$ and of 40 at 8: two of 10 for 12, one of 40 for 24 (three of 10 cost 9), both for 45."""
    solve(network([12], [link("ab")], [module("ab", 10, 3), module("ab", 40, 8)], [send("ab", tbps)]), -cost)


@pytest.mark.parametrize("objective", ["value_minus_cost", "least_cost"])
def test_gap_where_nothing_earns(objective: str) -> None:
    """A network for traffic alone has no value to measure a gap by: it is a share of the cost."""
    case = network([12], [link("ab")], [module("ab", 10, 3)], [send("ab", 12)], finance={"objective": objective})
    plan = solve(case, -6.0)
    assert plan.data.attrs["scale_musd"] == pytest.approx(6.0)


@pytest.mark.parametrize(("existing", "cost"), [(12, 0), (2, 3), (1, 6)])
def test_what_is_there_costs_nothing(existing: float, cost: float) -> None:
    """Capacity that stands is used first."""
    solve(network([12], [link("ab", existing)], [module("ab", 10, 3)], [send("ab", 12)]), -cost)


@pytest.mark.parametrize(("capacity", "modules"), [("shared", 2), ("directed", 1)])
def test_directions(capacity: str, modules: int) -> None:
    """6 Tb/s there and 5 back: together 11 in a shared link, each for itself in a directed one of 10."""
    case = network(
        [12], [link("ab", capacity=capacity)], [module("ab", 10, 3)], [send("ab", 6), send("ba", 5)]
    )  # fmt: skip
    plan = solve(case, -3.0 * modules)
    assert total(plan, "link_build") == modules


@pytest.mark.parametrize(("tbps", "cost"), [(3, 3 * 1), (5, 3 * 1 + 2 * 2), (7, 3 * 1 + 4 * 2)])
def test_traffic_splits_and_hops(tbps: float, cost: float) -> None:
    """A to c: 3 Tb/s fit by b at 0.5 M$ a Tb/s and year on each of two links, the rest goes straight at 2."""
    links = [link("ab", 3, flow_cost_musd_per_tbps=0.5), link("bc", 3, flow_cost_musd_per_tbps=0.5)]
    links.append(link("ac", 4, flow_cost_musd_per_tbps=2))
    plan = solve(network([12], links, [], [send("ac", tbps)]), -cost)
    assert total(plan, "flow", link="l_ac", direction="ab") == pytest.approx(max(0, tbps - 3))


def test_more_than_links_can_carry() -> None:
    """Where links cannot carry what must be carried there is no plan, and the link is named with what it lacks."""
    case = network([12], [link("ab", 3)], [module("ab", 2, 1, max_modules=2)], [send("ab", 9)])
    with pytest.raises(InfeasibleError, match=r"l_ab both 2026-01 \(L2\): short by 2 Tb/s"):
        planner.load(case).solve()


def test_a_site_that_nothing_joins() -> None:
    """Traffic to a site without links is refused as input; if it came about all the same, it would be named."""
    case = network([12], [link("ab", 3)], [], [send("ab", 1)])
    case["tables"]["sites"].append({"site": "z", "pue": 1})
    study = planner.load(case)
    document = study.inputs.document
    document["tables"]["traffic"][0]["to_site"] = "z"
    study.inputs = Inputs(document)
    with pytest.raises(InfeasibleError, match="the traffic to it \\(L1\\): source=a site=z"):
        study.solve()


@pytest.mark.parametrize(("most", "cost"), [(1, 1 + 4), (2, 2 * 1)])
def test_most_modules(most: int, cost: float) -> None:
    """15 Tb/s: of the cheap kind there is one, or two."""
    modules = [module("ab", 10, 1, max_modules=most), module("ab", 10, 4, module="dear")]
    solve(network([12], [link("ab")], modules, [send("ab", 15)]), -cost)


@pytest.mark.parametrize(("tbps", "cost"), [(4, 4 * 1.0), (6, 5.0)])
def test_fixed_charge_is_paid_for_use(tbps: float, cost: float) -> None:
    """A link that costs 5 M$ to open, or one that costs 1 M$ a Tb/s and year: opened from 5 Tb/s on."""
    links = [link("ab", 9, fixed_charge_musd=5.0), link("ab", 9, link="old", flow_cost_musd_per_tbps=1.0)]
    plan = solve(network([12], links, [], [send("ab", tbps)]), -cost)
    assert total(plan, "link_opened") == (1 if tbps > 5 else 0)


def test_fixed_charge_is_paid_once_and_at_first_use() -> None:
    """Used in the second and third period: opened at the start of the second."""
    case = network([6, 6, 12], [link("ab", 9, fixed_charge_musd=5.0)], [], [send("ab", 3, month=6)])
    plan = solve(case, -5.0 * factor(6))
    assert money(plan) == {f"capex network a {date(6)}": pytest.approx(5.0)}


def test_grant_for_a_link_is_had_once() -> None:
    """A link opens at most once: if opening brought 1 M$ (no input can say so), the plan would take it once."""
    study = planner.load(network([6, 6], [link("ab", 9, fixed_charge_musd=5.0)], [], [send("ab", 3)]))
    document = study.inputs.document
    document["tables"]["links"][0]["fixed_charge_musd"] = -1.0
    study.inputs = Inputs(document)
    assert study.solve().objective_musd == pytest.approx(1.0, rel=1e-9)


def test_money_of_a_module() -> None:
    """Price at the order date, cash by profile, worth at the end by decay, running cost while it stands.

    Needed from month 12, so ordered at 6: the price of month 5 holds; half at order, half three months after.
    """
    case = network(
        [6, 6, 12],
        [link("ab")],
        [module("ab", 10, 9, lead_time_months=6)],
        [send("ab", 8, month=12)],
        finance={"terminal_value": "decay", "decay_network": 0.8},
        prices=[{"item": "m10", "date": date(0), "price": 7}, {"item": "l_ab.m10", "date": date(5), "price": 4}],
        cash_profiles=[
            {"item": "m10", "event": "order", "share": 0.5},
            {"item": "m10", "event": "order", "offset_months": 3, "share": 0.5},
        ],
        opex=[{"item": "l_ab.m10", "usd_per_year": 300_000}],
    )
    solve(case, -2 * factor(6) - 2 * factor(9) - 0.3 * factor(12) + 4 * 0.8 * factor(24))


@pytest.mark.parametrize(("month", "modules"), [(0, 2), (3, 1), (5, 1)])
def test_traffic_of_a_period_is_the_mean_of_its_months(month: int, modules: int) -> None:
    """12 Tb/s from month 3 of six are 6 over the period, which one module of 10 carries."""
    plan = solve(network([6], [link("ab")], [module("ab", 10, 3)], [send("ab", 12, month)]), -3.0 * modules)
    assert total(plan, "traffic") == pytest.approx(12 * (6 - month) / 6)


def test_three_sites_are_joined_by_two_links() -> None:
    """4 Tb/s between each two of three sites, modules of 10 at 1 M$ on every link: two links with 8 each.

    With a module on one link only, a site is cut off; on two, each carries its own pair's and the third pair's.
    """
    links = [link("ab"), link("bc"), link("ac")]
    modules = [module("ab", 10, 1), module("bc", 10, 1), module("ac", 10, 1)]
    plan = solve(network([12], links, modules, [send("ab", 4), send("bc", 4), send("ac", 4)]), -2.0)
    assert sorted(plan.data["flow"].sum(["direction", "source", "period"]).values.tolist()) == pytest.approx([0, 8, 8])


@pytest.mark.parametrize(("existing", "away"), [(0.5, 50), (2.0, 100)])
def test_stream_away_from_home(existing: float, away: float) -> None:
    """A stream at home in b needs 0.01 Tb/s for each PFLOP/s served at a: 0.5 Tb/s carry 50."""
    tables = work(0.01, 500, home_site="b", tbps_per_pflops_away=0.01)
    case = scenario(
        [12],
        accelerators=[accelerator(orderable=False)],
        sites=[{"site": name, "pue": 1} for name in "ab"],
        fleet=[fleet(100, site="a"), fleet(10, site="b")],
        links=[link("ab", existing)],
        **tables,
    )
    plan = solve(case, (10 + away) * 12 * 0.01)
    assert total(plan, "traffic", source="b", destination="a") == pytest.approx(0.01 * away)
