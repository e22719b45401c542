"""For every numbered equation, a violation planted in a plan that passes is reported under its number.

Those of links, resale, retrofits, phases and spans are planted in the wide plan, all others in the full one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr

from planner.results.check import check_plan
from planner.results.check.equations import EQUATIONS
from tests.results.full_plan_by_hand import full_plan
from tests.results.plans_by_hand import changed, row_of, tiny_plan, with_inputs
from tests.results.wide_plan_by_hand import wide_plan

FIRST, SECOND, THIRD, TAIL = "2026-01", "2026-04", "2026-07", "2027-01"
ALPHA = {"accelerator": "x1", "site": "alpha"}
Value = tuple[str, dict[str, Any], float]


def values(name: str, value: float, period: str | None = None, **at: Any) -> Value:
    """A value to set: variable, place, value."""
    return name, at if period is None else at | {"period": period}, value


# equation, what is set, and words the place of a finding must hold
PLANTED: list[tuple[str, list[Value], str]] = [
    ("F1", [values("online", 301, SECOND, accelerator="x1", site="alpha")], "accelerator=x1 site=alpha period=2026-04"),
    ("F2", [values("supply_excess", 3, SECOND, accelerator="y1")], "accelerator=y1 period=2026-04"),
    ("F2", [values("order", 4, THIRD, accelerator="x1", site="alpha")], "accelerator=x1 period=2026-07"),
    ("F4", [values("lease_signed", 6, SECOND, lease="cloud")], "lease=cloud period=2026-07"),
    ("F5", [values("lease_rented", 17, FIRST, lease="cloud", signature=FIRST)], "signature=2026-01 period=2026-01"),
    ("F5", [values("lease_rented", 6, TAIL, lease="cloud", signature=FIRST)], "signature=2026-01 period=2027-01"),
    ("F6", [values("lease_signed", 1, SECOND, lease="cloud")], "lease=cloud period=2026-04"),
    ("F7", [values("lease_signing", 0, SECOND, lease="cloud")], "lease=cloud period=2026-04"),
    ("P1", [values("hall_excess_mw", 0, SECOND, site="alpha")], "site=alpha cooling=air period=2026-04"),
    ("P1", [values("hall_build", 0, THIRD, hall="beta.wet")], "site=beta cooling=liquid period=2026-07"),
    ("P1", [values("hall_build", 0, THIRD, hall="alpha.dry")], "site=alpha cooling=all period=2027-01"),
    ("P2", [values("source_excess_mw", 0.01, SECOND, site="alpha")], "site=alpha period=2026-04"),
    ("P3", [values("energy_mwh", 481, FIRST, power_source="alpha.grid")], "site=alpha period=2026-01"),
    ("P4", [values("excess_energy_mwh", 28, SECOND, site="alpha")], "site=alpha period=2026-04"),
    ("P4", [values("energy_mwh", 877, FIRST, power_source="alpha.grid")], "power_source=alpha.grid period=2026-01"),
    ("P5", [values("hall_build", 2, TAIL, hall="alpha.dry")], "hall=alpha.dry period=2027-01"),
    ("P6", [values("power_source_build", 2, TAIL, power_source="beta.gas")], "power_source=beta.gas period=2027-01"),
    ("P7", [values("opened", 0, SECOND, site="beta"), values("opened", 1, THIRD, site="beta")], "hall=beta.wet"),
    (
        "P7",
        [values("opened", 0, SECOND, site="beta"), values("opened", 1, THIRD, site="beta")],
        "power_source=beta.gas",
    ),
    ("P8", [values("opened", 1, FIRST, site="beta")], "site=beta"),
    ("N1", [values("endpoint_order", 0, THIRD, fabric="alpha.spine")], "site=alpha family=any larger_than=0"),
    ("N1", [values("endpoint_order", 1, THIRD, fabric="alpha.spine")], "larger_than=128 slot=2026-07"),
    ("N2", [values("instance_order", 0, THIRD, fabric="alpha.spine")], "fabric=spine larger_than=1/2 slot=2026-10"),
    (
        "N2",
        [values("instance_order", 0, THIRD, fabric="beta.mesh")],
        "site=beta family=any fabric=mesh larger_than=1/3",
    ),
    ("N3", [values("endpoint_order", 2, THIRD, fabric="beta.mesh")], "fabric=beta.mesh period=2026-07"),
    ("N4", [values("instance_order", 3, THIRD, fabric="beta.mesh")], "fabric=beta.mesh period=2026-07"),
    ("D1", [values("lease_rented", 79, TAIL, lease="cloud", signature=SECOND)], "x1 site=cloud slot=2027-01"),
    ("D2", [values("stream_use", 101, FIRST, stream="research", accelerator="x1", site="alpha")], "period=2026-01"),
    ("D3", [values("start", 1, candidate=1)], "run=big"),
    ("D4", [values("start", 0, candidate=0)], "run=big"),
    ("D5", [values("stream_use", 110, FIRST, stream="spare", accelerator="x1", site="alpha")], "stream=spare"),
    ("D6", [values("unserved", 2.9, FIRST, stream="research")], "stream=research period=2026-01"),
    ("D7", [values("segment_served", 0.1, FIRST, stream="research", segment=1)], "stream=research period=2026-01"),
    ("D8", [values("segment_served", 51, THIRD, stream="research", segment=0)], "segment=0 period=2026-07"),
    ("D8", [values("segment_served", 51, THIRD, stream="research", segment=1)], "segment=1 period=2026-07"),
    ("D8", [values("segment_served", 1, FIRST, stream="spare", segment=0)], "stream=spare segment=0"),
    ("B1", [values("budget_left", 2.2, budget_category="hall", fiscal_year=2026)], "hall fiscal_year=2026"),
    ("B1", [values("budget_left", 13.0, budget_category="hall", fiscal_year=2027)], "hall fiscal_year=2027"),
    ("B1", [values("budget_overrun", 0, budget_category="opex", fiscal_year=2026)], "opex fiscal_year=2026"),
    ("B2", [values("budget_pull", 1.7, budget_category="all", fiscal_year=2026)], "all fiscal_year=2026"),
    ("B2", [values("budget_pull", 0.1, budget_category="all", fiscal_year=2027)], "all fiscal_year=2027"),
]


WIDE: list[tuple[str, list[Value], str]] = [
    ("F1", [values("sold", 161, SECOND, cohort=0)], "accelerator=x1 site=alpha period=2026-07"),
    ("F8", [values("sold", 251, TAIL, cohort=0)], "cohort=0"),
    ("P1", [values("hall_build", 0, SECOND, hall="alpha.tent"), values("online", 500, SECOND, **ALPHA)], "2026-04"),
    ("P1", [values("retrofit_mw", 0, FIRST, retrofit="alpha.dry.wet")], "site=alpha cooling=liquid period=2026-07"),
    ("P1", [values("retrofit_mw", 0.3, FIRST, retrofit="alpha.dry.wet")], "site=alpha cooling=air period=2026-01"),
    ("P2", [values("phase_build", 0, THIRD, phase="beta.grid.station")], "site=beta period=2026-07"),
    ("P4", [values("phase_build", 0, THIRD, phase="beta.grid.station")], "power_source=beta.grid period=2027-01"),
    ("P5", [values("hall_build", 2, THIRD, hall="alpha.tent")], "hall=alpha.tent period=2026-07"),
    ("P6", [values("phase_build", 1, THIRD, phase="alpha.grid.second")], "power_source=alpha.grid period=2026-07"),
    ("P7", [values("opened", 0, FIRST, site="beta"), values("opened", 1, SECOND, site="beta")], "phase=beta.grid"),
    ("P9", [values("retrofit_mw", 0.6, SECOND, retrofit="alpha.dry.wet")], "hall=alpha.dry period=2026-04"),
    ("P10", [values("phase_build", 1, TAIL, phase="beta.grid.station")], "phase=beta.grid.station"),
    ("N1", [values("online", 300, TAIL, accelerator="x1", site="gamma")], "site=gamma family=any larger_than=0"),
    ("D1", [values("online", 99, SECOND, **ALPHA)], "accelerator=x1 site=alpha slot=2026-04"),
    ("D1", [values("online", 59, THIRD, accelerator="x1", site="gamma")], "x1 site=gamma slot=2026-07"),
    ("D2", [values("online", 199, FIRST, **ALPHA)], "accelerator=x1 site=alpha period=2026-01"),
    ("D2", [values("online", 189, THIRD, **ALPHA)], "accelerator=x1 site=alpha period=2026-07"),
    ("L1", [values("flow", 1.9, FIRST, link="ag", direction="ab", source="alpha")], "source=alpha site=gamma"),
    ("L1", [values("flow", 0.5, TAIL, link="ag", direction="ba", source="gamma")], "gamma site=alpha period=2027-01"),
    ("L1", [values("flow", 1.5, THIRD, link="bg", direction="ab", source="alpha")], "alpha site=beta period=2026-07"),
    ("L1", [values("stream_use", 90, TAIL, stream="work", **ALPHA)], "source=gamma site=alpha period=2027-01"),
    ("L1", [values("start", 0, candidate=0)], "source=alpha site=gamma period=2026-07"),
    ("L1", [values("flow", 1, FIRST, link="ag", direction="ab", source="beta")], "source=beta site=gamma"),
    ("L2", [values("flow", 2, THIRD, link="ag", direction="ba", source="beta")], "link=ag way=both period=2026-07"),
    ("L2", [values("flow", 5.1, TAIL, link="bg", direction="ab", source="alpha")], "link=bg way=ab period=2027-01"),
    ("L2", [values("link_build", 0, SECOND, module="ab.wave")], "link=ab way=both period=2026-07"),
    ("L3", [values("link_build", 2, TAIL, module="ab.wave")], "module=ab.wave period=2027-01"),
    ("L4", [values("link_opened", 0, THIRD, link="ab")], "link=ab period=2026-07"),
    ("L5", [values("link_opened", 1, FIRST, link="bg")], "link=bg"),
]


def found(plan: xr.Dataset, equation: str) -> list[str]:
    """The places of the findings of one equation."""
    return [finding.where for finding in check_plan(plan).findings if finding.equation == equation]


@pytest.mark.parametrize(("equation", "planted", "place"), PLANTED, ids=lambda v: v if isinstance(v, str) else "")
def test_a_planted_violation_is_reported_under_its_equation(equation: str, planted: list[Value], place: str) -> None:
    plan = full_plan()
    for name, at, value in planted:
        plan = changed(plan, name, at, value)
    assert any(place in where for where in found(plan, equation))


@pytest.mark.parametrize(("equation", "planted", "place"), WIDE, ids=lambda v: v if isinstance(v, str) else "")
def test_a_violation_planted_in_the_wide_plan_is_reported(equation: str, planted: list[Value], place: str) -> None:
    plan = wide_plan()
    for name, at, value in planted:
        plan = changed(plan, name, at, value)
    assert any(place in where for where in found(plan, equation))


def test_every_equation_has_a_planted_violation() -> None:
    elsewhere = {"F3", "O1"} | {f"G{i}" for i in range(1, 7)} | {f"T{i}" for i in range(1, 10)}  # in files of their own
    elsewhere |= {f"{room}{i}" for room in "KS" for i in range(1, 7)}
    assert {equation for equation, _, _ in PLANTED + WIDE} | elsewhere == set(EQUATIONS)


def test_all_must_be_online_where_the_basis_is_installed() -> None:
    def installed(inputs: dict[str, Any]) -> None:
        inputs["power"]["basis"] = "installed"

    places = found(with_inputs(full_plan(), installed), "F3")
    assert places == ["accelerator=x1 site=alpha period=2026-07", "accelerator=y1 site=beta period=2027-01"]


def test_the_objective_is_the_sum_of_its_parts() -> None:
    plan = tiny_plan()
    plan.attrs["objective_musd"] += 0.01
    assert len(found(plan, "objective")) == 2


def without(table: str, **key: Any) -> Callable[[dict[str, Any]], None]:
    def change(inputs: dict[str, Any]) -> None:
        inputs["tables"][table].remove(row_of(inputs, table, **key))

    return change


@pytest.mark.parametrize(("limit", "equation"), [("supply", "F2"), ("halls", "P1"), ("power_sources", "P2")])
def test_excess_over_a_limit_without_a_price_breaks_it(limit: str, equation: str) -> None:
    plan = with_inputs(full_plan(), without("priced_limits", limit=limit))
    report = check_plan(plan)
    assert equation in {finding.equation for finding in report.findings}
    assert any("no price" in finding.message for finding in report.findings)


def test_a_hard_floor_and_a_hard_budget_take_no_shortfall() -> None:
    def hard(inputs: dict[str, Any]) -> None:
        row_of(inputs, "streams", stream="research")["unserved_usd_per_pflops_month"] = None
        for row in inputs["tables"]["budgets"]:
            row["overrun_price_musd"] = None

    messages = {f.equation: f.message for f in check_plan(with_inputs(full_plan(), hard)).findings}
    assert "D6" in messages
    assert "no price" in messages["B1"]


NOT_WHOLE = [
    values("order", 2.5, THIRD, accelerator="x1", site="alpha"),
    values("lease_signed", 2.5, SECOND, lease="cloud"),
    values("lease_signing", 0.5, SECOND, lease="cloud"),
    values("hall_build", 0.5, THIRD, hall="alpha.dry"),
    values("power_source_build", 0.5, THIRD, power_source="alpha.grid"),
    values("opened", 0.5, SECOND, site="beta"),
    values("endpoint_order", 1.5, THIRD, fabric="alpha.spine"),
    values("instance_order", 1.5, THIRD, fabric="alpha.spine"),
    values("start", 0.5, candidate=2),
]


@pytest.mark.parametrize(("name", "at", "value"), NOT_WHOLE, ids=lambda v: v if isinstance(v, str) else "")
def test_what_must_be_whole_is(name: str, at: dict[str, Any], value: float) -> None:
    assert found(changed(full_plan(), name, at, value), "integrality")


WIDE_NOT_WHOLE = [
    values("phase_build", 0.5, SECOND, phase="alpha.grid.second"),
    values("link_build", 0.5, SECOND, module="ab.wave"),
    values("link_opened", 0.5, THIRD, link="ab"),
]


@pytest.mark.parametrize(("name", "at", "value"), WIDE_NOT_WHOLE, ids=lambda v: v if isinstance(v, str) else "")
def test_what_must_be_whole_in_the_wide_plan_is(name: str, at: dict[str, Any], value: float) -> None:
    assert found(changed(wide_plan(), name, at, value), "integrality")


WIDE_NOT_NEGATIVE = [
    values("sold", -1, THIRD, cohort=1),
    values("retrofit_mw", -0.1, THIRD, retrofit="alpha.dry.wet"),
    values("phase_build", -1, TAIL, phase="alpha.grid.second"),
    values("link_build", -1, TAIL, module="bg.fibre"),
    values("link_opened", -1, TAIL, link="ab"),
    values("flow", -1, FIRST, link="ab", direction="ab", source="beta"),
]


@pytest.mark.parametrize(("name", "at", "value"), WIDE_NOT_NEGATIVE, ids=lambda v: v if isinstance(v, str) else "")
def test_no_decision_of_the_wide_plan_is_negative(name: str, at: dict[str, Any], value: float) -> None:
    assert found(changed(wide_plan(), name, at, value), "nonnegativity")


WIDE_NOT_ALLOWED = [
    values("sold", 1, FIRST, cohort=1),
    values("phase_build", 1, FIRST, phase="alpha.grid.second"),
    values("link_build", 1, FIRST, module="ab.wave"),
    values("link_opened", 1, FIRST, link="ag"),
    values("hall_build", 1, FIRST, hall="alpha.tent"),
    values("order", 1, THIRD, accelerator="l1", site="gamma"),
]


@pytest.mark.parametrize(("name", "at", "value"), WIDE_NOT_ALLOWED, ids=lambda v: v if isinstance(v, str) else "")
def test_what_the_inputs_do_not_allow_is_found(name: str, at: dict[str, Any], value: float) -> None:
    def late(inputs: dict[str, Any]) -> None:
        inputs["tables"]["resale"][0]["accelerator"] = "l1"
        inputs["tables"]["resale"][1]["accelerator"] = "l1"

    plan = with_inputs(wide_plan(), late) if name == "sold" else wide_plan()
    assert found(changed(plan, name, at, value), "eligibility")


NOT_NEGATIVE = [
    values("order", -1, THIRD, accelerator="x1", site="alpha"),
    values("online", -1, THIRD, accelerator="x1", site="alpha"),
    values("lease_rented", -1, FIRST, lease="pod", signature=FIRST),
    values("energy_mwh", -1, FIRST, power_source="beta.gas"),
    values("stream_use", -1, FIRST, stream="spare", accelerator="x1", site="alpha"),
    values("segment_served", -1, FIRST, stream="research", segment=1),
    values("unserved", -1, SECOND, stream="research"),
    values("budget_left", -1, budget_category="all", fiscal_year=2026),
    values("hall_excess_mw", -1, FIRST, site="alpha"),
    values("start", -1, candidate=5),
]


@pytest.mark.parametrize(("name", "at", "value"), NOT_NEGATIVE, ids=lambda v: v if isinstance(v, str) else "")
def test_no_decision_is_negative(name: str, at: dict[str, Any], value: float) -> None:
    assert found(changed(full_plan(), name, at, value), "nonnegativity")
