"""Sizes with changed numbers, and exponents of growth."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.bench import growth
from tests.bench.generate import SIZES, document, sized


def test_a_size_is_named_with_changed_numbers() -> None:
    assert sized("M") == SIZES["M"]
    changed = sized("M:runs=30,sites=5")
    assert (changed.runs, changed.sites, changed.types) == (30, 5, SIZES["M"].types)
    made = document("S:runs=10,sites=2,quarters=12")
    assert [len(made["tables"][name]) for name in ("runs", "sites")] == [10, 2]
    assert (made["calendar"]["periods"], made["name"]) == ("12x3", "generated-s-runs-10-sites-2-quarters-12-0")


@pytest.mark.parametrize("size", ["XS", "M:floors=3", "M:growth=2", "M:runs", "M:runs=many"])
def test_no_other_size_is_taken(size: str) -> None:
    with pytest.raises(ValueError, match=r"no such size|invalid literal|dictionary update"):
        sized(size)


def test_exponents_are_slopes_of_the_logarithms() -> None:
    assert growth.exponent([1, 2, 4, 8], [5 * x**1.5 for x in (1, 2, 4, 8)]) == pytest.approx(1.5)
    assert growth.exponent([10, 20, 40], [7, 7, 7]) == pytest.approx(0.0, abs=1e-12)


def test_measurements_are_shown_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts grow as they must, whatever the machine: of twice the runs, more candidates and nonzeros."""
    file = tmp_path / "growth.json"
    asked = ["--base", "S:quarters=12", "--runs", "8", "16", "--sites", "--quarters", "--json"]
    monkeypatch.setattr(sys, "argv", ["growth", *asked, str(file)])
    growth.main()
    written = json.loads(file.read_text())
    assert list(written["axes"]) == ["runs"]
    few, many = written["axes"]["runs"]["points"]
    assert few["runs"] == 8 and many["candidates"] > few["candidates"] and many["nonzeros"] > few["nonzeros"]
    slope = growth.exponent([8, 16], [few["nonzeros"], many["nonzeros"]])
    assert written["axes"]["runs"]["exponents"]["nonzeros"] == pytest.approx(slope)
    assert f"{slope:.2f}" in capsys.readouterr().out
