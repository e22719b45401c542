"""Where every input comes from: rows with their source or assumption, catalogue rows, changes, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.core.settings import SETTINGS
from planner.export.reading import Field, Reading, Table, Value, as_table
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
    "cash_profiles", "link_modules", "mfu", "placement", "power_phases", "priced_limits", "prices", "resale",
    "retrofits", "running", "span_sites", "spans", "stream_demand", "stream_segments", "stream_speeds", "teams",
    "traffic",
})  # fmt: skip


def sources(r: Reading) -> Table:
    """Every row of the scenario with its source or assumption."""
    keys = {table.name: table.key for table in TABLES}
    rows: list[tuple[Value, ...]] = []
    for table, found in r.document["tables"].items():
        for number, row in enumerate(found, 1):
            name = ".".join(_shown(row[key]) for key in keys[table]) if table in keys else f"row {number}"
            stated = "assumed" if row["assumption"] else "sourced" if row["source"] else "unstated"
            rows.append((table, name, stated, row["source"], row["assumption"]))
    return as_table("sources", "Inputs and where they come from", SOURCE_FIELDS, rows)


def catalogue(r: Reading) -> Table:
    """The catalogue rows that filled empty cells."""
    rows = [
        (e["table"], e["id"], e["catalogue"], ", ".join(e["cells"]), e["confidence"], e["source"])
        for e in r.document["catalogue_rows"]
    ]
    return as_table("catalogue", "Catalogue rows used", CATALOGUE_FIELDS, rows)


def changes(r: Reading) -> Table:
    """What was changed in the scenario, in the order applied."""
    rows = [(c["path"], c["op"], _shown(c["value"]), c["why"]) for c in r.document["changes"]]
    return as_table("changes", "Changes to the scenario", CHANGE_FIELDS, rows)


def settings(r: Reading) -> Table:
    """The settings of calendar, finance, power and search."""
    document = r.document
    rows = [
        (f"{block.name}.{c.name}", _shown(document[block.name][c.name]), c.unit, c.meaning)
        for block in SETTINGS
        for c in block.columns
    ]
    return as_table("settings", "Settings", SETTING_FIELDS, rows)


def not_modelled(tables: Mapping[str, Any]) -> list[str]:
    """The tables a scenario lacks, so that what they would limit is not modelled; `tables` is what it has."""
    return [table.name for table in TABLES if table.name not in tables and table.name not in REFINING]


def _shown(value: Any) -> str:
    if value is None:
        return "any"
    return ";".join(str(item) for item in value) if isinstance(value, list) else str(value)
