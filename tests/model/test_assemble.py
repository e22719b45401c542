"""Rooms are held to their contracts, and a room may bring its own needs, dims and money."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

import planner
from planner.core.declare import Column, Equation, Output, Room, Table
from planner.core.errors import ModelError
from planner.data.derive import Case
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.model.workspace import Line, Workspace, index_set
from planner.results.dims import OPEX_PARTS, plan_dims
from tests.model.texts import case, document

TEXT = """
    calendar: periods=12,12 slot_months=12 tail_months=0

    finance: discount_rate=0 terminal_value=none

    sites
    site  pue
    alpha 1.1

    accelerators
    accelerator lot_size bf16_dense_tflops lead_time_months life_months price_usd
    x1          1        1000              0                60          30000

    streams
    stream mfu eligible
    work   1   x1

    stream_segments
    stream up_to_pflops musd_per_pflops_month
    work   1000         0.01

    budgets
    fiscal_year category budget_musd
    2026        all      10
    2027        all      10
"""
Build = Callable[[Workspace, Any, Case], None]


def _with(build: Build, **declared: Any) -> tuple[Room, ...]:
    """The rooms with one more after the fleet."""
    after = [room.name for room in ROOMS].index("fleet") + 1
    return (*ROOMS[:after], Room("extra", build, **declared), *ROOMS[after:])


def _refused(build: Build, message: str, **declared: Any) -> None:
    with pytest.raises(ModelError, match=message):
        assemble(case(TEXT), _with(build, **declared))


def _nothing(m: Workspace, b: Any, d: Case) -> None:
    pass


def test_needs_are_checked_before_the_room_is_built() -> None:
    _refused(_nothing, "wind is needed but no earlier room offers it", needs=("wind",))
    assemble(case(TEXT), _with(_nothing, needs=("online", "delivered")))  # offered, published


def test_offers_are_checked_after_it() -> None:
    _refused(_nothing, "room extra did not offer wind", offers=("wind",))
    _refused(lambda m, b, d: m.offer("online", {}), "online is offered twice")


def test_money_is_declared_and_written_before_it_is_summed_up() -> None:
    def spend(m: Workspace, b: Any, d: Case) -> None:
        m.ledger.add_constant(Line("capex", "land", "alpha", 0), 1.0)

    _refused(spend, r"the money \(capex, land\) that it does not declare")
    late = (*ROOMS[:-1], Room("extra", spend, money=(("capex", "land"),)), ROOMS[-1])
    with pytest.raises(ModelError, match="money of kind capex was added after it was summed up"):
        assemble(case(TEXT), late)


def test_constraints_are_numbered_and_integers_have_a_role() -> None:
    def state(m: Workspace, b: Any, d: Case) -> None:
        b.x = pyo.Var(domain=pyo.Binary)
        b.at_most_one = pyo.Constraint(expr=b.x <= 1)

    _refused(state, "room extra states at_most_one without a numbered equation")
    equations = (Equation("X1", "at_most_one", "at most one", "-"),)
    _refused(state, "room extra gives its integer variable x no role", equations=equations)
    assemble(case(TEXT), _with(state, equations=equations, integers={"x": "site"}))


def test_published_results_are_expressions_by_index_and_none_where_there_are_none() -> None:
    m = assemble(case(TEXT))
    assert set(m.need("in_service")) == {("x1", "alpha", 0), ("x1", "alpha", 1)}
    assert m.need("hall_excess_mw") == {}


PLOTS = Table(
    "plots",
    "Land to be leased.",
    ("site", "plot"),
    (
        Column("site", "id", "where", refers=("sites",)),
        Column("plot", "id", "name"),
        Column("price_musd", "number", "price", "M$", low=0),
        Column("fee_musd_per_year", "number", "fee", "M$/year", low=0),
    ),
)


def _land(m: Workspace, b: Any, d: Case) -> None:
    """Every plot is bought at the start, its fee paid at the start of each period."""
    rows = {f"{row['site']}.{row['plot']}": row for row in d.inputs.rows("plots")}
    periods = range(len(d.calendar.periods))
    b.HELD = index_set([(q, t) for q in rows for t in periods], 2)
    b.held = pyo.Expression(b.HELD, rule=lambda b, q, t: 1.0)
    for row in rows.values():
        m.ledger.add_constant(Line("capex", "land", row["site"], 0), row["price_musd"])
        for t in periods:
            line = Line("opex", "fees", row["site"], d.calendar.periods[t].start)
            m.ledger.add_constant(line, row["fee_musd_per_year"] * d.calendar.periods[t].months / 12)


LAND = _with(
    _land,
    money=(("capex", "land"), ("opex", "fees")),
    inputs=(PLOTS,),
    outputs=(Output("held", "held", ("plot", "period"), "1", "whether a plot is held"),),
)


def test_a_room_brings_its_own_dims_and_parts_of_money(tmp_path: Path) -> None:
    """4 M$ of land leave 6 M$ of the first budget: 200 accelerators; its fees are opex. The check says what it took."""
    scenario = document(TEXT)
    scenario["tables"]["plots"] = [
        {"site": "alpha", "plot": "north", "price_musd": 3, "fee_musd_per_year": 0.5},
        {"site": "alpha", "plot": "south", "price_musd": 1, "fee_musd_per_year": 0},
    ]
    scenario["solve"] = {"gap": 0}
    plan = planner.load(scenario, rooms=LAND).solve()
    earned = 0.01 * 12
    units = [200, 200 + 333]
    assert plan.objective_musd == pytest.approx(earned * sum(units) - 0.03 * units[1] - 4 - 2 * 0.5)
    data = plan.data
    assert data["held"].dims == ("plot", "period")
    assert data["plot"].values.tolist() == ["alpha.north", "alpha.south"]
    assert data["plot_site"].values.tolist() == ["alpha", "alpha"]
    assert data["cash"].sel(category="land").values.tolist() == [4, 0]
    assert data["opex"].sel(opex_part="fees", site="alpha").values.tolist() == [0.5, 0.5]
    assert data["budget_spend"].sel(budget_category="all", fiscal_year=2026) == pytest.approx(10)
    plan.to_csv(tmp_path)
    with (tmp_path / "cash.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["category"], row["fiscal_year"]): row["cash_musd"] for row in csv.DictReader(file)}
    assert float(found["land", "2026"]) == 4 and float(found["all", "2026"]) == pytest.approx(10)
    assert plan.checked
    assert "not re-checked: rooms extra" in data.attrs["check_notices"]
    assert "ledger lines taken as the plan states them: capex land, opex fees" in data.attrs["check_notices"]


def test_without_an_unknown_room_no_foreign_money_is_taken() -> None:
    scenario = document(TEXT)
    plan = planner.load(scenario).solve()
    assert plan.data["category"].values.tolist() == ["compute", "hall", "power", "network"]
    assert plan.data["opex_part"].values.tolist() == list(OPEX_PARTS)
    assert plan.data.attrs["check_notices"] == "[]"


def test_a_dim_is_made_for_what_a_table_names_and_not_for_what_it_refers_to() -> None:
    terms = replace(PLOTS, name="terms", columns=(PLOTS.columns[0], replace(PLOTS.columns[1], refers=("halls",))))
    rooms = (*ROOMS, Room("extra", _nothing, inputs=(terms,)))
    assert "plot" not in plan_dims(case(TEXT), rooms)
    assert {"run", "hall", "power_source", "fabric", "team"} <= set(plan_dims(case(TEXT)))
