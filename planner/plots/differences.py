"""Differences between plans, as the intervals they are."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from planner.plots.canvas import COLOURS, WASTE, figure
from planner.results.compare import Interval

MUSD_PER_BUSD = 1e3
PLAIN = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}


def value_differences(intervals: Mapping[str, Interval], base: str = "the base") -> Figure:
    """Differences of net value as bars from their least to their most; grey where the sign is not known.

    B$, or M$ where none comes to 10 B$.

    Parameters
    ----------
    intervals
        What was changed, in words, and the difference it makes, M$.
    base
        What it is set against.
    """
    ends = [end for interval in intervals.values() for end in (interval.low, interval.high)]
    unit, per = ("B$", MUSD_PER_BUSD) if max(map(abs, ends), default=0.0) >= 10 * MUSD_PER_BUSD else ("M$", 1.0)
    digits = 1 if max(map(abs, ends), default=0.0) / per < 100 else 0
    fig, (ax,) = figure(f"Net value against {base} (grey: not resolved at these gaps)", "", 1, 0.4 * len(intervals) + 1)
    for y, interval in enumerate(intervals.values()):
        low, high = interval.low / per, interval.high / per
        colour = COLOURS[0] if interval.resolved else WASTE
        ax.plot([low, high], [y, y], color=colour, lw=8, solid_capstyle="butt", marker="|", ms=10, mew=1.5)
        says = f"{low:+,.{digits}f}" if interval.exact else f"{low:+,.{digits}f} to {high:+,.{digits}f}"
        ax.annotate(says, (high, y), (6, 0), textcoords="offset points", va="center", fontsize="x-small", bbox=PLAIN)
    ax.axvline(0.0, color="black", lw=1.0, zorder=0)
    ax.set_yticks(range(len(intervals)), list(intervals))
    ax.set_ylim(len(intervals) - 0.5, -0.5)
    ax.margins(x=0.15)
    ax.set_xlabel(f"{unit} of today")
    return fig
