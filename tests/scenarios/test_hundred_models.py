"""A hundred entrants: the rule of their rows, who repays, and at which revenue all of them together do."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner import Plan
from planner.data.load import bundled_names
from tests.scenarios.entrants import FOLDER, H100, KEPT, NAMED, REVENUE_MUSD, draw, files

ALL = "programmes.*.revenue_musd"


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    """Free to stay out, and all in."""
    names = ("hundred-models", "hundred-models-all")
    return {name: planner.load(name).solve(gap=0.01, time_limit=60) for name in names}


def test_committed_rows_are_what_the_rule_makes() -> None:
    for name, text in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"{name}: run tests/scenarios/entrants.py"


def test_a_hundred_entrants_earn_what_the_hole_leaves() -> None:
    found = draw()
    assert len(found) == len({e.name for e in found}) == 100
    assert sum(e.revenue_musd for e in found) == pytest.approx(REVENUE_MUSD, rel=0.001)
    assert sum(e.count for e in found) == pytest.approx(H100, rel=0.01)
    assert [e.name for e in found[: len(NAMED)]] == list(NAMED)
    assert all(e.revenue_musd <= 1600 for e in found[len(NAMED) :])


def test_family_is_bundled_and_sourced() -> None:
    assert {"hundred-models", "hundred-models-all"} <= set(bundled_names())
    assert planner.load("hundred-models").inputs.document["provenance"]["unstated"] == 0


def test_gangs_are_the_accelerators_held(plans: dict[str, Plan]) -> None:
    data = plans["hundred-models-all"].data
    for e in draw():
        assert int(data["run_n"].sel(run=f"{e.name}_model")) == pytest.approx(e.count, abs=8)


def test_those_who_earn_most_an_accelerator_repay(plans: dict[str, Plan]) -> None:
    """What is taken pays 40,000 USD an accelerator and more, what is refused less than 65,000: between lie the gap,
    lots and modules, and who finds room in them."""
    plan = plans["hundred-models"]
    assert plan.checked
    taken = {p for p, said in plan.data["programme_status"].to_series().items() if said != "refused"}
    each = {e.name: KEPT * e.revenue_musd * 1e6 / e.count for e in draw()}
    big = {e.name for e in draw() if e.count >= 10_000}
    assert min(each[p] for p in taken & big) > 45_000
    assert max(each[p] for p in big - taken) < 55_000
    assert 5 <= len(taken) <= 20 and {"google", "apple", "tesla"} <= taken
    assert not {"microsoft", "meta"} & taken


def test_together_they_do_not(plans: dict[str, Plan]) -> None:
    """All in, the industry loses; no plan of it is worth anything at today's revenue."""
    every, free = plans["hundred-models-all"], plans["hundred-models"]
    assert (every.data["programme_status"] != "refused").all() and every.checked
    assert every.bound_musd < -10_000 < 0 < free.objective_musd


def test_break_even_of_all_together(plans: dict[str, Plan]) -> None:
    """Their cost over their revenue: below the factor nothing pays, above it this very plan does."""
    plan = plans["hundred-models-all"]
    kind, amount = plan.data["line_kind"].to_numpy(), plan.data["ledger_discounted_musd"].to_numpy()
    revenue = amount[kind == "value"].sum()
    factor = 1 - plan.objective_musd / revenue
    assert 1.5 < factor < 1.7
    text = (Path(FOLDER) / "README.md").read_text(encoding="utf-8")
    assert "1.60" in text
    more = planner.load("hundred-models-all").with_({ALL: f"*{factor * 1.01}"})
    cheap = more.solve(gap=0.01, time_limit=60, start=plan)
    assert cheap.objective_musd > 0
