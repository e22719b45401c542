"""What became of each run: started, late or refused, where and when."""

from __future__ import annotations

import numpy as np
import xarray as xr

from planner.core.declare import Output
from planner.data.derive import Case
from planner.results.dims import Dim
from planner.results.extract import put_all

_TEXT = (
    ("run_status", "started (in time), late or refused"),
    ("run_start", "first month"),
    ("run_finish", "month of the finish"),
    ("run_site", "site or lease"),
    ("run_accelerator", "type"),
)
_NUMBER = (
    ("run_n", "accelerators", "size of the gang"),
    ("run_months_late", "months", "months after `due`"),
    ("run_value_musd", "M$", "value realised, undiscounted"),
)


def add_runs(data: xr.Dataset, dims: dict[str, Dim], case: Case) -> None:
    """Add the fate of every run, by dim `run`."""
    if not case.runs:
        return
    fate: dict[str, dict[str, object]] = {r: {"run_status": "refused"} for r in case.runs}
    started = data["start"].to_numpy() > 0.5 if "start" in data else np.zeros(0)
    for c in np.flatnonzero(started):
        row = case.candidates.iloc[int(c)]
        if row["run"] not in fate:  # one in progress
            continue
        late = max(0, int(row["finish"]) - case.calendar.month(case.runs[row["run"]]["due"]))
        fate[row["run"]] = {
            "run_status": "late" if late else "started",
            "run_start": case.calendar.label(int(row["start"])),
            "run_finish": case.calendar.label(int(row["finish"])),
            "run_site": row["site"],
            "run_accelerator": row["accelerator"],
            "run_n": int(row["n"]),
            "run_months_late": late,
            "run_value_musd": float(row["value_musd"]),
        }
    arrays = []
    for name, meaning in _TEXT:
        values = np.array([fate[r].get(name, "") for r in case.runs], dtype=object)
        arrays.append((Output(name, "", ("run",), "", meaning), values))
    for name, unit, meaning in _NUMBER:
        values = np.array([fate[r].get(name, 0) for r in case.runs])
        arrays.append((Output(name, "", ("run",), unit, meaning), values))
    put_all(data, dims, arrays)
