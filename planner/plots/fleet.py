"""The fleet by type."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from planner.plots.canvas import COLOURS, edges, figure, legend_beside, reported, stack


def fleet_by_type(data: xr.Dataset) -> Figure:
    """Accelerators in service, own and rented, by type over time, as stacked areas.

    Parameters
    ----------
    data
        A plan's dataset with accelerators.
    """
    fig, (ax,) = figure("Accelerators in service, own and rented", "thousand accelerators")
    shown = reported(data)
    units = shown["in_service"].sum("site") / 1e3
    types = [str(g) for g in units["accelerator"].to_numpy()]
    layers = [(g, units.sel(accelerator=g).to_numpy(), COLOURS[i % len(COLOURS)]) for i, g in enumerate(types)]
    stack(ax, edges(shown), layers)
    ax.set_ylim(bottom=0.0)
    legend_beside(ax, upward=True)
    return fig
