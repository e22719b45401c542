"""Reading the catalogues under `data/`: typed by their declarations, looked up by id or alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.core.catalogue_tables import CATALOGUES
from planner.core.declare import Cell, Table
from planner.core.errors import InputError, Problem
from planner.core.inputs import Inputs
from planner.core.rules import nearest
from planner.data.reading.load_tables import csv_table, read_text
from planner.data.reading.sheets import Sheet, Workbook, key_text, read_table
from planner.data.resources import resource_dir


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue: its rows by id (every declared column, unknown cells `None`), and the id of each name."""

    name: str
    rows: Mapping[str, Mapping[str, Any]]
    ids: Mapping[str, str]

    def find(self, name: str) -> Mapping[str, Any] | None:
        """The row of this id or alias."""
        return self.rows[self.ids[name]] if name in self.ids else None

    def nearest(self, name: str) -> str | None:
        """The id or alias most like `name`."""
        folded = {known.casefold(): known for known in self.ids}
        return folded.get(name.casefold()) or nearest(name, self.ids)


def read_catalogue(name: str) -> Catalogue:
    """The catalogue of this name (`data/<name>.csv`), read once.

    Raises
    ------
    InputError
        If the file is missing or breaks its declaration, with every problem.
    """
    return _read(name, resource_dir("data") / f"{name}.csv")


def default_mfu_row(catalogue: str | None, number_format: str) -> Mapping[str, Any] | None:
    """The row of `data/mfu.csv` for an accelerator of the catalogue: by its id, else by its `mfu_class`."""
    if catalogue is None:
        return None
    facts = read_catalogue("accelerators").find(catalogue)
    rates = read_catalogue("mfu").rows
    names = (facts["id"], facts["mfu_class"]) if facts else ()
    return next((rates[key] for key in (f"{name}.{number_format}" for name in names) if key in rates), None)


def default_mfu(catalogue: str | None, number_format: str) -> float | None:
    """The default utilisation of an accelerator of the catalogue at a format; `None` if there is none.

    `resolve` puts the defaults that a scenario needs into its table `mfu`, so that they travel with the plan.
    """
    row = default_mfu_row(catalogue, number_format)
    return None if row is None else float(row["mfu"])


@lru_cache(maxsize=64)
def _read(name: str, file: Path) -> Catalogue:
    table = CATALOGUES[name]
    text, problem = read_text(file)
    if problem:
        raise InputError([problem])
    raw, problems = csv_table(name, text, file.as_posix())
    sheet = Sheet(table, {column.name: column for column in table.columns})
    book = Workbook({name: sheet}, problems, set())
    if raw is not None:
        read_table(book, sheet, raw, 0)
    rows = [_filled(book, sheet, number) for number in range(len(sheet.rows))]
    if not book.problems:
        book.problems += _rule_problems(sheet, rows)
    ids = _names(book, sheet, rows)
    if book.problems:
        raise InputError(book.problems)
    return Catalogue(name, {_id_of(table, row): row for row in rows}, ids)


def _filled(book: Workbook, sheet: Sheet, number: int) -> dict[str, Cell]:
    row = sheet.rows[number]
    for column in sheet.table.columns:
        if column.required and column.name not in row.cells and column.name not in row.bad:
            path = sheet.path(number, column.name)
            book.problems.append(row.place_of(column.name).problem("required_cell", path, "must be given"))
    return {column.name: row.cells.get(column.name) for column in sheet.table.columns}


def _rule_problems(sheet: Sheet, rows: list[dict[str, Cell]]) -> Iterable[Problem]:
    empty = Inputs({"tables": {}})
    for rule in sheet.table.rules:
        for found in rule.check(rows, empty):
            place = sheet.rows[found.row].place_of(found.column)
            got = None if found.got is None else str(found.got)
            yield place.problem(rule.name, sheet.path(found.row, found.column), found.message, got, found.near)


def _id_of(table: Table, row: Mapping[str, Cell]) -> str:
    return ".".join(key_text(row[key]) for key in table.key)


def _names(book: Workbook, sheet: Sheet, rows: list[dict[str, Cell]]) -> dict[str, str]:
    """The id behind each id and alias; a name that two rows claim is a problem."""
    names: dict[str, str] = {}
    for number, row in enumerate(rows):
        own = _id_of(sheet.table, row)
        aliases = str(row.get("alias") or "").split(";")
        for name in dict.fromkeys([own, *(alias.strip() for alias in aliases if alias.strip())]):
            if name in names:
                place, message = sheet.rows[number].place_of("id"), f"the name belongs to {names[name]} too"
                book.problems.append(place.problem("duplicate_row", sheet.path(number), message, name))
            names.setdefault(name, own)
    return names


def check_catalogues() -> list[Problem]:
    """Every problem of the catalogues that come with the package, their references to each other included."""
    problems: list[Problem] = []
    read: dict[str, Catalogue] = {}
    for name in CATALOGUES:
        try:
            read[name] = read_catalogue(name)
        except InputError as error:
            problems += error.problems
    if not problems:
        accelerators = read["accelerators"]
        classes = {row["mfu_class"] for row in accelerators.rows.values()} - {None}
        runs = ((row["id"], row["accelerator"], {*accelerators.ids}) for row in read["training_runs"].rows.values())
        rates = ((key, row["accelerator"], {*accelerators.ids, *classes}) for key, row in read["mfu"].rows.items())
        for name, rows in (("training_runs", runs), ("mfu", rates)):
            for key, accelerator, known in rows:
                if accelerator is not None and accelerator not in known:
                    path = f"{name}.{key}.accelerator"
                    message = "names no row of data/accelerators.csv"
                    near = nearest(accelerator, known)
                    problems.append(Problem("unknown_reference", message, f"{name}.csv", 0, 0, path, accelerator, near))
    return problems
