"""Power: what is housed and fed, what is drawn, what lies idle."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from planner.plots.canvas import COLOURS, WASTE, edges, figure, reported, stack, steps

LINES = (("hall_mw", "hall", "halls", "-"), ("power_source_mw", "power_source", "sources, less PUE", ":"))


def power_waterfall(data: xr.Dataset, sites: list[str] | None = None) -> Figure:
    """IT power of each site over time: drawn, and stranded (housed and fed but not drawn), under hall and source lines.

    What sources deliver at the meter is divided by the site's PUE, so that both lines are MW of IT.

    Parameters
    ----------
    data
        A plan's dataset with halls or power sources.
    sites
        The sites to show; default: every own site that ever draws or could.
    """
    shown = reported(data)
    own = [str(s) for s in shown["site"].to_numpy()[shown["site_kind"].to_numpy() == "own"]]
    live = [s for s in own if float((shown["draw_mw"] + shown["stranded_mw"]).sel(site=s).sum()) > 0]
    chosen = live if sites is None else sites
    fig, axes = figure("IT power by site: drawn and stranded", "MW of IT", max(1, len(chosen)), 1.6)
    dates = edges(shown)
    for ax, site in zip(axes, chosen, strict=False):
        at = shown.sel(site=site)
        drawn, idle = at["draw_mw"].to_numpy(), at["stranded_mw"].to_numpy()
        stack(ax, dates, [("drawn", drawn, COLOURS[0]), ("stranded", idle, WASTE)])
        for name, dim, label, style in LINES:
            if name in shown:
                mw = steps(_at_site(shown, name, dim, site))
                ax.step(dates, mw, style, where="post", color="black", lw=1.0, label=label)
        ax.set_ylim(bottom=0.0)
        ax.set_title(site, fontsize="small", loc="left")
    keys = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }  # one legend: a site may lack a kind of line
    if keys:
        fig.legend(keys.values(), keys.keys(), loc="outside upper right", ncols=4, frameon=False, fontsize="small")
    return fig


def _at_site(data: xr.Dataset, name: str, dim: str, site: str) -> np.ndarray[Any, Any]:
    """MW of IT that a site's halls house or its sources feed."""
    pue = {row["site"]: row["pue"] for row in json.loads(data.attrs["inputs"])["tables"]["sites"]}
    mw = np.asarray(data[name].to_numpy()[data[f"{dim}_site"].to_numpy() == site].sum(axis=0))
    return mw / pue[site] if dim == "power_source" else mw
