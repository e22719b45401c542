"""Where every input comes from: rows with their source or assumption, catalogue rows, changes, settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.core.settings import SETTINGS
from planner.export.facts import Facts
from planner.export.tables.table import Declared, Field, Row
from planner.model.rooms import TABLES

SOURCE_FIELDS = (
    Field("table", "id", "table of the scenario"),
    Field("row", "text", "its row, by key"),
    Field("stated_as", "id", "`sourced`, `assumed` (with or without a source) or `unstated`"),
    Field("source", "text", "citation"),
    Field("assumption", "text", "why it is not a fact"),
)
CATALOGUE_FIELDS = (
    Field("table", "id", "table of the scenario"),
    Field("row", "text", "its row"),
    Field("catalogue", "id", "row of the catalogue that filled empty cells"),
    Field("cells", "text", "the cells it filled"),
    Field("confidence", "id", "how far the catalogue trusts them"),
    Field("source", "text", "citation"),
)
CHANGE_FIELDS = (
    Field("path", "text", "input"),
    Field("op", "id", "set, add, subtract or multiply"),
    Field("value", "text", "by or to what"),
    Field("why", "text", "reason; empty: given on the command line or in a script"),
)
SETTING_FIELDS = (
    Field("setting", "id", "setting of the scenario"),
    Field("value", "text", "value"),
    Field("unit", "text", "unit"),
    Field("meaning", "text", "what it means"),
)
# Tables that refine others: to lack them leaves nothing out.
REFINING = frozenset({
    "cancellable", "cash_profiles", "efficiency", "guarantees", "link_modules", "mfu", "moving_prices", "placement",
    "power_phases", "precedence", "previous_orders", "previous_plan", "previous_runs", "priced_limits", "prices",
    "programme_options", "programmes", "resale", "retrofits", "running", "span_sites", "spans", "stream_demand",
    "stream_segments", "stream_speeds", "teams", "traffic",
})  # fmt: skip


def _sources(facts: Facts) -> Iterable[Row]:
    keys = {table.name: table.key for table in TABLES}
    for table, found in facts.reading.document["tables"].items():
        for number, row in enumerate(found, 1):
            name = ".".join(_shown(row[key]) for key in keys[table]) if table in keys else f"row {number}"
            stated = "assumed" if row["assumption"] else "sourced" if row["source"] else "unstated"
            yield {
                "table": table, "row": name, "stated_as": stated, "source": row["source"],
                "assumption": row["assumption"],
            }  # fmt: skip


def _catalogue(facts: Facts) -> Iterable[Row]:
    for e in facts.reading.document["catalogue_rows"]:
        yield {name: e[name] for name in ("table", "catalogue", "confidence", "source")} | {
            "row": e["id"], "cells": ", ".join(e["cells"]),
        }  # fmt: skip


def _changes(facts: Facts) -> Iterable[Row]:
    for change in facts.reading.document["changes"]:
        yield {**change, "value": _shown(change["value"])}


def _settings(facts: Facts) -> Iterable[Row]:
    document = facts.reading.document
    for block in SETTINGS:
        for c in block.columns:
            value = document.get(block.name, {}).get(c.name)  # an older plan may know fewer settings
            yield {"setting": f"{block.name}.{c.name}", "value": _shown(value), "unit": c.unit, "meaning": c.meaning}


ORIGINS = (
    Declared("sources", "Sources", "Inputs and where they come from", SOURCE_FIELDS, _sources),
    Declared("catalogue", "Catalogue", "Catalogue rows used", CATALOGUE_FIELDS, _catalogue),
    Declared("changes", "Changes", "Changes to the scenario, in the order applied", CHANGE_FIELDS, _changes),
    Declared("settings", "Settings", "Settings of calendar, finance, power and search", SETTING_FIELDS, _settings),
)


def not_modelled(tables: Mapping[str, Any]) -> list[str]:
    """The tables a scenario lacks, so that what they would limit is not modelled; `tables` is what it has."""
    return [table.name for table in TABLES if table.name not in tables and table.name not in REFINING]


def _shown(value: Any) -> str:
    if value is None:
        return "any"
    return ";".join(str(item) for item in value) if isinstance(value, list) else str(value)
