"""The tables of a plan as CSV files: ids, dates and numbers only, so that no cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
from functools import cached_property
from pathlib import Path

import xarray as xr

from planner.core.files import write_bytes
from planner.export import outcomes, purchases
from planner.export.reading import Field, Reading, Table, Value


class PlanTables:
    """The tables of a plan, each made on first use from its dataset."""

    def __init__(self, data: xr.Dataset) -> None:
        self.reading = Reading(data)

    @cached_property
    def orders(self) -> Table:
        """Accelerators on order."""
        return purchases.orders(self.reading)

    @cached_property
    def power(self) -> Table:
        """Halls, power sources and openings of sites."""
        return purchases.power(self.reading)

    @cached_property
    def fabric(self) -> Table:
        """Endpoints and instances of fabrics."""
        return purchases.fabric(self.reading)

    @cached_property
    def leases(self) -> Table:
        """Leases."""
        return purchases.leases(self.reading)

    @cached_property
    def runs(self) -> Table:
        """What became of every run."""
        return outcomes.runs(self.reading)

    @cached_property
    def cash(self) -> Table:
        """Cash by fiscal year against budget."""
        return outcomes.cash(self.reading, self.ledger)

    @cached_property
    def ledger(self) -> Table:
        """Every line of money."""
        return outcomes.ledger(self.reading)

    @cached_property
    def use(self) -> Table:
        """Accelerators by site, type and period."""
        return outcomes.use(self.reading)

    @cached_property
    def mw(self) -> Table:
        """MW by site and period."""
        return outcomes.mw(self.reading)

    @cached_property
    def streams(self) -> Table:
        """Streams served."""
        return outcomes.streams(self.reading)

    @cached_property
    def worth(self) -> Table:
        """What one more unit of a limit is worth."""
        return outcomes.worth(self.reading)

    def all(self) -> tuple[Table, ...]:
        """Every table, in the order of the workbook."""
        return (
            self.orders, self.power, self.fabric, self.leases, self.runs, self.cash, self.ledger, self.use, self.mw,
            self.streams, self.worth,
        )  # fmt: skip


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
    The files written: orders, power, fabric, leases, runs, cash, ledger, use, mw, streams, worth (.csv).
    """
    tables = PlanTables(data).all()
    return [write_bytes(Path(folder) / f"{table.name}.csv", csv_text(table).encode()) for table in tables]
