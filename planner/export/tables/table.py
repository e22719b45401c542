"""The typed tables that are exported: each declared once, with its columns, their units and meanings, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from planner.export.facts import Facts

FieldKind = Literal["id", "text", "date", "year", "integer", "number", "share", "usd", "musd", "flag"]
Value = str | int | float | bool | None
Row = Mapping[str, Value]

UNITS = (
    ("_musd_per_mw", "M$/MW"), ("_usd_per_kw_month", "USD/kW/month"), ("_usd_per_accelerator_month", "USD/month"),
    ("_musd", "M$"), ("_usd", "USD"), ("_pflops_months", "PFLOP/s-months"),
    ("_pflops", "PFLOP/s"), ("_tbps", "Tb/s"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an exported table: its name (with the unit as suffix), what it holds, whether a total makes sense."""

    name: str
    kind: FieldKind
    meaning: str
    total: bool = False

    @property
    def heading(self) -> str:
        """The name as a heading: words, and the unit behind a comma."""
        name, unit = self.name, ""
        for suffix, shown in UNITS:
            if name.endswith(suffix):
                name, unit = name.removesuffix(suffix), f", {shown}"
        words = ["MW" if word == "mw" else word for word in name.split("_")]
        return " ".join(words) + unit


@dataclass(frozen=True)
class Table:
    """An exported table: fields, and rows of values in the order of the fields."""

    name: str
    sheet: str
    meaning: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Value, ...], ...]

    def column(self, name: str) -> list[Value]:
        """The values of one field."""
        at = self.position(name)
        return [row[at] for row in self.rows]

    def position(self, name: str) -> int:
        """Where a field stands.

        Raises
        ------
        KeyError
            If there is no such field.
        """
        for at, item in enumerate(self.fields):
            if item.name == name:
                return at
        raise KeyError(name)

    def records(self) -> list[dict[str, Any]]:
        """The rows as mappings."""
        return self._records

    @cached_property
    def _records(self) -> list[dict[str, Any]]:
        names = [item.name for item in self.fields]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def total(self, name: str) -> float:
        """The sum of a field, unknowns left out."""
        return float(sum(value for value in self.column(name) if isinstance(value, int | float)))


@dataclass(frozen=True)
class Declared:
    """A table before there is a plan: its file, its sheet, its columns, and how its rows are read off a plan.

    `rows` makes mappings by field name. `more` gives the columns that depend on the plan, such as one a year.
    """

    name: str
    sheet: str
    meaning: str
    fields: tuple[Field, ...]
    rows: Callable[[Facts], Iterable[Row]]
    more: Callable[[Facts], tuple[Field, ...]] = lambda _: ()

    def of(self, facts: Facts) -> Table:
        """The table of a plan."""
        fields = self.fields + self.more(facts)
        rows = tuple(tuple(row[item.name] for item in fields) for row in self.rows(facts))
        return Table(self.name, self.sheet, self.meaning, fields, rows)
