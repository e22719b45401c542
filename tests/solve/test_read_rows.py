"""What is read of a block is what Pyomo's own compiler makes of it, whichever way a row was written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

import planner
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.model.terms import Terms, linear
from planner.solve.read_rows import read_rows
from tests.bench.generate import document


def assert_as_pyomo(block: Any) -> None:
    """Rows, bounds, cost and variables in use as Pyomo compiles them, whatever the order of the variables."""
    found, wanted = read_rows(block), LinearStandardFormCompiler().write(block, mixed_form=True, set_sense=None)
    assert {id(v) for v in found.used} == {id(v) for v in wanted.columns}
    assert [id(c) for c in found.constraints] == [id(row.constraint) for row in wanted.rows]
    position = {id(v): i for i, v in enumerate(found.used)}
    order = [position[id(v)] for v in wanted.columns]
    assert found.a.nnz == wanted.A.nnz
    difference = found.a[:, order] - wanted.A.tocsr()
    assert np.abs(difference.data).max(initial=0.0) <= 1e-12 * np.abs(wanted.A.data).max(initial=1.0)
    kind = np.array([row.bound_type for row in wanted.rows])
    rhs = np.asarray(wanted.rhs, dtype=float)
    assert np.allclose(found.lower, np.where(kind == 1, -np.inf, rhs), rtol=1e-12)
    assert np.allclose(found.upper, np.where(kind == -1, np.inf, rhs), rtol=1e-12)
    if found.cost is None:
        assert not wanted.objectives
    else:
        sign = -1.0 if wanted.objectives[0].sense == pyo.maximize else 1.0
        assert np.allclose(found.cost[order], sign * wanted.c.toarray().reshape(-1), rtol=1e-12)
        assert found.offset == pytest.approx(sign * float(wanted.c_offset[0]))


@pytest.mark.parametrize("source", ["tiny", "llama-2023", document("S")], ids=["tiny", "llama-2023", "S"])
def test_every_room_is_read_as_pyomo_compiles_it(source: Any) -> None:
    m = assemble(planner.load(source).case)
    stated = 0
    for room in ROOMS:
        block = m.block(room)
        if any(True for _ in block.component_data_objects((pyo.Constraint, pyo.Objective))):
            assert_as_pyomo(block)
            stated += 1
    assert stated >= 7


def block() -> Any:
    b = pyo.Block(concrete=True)
    b.x, b.y, b.z = pyo.Var(range(5)), pyo.Var(domain=pyo.Binary), pyo.Var(bounds=(-1, 2))
    b.named = pyo.Expression(expr=linear([(2.0, b.x[0]), (1.0, b.z)], 4.0))
    b.price = pyo.Param(mutable=True, initialize=3.0)
    return b


def picked(b: Any, amounts: list[float], positions: list[int], constant: float = 0.0) -> Terms:
    return Terms(np.array(amounts), list(b.x.values()), constant, np.array(positions))


WAYS = {
    "sums on both sides": lambda b: linear([(1.0, b.x[1]), (2.0, b.y)], 1.0) <= linear([(3.0, b.x[2])], 5.0),
    "picked": lambda b: picked(b, [1, 2, 3], [4, 0, 2]) <= linear([(1.0, b.y)]),
    "picked, on the right": lambda b: linear([(1.0, b.y)]) <= picked(b, [1, 2, 3], [4, 0, 2], 7.0),
    "picked and more": lambda b: picked(b, [1.5], [3]) + linear([(1.0, b.x[3])]) - b.named <= 2 * b.named,
    "no more than": lambda b: linear([(1.0, b.x[0])], 2.0) <= 5,
    "no less than": lambda b: linear([(1.0, b.x[0])], 2.0) >= 5,
    "equal": lambda b: linear([(1.0, b.x[0])], 2.0) == b.named,
    "between": lambda b: (1, linear([(1.0, b.x[0])], 0.5), 3),
    "between the same": lambda b: (3, linear([(1.0, b.x[0])], 0.5), 3),
    "a variable twice": lambda b: linear([(1.0, b.x[0]), (2.5, b.x[0])]) <= b.x[0],
    "a variable that goes away": lambda b: linear([(1.0, b.x[0]), (1.0, b.y)]) <= b.x[0],
    "coefficients that are 0": lambda b: linear([(0.0, b.x[0]), (1.0, b.y)]) <= 0,
    "a term alone": lambda b: 3 * b.x[1] <= b.y,
    "products and quotients of sums": lambda b: (linear([(1.0, b.x[1])], 1.0) * 4 - b.named) / 2 <= -(b.z + 1),
    "a parameter": lambda b: b.price * b.x[1] + b.price <= b.price * b.named,
    "nothing to decide": lambda b: linear([], 1.0) <= linear([], 2.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_row_is_read_whichever_way_it_is_written(way: str) -> None:
    b = block()
    b.anchor = pyo.Constraint(expr=b.x[4] + b.y <= 1)
    b.row = pyo.Constraint(expr=WAYS[way](b))
    assert_as_pyomo(b)


def test_all_of_them_together_with_an_objective() -> None:
    b = block()
    b.rows = pyo.Constraint(list(WAYS), rule=lambda b, way: WAYS[way](b))
    b.goal = pyo.Objective(expr=b.named + linear([(5.0, b.x[4]), (1.0, b.z)], 9.0) - 3 * b.y, sense=pyo.maximize)
    assert_as_pyomo(b)


def test_a_fixed_variable_is_a_constant() -> None:
    b = block()
    b.rows = pyo.Constraint([1, 2, 3], rule=lambda b, i: linear([(2.0, b.x[i])], 1.0) <= linear([(1.0, b.y)], i))
    b.goal = pyo.Objective(expr=linear([(5.0, b.x[1]), (1.0, b.y), (1.0, b.z)]))
    b.x[1].fix(0.5)
    assert_as_pyomo(b)
    b.y.fix(1)  # Pyomo keeps a row of nothing; here it is left out, as is every other
    found = read_rows(b)
    assert [c.index() for c in found.constraints] == [2, 3]
    assert (found.upper.tolist(), found.offset) == ([2.0, 3.0], 3.5)
    assert [v.name for v in found.used] == [v.name for v in (b.z, b.x[2], b.x[3])]
    b.x[1].fix(2.0)
    with pytest.raises(InfeasibleConstraintException, match=r"rows\[1\] does not hold"):
        read_rows(b)


def test_what_is_switched_off_is_not_read() -> None:
    b = block()
    b.rows = pyo.Constraint([1, 2, 3], rule=lambda b, i: linear([(1.0, b.x[i])]) <= i)
    b.other = pyo.Constraint(expr=b.y <= 0)
    b.rows[2].deactivate()
    b.other.deactivate()
    assert [c.index() for c in read_rows(b).constraints] == [1, 3]


def test_a_row_that_cannot_hold_is_said_to() -> None:
    b = block()
    b.row = pyo.Constraint(expr=linear([], 3.0) <= linear([(0.0, b.y)], 2.0))
    with pytest.raises(InfeasibleConstraintException, match="row does not hold"):
        read_rows(b)


def test_a_row_that_is_not_linear_is_refused() -> None:
    b = block()
    b.row = pyo.Constraint(expr=linear([(1.0, b.y)]) <= b.x[0] * b.x[1])
    with pytest.raises(ValueError, match="row is not linear"):
        read_rows(b)


def test_an_empty_block_states_nothing() -> None:
    found = read_rows(pyo.Block(concrete=True))
    assert (found.a.shape, found.used, found.constraints, found.cost) == ((0, 0), (), (), None)
