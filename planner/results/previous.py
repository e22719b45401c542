"""A plan as the plan before: the tables by which another scenario follows it, each row with the plan as its source."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from planner.core.errors import InputError, Problem
from planner.core.inputs import Inputs
from planner.core.months import is_date, month_label, month_number
from planner.core.rules import nearest
from planner.data.replan import ORDERED, item_label, lead_months, order_label
from planner.model.rooms.replan import DECIDED
from planner.results.unheld import unheld

Rows = list[dict[str, Any]]
Terms = Mapping[str, tuple[str, float]]
PREVIOUS = ("previous_plan", "previous_orders", "previous_runs", "moving_prices")  # the tables of a plan before
LEAST_MW = 1e-6  # of a retrofit: less is the solver's dust


@dataclass(frozen=True)
class Previous:
    """What a scenario has to state to follow a plan.

    Attributes
    ----------
    tables
        Rows of `previous_plan`, `previous_orders`, `previous_runs` and, where prices are given, `moving_prices`.
    fleet
        Rows of `fleet`: accelerators that the plan orders before the new horizon starts. They come as what is on
        order does; what of them is still to be paid is not in them.
    left
        What else has no place in the tables, in words: modules, leases and runs from before the new horizon, which the
        scenario has to state, and runs that it no longer asks for.
    free
        What the plan decides before the end of the frozen zone and no row holds, in words: see `unheld`.
    """

    tables: dict[str, Rows]
    fleet: Rows
    left: tuple[str, ...]
    free: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What to tell whoever re-plans: what is left, and what is free."""
        left = (f"not taken over from the plan before, to be stated: {text}" for text in self.left)
        return (*left, *(f"not held, this plan may decide it anew: {text}" for text in self.free))


def previous_tables(
    data: xr.Dataset,
    replanned: str,
    *,
    frozen_until: str | None = None,
    start: str | None = None,
    runs: Collection[str] | None = None,
    cancellable: Terms | None = None,
    moving: Mapping[str, float] | None = None,
) -> Previous:
    """The tables that follow a plan.

    Parameters
    ----------
    data
        The plan's dataset.
    replanned, frozen_until
        Dates (YYYY-MM) of the re-planning, and up to which orders and starts are settled; default: `replanned`.
    start
        First month of the scenario that follows; default: that of the plan.
    runs
        The runs that the scenario still asks for; default: those of the plan.
    cancellable
        What can still be cancelled: last date and fee in M$ of each, by kind (`accelerator`), item
        (`accelerator.alpha.x1`) or order (`accelerator.alpha.x1.2026-07`); the longest name counts.
    moving
        M$ of each run, lot, module or block that departs after the frozen zone, by kind (`run`, `accelerator`, ...).

    Raises
    ------
    InputError
        A name in `cancellable` is that of no order of the plan, one in `moving` no kind, a date none.
    """
    if problems := [*_bad_terms(data, cancellable or {}, moving or {}), *_bad_dates([replanned, frozen_until])]:
        raise InputError(problems)
    begins = start or str(data["period"].to_numpy()[0])[:7]
    source = f"plan {data.attrs['study']}, inputs {str(data.attrs['inputs_hash'])[:12]}"
    inputs = Inputs.from_json(str(data.attrs["inputs"]))
    leads, lots = lead_months(inputs), inputs.by_id("accelerators", "accelerator")
    orders: Rows = []
    fleet: Rows = []
    left: list[str] = []
    for row in plan_orders(data):
        placed = month_label(month_number(row["arrives"]) - leads[item_label(row)])
        if placed >= begins:
            orders.append(row | _terms(row, cancellable or {}) | {"source": source})
        elif row["what"] == "accelerator":
            fleet.append(_standing(row, lots[row["item"]], begins) | {"source": source})
        else:
            left.append(f"{row['count']:g} of {order_label(row)}, ordered {placed}")
    settled, before = _runs(data, begins, runs)
    head = {"plan": _id(str(data.attrs["study"])), "replanned": replanned, "known_until": reported_end(data)}
    tables = {
        "previous_plan": [head | ({} if frozen_until is None else {"frozen_until": frozen_until}) | {"source": source}],
        "previous_orders": orders,
        "previous_runs": [row | {"source": source} for row in settled],
        "moving_prices": [
            {"what": what, "musd": musd, "assumption": "chosen for this re-planning"}
            for what, musd in (moving or {}).items()
        ],
    }
    free = unheld(data, frozen_until or replanned)
    return Previous({name: rows for name, rows in tables.items() if rows}, fleet, (*left, *before), free)


