"""Sweeps: the same study under every combination of changed inputs, as one cube."""

from __future__ import annotations

import itertools
import json
import logging
import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from planner.core.errors import InfeasibleError, InputError, LimitReached, Problem
from planner.results.compare import Interval
from planner.results.plan import Plan, open_plan
from planner.solve.options import Options
from planner.study import Study

log = logging.getLogger("planner")
FIGURES = {
    "objective_musd": "net value",
    "bound_musd": "no plan is worth more",
    "gap_musd": "bound less net value",
}
TABLES = (
    "cash", "delivered",
    "run_status", "run_start", "run_months_late", "run_site", "run_accelerator", "run_n",
    "programme_status", "programme_option",
)  # fmt: skip


@dataclass(frozen=True)
class Sweep:
    """The cube of a sweep, and its plans.

    Attributes
    ----------
    data
        Dims: the paths that were changed, labelled by the values tried there (text), and those of the plans.
    plans
        The plan at each position on the axes that has one.
    """

    data: xr.Dataset
    plans: Mapping[tuple[int, ...], Plan]

    def plan(self, at: Mapping[str, Any]) -> Plan:
        """The plan at one corner.

        Parameters
        ----------
        at
            Path to the value tried there, one for every axis.

        Raises
        ------
        KeyError
            That corner is none of the sweep, or has no plan.
        """
        labels = {str(path): self.data[path].to_numpy().tolist() for path in self.data["status"].dims}
        corner = {path: str(value) for path, value in at.items()}
        if corner.keys() != labels.keys() or any(corner[path] not in labels[path] for path in labels):
            raise KeyError(f"{corner} is no corner of the sweep: it has {labels}")
        position = tuple(labels[path].index(corner[path]) for path in labels)
        if position not in self.plans:
            raise KeyError(f"there is no plan at {corner}: {self.data['status'].to_numpy()[position]}")
        return self.plans[position]

    def difference(self, this: Mapping[str, Any], base: Mapping[str, Any]) -> Interval:
        """Net value at one corner less that at another, as an interval from their gaps.

        Parameters
        ----------
        this, base
            Path to the value tried there, one for every axis.
        """
        mine, theirs = self.data.sel(this), self.data.sel(base)
        return Interval(
            float(mine["objective_musd"] - theirs["bound_musd"]), float(mine["bound_musd"] - theirs["objective_musd"])
        )

    def differences(self, base: Mapping[str, Any]) -> xr.Dataset:
        """Net value at every corner less that at one of them, as intervals from the gaps.

        Parameters
        ----------
        base
            Path to the value tried there. An axis that is left out is kept: each corner is set against its neighbour
            on the others.

        Returns
        -------
        `low` and `high`, M$, over the sweep's dims, and `resolved`: whether the sign is known. A corner against
        itself is 0; NaN where there is no plan.
        """
        cube, there = self.data, self.data.sel(base, drop=True)
        itself = xr.ones_like(cube["gap_musd"], dtype=bool)
        for path, value in base.items():
            itself = itself & (cube[path] == str(value))
        found = xr.Dataset(
            {
                "low": (cube["objective_musd"] - there["bound_musd"]).where(~itself, 0.0),
                "high": (cube["bound_musd"] - there["objective_musd"]).where(~itself, 0.0),
            }
        ).transpose(*cube["gap_musd"].dims)
        found = found.where(cube["objective_musd"].notnull() & there["objective_musd"].notnull())
        for name in ("low", "high"):
            found[name].attrs = {"units": "M$", "long_name": f"{name}est difference of net value"}
        return found.assign(resolved=(found["low"] > 0) | (found["high"] < 0))

    def __repr__(self) -> str:
        axes = "\n".join(f"  {path}: {', '.join(self.data[path].to_numpy())}" for path in self.data["status"].dims)
        return f"<Sweep: {len(self.plans)} plans of {self.data['status'].size} corners>\n{axes}"


