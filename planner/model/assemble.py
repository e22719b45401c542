"""From a case to a Pyomo model: build every room in order, and hold each to its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pyomo.environ as pyo

from planner.core.declare import Room
from planner.core.errors import ModelError
from planner.core.reuse import Key
from planner.data.derive import Case
from planner.model.rooms import ROOMS
from planner.model.workspace import Built, Workspace, settled


def assemble(case: Case, rooms: Sequence[Room] = ROOMS) -> Workspace:
    """Build the model of a case.

    A room that a neighbour of the case (one that shares its shelf) built from the same cells, settings, offers and
    money is not built again.

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
    m = Workspace(case)
    for room in rooms:
        for name in room.needs:
            m.need(name)
        m.enter(room, case.shelf.get(f"room.{room.name}", m.now, partial(_build, m, room), _settled))
        if room.account is not None:
            m.ledger.enter(case.shelf.get(f"account.{room.name}", m.now, partial(m.account, room), settled))
    return m


def _build(m: Workspace, room: Room, reads: Mapping[Key, Any]) -> Built:
    built = m.build(room, reads)
    _check_equations(built.block, room)
    _check_integers(built.block, room)
    return built


def _settled(before: Built, now: Built) -> Built:
    return now.settled(before)


def _check_equations(block: Any, room: Room) -> None:
    stated = {c.local_name for c in block.component_objects(pyo.Constraint, descend_into=False)}
    unknown = stated - {equation.component for equation in room.equations}
    if unknown:
        raise ModelError(f"room {room.name} states {', '.join(sorted(unknown))} without a numbered equation")


def _check_integers(block: Any, room: Room) -> None:
    for variable in block.component_objects(pyo.Var, descend_into=False):
        discrete = any(not v.is_continuous() for v in variable.values())
        if discrete and variable.local_name not in room.integers:
            raise ModelError(f"room {room.name} gives its integer variable {variable.local_name} no role")
