"""The inputs that differ between two plans: cell by cell, a row that changed one cell of its key as that one cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import xarray as xr

from planner.core.settings import SETTINGS
from planner.model.rooms import TABLES
from planner.results.previous import PREVIOUS

NO_CELL = ("source", "assumption")
Key = tuple[Any, ...]
Rows = dict[Key, dict[str, Any]]


def input_changes(this: xr.Dataset, base: xr.Dataset) -> list[dict[str, str]]:
    """Cells of the resolved inputs that differ, but for what follows from the previous plan: path, base, this.

    Paths are as overrides write them, by the base's keys: a delivery whose date is part of its row's key is one change
    of that date.
    """
    mine, theirs = (json.loads(data.attrs["inputs"]) for data in (this, base))
    found = [
        (f"{block.name}.{key}", theirs[block.name].get(key, "absent"), mine[block.name].get(key, "absent"))
        for block in SETTINGS
        if block.name != "solve"
        for key in dict.fromkeys([*theirs[block.name], *mine[block.name]])
    ]
    for table in TABLES:
        if table.name not in PREVIOUS:
            rows = (_keyed(document["tables"].get(table.name, []), table.key) for document in (theirs, mine))
            found += _of_table(table.name, table.key, *rows)
    return [{"path": path, "base": _shown(old), "this": _shown(new)} for path, old, new in found if old != new]


def _keyed(rows: list[dict[str, Any]], key: tuple[str, ...]) -> Rows:
    return {tuple(row[k] for k in key): row for row in rows}


def _of_table(table: str, key: tuple[str, ...], theirs: Rows, mine: Rows) -> Iterator[tuple[str, Any, Any]]:
    follows = {old: old for old in theirs if old in mine}
    for old in theirs:
        if old not in follows:
            free = (new for new in mine if new not in theirs and new not in follows.values())
            like = (new for new in free if _one_apart(old, new))
            near = next((new for new in like if _said(theirs[old], key) == _said(mine[new], key)), None)
            follows |= {} if near is None else {old: near}
    for old, row in theirs.items():
        new, name = follows.get(old), _name(table, old)
        for k, was, now in zip(key, old, new or old, strict=True):
            yield f"{name}.{k}", was, now
        for column in row:
            if column not in (*key, *NO_CELL):
                yield f"{name}.{column}", row[column], "absent" if new is None else mine[new].get(column, "absent")
    for fresh, row in mine.items():
        if fresh not in follows.values():
            cells = (column for column in row if column not in (*key, *NO_CELL))
            yield from ((f"{_name(table, fresh)}.{column}", "absent", row[column]) for column in cells)


def _one_apart(old: Key, new: Key) -> bool:
    """Whether all but one cell of two keys are the same; the first, which names the row, must be."""
    return bool(old[0] == new[0]) and sum(was != now for was, now in zip(old, new, strict=True)) == 1


def _said(row: Mapping[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    """What a row says besides its key and source: rows that differ in it are not the same thing at another date."""
    return {name: value for name, value in row.items() if name not in (*key, *NO_CELL)}


def _name(table: str, key: Key) -> str:
    return ".".join([table, *("any" if cell is None else str(cell) for cell in key)])


def _shown(value: Any) -> str:
    return "unknown" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
