"""What moved between two plans: money as intervals, orders, MW, runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference that two gaps leave open: it lies somewhere in [low, high]."""

    low: float
    high: float

    @property
    def resolved(self) -> bool:
        """Whether the sign is known."""
        return self.low > 0 or self.high < 0 or self.exact

    @property
    def exact(self) -> bool:
        """Whether both plans are proven to the last digit that matters."""
        return self.high - self.low <= 1e-6 * max(1.0, abs(self.low))

    def __str__(self) -> str:
        if self.exact:
            return f"{self.low:+,.1f} M$"
        between = f"between {self.low:+,.1f} and {self.high:+,.1f} M$"
        return between if self.resolved else f"{between}: not resolved at these gaps"


@dataclass(frozen=True)
class Comparison:
    """This plan against a base: value as an interval, and tables of what moved (empty: nothing did)."""

    studies: tuple[str, str]
    value: Interval
    cash: pd.DataFrame
    orders: pd.DataFrame
    power: pd.DataFrame
    runs: pd.DataFrame

    def text(self) -> str:
        """The comparison as plain text."""
        this, base = self.studies
        parts = [f"{this} against {base}", f"Net value: {self.value}"]
        for title, table in (
            ("Cash by fiscal year, M$", self.cash),
            ("Orders by period of arrival, accelerators", self.orders),
            ("MW at the end of what is reported", self.power),
            ("Runs", self.runs),
        ):
            parts.append(f"\n{title}: " + ("the same" if table.empty else "\n" + table.to_string(na_rep="")))
        return "\n".join(parts)


def compare(this: xr.Dataset, base: xr.Dataset) -> Comparison:
    """What moved from `base` to `this`.

    Parameters
    ----------
    this, base
        Plan datasets. Sites, types, runs, ... that only one of them has count as absent in the other.

    Returns
    -------
    Value of `this` minus value of `base` as an interval: each plan's best value lies between its objective
    and its bound. Tables with columns `base`, `this` and `change`.
    """
    value = Interval(
        this.attrs["objective_musd"] - base.attrs["bound_musd"], this.attrs["bound_musd"] - base.attrs["objective_musd"]
    )
    return Comparison(
        (str(this.attrs["study"]), str(base.attrs["study"])),
        value,
        _moved(_cash(this), _cash(base)),
        _moved(_orders(this), _orders(base)),
        _moved(_mw(this), _mw(base)),
        _runs(this, base),
    )


def _moved(this: pd.Series[float], base: pd.Series[float]) -> pd.DataFrame:
    both = pd.DataFrame({"base": base, "this": this}).fillna(0.0)
    both["change"] = both["this"] - both["base"]
    return both.loc[both["change"].abs() > LEAST].round(3)


def _cash(data: xr.Dataset) -> pd.Series[float]:
    return data["cash"].to_series()


def _orders(data: xr.Dataset) -> pd.Series[float]:
    if "delivered" not in data:
        return pd.Series(dtype=float)
    delivered = data["delivered"]
    dates = [str(date)[:7] for date in delivered["period"].to_numpy()]
    found = {}
    for i, g in enumerate(delivered["accelerator"].to_numpy()):
        for j, s in enumerate(delivered["site"].to_numpy()):
            for t, units in enumerate(delivered.to_numpy()[i, j]):
                if units > LEAST:
                    found[str(g), str(s), dates[t]] = float(units)
    index = pd.MultiIndex.from_tuples(list(found), names=["accelerator", "site", "arrives"]) if found else None
    return pd.Series(list(found.values()), index=index, dtype=float)


def _mw(data: xr.Dataset) -> pd.Series[float]:
    parts = []
    for name, dim in (("hall_mw", "hall"), ("power_source_mw", "power_source")):
        if name in data:
            last = data[name].isel(period=int(np.flatnonzero(~data["in_tail"].to_numpy())[-1]))
            parts.append(pd.Series(last.to_numpy(), index=pd.Index(data[dim].to_numpy(), name="item")))
    return pd.concat(parts) if parts else pd.Series(dtype=float)


def _runs(this: xr.Dataset, base: xr.Dataset) -> pd.DataFrame:
    columns = ["run_status", "run_start", "run_finish", "run_site", "run_accelerator", "run_n", "run_months_late"]

    def table(data: xr.Dataset) -> pd.DataFrame:
        if "run_status" not in data:
            return pd.DataFrame(columns=columns)
        return data[columns].to_dataframe()[columns]

    mine, theirs = table(this), table(base)
    rows = mine.index.union(theirs.index)
    mine, theirs = mine.reindex(rows), theirs.reindex(rows)
    differs = (mine.astype(str) != theirs.astype(str)).any(axis=1)
    shown = {"base": theirs[differs].apply(_run_text, axis=1), "this": mine[differs].apply(_run_text, axis=1)}
    return pd.DataFrame(shown) if differs.any() else pd.DataFrame()


def _run_text(row: pd.Series[str]) -> str:
    if not isinstance(row["run_status"], str):
        return "not asked for"
    if row["run_status"] == "refused":
        return "refused"
    late = f", {int(row['run_months_late'])} months late" if row["run_status"] == "late" else ""
    gang = f"{int(row['run_n']):,} {row['run_accelerator']} at {row['run_site']}"
    return f"{row['run_start']} to {row['run_finish']}: {gang}{late}"
