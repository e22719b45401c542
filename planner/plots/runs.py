"""The run calendar."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from planner.plots.canvas import COLOURS, WASTE, figure

MOST_NAMED = 20


def run_gantt(data: xr.Dataset) -> Figure:
    """Runs as bars from start to finish, coloured by place; late ones hatched, refused ones named at the foot.

    Parameters
    ----------
    data
        A plan's dataset with runs.
    """
    table = data[["run_status", "run_start", "run_finish", "run_site", "run_n"]].to_dataframe()
    started = table[table["run_status"] != "refused"].sort_values(["run_start", "run_finish"])
    refused = [str(run) for run in table.index[table["run_status"] == "refused"]]
    fig, (ax,) = figure("Run calendar: run and its accelerators", "", height=0.2 * len(started) + 1.6)
    places = [str(s) for s in data["site"].to_numpy() if s in set(started["run_site"])]
    colours = {site: COLOURS[i % len(COLOURS)] for i, site in enumerate(places)}
    for y, (run, row) in enumerate(started.iterrows()):
        first, last = _day(row["run_start"]), _day(row["run_finish"])
        hatch = "////" if row["run_status"] == "late" else None
        ax.barh(y, last - first, left=first, color=colours[row["run_site"]], hatch=hatch, edgecolor="white")
        ax.text(last, y, f" {run}: {int(row['run_n']):,}", va="center", fontsize="x-small")
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_ylim(max(len(started), 1) - 0.4, -0.6)
    if len(started):
        # room for the names behind the bars
        first, last = _day(started["run_start"].min()), _day(started["run_finish"].max())
        ax.set_xlim(first, last + (last - first) * 0.25)
    keys = [Patch(color=colour, label=site) for site, colour in colours.items()]
    if (started["run_status"] == "late").any():
        keys.append(Patch(facecolor=WASTE, edgecolor="white", hatch="////", label="late"))
    if keys:
        ax.legend(handles=keys, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")
    if refused:
        more = f" and {len(refused) - MOST_NAMED} more" if len(refused) > MOST_NAMED else ""
        named = f"refused ({len(refused)}): {', '.join(refused[:MOST_NAMED])}{more}"
        ax.set_xlabel("\n".join(textwrap.wrap(named, 140)), loc="left", fontsize="x-small", linespacing=1.4)
    return fig


def _day(month: str) -> Any:
    return np.datetime64(month, "D")
