"""A plan as the start of another search: its decisions, matched by label to the columns of the new model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from planner.core.declare import Output, Room
from planner.data.derive import Case
from planner.model.workspace import Workspace
from planner.results.dims import Dim, plan_dims
from planner.solve.compile import Matrix

CANDIDATE = (
    "candidate_run", "candidate_accelerator", "candidate_site",
    "candidate_start", "candidate_months", "candidate_level",
)  # fmt: skip


def start_values(data: xr.Dataset, m: Workspace, case: Case, rooms: Sequence[Room], matrix: Matrix) -> dict[int, float]:
    """The integer decisions of a plan, by column of another model.

    Parameters
    ----------
    data
        The earlier plan's dataset; it may have other periods, sites, types or runs.
    m, case, rooms, matrix
        The new model.

    Returns
    -------
    Column to value, for each integer column; what the earlier plan does not know is 0. HiGHS completes the
    start by an LP, and ignores it where it does not fit.
    """
    dims, at = plan_dims(case, rooms), matrix.positions()
    values: dict[int, float] = {}
    for room in rooms:
        for output in room.outputs:
            component = m.block(room).component(output.component)
            if output.component not in room.integers or not isinstance(component, pyo.Var):
                continue
            known = _by_label(data, output)
            labels = [_labels(d, dims[d]) for d in output.dims]
            for index, variable in component.items():
                column = at.get(id(variable))
                if column is not None:
                    key = index if isinstance(index, tuple) else (index,)
                    label = tuple(names[part] for names, part in zip(labels, key, strict=True))
                    values[column] = float(np.rint(known.get(label, 0.0)))
    return values


def _labels(name: str, dim: Dim) -> dict[Any, Any]:
    """What each model key of a dim is called, in words that another plan shares."""
    if name == "candidate":
        return dict(zip(dim.keys, _ways(dim.coords, len(dim.keys)), strict=True))
    return dict(zip(dim.keys, (str(label) for label in dim.labels), strict=True))


def _ways(columns: Mapping[str, Any], count: int) -> list[tuple[str, ...]]:
    """What each candidate is, in words; without ladders of efficiency all are at level 0."""
    return [
        tuple(str(part) for part in row) for row in zip(*(columns.get(c, [0] * count) for c in CANDIDATE), strict=True)
    ]


def _by_label(data: xr.Dataset, output: Output) -> dict[tuple[Any, ...], float]:
    """The nonzero values of an output of a plan, by label."""
    if output.name not in data or data[output.name].dims != output.dims:
        return {}
    array = data[output.name].to_numpy()
    names: list[list[Any]] = []
    for d in output.dims:
        if d == "candidate":
            names.append(_ways({name: data[name].to_numpy() for name in CANDIDATE if name in data}, data.sizes[d]))
        else:
            names.append([str(label) for label in data[d].to_numpy()])
    return {
        tuple(label[i] for label, i in zip(names, where, strict=True)): float(array[tuple(where)])
        for where in np.argwhere(np.abs(array) > 0.5).tolist()
    }
