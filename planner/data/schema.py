"""What the declarations say, for machines (JSON schema) and for people (the input reference)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.core.catalogue_tables import CATALOGUES
from planner.core.declare import Column, Table
from planner.core.settings import SETTINGS
from planner.data.load import FORMAT
from planner.data.overrides import OPERATORS
from planner.data.reading.cells import ID
from planner.data.reading.sheets import columns_of
from planner.data.validate import all_rules

_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_ID = f"^{ID.pattern}$"
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def json_schema(tables: Sequence[Table]) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of the resolved inputs that a plan file carries.

    Parameters
    ----------
    tables
        The declared tables.
    """
    counts = dict.fromkeys(("sourced", "assumed", "unstated"), _COUNT)
    named = {table.name: table for table in tables}
    blocks = {block.name: {"description": block.meaning, **_object(_columns(block))} for block in SETTINGS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"planner inputs, format {FORMAT}",
        **_object(
            {
                "format": {"const": FORMAT},
                "name": _TEXT,
                "title": _TEXT,
                **blocks,
                "tables": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {name: _rows(table) for name, table in named.items()},
                },
                "changes": _list_of(
                    {"path": _TEXT, "op": {"enum": list(OPERATORS)}, "value": {}, "why": _or_null(_TEXT)}
                ),
                "catalogue_rows": _list_of(
                    {
                        "table": {"enum": list(named)},
                        "id": _TEXT,
                        "catalogue": _TEXT,
                        "cells": {"type": "array", "items": _TEXT, "minItems": 1},
                        "source": _TEXT,
                        "confidence": _TEXT,
                    }
                ),
                "provenance": _object(
                    {**counts, "by_table": {"type": "object", "additionalProperties": _object(dict(counts))}}
                ),
            }
        ),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """A mapping with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}


def _rows(table: Table) -> dict[str, Any]:
    return {"type": "array", "description": table.meaning, "items": _object(_columns(table))}


def _columns(table: Table) -> dict[str, Any]:
    return {column.name: _cell(column) for column in columns_of(table).values()}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _cell(column: Column) -> dict[str, Any]:
    """The schema of a resolved cell: `null` only where an empty cell stays unknown."""
    typed = _typed(column)
    unknown = not column.required and column.default is None
    notes: dict[str, Any] = {"description": column.meaning}
    if column.unit:
        notes["unit"] = column.unit
    if not column.required and column.default is not None:
        notes["default"] = column.default
    return {**(_or_null(typed) if unknown else typed), **notes}


def _typed(column: Column) -> dict[str, Any]:
    match column.kind:
        case "number" | "integer":
            return {"type": column.kind, **_bounds(column)}
        case "integers":
            return {"type": "array", "minItems": 1, "items": {"type": "integer", **_bounds(column)}}
        case "ids":
            return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "pattern": _ID}}
        case "id":
            return {"type": "string", "pattern": _ID}
        case "date":
            return {"type": "string", "pattern": _DATE}
        case "flag":
            return {"type": "boolean"}
        case "choice":
            return {"enum": list(column.choices)}
        case "text":
            return dict(_TEXT)


def _bounds(column: Column) -> dict[str, float]:
    bounds: dict[str, float] = {}
    if column.low is not None:
        bounds["exclusiveMinimum" if column.low_open else "minimum"] = column.low
    if column.high is not None:
        bounds["maximum"] = column.high
    return bounds


def input_reference(tables: Sequence[Table]) -> str:
    """The input reference in Markdown: settings, tables, catalogues and rules, as declared.

    Parameters
    ----------
    tables
        The declared tables.
    """
    parts = ["# Input reference", "", "Made from the declarations; every other key, table or column is an error.", ""]
    parts += ["## Settings (scenario.yaml)", ""]
    for block in SETTINGS:
        parts += table_section(block, f"`{block.name}`")
    parts += ["## Tables (`<table>.csv`, or lists under `tables:`)", ""]
    parts += ["Every table also takes `source` (a citation) and `assumption` (why a row is assumed).", ""]
    for table in tables:
        parts += table_section(table, f"`{table.name}`")
    parts += ["## Catalogues (`data/`)", ""]
    for table in CATALOGUES.values():
        parts += table_section(table, f"`data/{table.name}.csv`")
    parts += ["## Rules", "", "| rule | demands | where |", "|---|---|---|"]
    parts += [f"| `{rule.id}` | {escaped(rule.meaning)} | {rule.where} |" for rule in all_rules(tables)]
    return "\n".join(parts) + "\n"


def table_section(table: Table, title: str) -> list[str]:
    """Lines of Markdown on a table: its meaning, key, columns and rules."""
    lines = [f"### {title}", "", escaped(table.meaning), ""]
    if table.key:
        lines += [f"One row per {', '.join(f'`{key}`' for key in table.key)}.", ""]
    if table.catalogue:
        lines += [f"Cells marked * are taken from `data/{table.catalogue}.csv` where they are empty.", ""]
    lines += ["| column | kind | unit | default | bounds | meaning |", "|---|---|---|---|---|---|"]
    lines += [_line(column) for column in table.columns]
    lines += ["", *(f"- {escaped(rule.meaning)} (`{rule.name}`)" for rule in table.rules)]
    return lines if not table.rules else [*lines, ""]


def _line(column: Column) -> str:
    kind = " or ".join(f"`{choice}`" for choice in column.choices) or column.kind
    if column.refers:
        kind += f" of {' or '.join(column.refers)}"
    cells = [f"`{column.name}`{'*' if column.catalogue else ''}", kind, column.unit, _default(column)]
    return "| " + " | ".join(escaped(cell) for cell in [*cells, _bounds_text(column), column.meaning]) + " |"


def _default(column: Column) -> str:
    if column.required:
        return "required"
    if column.default is None:
        return "unknown"
    if isinstance(column.default, bool):
        return "yes" if column.default else "no"
    return f"{column.default:g}" if isinstance(column.default, int | float) else str(column.default)


def _bounds_text(column: Column) -> str:
    low = "" if column.low is None else f"{'>' if column.low_open else '>='} {column.low:g}"
    high = "" if column.high is None else f"<= {column.high:g}"
    return ", ".join(side for side in (low, high) if side)


def escaped(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return text.replace("|", "\\|")
