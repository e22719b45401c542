"""From which value of an input what must be done is worth its cost, by hand."""

from __future__ import annotations

from typing import Any

import pytest

import planner
from planner import Study
from tests.closed_forms.builder import PRICE, factor, run, scenario
from tests.test_break_even import by, programme

REVENUE = {"p": 0.02, "q": 0.05}
ALL = "programmes.*.revenue_musd"


def both(**cells: Any) -> Study:
    """Two programmes, four x1 each, that must be fulfilled."""
    programmes = [programme(p, 0, revenue_musd=r, counts_revenue="yes", must_fulfil="yes") | cells
                  for p, r in REVENUE.items()]  # fmt: skip
    runs, options = [run(name, 4, 6, 0, 0.0) for name in "ab"], [by("p", "a"), by("q", "b")]
    return planner.load(scenario([6], runs=runs, programmes=programmes, programme_options=options))


def test_revenue_at_which_all_together_pay() -> None:
    """Eight x1 for two revenues, neither of which need pay its own."""
    found = planner.pays_from(both(), ALL, 1.0, 10.0, factor=True, gap=0.0)
    assert found.value == pytest.approx(8 * PRICE / factor(6) / sum(REVENUE.values()), abs=1e-5)
    assert 0 < found.value - found.least <= 2e-6
    assert planner.pays_from(both(), ALL, 1.0, 10.0, factor=True, gap=0.0).plan.checked


def test_price_at_which_all_together_pay() -> None:
    """Seen from the other side: beyond which price they no longer pay."""
    found = planner.pays_from(both(), "accelerators.x1.price_usd", 100.0, 1e6 * PRICE, gap=0.0, tolerance=1e-3)
    assert found.value == pytest.approx(1e6 * sum(REVENUE.values()) * factor(6) / 8, abs=1e-2)
    assert found.least > found.value


def test_a_gap_is_told() -> None:
    """At a wide gap any plan will do; the break-even lies in the interval all the same."""
    study = both()
    wide = planner.pays_from(study, ALL, 0.5, 20.0, factor=True, gap=0.5)
    exact = planner.pays_from(study, ALL, 0.5, 20.0, factor=True, gap=0.0)
    assert wide.least <= exact.value <= wide.value + 1e-6


@pytest.mark.parametrize(("low", "high", "words"), [
    (1.0, 1.1, "neither"), (8.0, 9.0, "both"), (2.0, 1.0, "must be below"),
])  # fmt: skip
def test_what_cannot_be_asked(low: float, high: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        planner.pays_from(both(), ALL, low, high, factor=True)


def test_a_limit_that_ends_plans_before_they_are_worth_nothing() -> None:
    """What is fulfilled needs eight x1 in six months and pays well: with less supply there is no such plan."""
    document = scenario(
        [6], runs=[run("a", 8, 6, 0, 0.0)], programme_options=[by("p", "a")],
        programmes=[programme("p", 0, revenue_musd=1.0, counts_revenue="yes")],
        supply=[{"accelerator": "x1", "from": "2026-01", "per_month": 2}],
    )  # fmt: skip
    found = planner.pays_from(planner.load(document), "supply.x1.2026-01.per_month", 0.5, 2.0, gap=0.0)
    assert found.value == pytest.approx(8 / 6, abs=1e-5)
    assert found.plan.objective_musd == pytest.approx(factor(6) - 8 * PRICE)


def test_no_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.break_evens.MOST_ROUNDS", 0)
    with pytest.raises(ValueError, match="no end after 0 rounds"):
        planner.pays_from(both(), ALL, 1.0, 10.0, factor=True, gap=0.0)
