"""Pyomo model to matrix, room by room: columns with their roles, rows with their equations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn import generate_standard_repn
from scipy.sparse import csc_array, csr_array

from planner.core.declare import Role, Room
from planner.core.errors import InfeasibleError
from planner.model.alike import Name, name_of
from planner.model.workspace import Built, Workspace
from planner.solve.read_rows import BlockRows, read_rows

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
    return _stacked(forms, m.blocks() - {m.block(room) for room in rooms})


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
    stated: BlockRows
    rows: tuple[RowName, ...]


def _form_of(built: Built, room: Room) -> _Form:
    if built.form is None:
        built.form = _compiled(built.block, room)
    form: _Form = built.form
    return form


def _compiled(block: Any, room: Room) -> _Form:
    rows = read_rows(block)
    return _Form(_own(block, room), rows, _row_names(rows.constraints, room))


def _own(block: Any, room: Room) -> _Own:
    components = list(block.component_objects(pyo.Var, descend_into=False))
    items = [list(component.items()) for component in components]
    variables = [v for some in items for _, v in some]
    sizes = [len(some) for some in items]
    bounds = [v.bounds for v in variables]
    names, own = [c.local_name for c in components], block.local_name
    roles = [room.integers.get(name) for name, n in zip(names, sizes, strict=True) for _ in range(n)]
    return _Own(
        tuple(variables),
        tuple((own, name, index) for name, some in zip(names, items, strict=True) for index, _ in some),
        np.repeat(np.arange(len(components)), sizes),
        np.array([-np.inf if lo is None else lo for lo, _ in bounds], dtype=float),
        np.array([np.inf if hi is None else hi for _, hi in bounds], dtype=float),
        np.array([not v.is_continuous() for v in variables], dtype=bool),
        tuple(roles),
    )


def _stacked(forms: Sequence[_Form], earlier: Iterable[Any]) -> Matrix:
    """The matrix of all rooms: the columns that some row or the objective uses, the objective's components first.

    `earlier` are blocks of earlier builds whose variables some room may still use.
    """
    owns, stated = [form.own for form in forms], [form.stated for form in forms]
    variables = [v for own in owns for v in own.variables]
    position = dict(zip(map(id, variables), range(len(variables)), strict=True))
    doubles = _doubles(earlier, owns)
    position |= {id(v): i for v, i in doubles}
    uses = [np.fromiter(map(position.__getitem__, map(id, s.used)), np.int64, len(s.used)) for s in stated]
    first = np.cumsum([0, *(int(own.component.max(initial=-1)) + 1 for own in owns)])
    component = np.concatenate([own.component + at for own, at in zip(owns, first, strict=False)])
    goals_first = sorted(range(len(stated)), key=lambda i: stated[i].cost is None)
    met = dict.fromkeys(c for i in goals_first for c in _in_order(component[uses[i]]))
    rank = np.full(int(first[-1]) + 1, len(met))
    rank[list(met)] = np.arange(len(met))
    in_use = np.zeros(len(variables), dtype=bool)
    for use in uses:
        in_use[use] = True
    active = np.flatnonzero(in_use)
    order = active[np.argsort(rank[component[active]], kind="stable")]
    column = np.full(len(variables), -1, dtype=np.int32)
    column[order] = np.arange(len(order))
    cost = np.zeros(len(order))
    for s, use in zip(stated, uses, strict=True):
        if s.cost is not None:
            np.add.at(cost, column[use], s.cost)  # a column and its double may both be used
    roles = [role for own in owns for role in own.roles]
    names = [name for own in owns for name in own.names]
    picked = order.tolist()
    return Matrix(
        a=_rows_of_all(stated, [column[use] for use in uses], len(order), bool(doubles)),
        cost=cost,
        offset=sum(s.offset for s in stated),
        lower=np.concatenate([own.lower for own in owns])[order],
        upper=np.concatenate([own.upper for own in owns])[order],
        row_lower=np.concatenate([s.lower for s in stated]),
        row_upper=np.concatenate([s.upper for s in stated]),
        integer=np.concatenate([own.integer for own in owns])[order],
        roles=tuple(map(roles.__getitem__, picked)),
        columns=tuple(map(variables.__getitem__, picked)),
        names=tuple(map(names.__getitem__, picked)),
        rows=tuple(row for form in forms for row in form.rows),
        doubles=tuple((v, int(column[i])) for v, i in doubles if column[i] >= 0),
    )


def _in_order(values: NDArray[np.int64]) -> list[int]:
    """The different values of runs of equal ones, by first place."""
    changes = np.flatnonzero(np.diff(values, prepend=-1))
    return list(dict.fromkeys(values[changes].tolist()))


def _doubles(earlier: Iterable[Any], owns: Sequence[_Own]) -> list[tuple[Any, int]]:
    """Variables of earlier builds of a room that the others still use, each with the one it stands for."""
    others = [
        v
        for block in earlier
        for component in block.component_objects(pyo.Var, descend_into=False)
        for v in component.values()
    ]
    if not others:
        return []
    named = {name: i for i, name in enumerate(name for own in owns for name in own.names)}
    return [(v, named[name]) for v in others if (name := name_of(v)) in named]


def _rows_of_all(
    stated: Sequence[BlockRows], columns: Sequence[NDArray[np.int32]], width: int, doubles: bool
) -> csc_array:
    starts = np.cumsum([0, *(s.a.nnz for s in stated)])
    indptr = np.concatenate([[0], *(s.a.indptr[1:] + at for s, at in zip(stated, starts, strict=False))])
    indices = np.concatenate([column[s.a.indices] for s, column in zip(stated, columns, strict=True)])
    data = np.concatenate([s.a.data for s in stated])
    whole = csr_array((data, indices, indptr.astype(np.int32)), shape=(len(indptr) - 1, width))
    if doubles:  # a column and its double may both stand in a row
        whole.sum_duplicates()
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


def _row_names(constraints: Sequence[Any], room: Room) -> tuple[RowName, ...]:
    number_of = {e.component: e.number for e in room.equations}
    found: dict[int, str] = {}
    names = []
    for constraint in constraints:
        component = constraint.parent_component()
        if id(component) not in found:
            found[id(component)] = number_of[component.local_name]
        index = constraint.index()
        names.append(RowName(found[id(component)], index if isinstance(index, tuple) else (index,)))
    return tuple(names)
