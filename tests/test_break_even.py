"""Break-even: where the best plan decides otherwise, worked out by hand to 1e-6."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

import planner
from planner.break_evens import decision, kept_value
from planner.core.errors import InputError
from tests.closed_forms.builder import PRICE, accelerator, date, factor, fleet, run, scenario, with_fleet

Row = dict[str, Any]


def programme(name: str, value: float, **cells: Any) -> Row:
    return {"programme": name, "value_musd": value, "due": date(12)} | cells


def by(name: str, run_or_none: str | None, **cells: Any) -> Row:
    return {"programme": name, "option": run_or_none or "licence", "run": run_or_none} | cells


def merge() -> Row:
    """One run of 6 for both programmes at a part of their values, or one of 4 for each."""
    runs = [run("a", 4, 6, 0, 0.0), run("b", 4, 6, 0, 0.0), run("both", 6, 6, 0, 0.0)]
    options = [by("p", "a"), by("q", "b"), by("p", "both"), by("q", "both")]
    return scenario([6], runs=runs, programmes=[programme("p", 0.3), programme("q", 0.2)], programme_options=options)


def cancel() -> Row:
    """4 of 4 are held until month 12; a run worth 1 M$ could have them from month 6."""
    held = {"running": "old", "site": "alpha", "accelerator": "x1", "n": 4, "until": date(12)}
    terms = {"running": "old", "value_musd": 0.8}
    return with_fleet(4, [6, 6], runs=[run("new", 4, 6, 6, 1.0)], running=[held], cancellable=[terms])


def partner() -> Row:
    """4 x1 bought, or rented for six months and a fee of 0.01 M$."""
    lease = {"lease": "ally", "accelerator": "x1", "lot_size": 1, "max_lots": 9, "from": date(0), "term_months": 6}
    runs = [run("own", 4, 6, 0, 0.0, sites=["alpha"]), run("theirs", 4, 6, 0, 0.0, sites=["ally"])]
    return scenario(
        [6], runs=runs, leases=[lease | {"usd_per_accelerator_month": 0}], programmes=[programme("p", 1.0)],
        programme_options=[by("p", "own"), by("p", "theirs", fee_musd=0.01)],
    )  # fmt: skip


def licence() -> Row:
    """A licence from month 3 for 0.9 of the value, or 4 x1 bought."""
    options = [by("p", "own"), by("p", None, share=0.9, **{"from": date(3)})]
    return scenario([6], runs=[run("own", 4, 6, 0, 0.0)], programmes=[programme("p", 1.0)], programme_options=options)


def efficiency() -> Row:
    """2 of 4 x1 in month 6 saved by what is paid in month 4."""
    level = {"programme": "p", "level": 1, "flop_factor": 0.5, "cost_musd": 0, "lead_months": 2}
    return scenario(
        [6, 6], runs=[run("own", 4, 6, 6, 0.0)], programmes=[programme("p", 1.0)], programme_options=[by("p", "own")],
        efficiency=[level],
    )  # fmt: skip


CASES = {
    "merge": (merge, "programme_options.*.both.share", 0.5, 1.0, "p", 1 - 2 * PRICE / (0.5 * factor(6)), "a", "both"),
    "cancel": (cancel, "cancellable.old.fee_musd", 0.0, 1.0, "old", 0.2 * factor(12) / factor(6), "cancelled", "kept"),
    "partner": (partner, "leases.ally.usd_per_accelerator_month", 0.0, 9000.0, "p", 0.11e6 / 24, "theirs", "own"),
    "licence": (
        licence, "programme_options.p.licence.fee_musd", 0.0, 0.9, "p",
        0.9 - (factor(6) - 4 * PRICE) / factor(3), "licence", "own",
    ),
    "efficiency": (
        efficiency, "efficiency.p.1.cost_musd", 0.001, 0.2, "p.1", 2 * PRICE * factor(6) / factor(4), True, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_break_even_of_a_decision(name: str) -> None:
    """The value to 1e-6; what is decided below it and above, also by plans a little to either side of it."""
    document, path, low, high, of, by_hand, before, after = CASES[name]
    study = planner.load(document())
    found = planner.break_even(study, path, low, high, of=of)
    assert found.value == pytest.approx(by_hand, abs=1e-6)
    assert found.certified
    assert (decision(found.below, of), decision(found.above, of)) == (before, after)
    for x, expected in ((found.value - 1e-3, before), (found.value + 1e-3, after)):
        plan = study.with_({path: x}).solve()
        assert plan.status == "optimal"
        assert decision(plan, of) == expected


def admitted() -> Row:
    """A licence for half of the value at 0.03 M$, or 4 x1 bought for all of it."""
    options = [by("p", "own"), by("p", None, share=0.5, fee_musd=0.03)]
    runs = [run("own", 4, 6, 0, 0.0)]
    return scenario([6], runs=runs, programmes=[programme("p", 1.0)], programme_options=options)


def test_a_third_plan_between_the_two_is_found() -> None:
    """Refused at no value, a run at a high one; between them the licence, from 0.06 M$ on: the run from 0.126."""
    study = planner.load(admitted())
    found = planner.break_even(study, "programmes.p.value_musd", 0.0, 1.0, of="p")
    assert found.value == pytest.approx(0.06, abs=1e-6)
    assert (decision(found.below, "p"), decision(found.above, "p")) == ("", "licence")
    assert found.certified
    more = planner.break_even(study, "programmes.p.value_musd", 0.1, 1.0, of="p")
    assert more.value == pytest.approx((4 * PRICE - 0.03) / (factor(6) - 0.5), abs=1e-6)


def test_the_revenue_at_which_a_portfolio_breaks_even() -> None:
    """All revenues by one factor: the first programme pays its compute at a revenue of 0.12 M$ / factor(6)."""
    runs = [run(name, 4, 6, 0, 0.0) for name in "ab"]
    programmes = [programme(p, 0, revenue_musd=r, counts_revenue="yes") for p, r in (("p", 0.02), ("q", 0.05))]
    options = [by("p", "a"), by("q", "b")]
    study = planner.load(scenario([6], runs=runs, programmes=programmes, programme_options=options))
    first = planner.break_even(study, "programmes.*.revenue_musd", 1.0, 10.0, factor=True)
    assert first.value == pytest.approx(4 * PRICE / factor(6) / 0.05, abs=1e-6)
    whole = planner.break_even(study, "programmes.*.revenue_musd", 1.0, 10.0, factor=True, of="p")
    assert whole.value == pytest.approx(4 * PRICE / factor(6) / 0.02, abs=1e-6)


def test_where_a_limit_ceases_to_forbid() -> None:
    """Four x1 take a budget of 0.12 M$: below, no value admits them."""
    budget = [{"fiscal_year": 2026, "category": "all", "budget_musd": 1}]
    study = planner.load(scenario([6], runs=[run("a", 4, 6, 0, 1.0)], budgets=budget))
    found = planner.break_even(study, "budgets.2026.all.budget_musd", 0.05, 0.3)
    assert found.value == pytest.approx(4 * PRICE, abs=1e-6)
    assert [decision(plan, "a") for plan in (found.below, found.above)] == [False, True]


def test_the_price_at_which_a_run_is_no_longer_worth_it() -> None:
    """An input beside the portfolio: the price of an x1 that the run's value just pays, some of them there already."""
    case = scenario([6], runs=[run("a", 4, 6, 0, 0.3)], fleet=[fleet(1)], accelerators=[accelerator()])
    found = planner.break_even(planner.load(case), "accelerators.x1.price_usd", 1e4, 2e5, of="a", tolerance=1e-5)
    assert found.value == pytest.approx(0.3 * factor(6) / 3 * 1e6, abs=1e-5)


