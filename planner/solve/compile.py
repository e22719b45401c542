"""Pyomo model to matrix, room by room: columns with their roles, rows with their equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_array, csr_array

from planner.core.declare import Role, Room
from planner.core.errors import InfeasibleError
from planner.model.alike import Name, name_of
from planner.model.workspace import Built, Workspace

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class RowName:
    """Which equation a row belongs to, and its index there."""

    equation: str
    index: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.equation}[{', '.join(str(i) for i in self.index)}]"


@dataclass(frozen=True)
class Matrix:
    """min cost @ x + offset, row_lower <= A x <= row_upper, lower <= x <= upper, some x integer.

    Costs are the negative of the plan's net value, M$. `roles` holds each integer column's role.
    """

    a: csc_array
    cost: Vector
    offset: float
    lower: Vector
    upper: Vector
    row_lower: Vector
    row_upper: Vector
    integer: NDArray[np.bool_]
    roles: tuple[Role | None, ...]
    columns: tuple[Any, ...]
    names: tuple[Name, ...]  # of the columns, whichever model their variables stand in
    rows: tuple[RowName, ...]
    doubles: tuple[tuple[Any, int], ...] = ()  # variables of earlier builds of a room that stand for a column too

    @property
    def shape(self) -> dict[str, int]:
        """Columns, integer columns, rows and nonzeros."""
        return {
            "columns": len(self.columns),
            "integers": int(self.integer.sum()),
            "rows": len(self.rows),
            "nonzeros": int(self.a.nnz),
        }

    def positions(self) -> dict[int, int]:
        """Column number by the identity of its Pyomo variable."""
        return {id(v): i for i, v in enumerate(self.columns)} | {id(v): i for v, i in self.doubles}

    def load(self, x: Vector) -> None:
        """Give the Pyomo variables their values."""
        values = (x + 0.0).tolist()  # + 0.0: no negative zeros
        for variable, value in zip(self.columns, values, strict=True):
            variable.set_value(value, skip_validation=True)
        for variable, i in self.doubles:
            variable.set_value(values[i], skip_validation=True)


def compile_model(m: Workspace, rooms: Sequence[Room]) -> Matrix:
    """Compile the assembled model; the maximised net value becomes a minimised cost.

    Each room's block is compiled by itself, and once: the matrix is stacked from the rooms' forms, in their order.

    Raises
    ------
    InfeasibleError
        If a row in which nothing can be decided does not hold.
    """
    try:
        forms = [_form_of(m.built[room.name], room) for room in rooms]
    except InfeasibleConstraintException as error:
        text = "no plan keeps every hard limit; without anything to decide on, these do not hold:"
        raise InfeasibleError("\n".join([text, *_decided_rows_that_fail(m, rooms)])) from error
    return _stacked(forms, m.blocks())


@dataclass(frozen=True)
class _Own:
    """The variables of a room's block, in order of declaration: what columns they are, used or not."""

    variables: tuple[Any, ...]
    names: tuple[Name, ...]
    component: NDArray[np.int64]
    lower: Vector
    upper: Vector
    integer: NDArray[np.bool_]
    roles: tuple[Role | None, ...]


@dataclass(frozen=True)
class _Form:
    """A room's block compiled: its own columns, and its rows over all the variables it uses."""

    own: _Own
    used: tuple[Any, ...]
    a: csr_array
    row_lower: Vector
    row_upper: Vector
    rows: tuple[RowName, ...]
    cost: Vector | None
    offset: float


def _form_of(built: Built, room: Room) -> _Form:
    if built.form is None:
        built.form = _compiled(built.block, room)
    form: _Form = built.form
    return form


def _compiled(block: Any, room: Room) -> _Form:
    own = _own(block, room)
    goal = next(block.component_data_objects(pyo.Objective), None)
    if goal is None and not any(True for _ in block.component_data_objects(pyo.Constraint)):
        return _Form(own, (), csr_array((0, 0)), np.zeros(0), np.zeros(0), (), None, 0.0)
    form = LinearStandardFormCompiler().write(block, mixed_form=True, set_sense=None)
    rhs = np.asarray(form.rhs, dtype=float)
    kind = np.fromiter((row.bound_type for row in form.rows), np.int8, len(form.rows))
    sign = -1.0 if goal is not None and goal.sense == pyo.maximize else 1.0
    return _Form(
        own=own,
        used=tuple(form.columns),
        a=csr_array(form.A),
        row_lower=np.where(kind == 1, -np.inf, rhs),
        row_upper=np.where(kind == -1, np.inf, rhs),
        rows=_row_names(form.rows, room),
        cost=None if goal is None else sign * np.asarray(form.c.todense(), dtype=float).reshape(-1),
        offset=0.0 if goal is None else sign * float(np.asarray(form.c_offset).reshape(-1)[0]),
    )


def _own(block: Any, room: Room) -> _Own:
    components = list(block.component_objects(pyo.Var, descend_into=False))
    variables = [v for component in components for v in component.values()]
    sizes = [len(component) for component in components]
    bounds = [v.bounds for v in variables]
    roles = [room.integers.get(c.local_name) for c, n in zip(components, sizes, strict=True) for _ in range(n)]
    return _Own(
        tuple(variables),
        tuple((block.local_name, c.local_name, index) for c in components for index in c),
        np.repeat(np.arange(len(components)), sizes),
        np.array([-np.inf if lo is None else lo for lo, _ in bounds], dtype=float),
        np.array([np.inf if hi is None else hi for _, hi in bounds], dtype=float),
        np.array([not v.is_continuous() for v in variables], dtype=bool),
        tuple(roles),
    )


