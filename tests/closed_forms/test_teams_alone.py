"""Closed forms of teams standing alone: a share of every limit as an amount, gangs whole, orders continuous."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner.core.inputs import Inputs
from planner.data.teams import read_tree
from tests.closed_forms.builder import PRICE, accelerator, date, factor, fleet, hall, run, scenario
from tests.closed_forms.test_teams import of_team, shared, two, wants

Row = dict[str, Any]
MEASURED = {"sharing": {"stand_alone": True}}


def asked(*streams: tuple[Row, Row]) -> dict[str, list[Row]]:
    return {"streams": [row for row, _ in streams], "stream_segments": [segment for _, segment in streams]}


def alone(document: Row) -> dict[str, float]:
    """What each team of a scenario is worth alone, undiscounted M$ at the start."""
    return of_team(planner.load(document | MEASURED).solve(), "alone_musd")


LIMITS: dict[str, Row] = {
    # twelve x1 can be paid for, in lots of five: six each alone, as a part of two lots
    "budget": {
        "accelerators": [accelerator(lot_size=5)],
        "budgets": [{"fiscal_year": 2026, "category": "all", "budget_musd": 12 * PRICE}],
    },
    "supply": {"supply": [{"accelerator": "x1", "from": "2026-01", "per_month": 2}]},
    "halls": {"fleet": [fleet(20)], "accelerators": [accelerator(orderable=False)],
              "halls": [hall(existing_mw=0.012, max_modules=0)]},
    "power": {"fleet": [fleet(20)], "accelerators": [accelerator(orderable=False)],
              "power_sources": [{"site": "alpha", "power_source": "grid", "existing_mw": 0.012, "max_mw": 0.012,
                                 "energy_usd_per_mwh": 0}]},
    "endpoints": {"fleet": [fleet(20)], "accelerators": [accelerator(orderable=False)],
                  "fabrics": [{"site": "alpha", "fabric": "leaf", "max_gang": 12, "block_endpoints": 0,
                               "existing_endpoints": 12}]},
    "lease": {"accelerators": [accelerator(orderable=False)],
              "leases": [{"lease": "cloud", "accelerator": "x1", "lot_size": 4, "max_lots": 3, "from": "2026-01",
                          "term_months": 6, "usd_per_accelerator_month": 10}]},
}  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS)
def test_a_share_of_every_limit(limit: str) -> None:
    """Twelve x1 by each limit for half a year; entitled to a quarter and three quarters: three and nine alone."""
    teams = [{"team": "a", "share": 0.25}, {"team": "b"}]
    document = scenario([6], teams=teams, **LIMITS[limit] | asked(wants("a", 40), wants("b", 40)))
    document["solve"]["strategy"] = "plain"
    assert alone(document) == pytest.approx({"a": 3 * 6, "b": 9 * 6}, rel=1e-6)


@pytest.mark.parametrize(("gang", "worth"), [(5, 3.0), (6, 0.0)])
def test_gangs_stay_whole(gang: int, worth: float) -> None:
    """Five of ten x1: a gang of five fits, one of six does not, and five in six of it are worth nothing."""
    runs = [run("r", gang, 6, 0, 3.0, team="a")]
    document = shared("utilitarian", 10, [wants("b", 1)], two(), runs=runs)
    assert alone(document)["a"] == pytest.approx(worth * factor(6))


def test_what_a_run_waits_for_may_be_done() -> None:
    """a's run waits for b's: alone a does both, and is worth its own."""
    runs = [run("first", 2, 6, 0, 1.0, team="b"), run("then", 2, 6, 6, 5.0, team="a")]
    document = shared("utilitarian", 4, [], two(), periods=(6, 6), runs=runs,
                      precedence=[{"run": "then", "after": "first"}])  # fmt: skip
    assert alone(document) == pytest.approx({"a": 5 * factor(12), "b": factor(6)})


def test_others_pay_nothing_for_a_merged_run() -> None:
    """Compute for 3 M$ serves needs of a worth 1 and of b worth 10; b's fee of 4 is not a's. Alone a has nothing."""
    needs = [
        {"programme": f"p{k}", "team": k, "value_musd": worth, "due": date(6)} for k, worth in (("a", 1), ("b", 10))
    ]
    options = [{"programme": "pa", "option": "o", "run": "m"}, {"programme": "pb", "option": "o", "run": "m"}]
    document = scenario([6], teams=two(), runs=[run("m", 100, 6, 0, 0.0)], programmes=needs, programme_options=options)
    assert alone(document) == pytest.approx({"a": 0, "b": 10 * factor(6)})
    needs[0]["value_musd"], options[1]["fee_musd"] = 5, 4
    assert alone(document) == pytest.approx({"a": 5 * factor(6), "b": 10 * factor(6)})


def test_others_pay_nothing_for_what_a_run_waits_for() -> None:
    """a's run, worth 1, waits for b's, worth 10, whose compute costs 3: alone a would pay for it, and does neither."""
    runs = [run("first", 100, 6, 0, 10.0, team="b"), run("then", 2, 6, 6, 1.0, team="a")]
    document = scenario([6, 6], teams=two(), runs=runs, precedence=[{"run": "then", "after": "first"}])
    assert alone(document) == pytest.approx({"a": 0, "b": 10 * factor(6)})


@pytest.mark.parametrize(("worth", "before", "price", "had"), [(1.0, date(6), 5, 0), (10.0, None, 50, 10)])
def test_a_team_alone_follows_no_plan_before(worth: float, before: str | None, price: float, had: float) -> None:
    """A run whose compute costs 3: to leave it where it was saves nothing alone, and to begin it moves nothing."""
    was = {"run": "r"} | ({"start": before, "site": "alpha", "accelerator": "x1"} if before else {})
    document = scenario(
        [6, 6], teams=[{"team": "a"}], runs=[run("r", 100, 6, 6, worth, team="a")], previous_runs=[was],
        previous_plan=[{"plan": "p", "replanned": "2026-01"}], moving_prices=[{"what": "run", "musd": price}],
    )  # fmt: skip
    assert alone(document) == pytest.approx({"a": had * factor(12)})


@pytest.mark.parametrize(("worth", "had"), [(5.0, 5.0), (2.0, 0.0)])
def test_at_least_cost_teams_alone_do_what_is_worth_its_cost(worth: float, had: float) -> None:
    """What must run is served at least cost, its value left out; alone it is done if it is worth its compute, 3."""
    runs = [run("r", 100, 6, 0, worth, team="a", must_run=True)]
    document = scenario([6], teams=[{"team": "a"}], runs=runs, finance={"objective": "least_cost"})
    assert alone(document) == pytest.approx({"a": had * factor(6)})


def test_what_must_be_need_not_be_alone() -> None:
    """A run that must run, and a floor, that five x1 do not carry: alone nothing must be, and b has five."""
    runs = [run("must", 6, 6, 0, 1.0, team="a", must_run=True)]
    row, segment = wants("b", 10)
    document = shared("utilitarian", 10, [(row | {"floor_pflops": 2}, segment)], two(), runs=runs)
    assert alone(document) == pytest.approx({"a": 0, "b": 5 * 6})


@pytest.mark.parametrize(("n", "left", "kept"), [(4, 1, 30.0), (8, 5, 0.0)])
def test_what_is_in_progress_need_not_be_if_the_share_does_not_carry_it(n: int, left: int, kept: float) -> None:
    """b has five of ten x1 alone, and a run in progress that may not be cancelled at once: on four it is, on eight not.

    It brings more at its end than a stream on its four in the half year for which it might be cancelled.
    """
    running = [{"running": "x", "team": "b", "site": "alpha", "accelerator": "x1", "n": n, "until": date(12)}]
    document = shared(
        "utilitarian", 10, [wants("a", 10), wants("b", 10)], two(), periods=(6, 6), running=running,
        cancellable=[{"running": "x", "from": date(6), "value_musd": 30.0}],
    )  # fmt: skip
    assert alone(document)["b"] == pytest.approx(left * (6 + 6 * factor(6)) + kept * factor(12))


def test_studies_share_what_they_read_alike() -> None:
    """Other worth of b's leaves a as it stands; the same again is not solved again."""
    document = shared("max_min", 10, [wants("a", 10), wants("b", 10)], two())
    study = planner.load(document)
    made = study._shared.shelf.made
    study.solve()
    study.with_({"sharing.policy": "priority"}).solve()
    assert (made["alone.a"], made["alone.b"]) == (1, 1)
    dearer = study.with_({"stream_segments.s_b.*.musd_per_pflops_month": 2}).solve()
    assert of_team(dearer, "alone_musd") == pytest.approx({"a": 30, "b": 60})


def test_tree() -> None:
    """Shares of shares; weights of those who ask are one on average."""
    teams = [
        {"team": "g", "parent": None, "share": 0.5, "weight": 1.0}, {"team": "h", "parent": None, "share": None,
         "weight": 1.0}, {"team": "x", "parent": "g", "share": None, "weight": 1.0},
        {"team": "y", "parent": "g", "share": None, "weight": 4.0}, {"team": "z", "parent": "y", "share": 0.5,
         "weight": 1.0},
    ]  # fmt: skip
    tree = read_tree(Inputs({"tables": {"teams": teams}}))
    assert tree.asking == ("h", "x", "z")
    assert tree.members == {"g": ("x", "z"), "h": ("h",), "x": ("x",), "y": ("z",), "z": ("z",)}
    assert tree.share == pytest.approx({"g": 0.5, "h": 0.5, "x": 0.1, "y": 0.4, "z": 0.2})
    assert tree.unassigned == pytest.approx(0.2)
    assert tree.weight == pytest.approx({"h": 1.5, "x": 0.3, "z": 1.2})