def sweep(
    study: Study,
    axes: Mapping[str, Sequence[Any]],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
    strategy: str | None = None,
    work_limit: int | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
) -> Sweep:
    """Solve a study at every combination of changes, several at a time, each on one thread.

    The first combination is solved first; the others start from its plan.

    Parameters
    ----------
    study
        What is changed.
    axes
        Path to the values tried there, each as in `Study.with_`; the paths become dims, the values (as text)
        their labels.
    gap, time_limit, strategy, work_limit
        Of each solve; default: the scenario's.
    workers
        Solves at a time; default: the machine's cores.
    out
        Folder that keeps each plan as it is found; a sweep that was interrupted takes up the plans kept there that are
        as good as is asked for now.

    Returns
    -------
    A cube, `data`, with the axes as dims; objective, bound and gap in M$, status (text; `infeasible`, `no_plan`),
    cash, deliveries and the fate of runs, NaN where there is no plan. And each plan, whole.

    Raises
    ------
    InputError
        An axis is empty or has a value twice, a change is not valid, or workers are fewer than one: before anything is
        solved.
    """
    if empty := [path for path, values in axes.items() if len(values) == 0]:
        raise InputError([Problem("axis_empty", "has no values to try", path=path) for path in empty])
    texts = [(path, str(value)) for path, values in axes.items() for value in values]  # the labels of the cube
    if twice := [(path, text) for path, text in dict.fromkeys(texts) if texts.count((path, text)) > 1]:
        raise InputError(
            [Problem("axis_twice", "is tried more than once", path=path, got=text) for path, text in twice]
        )
    corners = list(itertools.product(*(range(len(values)) for values in axes.values())))
    studies = {
        corner: study.with_({path: values[i] for (path, values), i in zip(axes.items(), corner, strict=True)})
        for corner in corners
    }
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int) or workers < 1):
        said = "must be a whole number of at least 1"
        raise InputError([Problem("workers_bounds", said, path="workers", got=repr(workers))])
    keep = None if out is None else Path(out)
    asked = {"gap": gap, "time_limit": time_limit, "strategy": strategy, "work_limit": work_limit}

    def one(corner: tuple[int, ...], start: Plan | str | None = None) -> Plan | str:
        begin = start if isinstance(start, Plan) else None
        return _solve(studies[corner], corner, asked, keep, begin)

    with ThreadPoolExecutor(workers or os.cpu_count() or 1, thread_name_prefix="sweep") as pool:
        try:
            # all from the same plan, so that what is found does not hang on which thread was first
            first, *others = corners
            start = pool.submit(one, first).result()
            found = {first: start, **dict(zip(others, pool.map(one, others, itertools.repeat(start)), strict=True))}
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Sweep(_cube(axes, found), {corner: plan for corner, plan in found.items() if isinstance(plan, Plan)})


def _solve(
    study: Study, corner: tuple[int, ...], asked: Mapping[str, Any], keep: Path | None, start: Plan | None
) -> Plan | str:
    path = None if keep is None else keep / f"{'-'.join(str(i) for i in corner)}-{study.inputs.hash[:16]}.nc"
    if path is not None and path.is_file() and _as_good(kept := open_plan(path), study, asked):
        return kept
    try:
        plan = study.solve(**asked, threads=1, start=start)
    except InfeasibleError:
        return "infeasible"
    except LimitReached:
        return "no_plan"
    log.info("%s: %r", corner, plan)
    # what was cut short is no result to take up again
    if path is not None and plan.status != "interrupted":
        plan.to_netcdf(path)
    return plan


def _as_good(kept: Plan, study: Study, asked: Mapping[str, Any]) -> bool:
    """Whether a kept plan is what is asked for: within the gap, or of the same strategy and cut off no sooner."""
    names = {"time_limit": "time_limit_s"}
    want = Options.of(study.inputs.document["solve"], **{names.get(name, name): item for name, item in asked.items()})
    had = json.loads(kept.data.attrs["options"])
    if kept.gap <= want.gap:
        return True
    work = [math.inf if limit is None else limit for limit in (had.get("work_limit"), want.work_limit)]
    return bool(
        had["gap"] <= want.gap
        and had["time_limit_s"] >= want.time_limit_s
        and had.get("strategy", "plain") == want.strategy
        and work[0] >= work[1]
    )


def _cube(axes: Mapping[str, Sequence[Any]], found: Mapping[tuple[int, ...], Plan | str]) -> xr.Dataset:
    dims = tuple(axes)
    shape = tuple(len(values) for values in axes.values())
    data = xr.Dataset(coords={path: [str(value) for value in values] for path, values in axes.items()})
    status = np.empty(shape, dtype=object)
    figures = {name: np.full(shape, np.nan) for name in FIGURES}
    for corner, plan in found.items():
        status[corner] = plan.status if isinstance(plan, Plan) else plan
        for name in FIGURES if isinstance(plan, Plan) else ():
            figures[name][corner] = plan.data.attrs[name]  # type: ignore[union-attr]
    data["status"] = (dims, status, {"long_name": "how the search ended"})
    for name, values in figures.items():
        data[name] = (dims, values, {"units": "M$", "long_name": FIGURES[name]})
    plans = {corner: plan for corner, plan in found.items() if isinstance(plan, Plan)}
    for name in TABLES:
        arrays = {corner: plan.data[name] for corner, plan in plans.items() if name in plan.data}
        if arrays:
            data[name] = _stacked(dims, data, arrays)
    return data


def _stacked(dims: tuple[str, ...], data: xr.Dataset, arrays: Mapping[tuple[int, ...], xr.DataArray]) -> xr.DataArray:
    """One array over the sweep's dims and the plans' own; what only some plans have is NaN (text: empty) elsewhere."""
    parts = [
        array.expand_dims({dim: [data[dim].to_numpy()[i]] for dim, i in zip(dims, corner, strict=True)})
        for corner, array in arrays.items()
    ]
    fill = "" if parts[0].dtype == object else np.nan
    whole = xr.combine_by_coords([part.to_dataset(name="x") for part in parts], join="outer", fill_value=fill)
    return whole["x"].assign_attrs(next(iter(arrays.values())).attrs)
