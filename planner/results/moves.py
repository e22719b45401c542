"""What moved from one plan to another, order by order and run by run, and why: inputs that differ, limits that bind."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from planner.core.inputs import Inputs
from planner.core.months import month_label, month_number
from planner.data.replan import item_label, lead_months
from planner.results.input_changes import input_changes
from planner.results.previous import plan_orders, reported_end

LEAST = 1e-6
SHOWN = 20
MOST_CAUSES = 3
PRICED = ("price_budget", "price_mw", "price_accelerator")
ASPECTS = (("start", "start"), ("site", "site"), ("accelerator", "type"), ("n", "size"), ("option", "level"))
NO_CAUSE = "no input differs: another plan within the gaps"


@dataclass(frozen=True)
class Moves:
    """What moved, and why.

    `orders`: item, what became of the order (moved, cancelled, dropped, new), dates of arrival in both plans, count,
    fee of cancelling [M$]. `runs`: run, change, why. `inputs`: path, base, this. `binding`: limit, worth of one more
    unit of it in both plans [M$], where they differ.
    """

    orders: pd.DataFrame
    runs: pd.DataFrame
    inputs: pd.DataFrame
    binding: pd.DataFrame

    def text(self, runs: bool = True) -> str:
        """The moves in words; `runs`: those of runs too."""
        said = [f"{r['run']}: {r['change']}; {r['why']}" for r in self.runs.to_dict("records")]
        parts = []
        for title, lines in (
            ("Orders that moved, in lots, modules or blocks", [_order_line(r) for r in self.orders.to_dict("records")]),
            *((("Runs that moved", said),) if runs else ()),
            ("Inputs that differ", [_input_line(row) for row in self.inputs.to_dict("records")]),
            ("Limits that bind otherwise, M$ for one more unit all along", _limit_lines(self.binding)),
        ):
            left = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
            parts.append("\n  ".join([title, *lines[:SHOWN], *left]) if lines else f"{title}: none")
        return "\n\n".join(parts)


def moves(this: xr.Dataset, base: xr.Dataset) -> Moves:
    """What moved from `base` to `this`, and why.

    Orders and runs are matched by name and date, so the calendars may differ: what the base ordered before the other's
    horizon is settled and no move, and of what arrives behind the shorter horizon nothing is said.
    """
    inputs = input_changes(this, base)
    return Moves(
        pd.DataFrame(_orders(this, base), columns=["item", "became", "base", "this", "count", "fee_musd"]),
        pd.DataFrame(_runs(this, base, inputs), columns=["run", "change", "why"]),
        pd.DataFrame(inputs, columns=["path", "base", "this"]),
        _binding(this, base),
    )


def _order_line(row: Mapping[Any, Any]) -> str:
    dates = " -> ".join(date for date in (row["base"], row["this"]) if date)
    fee = f", fee {row['fee_musd']:,.2f} M$" if row["fee_musd"] else ""
    return f"{row['item']}: {row['count']:g} {row['became']}, {dates}{fee}"


def _input_line(row: Mapping[Any, Any]) -> str:
    return f"{row['path']}: {row['base']} -> {row['this']}"


def _limit_lines(binding: pd.DataFrame) -> list[str]:
    """What one more unit is worth over all dates at which that differs, the steepest change first."""
    if binding.empty:
        return []
    names = binding["limit"].str.rsplit(" ", n=1).str
    dated = binding.assign(name=names[0], date=names[1])
    sums = dated.groupby("name", sort=False).agg(
        first=("date", "min"), last=("date", "max"), base=("base", "sum"), this=("this", "sum")
    )
    order = (sums["this"] - sums["base"]).abs().sort_values(ascending=False, kind="stable").index
    return [
        f"{name} {row['first']}{'' if row['first'] == row['last'] else ' .. ' + row['last']}: "
        f"{row['base']:,.3g} -> {row['this']:,.3g}"
        for name, row in sums.loc[order].iterrows()
    ]


def _orders(this: xr.Dataset, base: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Departures item by item: what left its date fills what is new, earliest first; the rest is dropped or new."""
    begins = str(this["period"].to_numpy()[0])[:7]
    ends = min(reported_end(this), reported_end(base))
    mine, theirs = _counts(this, begins, ends), _counts(base, begins, ends)
    cancelled, fees = _cancelled(this)
    for item in dict.fromkeys([*theirs, *mine]):
        here, there = mine.get(item, {}), theirs.get(item, {})
        gone = {date: n - here.get(date, 0) for date, n in sorted(there.items()) if n > here.get(date, 0)}
        come = {date: n - there.get(date, 0) for date, n in sorted(here.items()) if n > there.get(date, 0)}
        for date in list(gone):
            if cut := min(gone[date], cancelled.get((item, date), 0)):
                gone[date] -= cut
                yield _order(item, "cancelled", date, "", cut, cut * fees[item, date])
        while any(gone.values()) and any(come.values()):
            old, new = (next(date for date, n in left.items() if n) for left in (gone, come))
            n = min(gone[old], come[new])
            gone[old] -= n
            come[new] -= n
            yield _order(item, "moved", old, new, n)
        yield from (_order(item, "dropped", date, "", n) for date, n in gone.items() if n)
        yield from (_order(item, "new", "", date, n) for date, n in come.items() if n)


def _order(item: str, became: str, base: str, this: str, count: float, fee: float = 0.0) -> dict[str, Any]:
    return {"item": item, "became": became, "base": base, "this": this, "count": count, "fee_musd": fee}


