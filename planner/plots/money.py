"""Capex by fiscal year against the budget."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from planner.plots.canvas import COLOURS, figure, reported


def capex_against_budget(data: xr.Dataset) -> Figure:
    """Cash due by fiscal year and category, as stacked bars, with the overall budget as a mark.

    Parameters
    ----------
    data
        A plan's dataset. Years of the tail are left out.
    """
    fig, (ax,) = figure("Capex by fiscal year against budget", "B$")
    years = [y for y in data["fiscal_year"].to_numpy().tolist() if y in set(reported(data)["year"].to_numpy().tolist())]
    cash = data["cash"].sel(fiscal_year=years) / 1e3
    bottom = np.zeros(len(years))
    for i, category in enumerate(cash["category"].to_numpy()):
        values = cash.sel(category=category).to_numpy()
        ax.bar([str(y) for y in years], values, 0.6, bottom=bottom, label=str(category), color=COLOURS[i])
        bottom = bottom + values
    if "budget" in data and "all" in data["budget_category"].to_numpy():
        budget = data["budget"].sel(budget_category="all", fiscal_year=years).to_numpy() / 1e3
        places = np.arange(len(years))
        ax.hlines(budget, places - 0.38, places + 0.38, color="black", lw=1.5, label="budget")
    ax.legend(frameon=False, fontsize="small")
    return fig
