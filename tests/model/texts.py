"""Text tables in, text tables out: scenarios written as they are read, and rows to compare with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import planner
from planner.data.derive import Case

EMPTY = "-"  # an empty cell, and what is None


def case(text: str) -> Case:
    """The derived case of a scenario in text.

    Blocks are apart by an empty line. `name: key=value ...` is a block of settings; any other block is a table: its
    name, its columns, its rows, cells apart by blanks, `-` for an empty one. What is left out of the calendar is
    three periods of 6, 6 and 12 months from 2026-01 in slots of 6 months, without a tail.
    """
    return planner.load(document(text)).case


def document(text: str) -> dict[str, Any]:
    """The scenario as `planner.load` takes it."""
    found: dict[str, Any] = {
        "calendar": {"start": "2026-01", "periods": "6, 6, 12", "slot_months": "6", "tail_months": "0"},
        "tables": {},
    }
    for block in text.split("\n\n"):
        lines = [line.split() for line in block.splitlines() if line.strip()]
        if lines and lines[0][0].endswith(":"):
            name, *cells = [cell for line in lines for cell in line]
            given = dict(cell.split("=") for cell in cells)
            found.setdefault(name.rstrip(":"), {}).update(given)
        elif lines:
            (name,), columns, *rows = lines
            found["tables"][name] = [
                {c: cell for c, cell in zip(columns, row, strict=True) if cell != EMPTY} for row in rows
            ]
    return found


def rows(text: str) -> list[list[str]]:
    """What a table in text holds, its header included."""
    return [line.split() for line in text.splitlines() if line.strip()]


def shown(header: str, found: Iterable[Iterable[Any]]) -> list[list[str]]:
    """Rows as a table in text would hold them."""
    return [header.split(), *([_cell(value) for value in row] for row in found)]


def _cell(value: Any) -> str:
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, list | tuple):
        return ";".join(_cell(item) for item in value) or EMPTY
    return str(value)
