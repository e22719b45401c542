"""Options of a solve are validated, and HiGHS is held to them."""

from __future__ import annotations

import math
from typing import Any

import highspy
import pytest

import planner
from planner.core.errors import InputError, SolverError
from planner.solve import highs
from planner.solve.options import Options, relative_gap

SETTINGS = {"gap": 0.02, "time_limit_s": 100.0, "threads": None, "seed": 3}


def test_what_is_given_wins_over_the_scenario() -> None:
    options = Options.of(SETTINGS, gap=0.5, threads=2)
    assert (options.gap, options.time_limit_s, options.threads, options.seed) == (0.5, 100.0, 2, 3)


def test_threads_default_to_the_machine() -> None:
    assert Options.of(SETTINGS).threads >= 1


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"gap": -0.1}, "gap_bounds"),
        ({"gap": 1.5}, "gap_bounds"),
        ({"gap": "small"}, "gap_kind"),
        ({"gap": math.nan}, "gap_kind"),
        ({"time_limit_s": 0}, "time_limit_s_bounds"),
        ({"threads": 0}, "threads_bounds"),
        ({"threads": 1.5}, "threads_kind"),
        ({"threads": True}, "threads_kind"),
        ({"seed": -1}, "seed_bounds"),
        ({"strategy": "guide"}, "strategy_choice"),
        ({"strategy": 1}, "strategy_choice"),
        ({"work_limit": 0}, "work_limit_bounds"),
        ({"work_limit": 1e6}, "work_limit_kind"),
        ({"gaps": 0.1}, "unknown_option"),
    ],
)
def test_an_option_out_of_bounds_is_refused(given: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError) as caught:
        Options.of(SETTINGS, **given)
    assert [problem.rule for problem in caught.value.problems] == [rule]


def test_all_bad_options_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        planner.load("tiny").solve(gap=2, time_limit=-1, threads=0, strategy="plane", work_limit=-5)
    paths = {problem.path for problem in caught.value.problems}
    assert paths == {"gap", "time_limit_s", "threads", "strategy", "work_limit"}


def test_an_unknown_option_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean threads"):
        Options.of(SETTINGS, thread=2)


def test_a_strategy_that_is_none_names_those_there_are_and_the_nearest() -> None:
    with pytest.raises(InputError, match=r"guided, plain, got 'plane' \(did you mean plain\?\)"):
        Options.of(SETTINGS, strategy="plane")


def test_strategy_and_work_limit_of_the_scenario_hold_unless_others_are_given() -> None:
    settings = SETTINGS | {"strategy": "plain", "work_limit": 7}
    assert (Options.of(settings).strategy, Options.of(settings).work_limit) == ("plain", 7)
    given = Options.of(settings, strategy="guided", work_limit=9)
    assert (given.strategy, given.work_limit) == ("guided", 9)


def test_a_highs_with_wrong_optima_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highspy.Highs, "version", lambda self: "1.14.0")
    with pytest.raises(SolverError, match=r"1\.14\.0 returned wrong optima"):
        highs.new_highs(Options())


def test_an_option_that_highs_does_not_take_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highspy.Highs, "setOptionValue", lambda self, name, value: highspy.HighsStatus.kError)
    with pytest.raises(SolverError, match="does not take the option"):
        highs.new_highs(Options())


def test_gap_is_a_share_of_gross_value_and_never_a_lie() -> None:
    assert relative_gap(bound=110.0, objective=100.0, scale=200.0) == pytest.approx(0.05)
    assert relative_gap(bound=100.0, objective=100.0, scale=0.0) == 0.0
    assert relative_gap(bound=101.0, objective=100.0, scale=0.0) == math.inf
    assert relative_gap(bound=99.0, objective=100.0, scale=10.0) == 0.0


def test_a_start_that_is_no_plan_is_refused() -> None:
    with pytest.raises(InputError, match=r"start: must be a plan .*, got 'x'"):
        planner.load("tiny").solve(start="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", [0, -1, True, 1.5])
def test_workers_are_at_least_one(workers: Any) -> None:
    with pytest.raises(InputError, match="workers_bounds"):
        planner.load("tiny").sweep({"runs.b.value_musd": [1, 2]}, workers=workers)


@pytest.mark.parametrize("tolerance", [0, -1e-6, math.nan])
def test_a_tolerance_is_above_nothing(tolerance: float) -> None:
    for ask in (planner.break_even, planner.pays_from):
        with pytest.raises(ValueError, match="above 0"):
            ask(planner.load("tiny"), "runs.b.value_musd", 0, 150, tolerance=tolerance)


def test_a_study_says_what_it_is() -> None:
    assert repr(planner.load("tiny")) == "<Study tiny: periods 3, sites 1, runs 2>"
