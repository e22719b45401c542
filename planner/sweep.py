"""Sweeps: the same study under every combination of changed inputs, as one cube."""

from __future__ import annotations

import itertools
import logging
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
from planner.study import Study

log = logging.getLogger("planner")
FIGURES = {
    "objective_musd": "net value",
    "bound_musd": "no plan is worth more",
    "gap_musd": "bound less net value",
}
TABLES = ("cash", "delivered", "run_status", "run_start", "run_months_late")


@dataclass(frozen=True)
class Sweep:
    """The cube of a sweep, and its plans by their position on the axes."""

    data: xr.Dataset
    plans: Mapping[tuple[int, ...], Plan]

    def difference(self, this: Mapping[str, Any], base: Mapping[str, Any]) -> Interval:
        """Net value at one corner less that at another, as an interval from their gaps.

        Parameters
        ----------
        this, base
            Axis to label, as in `data.sel`.
        """
        mine, theirs = self.data.sel(this), self.data.sel(base)
        return Interval(
            float(mine["objective_musd"] - theirs["bound_musd"]), float(mine["bound_musd"] - theirs["objective_musd"])
        )


def sweep(
    study: Study,
    axes: Mapping[str, Sequence[Any]],
    *,
    gap: float | None = None,
    time_limit: float | None = None,
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
    gap, time_limit
        Of each solve; default: the scenario's.
    workers
        Solves at a time; default: the machine's cores.
    out
        Folder that keeps each plan as it is found; a sweep that was interrupted takes up the plans kept there.

    Returns
    -------
    Dims as the axes; objective, bound and gap in M$, status (text; `infeasible`, `no_plan`), cash, deliveries and
    the fate of runs. NaN where there is no plan.

    Raises
    ------
    InputError
        An axis is empty, or a change is not valid: before anything is solved.
    """
    if empty := [path for path, values in axes.items() if len(values) == 0]:
        raise InputError([Problem("axis_empty", "has no values to try", path=path) for path in empty])
    corners = list(itertools.product(*(range(len(values)) for values in axes.values())))
    studies = {
        corner: study.with_({path: values[i] for (path, values), i in zip(axes.items(), corner, strict=True)})
        for corner in corners
    }
    keep = None if out is None else Path(out)

    def one(corner: tuple[int, ...], start: Plan | str | None = None) -> Plan | str:
        begin = start if isinstance(start, Plan) else None
        return _solve(studies[corner], corner, gap, time_limit, keep, begin)

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
    study: Study,
    corner: tuple[int, ...],
    gap: float | None,
    time_limit: float | None,
    keep: Path | None,
    start: Plan | None,
) -> Plan | str:
    path = None if keep is None else keep / f"{'-'.join(str(i) for i in corner)}-{study.inputs.hash[:16]}.nc"
    if path is not None and path.is_file():
        return open_plan(path)
    try:
        plan = study.solve(gap, time_limit, threads=1, start=start)
    except InfeasibleError:
        return "infeasible"
    except LimitReached:
        return "no_plan"
    log.info("%s: %r", corner, plan)
    # what was cut short is no result to take up again
    if path is not None and plan.status != "interrupted":
        plan.to_netcdf(path)
    return plan


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
