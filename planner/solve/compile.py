"""Pyomo model to matrix, whole: columns with their roles, rows with their equations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn import generate_standard_repn
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.sparse import csc_array

from planner.core.declare import Role, Room
from planner.core.errors import InfeasibleError
from planner.model.workspace import Workspace

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
    rows: tuple[RowName, ...]

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
        return {id(v): i for i, v in enumerate(self.columns)}

    def load(self, x: Vector) -> None:
        """Give the Pyomo variables their values."""
        for variable, value in zip(self.columns, (x + 0.0).tolist(), strict=True):  # + 0.0: no negative zeros
            variable.set_value(value, skip_validation=True)


def compile_model(m: Workspace, rooms: Sequence[Room]) -> Matrix:
    """Compile the assembled model; the maximised net value becomes a minimised cost.

    Raises
    ------
    InfeasibleError
        If a row in which nothing can be decided does not hold.
    """
    try:
        form = LinearStandardFormCompiler().write(m.pyomo, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException as error:
        text = "no plan keeps every hard limit; without anything to decide on, these do not hold:"
        raise InfeasibleError("\n".join([text, *_decided_rows_that_fail(m, rooms)])) from error
    rhs = np.asarray(form.rhs, dtype=float)
    kind = np.fromiter((row.bound_type for row in form.rows), np.int8, len(form.rows))
    sign = -1.0 if next(m.pyomo.component_data_objects(pyo.Objective)).sense == pyo.maximize else 1.0
    bounds = [v.bounds for v in form.columns]
    cost = np.asarray(form.c.todense(), dtype=float).reshape(-1) if form.c.nnz else np.zeros(len(form.columns))
    return Matrix(
        a=csc_array(form.A),
        cost=sign * cost,
        offset=sign * float(np.asarray(form.c_offset).reshape(-1)[0]),
        lower=np.array([-np.inf if lo is None else lo for lo, _ in bounds], dtype=float),
        upper=np.array([np.inf if hi is None else hi for _, hi in bounds], dtype=float),
        row_lower=np.where(kind == 1, -np.inf, rhs),
        row_upper=np.where(kind == -1, np.inf, rhs),
        integer=np.array([not v.is_continuous() for v in form.columns], dtype=bool),
        roles=_roles(form.columns, rooms),
        columns=tuple(form.columns),
        rows=_row_names(form.rows, rooms),
    )


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


def _roles(columns: Sequence[Any], rooms: Sequence[Room]) -> tuple[Role | None, ...]:
    role_of = {(room.name, name): role for room in rooms for name, role in room.integers.items()}
    found: dict[int, Role | None] = {}
    roles = []
    for v in columns:
        component = v.parent_component()
        if id(component) not in found:
            found[id(component)] = role_of.get((component.parent_block().local_name, component.local_name))
        roles.append(found[id(component)])
    return tuple(roles)


def _row_names(rows: Sequence[Any], rooms: Sequence[Room]) -> tuple[RowName, ...]:
    number_of = {(room.name, e.component): e.number for room in rooms for e in room.equations}
    found: dict[int, str] = {}
    names = []
    for row in rows:
        component = row.constraint.parent_component()
        if id(component) not in found:
            found[id(component)] = number_of[component.parent_block().local_name, component.local_name]
        index = row.constraint.index()
        names.append(RowName(found[id(component)], index if isinstance(index, tuple) else (index,)))
    return tuple(names)
