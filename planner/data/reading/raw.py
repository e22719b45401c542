"""What was read, before anything is judged: cells with their places, layer by layer.

A scenario is a stack of layers: the one that `extends` nothing at the bottom, each variant above it.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import numbers
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from planner.core.errors import Problem

Operator = Literal["set", "add", "subtract", "multiply"]


class Unreadable(enum.Enum):
    """Stands for the value of a cell whose problem has been noted already."""

    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written. Lines and columns count from 1; 0 means it has none.

    The column is the position of the first character of a cell, in CSV and YAML alike.
    """

    file: str = ""
    line: int = 0
    column: int = 0

    def problem(self, rule: str, path: str, message: str, got: str | None = None, near: str | None = None) -> Problem:
        """A problem at this place."""
        return Problem(rule, message, self.file, self.line, self.column, path, got, near)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One cell: text as written, or the Python value of an inline document; `None` if empty."""

    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list of a YAML or inline document."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping with the place of the key and what it holds."""

    key: str
    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping of a YAML or inline document; duplicate keys are kept, the last one wins."""

    entries: tuple[Entry, ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """What the last entry of this key holds."""
        return self.as_dict().get(key)

    def as_dict(self) -> dict[str, Node]:
        return {entry.key: entry.node for entry in self.entries}


Node = Scalar | ListNode | MapNode


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell of a row: its column, its value, where that stands and where the column is named."""

    column: str
    value: Any
    place: Place
    named: Place


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row in the order written. `broken`: its cells may stand under wrong columns."""

    cells: tuple[RawCell, ...]
    place: Place
    broken: bool = False


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as written: a CSV file (with its header) or a list under `tables:`."""

    name: str
    place: Place
    header: tuple[tuple[str, Place], ...] | None
    rows: tuple[RawRow, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """One change to inputs: where, what is done, and who asked for it.

    `layer` is the number of the layer that states it: rows of higher layers are not touched.
    """

    path: str
    op: Operator
    value: Any
    why: str | None = None
    place: Place = Place()
    layer: int | None = None

    def as_entry(self) -> dict[str, Any]:
        """The entry of the resolved inputs' list of changes."""
        value = [_plain(item) for item in self.value] if isinstance(self.value, tuple) else _plain(self.value)
        return {"path": self.path, "op": self.op, "value": value, "why": self.why}


def _plain(value: object) -> str | int | float | bool | None:
    """A value as JSON knows it: dates as months, numbers of other libraries as Python's."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m}"
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else str(value)


@dataclass(frozen=True, slots=True)
class Layer:
    """One scenario folder or inline document: its settings, tables and changes."""

    place: Place
    settings: tuple[Entry, ...]
    tables: tuple[RawTable, ...]
    changes: tuple[Override, ...]


@dataclass(frozen=True, slots=True)
class RawScenario:
    """A scenario as read, with the problems met while reading. Never changed in place."""

    name: str
    title: str
    layers: tuple[Layer, ...]
    problems: tuple[Problem, ...] = ()

    def with_tables(self, tables: Mapping[str, Sequence[Mapping[str, Any]]], replace: Collection[str]) -> RawScenario:
        """A copy with rows on top of its own; of the tables in `replace` its own are left out."""
        place = self.layers[-1].place
        layers = [
            dataclasses.replace(layer, tables=tuple(t for t in layer.tables if t.name not in replace))
            for layer in self.layers
        ]
        added = tuple(RawTable(name, place, None, tuple(_row(row, place) for row in rows))
                      for name, rows in tables.items())  # fmt: skip
        return dataclasses.replace(self, layers=(*layers, Layer(place, (), added, ())))

    @property
    def table_names(self) -> list[str]:
        """Names of the tables of all layers, in the order first met."""
        return list(dict.fromkeys(table.name for layer in self.layers for table in layer.tables))


def _row(row: Mapping[str, Any], place: Place) -> RawRow:
    return RawRow(tuple(RawCell(column, value, place, place) for column, value in row.items()), place)


def to_node(value: object, place: Place) -> Node:
    """The node of a Python value: mappings and lists are taken apart, anything else is a cell."""
    if isinstance(value, Mapping):
        return MapNode(tuple(Entry(str(key), place, to_node(item, place)) for key, item in value.items()), place)
    if isinstance(value, list | tuple):
        return ListNode(tuple(to_node(item, place) for item in value), place)
    return Scalar(value, place)
