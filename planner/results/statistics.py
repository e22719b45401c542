"""Figures derived from a plan's decisions: what is stranded, how much is used, what became of each run."""

from __future__ import annotations

import numpy as np
import xarray as xr

from planner.core.declare import Output
from planner.data.derive import Case
from planner.results.dims import Dim
from planner.results.extract import put_all

STRANDED = Output(
    "stranded_accelerators",
    "",
    ("accelerator", "site", "period"),
    "accelerators",
    "in service at own sites but not online",
)
STRANDED_MW = Output("stranded_mw", "", ("site", "period"), "MW", "IT power housed and fed that nothing draws")
UTILISATION = Output(
    "utilisation", "", ("accelerator", "site", "period"), "1", "share of what is in service that gangs and streams take"
)
TAKEN = Output(
    "taken", "", ("accelerator", "site", "period"), "accelerators", "accelerators that gangs and streams take"
)


def add_statistics(data: xr.Dataset, dims: dict[str, Dim], case: Case) -> None:
    """Add stranded accelerators and MW, what is taken, and utilisation."""
    shape = tuple(len(dims[d].keys) for d in STRANDED.dims)
    in_service = data["in_service"].to_numpy() if "in_service" in data else np.zeros(shape)
    online = data["online"].to_numpy() if "online" in data else np.zeros(shape)
    own = np.array([s in case.sites for s in dims["site"].keys])
    taken = _taken(data, dims, case, shape)
    arrays = [
        (STRANDED, np.where(own[None, :, None], np.maximum(in_service - online, 0.0), 0.0)),
        (TAKEN, taken),
        (UTILISATION, np.divide(taken, in_service, out=np.zeros(shape), where=in_service > 1e-9)),
    ]
    if "draw_mw" in data:
        arrays.append((STRANDED_MW, _stranded_mw(data, dims, case)))
    put_all(data, dims, arrays)


def _taken(data: xr.Dataset, dims: dict[str, Dim], case: Case, shape: tuple[int, ...]) -> np.ndarray:
    taken = np.zeros(shape)
    where = {d: dims[d].position() for d in ("accelerator", "site")}
    chosen = {*np.flatnonzero(data["start"].to_numpy() > 0.5).tolist(), -1} if "start" in data else {-1}
    for row in case.parts[case.parts["candidate"].isin(chosen)].to_dict("records"):
        for t, period in enumerate(case.calendar.periods):
            months = min(period.end, row["finish"]) - max(period.start, row["start"])
            if months > 0:
                at = (where["accelerator"][row["accelerator"]], where["site"][row["site"]], t)
                taken[at] += row["n"] * months / period.months
    if "stream_use" in data:
        taken += data["stream_use"].to_numpy().sum(axis=0)
    return taken


def _stranded_mw(data: xr.Dataset, dims: dict[str, Dim], case: Case) -> np.ndarray:
    """The lesser of what halls house and what sources feed, less what is drawn."""
    draw = data["draw_mw"].to_numpy()
    able = np.full(draw.shape, np.inf)
    for name, dim, per_it in (("hall_mw", "hall", False), ("power_source_mw", "power_source", True)):
        if name not in data:
            continue
        at_site = np.array(dims[dim].coords[f"{dim}_site"])
        for i, s in enumerate(dims["site"].keys):
            pue = case.sites[s]["pue"] if s in case.sites and per_it else 1.0
            mw = data[name].to_numpy()[at_site == s].sum(axis=0) / pue
            able[i] = np.minimum(able[i], mw)
    return np.where(np.isfinite(able), np.maximum(able - draw, 0.0), 0.0)
