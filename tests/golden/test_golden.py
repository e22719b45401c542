"""Every registered equation states the rows of its golden file, and nothing else is there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pyomo.environ as pyo
import pytest

import planner
from planner.core.declare import Room
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.results.check.equations import EQUATIONS as CHECKED
from planner.results.dims import plan_dims
from planner.solve.sharing.stages import EQUATIONS as OF_STAGES
from tests.golden.fixtures import FIXTURES
from tests.golden.models import EQUATIONS, ROOM_OF, built, pyomo_warnings_are_errors
from tests.golden.writer import equation_text

HERE = Path(__file__).parent


@pytest.mark.parametrize("number", EQUATIONS)
def test_rows_are_those_of_the_golden_file(number: str, update_golden: bool) -> None:
    room, equation = EQUATIONS[number]
    fixture = built(room.name)
    text = equation_text(fixture.model, fixture.case, room, equation)
    assert text, f"the fixture of room {room.name} makes no row of {number}"
    golden = HERE / f"{number}.lp"
    if update_golden:
        golden.write_text(text, encoding="utf-8")
    assert golden.is_file(), f"{number} has no golden file: run `pytest tests/golden --update-golden` and read it"
    assert text.splitlines() == golden.read_text(encoding="utf-8").splitlines()


def test_every_golden_file_has_an_equation() -> None:
    assert {path.stem for path in HERE.glob("*.lp")} == set(EQUATIONS)


def test_every_room_with_equations_has_a_fixture() -> None:
    assert set(FIXTURES) == {room.name for room in ROOMS if room.equations}


@pytest.mark.parametrize("number", EQUATIONS)
def test_equation_is_numbered_in_docstring_and_doc(number: str) -> None:
    room, equation = EQUATIONS[number]
    module = inspect.getmodule(room.build)
    assert module is not None and module.__doc__ is not None
    assert re.search(rf"^ +\({number}\) ", module.__doc__, re.MULTILINE), f"({number}) is not in {module.__name__}"
    component = built(room.name).model.block(room).component(equation.component)
    assert component.doc == f"({number})"


@pytest.mark.parametrize("number", [number for number, (_, equation) in EQUATIONS.items() if equation.over])
def test_rows_are_indexed_as_declared(number: str) -> None:
    room, equation = EQUATIONS[number]
    fixture = built(room.name)
    dims = {name: set(dim.keys) for name, dim in plan_dims(fixture.case).items()}
    for index in fixture.model.block(room).component(equation.component):
        parts = index if isinstance(index, tuple) else (index,)
        assert len(parts) == len(equation.over)
        for part, name in zip(parts, equation.over, strict=True):
            known = [dims[word] for word in name.split(" or ") if word in dims]
            assert not known or any(part in keys for keys in known), f"{number}: {part} is no {name}"


def test_docstrings_number_only_registered_equations() -> None:
    for room in ROOMS:
        module = inspect.getmodule(room.build)
        assert module is not None
        stated = set(re.findall(r"^ +\(([A-Z]\d+)\) ", module.__doc__ or "", re.MULTILINE))
        assert stated == {equation.number for equation in room.equations}, room.name


def test_the_check_knows_the_same_equations() -> None:
    every = [*(equation for _, equation in EQUATIONS.values()), *OF_STAGES]
    assert {equation.number: (equation.unit, equation.sentence) for equation in every} == CHECKED


@pytest.mark.parametrize("scenario", [*FIXTURES, "bundled:tiny", "bundled:llama-2023"])
def test_every_constraint_is_registered(scenario: str) -> None:
    if scenario.startswith("bundled:"):
        case = planner.load(scenario.removeprefix("bundled:")).case
        with pyomo_warnings_are_errors():
            model = assemble(case)
    else:
        model = built(scenario).model
    registered = {(room.name, equation.component) for room, equation in EQUATIONS.values()}
    kinds = (pyo.Constraint, pyo.Objective)
    stated = {
        (component.parent_block().local_name, component.local_name)
        for component in model.pyomo.component_objects(kinds, descend_into=True)
    }
    assert stated <= registered


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_outputs_are_read_from_components_that_exist(room: Room) -> None:
    fixture = built(room.name) if room.name in FIXTURES else built("finance")
    block, dims = fixture.model.block(room), plan_dims(fixture.case)
    for output in room.outputs:
        assert block.component(output.component) is not None, f"{room.name}: {output.name}"
        assert set(output.dims) <= set(dims), f"{room.name}: {output.name}"
        assert output.meaning and (output.unit or not output.dims), f"{room.name}: {output.name}"


def test_a_replaced_component_is_an_error() -> None:
    model = pyo.ConcreteModel()
    model.x = pyo.Var()
    with pyomo_warnings_are_errors(), pytest.raises(AssertionError, match="Implicitly replacing"):
        model.x = pyo.Var()


def test_the_finance_fixture_has_every_kind_and_part_of_money() -> None:
    declared = {money for room in ROOMS for money in room.money}
    assert {(line.kind, line.part) for line, _ in built("finance").model.ledger.lines()} == declared


def test_variables_carry_their_unit() -> None:
    for room in ROOM_OF.values():
        fixture = built(room.name) if room.name in FIXTURES else built("finance")
        for variable in fixture.model.block(room).component_objects(pyo.Var):
            assert variable.doc, f"{room.name}.{variable.local_name}"