def test_a_plan_kept_under_other_inputs() -> None:
    """Its decisions are worth what the inputs make of them, nothing at all where they break a limit."""
    study = planner.load(admitted())
    plan = study.solve()
    cheap = study.with_({"programmes.p.value_musd": 0.01})
    assert kept_value(cheap, plan) == pytest.approx(0.01 * factor(6) - 4 * PRICE)
    assert kept_value(study.with_({"runs.own.must_run": "yes"}), cheap.solve()) == -math.inf


def test_what_is_not_proven_is_not_certified() -> None:
    """Where the search at the value leaves room for a better plan, it says so."""
    found = planner.break_even(planner.load(admitted()), "programmes.p.value_musd", 0.0, 1.0)
    assert found.better_musd == pytest.approx(0.0, abs=1e-6)
    assert not replace(found, better_musd=1e-3).certified


def test_beyond_a_limit_the_best_of_the_others_is_found() -> None:
    """Two lots of tiny's type fit its budget at 30,000 USD; dearer, one does, for `a` alone, and at 90,000 none."""
    found = planner.break_even(planner.load("tiny"), "accelerators.x1.price_usd", 2e4, 9e4)
    assert found.value == pytest.approx(30_000, abs=1e-3)
    assert decision(found.below) == {"a": True, "b": True}
    assert decision(found.above) == {"a": True, "b": False}
    assert found.certified


@pytest.mark.parametrize(("low", "high", "of", "words"), [
    (0.5, 0.9, "p", "the same"), (0.9, 0.5, "p", "must be below"), (0.0, 1.0, "maps", "maps is nothing"),
])  # fmt: skip
def test_what_cannot_be_asked(low: float, high: float, of: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        planner.break_even(planner.load(admitted()), "programmes.p.value_musd", low, high, of=of)


def test_an_input_that_is_none() -> None:
    with pytest.raises(InputError):
        planner.break_even(planner.load(admitted()), "programmes.maps.value_musd", 0, 1)
