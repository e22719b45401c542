"""The tables of a plan, and their CSV files: ids, dates and numbers only, so that no cell can be a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import xarray as xr

from planner.core.files import write_bytes
from planner.export.facts import Facts
from planner.export.tables import (
    buying,
    commitments,
    depreciation,
    entitlements,
    fairness,
    in_service,
    outcomes,
    programmes,
    provenance,
    quotas,
    rented,
    works,
)
from planner.export.tables.table import Declared, Field, Table, Value

DECLARED: tuple[Declared, ...] = (
    buying.ORDERS, buying.POWER, buying.NETWORK, rented.LEASES, outcomes.RUNS, outcomes.CALENDAR,
    programmes.PROGRAMMES, programmes.LEVELS, programmes.ENDS, fairness.TEAMS, fairness.GOALS,
    commitments.COMMITMENTS, works.ALLOCATION,
    works.STREAMS, in_service.USE, in_service.MW, in_service.TRAFFIC, in_service.SALES, depreciation.ASSETS,
    outcomes.CASH,
    outcomes.QUARTERS, outcomes.LEDGER, outcomes.WORTH,
)  # fmt: skip


class PlanTables:
    """The tables of a plan by name, as attributes, each made on first use from its dataset."""

    def __init__(self, data: xr.Dataset) -> None:
        self.facts = Facts(data)
        self.reading = self.facts.reading
        extra = (*provenance.ORIGINS, *quotas.ALLOTMENTS, entitlements.ENTITLEMENTS)
        self._declared = {table.name: table for table in (*DECLARED, *extra)}

    def __getattr__(self, name: str) -> Table:
        declared = self.__dict__.get("_declared", {})
        if name not in declared:
            raise AttributeError(name)
        found: Table = declared[name].of(self.facts)
        self.__dict__[name] = found
        return found

    def all(self) -> tuple[Table, ...]:
        """Every table that has a CSV file."""
        return tuple(getattr(self, table.name) for table in DECLARED)


def csv_text(table: Table) -> str:
    """A table as CSV: a header of field names; dates YYYY-MM-01, numbers to the last digit, unknowns empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([field.name for field in table.fields])
    for row in table.rows:
        writer.writerow([_cell(field, value) for field, value in zip(table.fields, row, strict=True)])
    return out.getvalue()


def _cell(field: Field, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.kind == "date":
        return f"{value}-01"
    return value if isinstance(value, str) else repr(value)


def write_tables(data: xr.Dataset, folder: str | Path) -> list[Path]:
    """Write the tables of a plan into a folder.

    Parameters
    ----------
    data
        The plan's dataset.
    folder
        Made if it is missing; files of the same names are replaced, each whole or not at all.

    Returns
    -------
    The files written, one a table: orders, power, network, leases, runs, calendar, programmes, levels, ends,
    teams, goals, commitments, allocation, streams, use, mw, traffic, sales, assets, cash, quarters, ledger, worth
    (.csv).
    """
    tables = PlanTables(data).all()
    return [write_bytes(Path(folder) / f"{table.name}.csv", csv_text(table).encode()) for table in tables]
