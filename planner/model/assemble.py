"""From a case to a Pyomo model: build every room in order, and hold each to its contract."""

from __future__ import annotations

from collections.abc import Sequence

import pyomo.environ as pyo

from planner.core.declare import Room
from planner.core.errors import ModelError
from planner.data.derive import Case
from planner.model.rooms import ROOMS
from planner.model.workspace import Workspace


def assemble(case: Case, rooms: Sequence[Room] = ROOMS) -> Workspace:
    """Build the model of a case.

    Parameters
    ----------
    case
        The derived case.
    rooms
        The rooms, in building order.

    Raises
    ------
    ModelError
        If a room needs what nobody offers, does not offer what it promises, writes money it does not
        declare, or states a constraint that is not a registered equation.
    """
    m = Workspace()
    for room in rooms:
        m.check_needs(room)
        m.ledger.write_for(room)
        room.build(m, m.block(room), case)
        m.check_offers(room)
        m.publish(room)
        _check_equations(m, room)
        _check_integers(m, room)
    return m


def _check_equations(m: Workspace, room: Room) -> None:
    stated = {c.local_name for c in m.block(room).component_objects(pyo.Constraint, descend_into=False)}
    unknown = stated - {equation.component for equation in room.equations}
    if unknown:
        raise ModelError(f"room {room.name} states {', '.join(sorted(unknown))} without a numbered equation")


def _check_integers(m: Workspace, room: Room) -> None:
    for variable in m.block(room).component_objects(pyo.Var, descend_into=False):
        discrete = any(not v.is_continuous() for v in variable.values())
        if discrete and variable.local_name not in room.integers:
            raise ModelError(f"room {room.name} gives its integer variable {variable.local_name} no role")