def _counts(data: xr.Dataset, begins: str, ends: str) -> dict[str, dict[str, float]]:
    """What a plan orders inside two dates, by item and date of arrival."""
    leads = lead_months(Inputs.from_json(str(data.attrs["inputs"])))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in plan_orders(data):
        item = item_label(row)
        placed = month_label(month_number(row["arrives"]) - leads[item])
        if placed >= begins and row["arrives"] < ends:
            found[item][row["arrives"]] = _count(row["count"])
    return dict(found)


def _count(value: float) -> float:
    """A count as a whole number; MW to the solver's dust."""
    near = round(value)
    return near if abs(value - near) <= LEAST else round(value, 6)


def _cancelled(data: xr.Dataset) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """What a plan cancels of the one before, and the fee of each [M$], by item and date."""
    if "order_cancelled" not in data:
        return {}, {}
    rows = json.loads(data.attrs["inputs"])["tables"]["previous_orders"]
    keys = [(item_label(row), str(row["arrives"])) for row in rows]
    counts = [_count(float(value)) for value in data["order_cancelled"].to_numpy()]
    return dict(zip(keys, counts, strict=True)), {
        k: float(r["cancel_fee_musd"]) for k, r in zip(keys, rows, strict=True)
    }


def _runs(this: xr.Dataset, base: xr.Dataset, inputs: Sequence[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    mine, theirs = _stands(this), _stands(base)
    for run in dict.fromkeys([*theirs, *mine]):
        here, there = mine.get(run), theirs.get(run)
        if change := _change(here, there):
            names = [run, *(run_[k] for run_ in (here, there) if run_ for k in ("site", "accelerator") if run_[k])]
            yield {"run": run, "change": change, "why": _why(run, here, names, inputs)}


def _stands(data: xr.Dataset) -> dict[str, dict[str, str]]:
    """What becomes of each run in a plan."""
    if "run_status" not in data:
        return {}
    level = {}
    if "candidate_level" in data.coords:
        at = np.flatnonzero(data["start"].to_numpy() > 0.5)
        level = dict(zip(data["candidate_run"].to_numpy()[at], data["candidate_level"].to_numpy()[at], strict=True))
    names = ("status", "start", "finish", "site", "accelerator", "n", "reason")
    columns = {n: data[f"run_{n}"].to_numpy().tolist() for n in names if f"run_{n}" in data}
    return {
        str(run): {name: str(column[i]) for name, column in columns.items()} | {"option": str(level.get(run, 0))}
        for i, run in enumerate(data["run"].to_numpy().tolist())
    }


def _change(here: Mapping[str, str] | None, there: Mapping[str, str] | None) -> str:
    """How a run's fate differs; empty: it does not."""
    if here is None or there is None:
        return "no longer asked for" if here is None else f"asked for newly, {_fate(here)}"
    if "refused" in (here["status"], there["status"]):
        return "" if here["status"] == there["status"] else f"{_fate(there)} -> {_fate(here)}"
    said = [f"{word} {there[k]} -> {here[k]}" for k, word in ASPECTS if there[k] != here[k]]
    longer = there["start"] == here["start"] and there["finish"] != here["finish"]
    return ", ".join([*said, *([f"finish {there['finish']} -> {here['finish']}"] if longer else [])])


def _fate(stands: Mapping[str, str]) -> str:
    return "refused" if stands["status"] == "refused" else f"started {stands['start']} at {stands['site']}"


def _why(run: str, here: Mapping[str, str] | None, names: Sequence[str], inputs: Sequence[Mapping[str, str]]) -> str:
    """What speaks for the change: the limit that refuses or delays it; its own inputs, where it stands, or all."""
    own = [_input_line(row) for row in inputs if run in row["path"].split(".")[:2]]
    limit = [f"limit: {here['reason']}"] if here is not None and here.get("reason") else []
    near = [_input_line(row) for row in inputs if set(names) & set(row["path"].split("."))]
    causes = own or near or [_input_line(row) for row in inputs]
    if not (own or near) and len(causes) > MOST_CAUSES:
        return "; ".join([*limit, f"{len(causes)} inputs differ, none of its own"])
    more = [f"and {len(causes) - MOST_CAUSES} more inputs"] if len(causes) > MOST_CAUSES else []
    return "; ".join([*limit, *causes[:MOST_CAUSES], *more]) or NO_CAUSE


def _binding(this: xr.Dataset, base: xr.Dataset) -> pd.DataFrame:
    """Shadow prices that differ, by limit: rows with columns limit, base, this."""
    mine, theirs = _prices(this), _prices(base)
    rows = [(limit, theirs.get(limit, 0.0), mine.get(limit, 0.0)) for limit in dict.fromkeys([*theirs, *mine])]
    return pd.DataFrame([row for row in rows if abs(row[1] - row[2]) > LEAST], columns=["limit", "base", "this"])


def _prices(data: xr.Dataset) -> dict[str, float]:
    found = {}
    for name in PRICED:
        if name in data:
            values = np.nan_to_num(data[name].to_numpy())
            for at in np.argwhere(np.abs(values) > LEAST):
                labels = (str(data[d].to_numpy()[i]) for d, i in zip(data[name].dims, at, strict=True))
                where = " ".join(t[:7] if d == "period" else t for d, t in zip(data[name].dims, labels, strict=True))
                found[f"{name.removeprefix('price_')} {where}"] = float(values[tuple(at)])
    return found
