"""What moved between two plans: the best value as an interval; value by part, cash, orders, MW and runs of the two."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from planner.results.moves import Moves, moves

LEAST = 1e-6
MOST = 20  # rows of a table in the text


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
    """This plan against a base: value as an interval, and tables of what moved (empty: nothing did).

    The interval is of the best that either study allows; the tables are of these two plans, and others within
    the same gaps may differ from them. Tables have the columns `base`, `this` and `change`, but `runs`, which
    says in words what became of a run, the most valuable first. `moves` has orders and runs one by one, and why.
    """

    plans: tuple[str, str]
    value: Interval
    parts: pd.DataFrame
    cash: pd.DataFrame
    orders: pd.DataFrame
    power: pd.DataFrame
    runs: pd.DataFrame
    moves: Moves

    def text(self) -> str:
        """The comparison as plain text, at most 20 rows of each table: those that moved most."""
        this, base = self.plans
        paragraphs = [f"this: {this}\nbase: {base}", f"Best net value, this less base: {self.value}"]
        many = len(self.orders) > MOST
        for title, table, digits in (
            ("Net value of the two plans by part, M$ of today", self.parts, 1),
            ("Capital cash by fiscal year, M$", self.cash, 1),
            ("Accelerators by arrival", _by_year(self.orders) if many else self.orders, 0),
            ("MW at the end of each fiscal year that is reported", self.power, 1),
        ):
            paragraphs.append(f"{title}: the same" if table.empty else f"{title}\n{_rows(table, digits)}")
        paragraphs.append("Runs: the same" if self.runs.empty else _run_lines(self.runs, self.moves.runs))
        return "\n\n".join([*paragraphs, self.moves.text(runs=False)])

    def __repr__(self) -> str:
        return self.text()


def compare(this: xr.Dataset, base: xr.Dataset) -> Comparison:
    """What moved from `base` to `this`.

    Parameters
    ----------
    this, base
        Plan datasets. Sites, types, runs, ... that only one of them has count as absent in the other.

    Returns
    -------
    Value of `this` minus value of `base` as an interval: each study's best value lies between its plan's objective
    and its bound.
    """
    value = Interval(
        this.attrs["objective_musd"] - base.attrs["bound_musd"], this.attrs["bound_musd"] - base.attrs["objective_musd"]
    )
    mine, theirs = _changes(this), _changes(base)
    return Comparison(
        (
            _headline(this, [c for c in mine if c not in theirs]),
            _headline(base, [c for c in theirs if c not in mine]),
        ),
        value,
        _moved(_parts(this), _parts(base)),
        _moved(_cash(this), _cash(base)),
        _moved(_orders(this), _orders(base)),
        _moved(_mw(this), _mw(base)),
        _runs(this, base),
        moves(this, base),
    )


def _changes(data: xr.Dataset) -> list[str]:
    """What a plan's study changed in its scenario, in the words of `--set`."""
    marks = {"multiply": "*", "add": "+", "subtract": "-", "set": ""}
    changes = json.loads(data.attrs["inputs"]).get("changes", [])
    return [f"{change['path']}={marks[change['op']]}{change['value']}" for change in changes]


def _headline(data: xr.Dataset, changes: list[str]) -> str:
    """A plan's study, figures, and what was changed there alone."""
    a = data.attrs
    lines = [f"{a['study']}: net value {a['objective_musd']:,.1f} M$, at most {a['bound_musd']:,.1f}, {a['status']}"]
    lines += [f"  with {change}" for change in changes[:MOST]]
    return "\n".join(lines + ([f"  and {len(changes) - MOST} more changes"] if len(changes) > MOST else []))


