"""Closed forms of gangs: how large, on what, for how long."""

from __future__ import annotations

import pytest

from tests.closed_forms.builder import (
    MFU,
    PRICE,
    ZFLOP_PER_PFLOPS_MONTH,
    accelerator,
    date,
    factor,
    run,
    scenario,
    solve,
    with_fleet,
)


@pytest.mark.parametrize("own", [{"mfu": None}, {}])
@pytest.mark.parametrize(("needed", "bands", "gang"), [
    (4, [(4, 1.0), (8, 0.7)], 4),
    (5, [(4, 1.0), (8, 0.7)], 8),  # 5 / 0.7 = 7.14
    (5, [(4, 1.0), (8, 0.7), (None, 1.0)], 8),  # 9 would do too, but 8 is less
    (5, [(4, 1.0), (8, 0.6)], None),  # 5 / 0.6 = 8.3, and nothing is known beyond 8
    (5, [(4, 0.5), (8, 1.0)], 5),  # a better figure for larger gangs: 5, though 4 would need 10
])  # fmt: skip
def test_goodput_fixed_point(
    needed: int, bands: list[tuple[int | None, float]], gang: int | None, own: dict[str, None]
) -> None:
    """A gang is the smallest that does the work with the goodput of its own size; none: the run is refused.

    A utilisation of the run's own leaves the table its goodput.
    """
    table = [{"accelerator": "x1", "number_format": "bf16", "gang_size": n, "mfu": MFU, "goodput": g} for n, g in bands]
    case = scenario([6], runs=[run("a", needed, 6, 0, 1.0, goodput=None, **own)], mfu=table)
    plan = solve(case, factor(6) - gang * PRICE if gang else 0.0)
    assert plan.data["run_n"].item() == (gang or 0)


@pytest.mark.parametrize(("step", "gang"), [(None, 12), (1, 9), (2, 10)])
def test_gang_step(step: int | None, gang: int) -> None:
    """A gang of 9 is rounded up to lots of 4, or to the type's own step; orders come in lots all the same."""
    case = scenario([6], runs=[run("a", 9, 6, 0, 1.0)])
    case["tables"]["accelerators"] = [accelerator(lot_size=4, gang_step=step)]
    plan = solve(case, factor(6) - 12 * PRICE)
    assert plan.data["run_n"].item() == gang


@pytest.mark.parametrize(("number_format", "tflops", "share"), [("fp8", 2000, 0.5), ("fp4", 4000, 0.25)])
def test_utilisation_of_narrow_formats(number_format: str, tflops: float, share: float) -> None:
    """Without a row of its own FP8 has half of the BF16 utilisation, FP4 a quarter, against its own peak."""
    table = [{"accelerator": "x1", "number_format": "bf16", "mfu": 0.4}]
    zflop = 10 * tflops / 1000 * 0.4 * share * 6 * ZFLOP_PER_PFLOPS_MONTH
    narrow = run("a", 1, 6, 0, 1.0, flop_zflop=zflop, mfu=None, number_format=number_format)
    case = scenario([6], mfu=table, runs=[narrow])
    case["tables"]["accelerators"] = [accelerator(**{f"{number_format}_dense_tflops": tflops})]
    plan = solve(case, factor(6) - 10 * PRICE)
    assert plan.data["run_n"].item() == 10


@pytest.mark.parametrize(("memory", "price"), [(None, 0.01), (40, 0.01), (41, 0.03)])
def test_least_memory(memory: int | None, price: float) -> None:
    """A run takes the cheaper type unless that has less memory than it needs."""
    case = scenario([6], runs=[run("a", 4, 6, 0, 1.0, eligible=["x1", "y1"], min_memory_gb=memory)])
    case["tables"]["accelerators"] += [accelerator(accelerator="y1", memory_gb=40, price_usd=10_000)]
    solve(case, factor(6) - 4 * price)


@pytest.mark.parametrize(("durations", "months", "gang"), [([3, 6], 3, 8), ([6], 6, 4), ([3, 6, 7], 3, 8)])
def test_duration_is_chosen(durations: list[int], months: int, gang: int) -> None:
    """A shorter run needs a larger gang: 8 for 3 months or 4 for 6; with enough at hand the earlier finish wins."""
    runs = [run("a", 4, 6, 0, 1.0, durations_months=durations, due=date(6))]
    plan = solve(with_fleet(8, [12], runs=runs), factor(months))
    assert plan.data["run_n"].item() == gang
