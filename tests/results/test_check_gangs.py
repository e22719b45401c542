"""Sizes, windows and places of chosen runs; where orders, modules and signatures may be; packing; calendar."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from planner.core.inputs import Inputs
from planner.results.check import check_plan
from planner.results.check.calendar import read_calendar
from planner.results.check.case import Case
from planner.results.check.gangs import smallest_gang
from planner.results.check.packing import Tier, pack
from tests.results.full_plan_by_hand import full_plan
from tests.results.plans_by_hand import changed, row_of, tiny_inputs, with_inputs

SECONDS = 2_629_800.0


def messages(plan: xr.Dataset, equation: str) -> list[str]:
    return [f"{f.where}: {f.message}" for f in check_plan(plan).findings if f.equation == equation]


def with_cell(table: str, column: str, value: Any, **key: Any) -> Callable[[dict[str, Any]], None]:
    def change(inputs: dict[str, Any]) -> None:
        row_of(inputs, table, **key)[column] = value

    return change


@pytest.mark.parametrize(("stated", "word"), [(180, "is 200"), (220, "is 200")])
def test_a_gang_is_the_smallest_that_does_the_compute(stated: int, word: str) -> None:
    plan = full_plan()
    plan["candidate_n"].values[0] = stated
    (text,) = messages(plan, "size")
    assert text.startswith("run=big accelerator=x1 site=alpha") and word in text


SIZES: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("runs", "flop_zflop", 1200.0, {"run": "big"}),
    ("accelerators", "gang_step", 25, {"accelerator": "x1"}),
    ("mfu", "mfu", 0.3, {"accelerator": "x1", "gang_size": 1000}),
    ("mfu", "goodput", 0.7, {"accelerator": "x1", "gang_size": 1000}),
    ("mfu", "gang_size", 199, {"accelerator": "x1", "gang_size": 1000}),
    ("mfu", "mfu", 0.9, {"accelerator": "y1"}),
    ("runs", "mfu", 0.9, {"run": "small"}),
    ("accelerators", "fp8_dense_tflops", None, {"accelerator": "y1"}),
    ("runs", "goodput", 0.8, {"run": "hired"}),
    ("runs", "tokens_b", 20000.0, {"run": "hired"}),
]


@pytest.mark.parametrize(("table", "column", "value", "key"), SIZES)
def test_the_size_follows_from_the_inputs(table: str, column: str, value: Any, key: dict[str, Any]) -> None:
    assert messages(with_inputs(full_plan(), with_cell(table, column, value, **key)), "size")


def test_the_smallest_fixed_point_is_found_with_any_table() -> None:
    """Against trying every multiple in turn, also where a larger gang is the more useful one."""
    dice = random.Random(7)
    for _ in range(200):
        inputs = tiny_inputs()
        step = dice.choice([1, 8, 24])
        sizes = sorted(dice.sample(range(step, 2000), 3))
        shares = [(dice.uniform(0.05, 1), dice.uniform(0.2, 1)) for _ in sizes]
        inputs["tables"]["accelerators"][0]["gang_step"] = step
        inputs["tables"]["mfu"] = [
            {"accelerator": "x1", "number_format": "bf16", "gang_size": size, "mfu": mfu, "goodput": goodput}
            for size, (mfu, goodput) in zip(sizes, shares, strict=True)
        ]
        run = inputs["tables"]["runs"][0] | {"mfu": None, "goodput": None, "flop_zflop": dice.uniform(1, 3000)}
        case = Case(xr.Dataset(attrs={"inputs": Inputs(inputs).to_json()}))
        expected = None
        for n in range(step, sizes[-1] + 1, step):
            mfu, goodput = next(share for size, share in zip(sizes, shares, strict=True) if n <= size)
            if run["flop_zflop"] * 1e6 <= n * mfu * goodput * 6 * SECONDS:
                expected = n
                break
        found = smallest_gang(case, run, "x1", "alpha", 6)
        assert (found[0] if found else None) == expected


def moved(month: str, finish: str) -> Callable[[xr.Dataset], None]:
    def change(plan: xr.Dataset) -> None:
        plan["candidate_start"].values[0] = month
        plan["candidate_finish"].values[0] = finish

    return change


INELIGIBLE: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("is not eligible", with_cell("runs", "eligible", ["y1"], run="big")),
    ("is not among the run's sites", with_cell("runs", "sites", ["beta"], run="big")),
    ("GB of memory", with_cell("runs", "min_memory_gb", 80.0, run="big")),
    ("is not among its durations", with_cell("runs", "durations_months", [3], run="big")),
    ("starts outside", with_cell("runs", "earliest", "2026-08", run="big")),
    ("starts outside", with_cell("runs", "latest", "2026-06", run="big")),
    ("alpha has no hall that can cool x1", with_cell("accelerators", "cooling", "liquid", accelerator="x1")),
    ("no fabric at alpha carries more than 0", with_cell("accelerators", "fabric_family", "other", accelerator="x1")),
    ("rents no x1", with_cell("leases", "accelerator", "y1", lease="cloud")),
    ("cloud carries gangs up to 64", with_cell("leases", "max_gang", 64, lease="cloud")),
    ("no fabric at alpha carries more than 192", with_cell("fabrics", "max_gang", 192, fabric="spine")),
]


@pytest.mark.parametrize(("word", "change"), INELIGIBLE, ids=lambda v: v if isinstance(v, str) else "")
def test_a_chosen_run_may_be_where_it_is(word: str, change: Callable[[dict[str, Any]], None]) -> None:
    assert any(word in text for text in messages(with_inputs(full_plan(), change), "eligibility"))


def test_a_run_starts_on_an_offered_slot_and_ends_inside_the_horizon() -> None:
    plan = full_plan()
    plan["candidate_start"].values[0] = "2026-08"
    assert any("does not start on a slot" in text for text in messages(plan, "eligibility"))
    assert messages(plan, "output:candidate_finish")

    def sparse(inputs: dict[str, Any]) -> None:
        inputs["calendar"]["dense_start_months"] = 6
        row_of(inputs, "runs", run="big")["earliest"] = "2026-04"

    assert any("every 3 slots" in text for text in messages(with_inputs(full_plan(), sparse), "eligibility"))

    def short(inputs: dict[str, Any]) -> None:
        inputs["calendar"]["tail_months"] = 2

    assert any("behind the horizon" in text for text in messages(with_inputs(full_plan(), short), "eligibility"))


def test_the_value_of_a_candidate_is_recomputed() -> None:
    plan = full_plan()
    plan["candidate_value_musd"].values[0] = 50.0
    assert messages(plan, "output:candidate_value_musd")


FIRST, SECOND, THIRD = "2026-01", "2026-04", "2026-07"
NOT_THERE: list[tuple[str, dict[str, Any]]] = [
    ("order", {"accelerator": "x1", "site": "alpha", "period": FIRST}),
    ("order", {"accelerator": "y1", "site": "alpha", "period": THIRD}),
    ("order", {"accelerator": "x1", "site": "cloud", "period": THIRD}),
    ("lease_signed", {"lease": "cloud", "period": THIRD}),
    ("hall_build", {"hall": "alpha.dry", "period": FIRST}),
    ("power_source_build", {"power_source": "alpha.grid", "period": SECOND}),
    ("power_source_build", {"power_source": "beta.gas", "period": FIRST}),
    ("opened", {"site": "alpha", "period": FIRST}),
    ("endpoint_order", {"fabric": "alpha.leaf", "period": FIRST}),
    ("instance_order", {"fabric": "alpha.leaf", "period": FIRST}),
    ("stream_use", {"stream": "spare", "accelerator": "x1", "site": "cloud", "period": THIRD}),
    ("stream_use", {"stream": "spare", "accelerator": "y1", "site": "alpha", "period": THIRD}),
]


@pytest.mark.parametrize(("name", "at"), NOT_THERE)
def test_nothing_is_decided_where_it_cannot_be(name: str, at: dict[str, Any]) -> None:
    places = messages(changed(full_plan(), name, at, 1.0), "eligibility")
    assert any(all(f"{dim}={label}" in text for dim, label in at.items()) for text in places)


@pytest.mark.parametrize(
    ("column", "value"), [("orderable", False), ("orderable_from", "2026-05"), ("orderable_until", "2026-03")]
)
def test_orders_keep_to_their_window(column: str, value: Any) -> None:
    plan = with_inputs(full_plan(), with_cell("accelerators", column, value, accelerator="x1"))
    assert any("accelerator=x1 site=alpha period=2026-07" in text for text in messages(plan, "eligibility"))


def test_gangs_that_cannot_be_packed_are_a_notice() -> None:
    """Three gangs of 86 pass N1 and N2 in two instances of 171 plus 128: only the packing sees it."""
    assert pack((86, 86, 86), (Tier(128, 2, 256), Tier(171, 0, 0))) is False
    plan = full_plan()
    inputs = with_cell("fabrics", "max_gang", 40, fabric="mesh")
    report = check_plan(with_inputs(plan, inputs))
    assert not any("beta" in notice for notice in report.notices)
    plan = changed(full_plan(), "endpoint_order", {"fabric": "beta.mesh", "period": THIRD}, 0)
    notices = check_plan(plan).notices
    assert notices == ("gangs of 32 at beta (any) in 2026-10 cannot be packed into the fabric's instances",)


def test_packing_agrees_with_trying_everything() -> None:
    dice = random.Random(3)
    packed = 0
    for _ in range(150):
        gangs = tuple(dice.randint(1, 10) for _ in range(dice.randint(1, 6)))
        tiers = tuple(
            Tier(size, dice.randint(0, 2), dice.randint(size, 2 * size))
            for size in sorted(dice.sample(range(6, 14), 2))
        )
        bins = [i for i, tier in enumerate(tiers) for _ in range(tier.instances)]
        fits = False
        for places in itertools.product(range(len(bins)), repeat=len(gangs)):
            loads = np.bincount(places, weights=gangs, minlength=len(bins))
            in_bins = all(load <= tiers[i].max_gang for load, i in zip(loads, bins, strict=True))
            totals = [sum(load for load, i in zip(loads, bins, strict=True) if i == t) for t in range(2)]
            if in_bins and all(total <= tier.endpoints for total, tier in zip(totals, tiers, strict=True)):
                fits = True
                break
        assert pack(gangs, tiers) is fits
        packed += fits
    assert 40 < packed < 110


def test_first_fit_is_not_the_last_word() -> None:
    # first-fit decreasing puts 5 and 4 together and is left with a 2; 5+3+2 and 4+3+3 fill both
    assert pack((5, 4, 3, 3, 3, 2), (Tier(10, 2, 20),)) is True
    assert pack((5, 4, 3, 3, 3, 2), (Tier(10, 2, 19),)) is False
    many = tuple(range(101, 141))
    assert pack(many, (Tier(sum(many) // 8 + 1, 8, sum(many)),)) is not False


def calendar_of(**settings: Any) -> Any:
    inputs = tiny_inputs()
    inputs["calendar"] |= settings
    return read_calendar(Inputs(inputs))


def test_the_tail_is_cut_at_fiscal_year_ends() -> None:
    calendar = calendar_of(start="2026-01", periods=[6, 3], slot_months=3, tail_months=20, fiscal_year_starts=4)
    assert calendar.months.tolist() == [6, 3, 6, 12, 2]
    assert [calendar.fiscal_year(m) for m in (0, 2, 3, 14, 15)] == [2026, 2026, 2027, 2027, 2028]
    assert calendar.periods == ["2026-01", "2026-07", "2026-10", "2027-04", "2028-04"]
    assert calendar.slot_months.tolist() == [3, 3, 3, 3, 3, 3, 3, 3, 3, 2]
    assert calendar.slot_period.tolist() == [0, 0, 1, 2, 2, 3, 3, 3, 3, 4]


def test_an_unstated_tail_is_two_years_or_the_longest_lead_in_use() -> None:
    inputs = tiny_inputs()
    inputs["calendar"]["tail_months"] = None
    assert read_calendar(Inputs(inputs)).end == 48
    row_of(inputs, "halls", hall="hall_a")["lead_time_months"] = 40
    assert read_calendar(Inputs(inputs)).end == 64
    row_of(inputs, "halls", hall="hall_a")["max_modules"] = 0
    row_of(inputs, "accelerators", accelerator="x1").update(lead_time_months=20, bring_up_months=6)
    assert read_calendar(Inputs(inputs)).end == 50
    row_of(inputs, "accelerators", accelerator="x1")["orderable"] = False
    assert read_calendar(Inputs(inputs)).end == 48
    inputs["tables"]["efficiency"] = [{"programme": "p", "level": 1, "lead_months": 33}]
    assert read_calendar(Inputs(inputs)).end == 57


def test_half_a_period_in_service_counts_as_all_of_it() -> None:
    calendar = calendar_of(periods=[6, 6, 12])
    assert calendar.in_service(3, 12).tolist() == [True, True, False]
    assert calendar.in_service(4, 18).tolist() == [False, True, True]
    assert calendar.in_service(6, 17).tolist() == [False, True, False]


def test_a_hundred_thousand_candidates_take_seconds() -> None:
    plan = full_plan()
    many = np.concatenate([np.arange(6), np.repeat([1, 3, 5], 33_333)])
    grown = plan.isel(candidate=many).assign_coords(candidate=np.arange(many.size))
    report = check_plan(grown)
    assert report.ok, report.text()