def _by_year(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders over all sites, by type and calendar year of arrival."""
    years = orders.index.get_level_values("arrives").str[:4].rename("arrives")
    found = orders.groupby([orders.index.get_level_values("accelerator"), years], sort=False).sum()
    return found.loc[found["change"].abs() > LEAST]


def _rows(table: pd.DataFrame, digits: int) -> str:
    """The rows that moved most, in their own order."""
    shown = table.loc[table.index.isin(table["change"].abs().nlargest(MOST).index)]
    # + 0.0: no minus zero
    text = shown.to_string(float_format=lambda v: f"{round(v, digits) + 0.0:,.{digits}f}", sparsify=False)
    left = len(table) - len(shown)
    return text + (f"\n... and {left} that moved less" if left else "")


def _run_lines(runs: pd.DataFrame, moved: pd.DataFrame) -> str:
    why = {row["run"]: row["why"] for row in moved.to_dict("records")}
    refused = runs == "refused"
    more, fewer = int((refused["this"] & ~refused["base"]).sum()), int((refused["base"] & ~refused["this"]).sum())
    lines = [f"Runs: {len(runs)} differ; {more} refused that were not, {fewer} no longer refused"]
    for run, row in runs.head(MOST).iterrows():
        lines += [f"  {run}", f"    base  {row['base']}", f"    this  {row['this']}"]
        lines += [f"    why   {why[run]}"] if run in why else []
    return "\n".join(lines + ([f"... and {len(runs) - MOST} of less value"] if len(runs) > MOST else []))


def _moved(this: pd.Series[float], base: pd.Series[float]) -> pd.DataFrame:
    both = pd.DataFrame({"base": base, "this": this}).fillna(0.0)
    both["change"] = both["this"] - both["base"]
    return both.loc[both["change"].abs() > LEAST].round(3)


def _parts(data: xr.Dataset) -> pd.Series[float]:
    """What each part adds to the objective, M$ of today."""
    index = pd.MultiIndex.from_arrays(
        [data["line_kind"].to_numpy(), data["line_part"].to_numpy()], names=["kind", "part"]
    )
    lines: pd.Series[float] = pd.Series(data["ledger_discounted_musd"].to_numpy(), index=index, dtype=float)
    return lines.groupby(level=["kind", "part"]).sum()


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
    """MW of IT of halls and MW at the meter of sources, at the end of each fiscal year that is reported."""
    parts = []
    years = data["year"].to_numpy()
    ends = [t for t in np.flatnonzero(~data["in_tail"].to_numpy()) if t + 1 == len(years) or years[t + 1] != years[t]]
    for name, dim, what in (("hall_mw", "hall", "hall"), ("power_source_mw", "power_source", "source")):
        if name in data:
            table = data[name].transpose(dim, "period").to_numpy()[:, ends]
            rows = [(what, str(item), int(years[t])) for item in data[dim].to_numpy() for t in ends]
            index = pd.MultiIndex.from_tuples(rows, names=["kind", "item", "year"]) if rows else None
            parts.append(pd.Series(table.ravel(), index=index, dtype=float))
    return pd.concat(parts) if parts else pd.Series(dtype=float)


def _runs(this: xr.Dataset, base: xr.Dataset) -> pd.DataFrame:
    columns = ["run_status", "run_start", "run_finish", "run_site", "run_accelerator", "run_n", "run_months_late"]
    found: dict[str, pd.Series[str]] = {}
    for name, data in (("base", base), ("this", this)):
        table = data[columns].to_dataframe()[columns] if "run_status" in data else pd.DataFrame(columns=columns)
        found[name] = pd.Series({run: _run_text(row) for run, row in table.iterrows()}, dtype=object)
    both = pd.DataFrame(found).fillna("not asked for")
    worth = _asked(base).combine_first(_asked(this)).reindex(both.index)
    moved = both.loc[worth.sort_values(ascending=False, kind="stable").index]
    return moved.loc[moved["base"] != moved["this"]].rename_axis("run")


def _asked(data: xr.Dataset) -> pd.Series[float]:
    """What runs are worth if they are in time, M$."""
    rows = json.loads(data.attrs["inputs"])["tables"].get("runs", [])
    return pd.Series({row["run"]: row["value_musd"] for row in rows}, dtype=float)


def _run_text(row: pd.Series[str]) -> str:
    if row["run_status"] == "refused":
        return "refused"
    months = int(row["run_months_late"])
    late = f", {months} month{'' if months == 1 else 's'} late" if row["run_status"] == "late" else ""
    gang = f"{int(row['run_n']):,} {row['run_accelerator']} at {row['run_site']}"
    return f"{row['run_start']} to {row['run_finish']}: {gang}{late}"
