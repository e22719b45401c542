"""Capex by fiscal year against the budget."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from planner.plots.canvas import COLOURS, figure, legend_beside, reported

MUSD_PER_BUSD = 1e3


def capex_against_budget(data: xr.Dataset) -> Figure:
    """Cash due by fiscal year and category, as stacked bars, with the overall budget as a mark.

    Where money is carried from year to year, a dotted mark is what there is to spend with it. B$, or M$ where
    no year comes to a B$.

    Parameters
    ----------
    data
        A plan's dataset. Years of the tail are left out.
    """
    years = [y for y in data["fiscal_year"].to_numpy().tolist() if y in set(reported(data)["year"].to_numpy().tolist())]
    cash = data["cash"].sel(fiscal_year=years)
    unit, per = ("B$", MUSD_PER_BUSD) if float(cash.sum("category").max()) >= MUSD_PER_BUSD else ("M$", 1.0)
    fig, (ax,) = figure("Capex by fiscal year against budget", unit)
    bottom = np.zeros(len(years))
    for i, category in enumerate(cash["category"].to_numpy()):
        values = cash.sel(category=category).to_numpy() / per
        label = str(category) if values.any() else "_"
        ax.bar([str(y) for y in years], values, 0.6, bottom=bottom, label=label, color=COLOURS[i])
        bottom = bottom + values
    if "budget" in data and "all" in data["budget_category"].to_numpy():
        of_all = data.sel(budget_category="all", fiscal_year=years)
        budget = of_all["budget"].to_numpy() / per
        available = (of_all["budget_spend"] + of_all["budget_left"]).to_numpy() / per
        places = np.arange(len(years))
        ax.hlines(budget, places - 0.38, places + 0.38, color="black", lw=1.5, label="budget")
        moved = np.abs(available - budget) > 1e-6 * np.maximum(budget, 1.0)
        if moved.any():
            spans = places[moved] - 0.38, places[moved] + 0.38
            ax.hlines(available[moved], *spans, color="black", lw=1.2, ls=":", label="with what is\ncarried over")
    legend_beside(ax, upward=True)
    return fig
