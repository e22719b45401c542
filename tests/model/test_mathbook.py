"""The page of mathematics holds everything the rooms declare."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from planner.core.declare import Column, Room, Table
from planner.core.errors import ModelError
from planner.model.mathbook import mathbook
from planner.model.rooms import ROOMS

SECTIONS = {part.split(":")[0].split("\n")[0].lower(): part for part in mathbook().split("\n## ")[1:]}


def _row(section: str, first: str) -> list[str]:
    """The cells of the one row of a section's tables that starts with a cell."""
    (line,) = (line for line in section.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split(" |")]


def _table(section: str, name: str) -> str:
    return section.split(f"### Input `{name}`\n")[1].split("\n### ")[0]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
class TestRoom:
    def test_docstring(self, room: Room) -> None:
        module = inspect.getmodule(room.build)
        assert module is not None and module.__doc__ is not None
        for line in module.__doc__.strip().splitlines()[1:]:
            assert line in SECTIONS[room.name].splitlines()

    def test_equations(self, room: Room) -> None:
        for e in room.equations:
            assert _row(SECTIONS[room.name], e.number) == [
                e.number, e.sentence, ", ".join(e.over), e.unit, f"`{room.name}.{e.component}`",
            ]  # fmt: skip

    def test_contract(self, room: Room) -> None:
        words = [*room.needs, *room.offers, *(f"{kind} {part}" for kind, part in room.money)]
        words += [f"{name} ({role})" for name, role in room.integers.items()]
        for word in words:
            assert f"`{word}`" in SECTIONS[room.name]

    def test_inputs(self, room: Room) -> None:
        for table in room.inputs:
            section = _table(SECTIONS[room.name], table.name)
            assert table.meaning in section
            assert all(f"`{rule.name}`" in section and rule.meaning in section for rule in table.rules)
            for column in table.columns:
                self._column(section, table, column)

    def _column(self, section: str, table: Table, column: Column) -> None:
        _, kind, unit, default, bounds, meaning = _row(section, f"`{column.name}`{'*' * column.catalogue}")
        assert (unit, meaning) == (column.unit, column.meaning), f"{table.name}.{column.name}"
        assert all(word in kind for word in (column.choices or (column.kind,)) + column.refers)
        assert (default == "required") == column.required
        assert (default == "unknown") == (column.default is None)
        for bound in (column.low, column.high):
            assert bound is None or f"{bound:g}" in bounds

    def test_outputs(self, room: Room) -> None:
        outputs = SECTIONS[room.name].split("\n### Outputs\n")[-1]
        for o in room.outputs:
            assert _row(outputs, f"`{o.name}`") == [
                f"`{o.name}`", ", ".join(o.dims), o.unit, o.meaning, f"`{o.component}`",
            ]  # fmt: skip


def test_rooms_come_in_building_order() -> None:
    assert list(SECTIONS) == [room.name for room in ROOMS]


def test_a_room_without_docstring_is_refused() -> None:
    bare = replace(ROOMS[0], build=eval("lambda m, b, d: None", {"__name__": "nowhere"}))
    with pytest.raises(ModelError, match=f"room {ROOMS[0].name} has no docstring"):
        mathbook([bare])
