"""What the charts share: a figure, legends that cover nothing, period edges, stacked areas, colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = colormaps["tab10"].colors  # type: ignore[attr-defined]
WASTE = "#c8c8c8"


def figure(title: str, unit: str, rows: int = 1, height: float = 4.0) -> tuple[Figure, list[Axes]]:
    """A figure of stacked axes that share the time axis."""
    fig = Figure(figsize=(9.0, height * rows), layout="constrained")
    axes = fig.subplots(rows, 1, sharex=True, squeeze=False)[:, 0].tolist()
    fig.suptitle(title, x=0.01, ha="left")
    for ax in axes:
        ax.set_ylabel(unit)
        ax.spines[["top", "right"]].set_visible(False)
    return fig, axes


def legend_beside(ax: Axes, upward: bool = False) -> None:
    """The legend to the right of the axes, never over data; `upward`: in the order of stacked areas."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        step = -1 if upward else 1
        ax.legend(
            handles[::step],
            labels[::step],
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
            fontsize="small",
        )


def reported(data: xr.Dataset) -> xr.Dataset:
    """The plan without its tail."""
    return data.isel(period=np.flatnonzero(~data["in_tail"].to_numpy()))


def edges(data: xr.Dataset) -> np.ndarray[Any, Any]:
    """Start of every period, and the end of the last, as dates."""
    starts = data["period"].to_numpy()
    last = starts[-1].astype("datetime64[M]") + np.timedelta64(int(data["months"].to_numpy()[-1]), "M")
    return np.append(starts, last.astype(starts.dtype))


def steps(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values by period as values at period edges, for areas drawn in steps."""
    return np.append(values, values[..., -1:], axis=-1)


def stack(ax: Axes, dates: np.ndarray[Any, Any], layers: list[tuple[str, np.ndarray[Any, Any], Any]]) -> None:
    """Stacked areas in steps, each (label, values by period, colour); empty ones are left out."""
    bottom = np.zeros(len(dates))
    for label, values, colour in layers:
        if values.max(initial=0.0) <= 1e-9:
            continue
        top = bottom + steps(values)
        ax.fill_between(dates, bottom, top, step="post", label=label, color=colour, linewidth=0)
        bottom = top
    ax.margins(x=0)