def _bad_terms(data: xr.Dataset, cancellable: Terms, moving: Mapping[str, float]) -> Iterator[Problem]:
    known, kinds = {name for row in plan_orders(data) for name in _names(row)}, ("run", *ORDERED)
    for name in cancellable:
        if name not in known:
            yield Problem("previous_order_names", "is no order of the plan", got=name, near=nearest(name, known))
    for name in moving:
        if name not in kinds:
            yield Problem("not_a_choice", f"is none of {', '.join(kinds)}", got=name, near=nearest(name, kinds))
    yield from _bad_dates([until for until, _ in cancellable.values()])


def _bad_dates(dates: Iterable[str | None]) -> Iterator[Problem]:
    for date in dates:
        if date is not None and not is_date(date):
            yield Problem("not_a_date", "a date is written YYYY-MM", got=date)


def _id(study: str) -> str:
    """A study's name as an id."""
    return re.sub(r"[^a-z0-9_]", "_", study.lower()) if study[:1].isalpha() else "plan"


def reported_end(data: xr.Dataset) -> str:
    """The first month behind what the plan reports: of its tail it says what makes the rest come out, no more."""
    last = int(np.flatnonzero(~data["in_tail"].to_numpy().astype(bool))[-1])
    return month_label(month_number(str(data["period"].to_numpy()[last])[:7]) + int(data["months"].to_numpy()[last]))


def plan_orders(data: xr.Dataset) -> Iterator[dict[str, Any]]:
    """What the plan orders in the horizon it reports."""
    end = reported_end(data)
    for what, name in DECIDED.items():
        if name not in data:
            continue
        values, kind = data[name], ORDERED[what]
        for at in np.argwhere(values.to_numpy() > (0.5 if kind.whole else LEAST_MW)):
            *names, date = (str(values[dim].to_numpy()[i]) for dim, i in zip(values.dims, at.tolist(), strict=True))
            if date[:7] >= end:
                continue
            amount = float(values.to_numpy()[tuple(at)])
            # types stand before sites, other names are whole
            named = dict(zip(kind.cells, reversed(names) if len(names) > 1 else names[0].split("."), strict=True))
            cells = {cell: named.get(cell) for cell in ("item", "part_of", "site")}
            yield {"what": what, **cells, "arrives": date[:7], "count": round(amount) if kind.whole else amount}


def _names(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["what"], item_label(row), order_label(row)


def _terms(row: Mapping[str, Any], cancellable: Terms) -> dict[str, Any]:
    for name in reversed(_names(row)):
        if name in cancellable:
            until, fee = cancellable[name]
            return {"cancellable_until": until, "cancel_fee_musd": fee}
    return {}


def _standing(row: Mapping[str, Any], kind: Mapping[str, Any], begins: str) -> dict[str, Any]:
    """Accelerators on order, or there, when the new horizon starts."""
    return {
        "site": row["site"],
        "accelerator": row["item"],
        "count": row["count"] * int(kind["lot_size"]),
        "status": "committed" if row["arrives"] >= begins else "existing",
        "in_service_from": row["arrives"],
        "retires": month_label(month_number(row["arrives"]) + int(kind["life_months"])),
    }


def _runs(data: xr.Dataset, begins: str, asked: Collection[str] | None) -> tuple[Rows, list[str]]:
    """What becomes of each run, and those that start before the new horizon, in words."""
    rows: Rows = []
    before: list[str] = []
    if "run_status" not in data:
        return rows, before
    names = ("start", "finish", "site", "accelerator", "n")
    columns = [data[f"run_{name}"].to_numpy().tolist() for name in names]
    for run, start, finish, site, g, n in zip(data["run"].to_numpy().tolist(), *columns, strict=True):
        if asked is not None and run not in asked:
            before.append(f"run {run}: no longer asked for")
        elif not start:
            rows.append({"run": run})
        elif start >= begins:
            rows.append({"run": run, "start": start, "site": site, "accelerator": g})
        else:
            before.append(f"run {run}: {n} {g} at {site} from {start} until {finish}")
    return rows, before