def _stacked(forms: Sequence[_Form], blocks: Iterable[Any]) -> Matrix:
    """The matrix of all rooms: the columns that some row or the objective uses, the objective's components first."""
    owns = [form.own for form in forms]
    variables = [v for own in owns for v in own.variables]
    position = {id(v): i for i, v in enumerate(variables)}
    doubles = _doubles(blocks, owns, position)
    position |= {id(v): i for v, i in doubles}
    uses = [np.fromiter((position[id(v)] for v in form.used), np.int64, len(form.used)) for form in forms]
    first = np.cumsum([0, *(int(own.component.max(initial=-1)) + 1 for own in owns)])
    component = np.concatenate([own.component + at for own, at in zip(owns, first, strict=False)])
    goals_first = sorted(range(len(forms)), key=lambda i: forms[i].cost is None)
    met = dict.fromkeys(c for i in goals_first for c in component[uses[i]].tolist())
    rank = np.full(int(first[-1]) + 1, len(met))
    rank[list(met)] = np.arange(len(met))
    active = np.unique(np.concatenate(uses)) if uses else np.zeros(0, np.int64)
    order = active[np.argsort(rank[component[active]], kind="stable")]
    column = np.full(len(variables), -1)
    column[order] = np.arange(len(order))
    cost = np.zeros(len(order))
    for form, use in zip(forms, uses, strict=True):
        if form.cost is not None:
            np.add.at(cost, column[use], form.cost)  # a column and its double may both be used
    roles = [role for own in owns for role in own.roles]
    names = [name for own in owns for name in own.names]
    return Matrix(
        a=_rows_of_all(forms, [column[use] for use in uses], len(order)),
        cost=cost,
        offset=sum(form.offset for form in forms),
        lower=np.concatenate([own.lower for own in owns])[order],
        upper=np.concatenate([own.upper for own in owns])[order],
        row_lower=np.concatenate([form.row_lower for form in forms]),
        row_upper=np.concatenate([form.row_upper for form in forms]),
        integer=np.concatenate([own.integer for own in owns])[order],
        roles=tuple(roles[i] for i in order.tolist()),
        columns=tuple(variables[i] for i in order.tolist()),
        names=tuple(names[i] for i in order.tolist()),
        rows=tuple(row for form in forms for row in form.rows),
        doubles=tuple((v, int(column[i])) for v, i in doubles if column[i] >= 0),
    )


def _doubles(blocks: Iterable[Any], owns: Sequence[_Own], position: Mapping[int, int]) -> list[tuple[Any, int]]:
    """Variables of earlier builds of a room that the others still use, each with the one it stands for."""
    earlier = [
        v
        for block in blocks
        for component in block.component_objects(pyo.Var, descend_into=False)
        for v in component.values()
        if id(v) not in position
    ]
    if not earlier:
        return []
    named = {name: i for i, name in enumerate(name for own in owns for name in own.names)}
    return [(v, named[name]) for v in earlier if (name := name_of(v)) in named]


def _rows_of_all(forms: Sequence[_Form], columns: Sequence[NDArray[np.int64]], width: int) -> csc_array:
    starts = np.cumsum([0, *(form.a.nnz for form in forms)])
    indptr = [form.a.indptr[1:] + at for form, at in zip(forms, starts, strict=False)]
    indices = [column[form.a.indices] for form, column in zip(forms, columns, strict=True)]
    data = np.concatenate([form.a.data for form in forms])
    height = sum(len(form.rows) for form in forms)
    whole = csr_array((data, np.concatenate(indices), np.concatenate([[0], *indptr])), shape=(height, width))
    whole.sum_duplicates()  # a column and its double may both stand in a row
    return csc_array(whole)


def _decided_rows_that_fail(m: Workspace, rooms: Sequence[Room]) -> Iterator[str]:
    """The rows without variables that do not hold, in words."""
    for room in rooms:
        for equation in room.equations:
            component = m.block(room).component(equation.component)
            for index, row in component.items() if isinstance(component, pyo.Constraint) else ():
                repn = generate_standard_repn(row.body)
                least = -np.inf if row.lb is None else row.lb
                most = np.inf if row.ub is None else row.ub
                if not repn.linear_vars and not least - 1e-9 <= pyo.value(repn.constant) <= most + 1e-9:
                    parts = index if isinstance(index, tuple) else (index,)
                    place = " ".join(f"{name}={part}" for name, part in zip(equation.over, parts, strict=True))
                    yield f"  {equation.sentence} ({equation.number}): {place}"


def _row_names(rows: Sequence[Any], room: Room) -> tuple[RowName, ...]:
    number_of = {e.component: e.number for e in room.equations}
    found: dict[int, str] = {}
    names = []
    for row in rows:
        component = row.constraint.parent_component()
        if id(component) not in found:
            found[id(component)] = number_of[component.local_name]
        index = row.constraint.index()
        names.append(RowName(found[id(component)], index if isinstance(index, tuple) else (index,)))
    return tuple(names)
