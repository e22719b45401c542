"""The folder that hands out a plan: who has what by month, quotas, memos of teams, objects of Kueue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from planner.core.files import write_bytes
from planner.export.allocation.kueue import kueue_text
from planner.export.allocation.memo import memo_text, teams_of
from planner.export.tables import PlanTables, csv_text


def write_allocation(
    data: xr.Dataset, folder: str | Path, at: str | None = None, resources: Mapping[str, str] | None = None
) -> list[Path]:
    """Write who gets what into a folder.

    Parameters
    ----------
    data
        The plan's dataset.
    folder
        Made if it is missing; files of the same names are replaced, each whole or not at all.
    at
        The month, YYYY-MM, whose quotas are written as objects of Kueue; None: no such file.
    resources
        What nodes call the accelerators of a type; under "" those of any other type.

    Returns
    -------
    The files written: months.csv, quotas.csv, entitlements.csv where teams are measured, memo-TEAM.md for each team,
    kueue-YYYY-MM.yaml.

    Raises
    ------
    InputError
        The month lies outside the plan, or names or numbers are none that Kueue takes; then nothing is written.
    """
    tables = PlanTables(data)
    told = [tables.months, tables.quotas] + ([tables.entitlements] if tables.entitlements.rows else [])
    texts = {f"{table.name}.csv": csv_text(table) for table in told}
    texts |= {f"memo-{team.replace(' ', '-')}.md": memo_text(tables, team) for team in teams_of(tables)}
    if at is not None:
        texts[f"kueue-{at}.yaml"] = kueue_text(tables, at, resources)
    return [write_bytes(Path(folder) / name, text.encode()) for name, text in texts.items()]
