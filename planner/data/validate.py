"""From what was read to validated inputs: changes applied, cells filled, every rule checked, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from planner.core.declare import Finding, Rule, Table
from planner.core.errors import InputError, Problem
from planner.core.inputs import Inputs
from planner.core.rules import nearest
from planner.core.settings import SETTINGS
from planner.data.apply_overrides import apply_override
from planner.data.fill import Filler, fill_mfu
from planner.data.load import FORMAT
from planner.data.reading.cells import BadCell, shown
from planner.data.reading.raw import Override, RawScenario
from planner.data.reading.sheets import Sheet, Workbook, key_text, read_workbook
from planner.data.rules import network, portfolio, replan, running, scenario, unknown
from planner.data.rules.ids import GENERIC
from planner.data.rules.scenario import ScenarioRule

SCENARIO_RULES: tuple[ScenarioRule, ...] = tuple(
    rule
    for module in (scenario, network, running, portfolio, replan, unknown)
    for rule in vars(module).values()
    if isinstance(rule, ScenarioRule)
)
_BLOCKS = frozenset(block.name for block in SETTINGS)


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule that can be reported: its id, what it demands, and where it holds."""

    id: str
    meaning: str
    where: str


def all_rules(tables: Sequence[Table]) -> list[RuleInfo]:
    """Every rule id that can be reported for scenarios of these tables, once each."""
    found = [RuleInfo(rule, meaning, "any cell, table or file") for rule, meaning in GENERIC.items()]
    places: dict[str, list[str]] = {}
    meanings: dict[str, str] = {}
    for table in (*SETTINGS, *tables):
        for rule in table.rules:
            places.setdefault(rule.name, []).append(table.name)
            meanings.setdefault(rule.name, rule.meaning)
    found += [RuleInfo(name, meanings[name], ", ".join(where)) for name, where in places.items()]
    return found + [RuleInfo(r.rule.name, r.rule.meaning, ", ".join(r.reads)) for r in SCENARIO_RULES]


def resolve(
    raw: RawScenario,
    tables: Sequence[Table],
    overrides: Sequence[Override] = (),
    rules: Sequence[Rule] = (),
    typed: Workbook | None = None,
) -> Inputs:
    """Validated inputs of a scenario; `raw` is not touched, so that one scenario serves many overrides.

    Parameters
    ----------
    raw
        The scenario as read.
    tables
        The declared tables; a table or column that is not among them is an error.
    overrides
        Applied in order, after the scenario's own `changes`.
    rules
        Further rules over the whole scenario: called without rows, their findings name a cell as
        `table.column`.
    typed
        What `typed_cells` makes of `raw` and `tables`, where that is at hand; it is not changed.

    Raises
    ------
    InputError
        With every problem of the scenario.
    """
    book = typed_cells(raw, tables) if typed is None else typed.copy()
    filler = Filler(book)
    changes = [*(change for layer in raw.layers for change in layer.changes), *overrides]
    for change in changes:
        apply_override(book, filler, change)
    filled = {name: _filled_rows(book, filler, sheet) for name, sheet in book.sheets.items()}
    _check_references(book)
    _check_keys(book)
    document = _document(raw, book, filler, filled, changes)
    dirty = _dirty(book)
    if not {"accelerators", "runs", "streams", "stream_speeds", "mfu"} & dirty:
        book.problems += fill_mfu(document)
    inputs = Inputs(document)
    _check_rules(book, inputs, dirty, rules)
    if book.problems:
        raise InputError(sorted(dict.fromkeys(book.problems), key=lambda p: (p.file, p.line, p.column)))
    return inputs


def typed_cells(raw: RawScenario, tables: Sequence[Table]) -> Workbook:
    """Every cell of a scenario typed, with the problems so far: what all its resolutions begin with."""
    return read_workbook(raw, SETTINGS, tables)


