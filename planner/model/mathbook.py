"""The model on one page: what each room states, reads and publishes, read off its docstring and declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

from planner.core.declare import Room
from planner.core.errors import ModelError
from planner.data.schema import escaped, table_section
from planner.model.rooms import ROOMS

_PREFACE = """# The model

Made from the rooms, in the order in which they are built. Money in M$, power in MW (of IT unless said), compute in
ZFLOP, speed in PFLOP/s, energy in MWh, time in months of 730.5 h. A letter in brackets is an index: accelerator
type g, site or lease s, period t, slot h, run r, candidate c, stream i, fiscal year y.
"""


def mathbook(rooms: Sequence[Room] = ROOMS) -> str:
    """The page of mathematics, in Markdown: docstring, equations, inputs and outputs of every room.

    Parameters
    ----------
    rooms
        The rooms, in building order.

    Raises
    ------
    ModelError
        If the module of a room has no docstring.
    """
    return "\n".join([_PREFACE, *(line for room in rooms for line in _room(room))])


def _room(room: Room) -> list[str]:
    title, body = _docstring(room)
    lines = [f"## {title}", "", "```text", body, "```", ""] if body else [f"## {title}", ""]
    if room.equations:
        rows = [
            (e.number, e.sentence, ", ".join(e.over), e.unit, f"`{room.name}.{e.component}`") for e in room.equations
        ]
        lines += ["### Equations", "", *_table(("number", "sentence", "for each", "unit", "component"), rows)]
    lines += _contract(room)
    for table in room.inputs:
        lines += ["\n".join(table_section(table, f"Input `{table.name}`")).rstrip(), ""]
    if room.outputs:
        shown = ((f"`{o.name}`", ", ".join(o.dims), o.unit, o.meaning, f"`{o.component}`") for o in room.outputs)
        lines += ["### Outputs", "", *_table(("output", "dims", "unit", "meaning", "component"), shown)]
    return lines


def _docstring(room: Room) -> tuple[str, str]:
    """The first line and the rest of what the room's file says of itself."""
    module = inspect.getmodule(room.build)
    text = inspect.cleandoc((module.__doc__ if module else None) or "")
    if not text:
        raise ModelError(f"room {room.name} has no docstring in its module")
    title, _, body = text.partition("\n")
    return title.rstrip("."), body.strip("\n")


def _contract(room: Room) -> list[str]:
    """What the room takes from the rooms before it and leaves for those after it."""
    parts = {
        "Needs": room.needs,
        "Offers": room.offers,
        "Money": tuple(f"{kind} {part}" for kind, part in room.money),
        "Integers": tuple(f"{name} ({role})" for name, role in room.integers.items()),
    }
    lines = [f"- {what}: {', '.join(f'`{name}`' for name in names)}" for what, names in parts.items() if names]
    return [*lines, ""] if lines else []


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = (" | ".join(escaped(cell) for cell in row) for row in rows)
    return [f"| {' | '.join(header)} |", "|---" * len(header) + "|", *(f"| {row} |" for row in cells), ""]
