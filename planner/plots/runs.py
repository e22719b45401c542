"""The run calendar."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from planner.plots.canvas import COLOURS, WASTE, figure


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
    fig, (ax,) = figure("Run calendar", "", height=max(3.0, 0.24 * len(started) + 1.2))
    colours = {site: COLOURS[i % len(COLOURS)] for i, site in enumerate(dict.fromkeys(started["run_site"]))}
    for y, (run, row) in enumerate(started.iterrows()):
        dates: list[Any] = [np.datetime64(row[k], "D") for k in ("run_start", "run_finish")]
        first, last = dates
        hatch = "//" if row["run_status"] == "late" else None
        ax.barh(y, last - first, left=first, color=colours[row["run_site"]], hatch=hatch, edgecolor="white")
        ax.text(last, y, f" {run}: {int(row['run_n']):,}", va="center", fontsize="x-small")
    ax.set_yticks([])
    ax.invert_yaxis()
    ax.margins(x=0.12)
    keys = [Patch(color=colour, label=site) for site, colour in colours.items()]
    if (started["run_status"] == "late").any():
        keys.append(Patch(facecolor=WASTE, edgecolor="white", hatch="//", label="late"))
    ax.legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=6, frameon=False, fontsize="x-small")
    if refused:
        named = ", ".join(refused[:12]) + (f" and {len(refused) - 12} more" if len(refused) > 12 else "")
        fig.text(0.01, 0.0, f"refused: {named}", fontsize="x-small")
    return fig
