"""Filling what a row leaves empty: first from the catalogue row it names, then by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.core.declare import Cell, Column
from planner.core.errors import InputError, Problem
from planner.core.inputs import Inputs
from planner.data.catalogues import Catalogue, default_mfu_row, read_catalogue
from planner.data.reading.cells import BadCell, shown
from planner.data.reading.sheets import Sheet, SheetRow, Workbook
from planner.data.rules.unknown import mfu_needed, mfu_stated


class Filler:
    """Looks up catalogue rows for the sheets of one workbook; notes each failure once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._catalogues: dict[str, Catalogue | None] = {}

    def catalogue_row(self, sheet: Sheet, row: SheetRow) -> Mapping[str, Any] | None:
        """The catalogue row that a row names, if it names one that exists."""
        name = row.cells.get("catalogue")
        if sheet.table.catalogue is None or name is None:
            return None
        catalogue = self._read(sheet.table.catalogue)
        return catalogue.find(str(name)) if catalogue else None

    def value(self, sheet: Sheet, row: SheetRow, column: Column) -> tuple[Cell, bool]:
        """The value of a cell as the model will see it, and whether it comes from the catalogue."""
        if column.name in row.cells:
            return row.cells[column.name], column.name in row.from_catalogue
        held = self.catalogue_row(sheet, row) if column.catalogue else None
        if held is not None and held.get(column.name) is not None:
            return held[column.name], True
        default = None if column.required else column.default
        return (list(default) if isinstance(default, list) else default), False  # type: ignore[return-value]

    def check(self, sheet: Sheet, number: int) -> None:
        """Note a `catalogue` cell that names nothing; put the id in place of an alias."""
        row = sheet.rows[number]
        name = row.cells.get("catalogue")
        if sheet.table.catalogue is None or name is None:
            return
        catalogue = self._read(sheet.table.catalogue)
        if catalogue is None:
            row.bad.add("catalogue")
        elif str(name) in catalogue.ids:
            row.cells["catalogue"] = catalogue.ids[str(name)]
        else:
            message = f"names no row of data/{catalogue.name}.csv"
            bad = BadCell("unknown_catalogue_row", message, shown(name), catalogue.nearest(str(name)))
            self._book.note(sheet, number, "catalogue", bad)

    def _read(self, name: str) -> Catalogue | None:
        """A catalogue, read when it is first asked for; none if it cannot be read, which is noted once."""
        if name not in self._catalogues:
            try:
                self._catalogues[name] = read_catalogue(name)
            except InputError as error:
                self._book.problems += error.problems
                self._catalogues[name] = None
        return self._catalogues[name]


def fill_mfu(document: dict[str, Any]) -> list[Problem]:
    """Give the document's table `mfu` the default utilisation of types that a run or stream needs it for.

    A type takes the defaults of its catalogue row in data/accelerators.csv, by id or by `mfu_class`; at the
    format needed, or at BF16 where that has none. Returns the problems of the catalogues, if any.
    """
    inputs = Inputs(document)
    stated = mfu_stated(inputs)
    lacking = dict.fromkeys(
        (name, number_format)
        for _, _, name, number_format in mfu_needed(inputs)
        if (name, number_format) not in stated and (name, "bf16") not in stated
    )
    if not lacking:
        return []
    try:
        for name, number_format in lacking:
            _add_default(document, name, number_format)
    except InputError as error:
        return list(error.problems)
    return []


def _add_default(document: dict[str, Any], accelerator: str, number_format: str) -> None:
    row = next(row for row in document["tables"]["accelerators"] if row["accelerator"] == accelerator)
    found = (default_mfu_row(row["catalogue"], form) for form in (number_format, "bf16"))
    default = next((row for row in found if row is not None), None)
    if default is None:
        return
    key = {"accelerator": accelerator, "number_format": default["number_format"], "gang_size": None}
    rows = document["tables"].setdefault("mfu", [])
    if not any(row | key == row for row in rows):
        notes = {"source": default["source"], "assumption": None}
        rows.append({**key, "mfu": default["mfu"], "goodput": 1.0, **notes})
        document["catalogue_rows"].append(
            {
                "table": "mfu",
                "id": f"{accelerator}.{default['number_format']}.any",
                "catalogue": f"{default['accelerator']}.{default['number_format']}",
                "cells": ["mfu"],
                "source": default["source"],
                "confidence": default["confidence"],
            }
        )
