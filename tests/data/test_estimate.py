"""What one run takes: the arithmetic of `planner size`."""

from __future__ import annotations

import pytest

from planner.core.errors import InputError
from planner.data.catalogues import read_catalogue
from planner.data.estimate import Figure, Request, estimate


def figures(**asked: object) -> dict[str, Figure]:
    """The figures by name."""
    return {figure.name: figure for figure in estimate(Request(**asked))}  # type: ignore[arg-type]


def test_llama_405b_on_16384_h100() -> None:
    """Compute 6 * 405e9 * 15.6e12; hours over peak 989.4 TFLOP/s, MFU 0.41, goodput 0.9; days over the count."""
    found = figures(accelerator="h100", params=405e9, tokens=15.6e12, count=16_384, mfu=0.41, goodput=0.9)
    flop = 6 * 405e9 * 15.6e12
    hours = flop / (989.4e12 * 0.41 * 0.9 * 3600)
    assert found["compute"].value == pytest.approx(flop)
    assert found["accelerator-hours"].value == pytest.approx(hours)
    assert found["days"].value == pytest.approx(hours / 16_384 / 24)
    assert found["energy"].value == pytest.approx(hours * 1.275 * 0.76 * 1.1 / 1000)
    assert found["rented on demand"].value == pytest.approx(hours * 2.95 / 1e6)
    energy = found["energy"].value * 70 / 1e6
    assert found["owned"].value == pytest.approx(hours * 33_750 / (60 * 730.5 * 0.8) / 1e6 + energy)


def test_days_ask_for_a_count() -> None:
    found = figures(accelerator="a100", flop=1e24, days=30, mfu=0.5)
    assert found["accelerators"].value == pytest.approx(1e24 / (312e12 * 0.5 * 3600) / 30 / 24)
    assert "days" not in found


def test_every_figure_has_a_formula_and_facts_have_a_source() -> None:
    found = figures(accelerator="A100-80", flop=1e24, count=1000)
    assert all(figure.formula for figure in found.values())
    assert all(found[name].source for name in ("peak", "MFU", "energy", "rented on demand", "owned"))


def test_a_rent_names_the_price_list_it_comes_from() -> None:
    source = figures(accelerator="h100", flop=1e24, count=1000)["rented on demand"].source
    assert source == "median of 37 providers, 2026-05: aimultiple.com (published)"


def test_every_rent_of_the_catalogue_stands_in_a_price_list() -> None:
    peaks = {row["id"]: row for row in read_catalogue("accelerators").rows.values()}
    for name, row in peaks.items():
        if row["cloud_on_demand_usd_h"] is not None:
            fmt = next(f for f in ("bf16", "fp8", "fp4") if row[f"{f}_dense_tflops"] is not None)
            found = figures(accelerator=name, flop=1e24, count=1000, number_format=fmt, mfu=0.4)
            assert found["rented on demand"].source != row["source"], name


def test_what_nobody_knows_is_left_out() -> None:
    found = figures(accelerator="h800_sxm5", flop=1e24, count=1000, mfu=0.35)
    assert not any(name.startswith("rented") or name == "owned" for name in found)


@pytest.mark.parametrize(
    ("asked", "rules"),
    [
        ({"accelerator": "h1000", "flop": 1e24, "count": 8}, {"unknown_accelerator"}),
        ({"accelerator": "a100", "flop": 1e24, "count": 8, "number_format": "fp8"}, {"peak_unknown"}),
        ({"accelerator": "trn1", "flop": 1e24, "count": 8}, {"mfu_unknown"}),
        ({"accelerator": "h100", "count": 8}, {"flop_given_one_way"}),
        ({"accelerator": "h100", "flop": 1e24, "params": 1e9, "tokens": 1e9, "count": 8}, {"flop_given_one_way"}),
        ({"accelerator": "h100", "params": 1e9}, {"flop_given_one_way", "count_or_days"}),
        ({"accelerator": "h100", "flop": 1e24, "count": 8, "days": 3}, {"count_or_days"}),
    ],
)
def test_what_cannot_be_sized_is_said_at_once(asked: dict[str, object], rules: set[str]) -> None:
    with pytest.raises(InputError) as caught:
        figures(**asked)
    assert {problem.rule for problem in caught.value.problems} == rules


def test_a_format_without_a_peak_is_answered_with_those_that_have_one() -> None:
    with pytest.raises(InputError, match="no known peak at bf16; it has one at fp8 and fp4"):
        figures(accelerator="mi455x", flop=1e24, count=1000)
