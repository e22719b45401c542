"""A plan's dataset beside the inputs it was made from, and the typed tables that are exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import xarray as xr

from planner.core.inputs import Inputs
from planner.data.derive import Case

FieldKind = Literal["id", "text", "date", "integer", "number", "share", "usd", "musd", "flag"]
Value = str | int | float | bool | None

LEAST = 1e-9  # decisions below this are none


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
        for suffix, shown in (("_musd_per_mw", "M$/MW"), ("_musd", "M$"), ("_usd", "USD"), ("_pflops", "PFLOP/s")):
            if name.endswith(suffix):
                name, unit = name.removesuffix(suffix), f", {shown}"
        return name.replace("_", " ").replace("mw", "MW") + unit


@dataclass(frozen=True, slots=True)
class Table:
    """An exported table: fields, and rows of values in the order of the fields."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Value, ...], ...] = field(default=())

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
        names = [item.name for item in self.fields]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    def total(self, name: str) -> float:
        """The sum of a field, unknowns left out."""
        return float(sum(value for value in self.column(name) if isinstance(value, int | float)))


class Reading:
    """A plan's dataset with its resolved inputs and what follows from them (calendar, prices, payments)."""

    def __init__(self, data: xr.Dataset) -> None:
        self.data = data

    @cached_property
    def inputs(self) -> Inputs:
        """The resolved inputs embedded in the plan."""
        return Inputs.from_json(self.data.attrs["inputs"])

    @cached_property
    def document(self) -> dict[str, Any]:
        """The inputs as one JSON document."""
        return self.inputs.document

    @cached_property
    def case(self) -> Case:
        """What follows from the inputs before any decision."""
        return Case(self.inputs)

    def array(self, name: str) -> np.ndarray[Any, np.dtype[Any]] | None:
        """A variable's values, None if the plan has no such variable."""
        return self.data[name].to_numpy() if name in self.data else None

    def labels(self, dim: str) -> list[Any]:
        """Labels of a dim (positions for periods), none if the plan lacks it."""
        if dim not in self.data.coords:
            return []
        if dim in ("period", "signature"):
            return list(range(self.data.sizes[dim]))
        return list(self.data[dim].to_numpy().tolist())

    def entries(self, name: str, least: float = LEAST) -> Iterator[tuple[tuple[Any, ...], float]]:
        """Labels and value of every entry of a variable that is not zero; periods by position."""
        if name not in self.data:
            return
        values = self.data[name].to_numpy()
        labels = [self.labels(str(dim)) for dim in self.data[name].dims]
        for at in np.argwhere(np.abs(values) > least):
            yield tuple(label[i] for label, i in zip(labels, at, strict=True)), float(values[tuple(at)])

    def month(self, month: int) -> str:
        """The date, as YYYY-MM, of a month of the horizon."""
        return self.case.calendar.label(month)

    def in_tail(self, month: int) -> bool:
        """Whether a month lies behind the reported horizon."""
        return month >= self.case.calendar.reported_end


def whole(value: float) -> int | float:
    """A count as an integer where it is one."""
    near = round(value)
    return int(near) if abs(value - near) <= 1e-6 * max(1.0, abs(value)) else float(value)


def as_table(name: str, meaning: str, fields: Sequence[Field], rows: Sequence[Sequence[Value]]) -> Table:
    """A table with its rows frozen."""
    return Table(name, meaning, tuple(fields), tuple(tuple(row) for row in rows))
