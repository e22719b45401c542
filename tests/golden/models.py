"""The models of the golden fixtures, built once; a replaced Pyomo component is an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import planner
from planner.core.declare import Equation, Room
from planner.data.derive import Case
from planner.model.assemble import assemble
from planner.model.rooms import ROOMS
from planner.model.workspace import Workspace
from tests.golden.fixtures import FIXTURES

ROOM_OF = {room.name: room for room in ROOMS}
EQUATIONS: dict[str, tuple[Room, Equation]] = {e.number: (room, e) for room in ROOMS for e in room.equations}


@dataclass(frozen=True)
class Built:
    """A fixture's case and model."""

    case: Case
    model: Workspace


class _Refuse(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(f"Pyomo warns: {record.getMessage()}")


@contextmanager
def pyomo_warnings_are_errors() -> Iterator[None]:
    """Pyomo replaces a component of the same name silently but for a log warning: here that is an error."""
    handler, logger = _Refuse(logging.WARNING), logging.getLogger("pyomo")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@cache
def built(fixture: str) -> Built:
    """The model of a golden fixture."""
    case = planner.load(FIXTURES[fixture]).case
    with pyomo_warnings_are_errors():
        return Built(case, assemble(case))
