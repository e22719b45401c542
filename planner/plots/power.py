"""Power: what is housed and fed, what is drawn, what lies idle."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from planner.plots.canvas import COLOURS, WASTE, edges, figure, reported, stack, steps


def power_waterfall(data: xr.Dataset, sites: list[str] | None = None) -> Figure:
    """IT power of each site over time: drawn, and stranded (housed and fed but not drawn), under hall and source lines.

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
    fig, axes = figure("IT power: drawn and stranded", "MW", max(1, len(chosen)), 2.4)
    dates = edges(shown)
    for i, (ax, site) in enumerate(zip(axes, chosen, strict=False)):
        at = shown.sel(site=site)
        drawn, idle = at["draw_mw"].to_numpy(), at["stranded_mw"].to_numpy()
        stack(ax, dates, [("drawn", drawn, COLOURS[i % len(COLOURS)]), ("stranded", idle, WASTE)])
        for name, dim, style in (("hall_mw", "hall", "-"), ("power_source_mw", "power_source", ":")):
            if name in shown:
                ax.step(
                    dates,
                    steps(_at_site(shown, name, dim, site)),
                    style,
                    where="post",
                    color="black",
                    lw=0.9,
                    label=name,
                )
        ax.set_title(site, fontsize="small", loc="right")
        ax.legend(loc="upper left", frameon=False, fontsize="x-small", ncols=4)
    return fig


def _at_site(data: xr.Dataset, name: str, dim: str, site: str) -> np.ndarray[Any, Any]:
    """MW of a site's halls or sources; what sources deliver is at the meter."""
    return np.asarray(data[name].to_numpy()[data[f"{dim}_site"].to_numpy() == site].sum(axis=0))
