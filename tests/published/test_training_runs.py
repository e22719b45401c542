"""Published training runs against the sizing formula: what it reproduces, and how far a default MFU carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.core.units import HOURS_PER_MONTH
from planner.data.catalogues import read_catalogue
from tests.published import scoring

README = Path(__file__).resolve().parents[2] / "data" / "README.md"
IMPLIED = [i for i, run in scoring.runs_with_hours().items() if run["mfu_implied"]]


@pytest.mark.parametrize("run_id", IMPLIED)
def test_implied_mfu_is_compute_over_peak_and_hours(run_id: str) -> None:
    run = read_catalogue("training_runs").rows[run_id]
    peak = scoring.peak_tflops(run)
    assert peak is not None
    implied = run["flop_zflop"] * 1e21 / (run["accel_hours"] * 3600.0 * peak * 1e12)
    assert implied == pytest.approx(run["mfu_implied"], abs=0.0006)  # the catalogue rounds to three places


@pytest.mark.parametrize("run_id", IMPLIED)
def test_sizing_returns_the_published_hours(run_id: str) -> None:
    """At the implied MFU the planner's own sizing gives back the hours, but for rounding up one accelerator."""
    run = read_catalogue("training_runs").rows[run_id]
    peak = scoring.peak_tflops(run)
    assert peak is not None
    implied = run["flop_zflop"] * 1e21 / (run["accel_hours"] * 3600.0 * peak * 1e12)
    hours = scoring.sized_hours(run["flop_zflop"], peak, implied)
    assert -1e-6 * hours <= hours - run["accel_hours"] <= HOURS_PER_MONTH


def test_identity_covers_most_rows() -> None:
    """49 of the 68 rows state compute, hours and a type of the catalogue; the others lack one of the three."""
    assert len(IMPLIED) == 49


def test_reported_runs_are_listed_with_reasons() -> None:
    assert {p.run for p in scoring.reported()} <= set(scoring.REASONS)


def test_hours_at_the_reported_mfu_are_a_lower_bound() -> None:
    """A reported MFU is a step's: what is lost between steps comes on top, it never makes a run shorter."""
    assert all(p.ratio >= 0.99 for p in scoring.reported())


@pytest.mark.parametrize("mfu_class", scoring.SEEN)
def test_defaults_were_drawn_from_few_runs(mfu_class: str) -> None:
    """At most half of a class's runs made its default, and the default is what they say."""
    found = {p.run for p in scoring.by_default(mfu_class)}
    assert set(scoring.SEEN[mfu_class]) <= found
    assert len(scoring.SEEN[mfu_class]) * 2 <= len(found)


def test_default_of_ampere_is_the_median_of_its_runs() -> None:
    assert scoring.implied_median("ampere") == pytest.approx(scoring.default_of("ampere"), abs=0.005)


def test_default_of_hopper_is_a_steps_and_lies_above_the_implied() -> None:
    assert scoring.default_of("hopper") > scoring.implied_median("hopper")


def test_reports_in_the_readme_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    """The tables are printed here; the README keeps them and may not go stale."""
    text = README.read_text(encoding="utf-8")
    stale = [
        table
        for table in (scoring.reported_table(), scoring.score_table(), scoring.unseen_table())
        if table not in text
    ]
    with capsys.disabled():
        for table in stale:
            print(f"\n{table}\n")
    assert not stale