def _filled_rows(book: Workbook, filler: Filler, sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of a sheet with every column: given, from the catalogue, by default or unknown."""
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(sheet.rows):
        filler.check(sheet, number)
        full: dict[str, Any] = {}
        for column in sheet.columns.values():
            value, from_catalogue = (None, False) if column.name in row.bad else filler.value(sheet, row, column)
            full[column.name] = value
            if from_catalogue:
                row.from_catalogue.add(column.name)
            if value is None and column.required and column.name not in row.bad:
                row.bad.add(column.name)
                if sheet.table.name not in book.unread & _BLOCKS:
                    message = f"must be given: {column.meaning}"
                    book.note(sheet, number, column.name, BadCell("required_cell", message))
        rows.append(full)
    return rows


def _check_keys(book: Workbook) -> None:
    for sheet in book.sheets.values():
        seen: dict[tuple[object, ...], int] = {}
        for number, row in enumerate(sheet.rows):
            if not sheet.table.key or any(key in row.bad for key in sheet.table.key):
                continue
            key = tuple(row.cells.get(name) for name in sheet.table.key)
            if key in seen:
                place = sheet.rows[seen[key]].place
                where = f" in line {place.line}" if place.line else ""
                where += f" of {place.file}" if place.file != row.place.file else ""
                message = f"a row with this key stands already{where}"
                bad = BadCell("duplicate_row", message, ".".join(map(key_text, key)))
                book.note(sheet, number, sheet.table.key[0], bad)
            seen.setdefault(key, number)


def _check_references(book: Workbook) -> None:
    """Note ids that name nothing; of tables some of whose ids could not be read, nothing is said."""
    unsure = book.unread | {
        name for name, sheet in book.sheets.items() if any(row.bad & {*sheet.table.key[-1:]} for row in sheet.rows)
    }
    for sheet in book.sheets.values():
        for column in sheet.columns.values():
            if not column.refers or unsure & set(column.refers):
                continue
            known = {name for table in column.refers for name in _ids(book, table)}
            lacking = "" if any(t in book.sheets for t in column.refers) else " (the scenario has no such table)"
            message = f"names no row of {' or '.join(column.refers)}{lacking}"
            for number, row in enumerate(sheet.rows):
                held = row.cells.get(column.name)
                names = held if isinstance(held, list) else [] if held is None else [held]
                for name in names:
                    if column.name not in row.bad and name not in known:
                        near = nearest(str(name), known)
                        book.note(sheet, number, column.name, BadCell("unknown_reference", message, name, near))


def _ids(book: Workbook, table: str) -> Iterator[str]:
    sheet = book.sheets.get(table)
    for row in sheet.rows if sheet else []:
        key = sheet.table.key[-1] if sheet else ""
        if key in row.cells:
            yield str(row.cells[key])


def _document(
    raw: RawScenario,
    book: Workbook,
    filler: Filler,
    filled: dict[str, list[dict[str, Any]]],
    changes: Sequence[Override],
) -> dict[str, Any]:
    tables = {name: rows for name, rows in filled.items() if name not in _BLOCKS}
    return {
        "format": FORMAT,
        "name": raw.name,
        "title": raw.title,
        **{name: filled[name][0] for name in sorted(_BLOCKS)},
        "tables": tables,
        "changes": [change.as_entry() for change in changes],
        "catalogue_rows": [entry for name in tables for entry in _catalogue_entries(filler, book.sheets[name])],
        "provenance": _provenance(tables),
    }


def _catalogue_entries(filler: Filler, sheet: Sheet) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(sheet.rows):
        held = filler.catalogue_row(sheet, row)
        if held is not None and row.from_catalogue:
            yield {
                "table": sheet.table.name,
                "id": sheet.path(number).removeprefix(f"{sheet.table.name}."),
                "catalogue": row.cells.get("catalogue"),
                "cells": [name for name in sheet.columns if name in row.from_catalogue],
                "source": held["source"],
                "confidence": held["confidence"],
            }


def _provenance(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """How many rows state a source, an assumption (with or without a source), or neither."""
    by_table: dict[str, dict[str, int]] = {}
    for name, rows in tables.items():
        assumed = sum(1 for row in rows if row["assumption"] is not None)
        sourced = sum(1 for row in rows if row["assumption"] is None and row["source"] is not None)
        by_table[name] = {"sourced": sourced, "assumed": assumed, "unstated": len(rows) - sourced - assumed}
    total = {kind: sum(count[kind] for count in by_table.values()) for kind in ("sourced", "assumed", "unstated")}
    return {**total, "by_table": by_table}


def _dirty(book: Workbook) -> set[str]:
    """Names of tables and settings blocks with problems of their own."""
    return book.unread | {name for name, sheet in book.sheets.items() if any(row.bad for row in sheet.rows)}


def _check_rules(book: Workbook, inputs: Inputs, dirty: set[str], further: Sequence[Rule]) -> None:
    """Rules of tables on their sound rows, rules over several tables where all that they read is sound."""
    for name, sheet in book.sheets.items():
        if not sheet.table.rules:
            continue
        sound = [i for i, row in enumerate(sheet.rows) if not row.bad]
        rows = [inputs.document[name]] if name in _BLOCKS else inputs.rows(name)
        for rule in sheet.table.rules if not book.unread else ():
            for found in rule.check([rows[i] for i in sound], inputs) if not dirty & set(rule.reads) else ():
                _keep(book, rule.name, sheet, sound[found.row], found.column, found)
    for scenario_rule in SCENARIO_RULES:
        if not dirty & set(scenario_rule.reads):
            _keep_all(book, scenario_rule.rule, scenario_rule.rule.check((), inputs))
    if not book.problems:
        for rule in further:
            _keep_all(book, rule, rule.check((), inputs))


def _keep_all(book: Workbook, rule: Rule, findings: Iterable[Finding]) -> None:
    for found in findings:
        table, _, column = found.column.partition(".")
        _keep(book, rule.name, book.sheets[table], found.row, column, found)


def _keep(book: Workbook, rule: str, sheet: Sheet, number: int, column: str, found: Finding) -> None:
    got = None if found.got is None else shown(found.got)
    path = sheet.path(number, column)
    problem: Problem = sheet.rows[number].place_of(column).problem(rule, path, found.message, got, found.near)
    book.problems.append(problem)
