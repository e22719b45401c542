"""A lab without a fleet: which way to a Falcon-180B-class model is right when, and where its rows are from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import planner
from planner import Plan, Study
from planner.core.units import HOURS_PER_MONTH
from planner.data.catalogues import read_catalogue
from planner.data.load import bundled_names

FAMILY = ("newcomer", "newcomer-patient")
README = Path(__file__).parents[2] / "scenarios" / "newcomer" / "README.md"
WORK = "streams.other_work.ceiling_pflops"
A100_PFLOPS = 0.312 * 0.43


@pytest.fixture(scope="module")
def study() -> Study:
    """The lab without other work: with it the same ways are right, and a plan takes ten times as long."""
    return planner.load("newcomer").with_({WORK: 0})


def way(plan: Plan) -> tuple[str, str]:
    """The option taken and its date."""
    assert plan.checked and plan.status == "optimal"
    return tuple(str(plan.data[f"programme_{name}"].item()) for name in ("option", "finish"))  # type: ignore[return-value]


def test_family_is_bundled_and_sourced() -> None:
    assert set(FAMILY) <= set(bundled_names())
    for name in FAMILY:
        assert planner.load(name).inputs.document["provenance"]["unstated"] == 0


@pytest.mark.parametrize(("changes", "right"), [
    ({}, ("rent", "2023-06")),
    ({"programmes.falcon.value_musd": "*0.5"}, ("license", "2023-07")),
    ({"programme_options.falcon.partner.share": 0.6}, ("partner", "2023-08")),
    ({"leases.reserved_1yr.usd_per_accelerator_month": 1300}, ("reserve", "2023-09")),
    ({"programmes.falcon.value_musd": 1, "programme_options.falcon.license.share": 0.01}, ("", "")),
])  # fmt: skip
def test_each_way_is_right_somewhere(study: Study, changes: dict[str, Any], right: tuple[str, str]) -> None:
    assert way(study.with_(changes).solve()) == right


def test_buying_is_right_for_who_can_wait_and_has_work_for_it() -> None:
    """Nothing on offer for rent, half a cluster's other work: own accelerators come too late but for the patient."""
    leases = {f"leases.{name}.max_lots": 0 for name in ("on_demand", "reserved_1yr", "reserved_3yr", "partner")}
    found = {name: planner.load(name).with_(leases).solve(gap=0.02, time_limit=15) for name in FAMILY}
    bought = found["newcomer-patient"]
    assert bought.data["programme_option"].item() == "buy" and bought.data["programme_months_late"].item() == 0
    assert found["newcomer"].data["programme_option"].item() == "license"


def test_size_is_the_published_one(study: Study) -> None:
    falcon = read_catalogue("training_runs").rows["tii_falcon180"]
    hours = falcon["flop_zflop"] * 1e9 / (312 * 0.481 * 3600)
    assert hours == pytest.approx(falcon["accel_hours"], rel=0.01)
    rented = study.solve().data
    n, months = int(rented["run_n"].sel(run="rented")), 3
    assert n <= falcon["accel_count"]
    assert n * months * HOURS_PER_MONTH == pytest.approx(falcon["accel_hours"], rel=0.01)


def test_rules_behind_the_money(study: Study) -> None:
    falcon, leases = study.inputs.rows("programmes")[0], study.inputs.by_id("leases", "lease")
    assert falcon["value_musd"] == pytest.approx(3 * 7.0 * 2.40)
    for name, usd in (("on_demand", 4.10), ("reserved_1yr", 2.40), ("reserved_3yr", 1.45)):
        assert leases[name]["usd_per_accelerator_month"] == pytest.approx(usd * HOURS_PER_MONTH)
    parts = 23_248 / 48, 0.812 * 1.1 * 140, 0.812 * 1.1 * 0.76 * 1.35 * HOURS_PER_MONTH * 0.0703, 570 / 12, 16
    assert leases["partner"]["usd_per_accelerator_month"] == pytest.approx(sum(parts), rel=0.002)
    segment = study.inputs.rows("stream_segments")[0]
    assert segment["musd_per_pflops_month"] == pytest.approx(1.45 * HOURS_PER_MONTH / A100_PFLOPS / 1e6, rel=0.001)


def test_readme_states_what_is_planned(study: Study) -> None:
    text = README.read_text(encoding="utf-8")
    assert f"{study.solve().objective_musd:.1f} M$" in text
