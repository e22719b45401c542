"""From a solved model to a dataset: every declared output, the ledger, the cash tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from planner.core.declare import Output, Room
from planner.data.derive import Case
from planner.model.rooms.finance import weight
from planner.model.workspace import Line, Workspace
from planner.results.dims import Dim, plan_dims


def extract(m: Workspace, case: Case, rooms: Sequence[Room]) -> xr.Dataset:
    """The plan's dataset, from the values the model's variables hold.

    Returns
    -------
    Every output the rooms declare that has anything to show, with dims, units and long names as declared;
    the ledger (dim `line`); capex, opex and cash tables made from it.
    """
    dims = plan_dims(case, rooms)
    arrays: dict[str, tuple[Output, Any]] = {}
    for room in rooms:
        block = m.block(room)
        for output in room.outputs:
            component = block.component(output.component)
            if component is not None and all(len(dims[d].keys) for d in output.dims) and _ever_used(component, output):
                _fill(arrays, dims, output, _values(component))
    lines = [(line, float(pyo.value(amount))) for line, amount in m.ledger.lines()]
    dims["line"] = _line_dim([line for line, _ in lines], case)
    data = xr.Dataset()
    put_all(data, dims, [*arrays.values(), *_ledger(lines, case), *_cash(dims, lines, case)])
    return data


def _ever_used(component: Any, output: Output) -> bool:
    """Priced excesses exist only where a price does; everything else is shown even if nothing is decided."""
    return len(component) > 0 or "excess" not in output.name


def _values(component: Any) -> dict[Any, float]:
    return {index: float(pyo.value(item)) for index, item in component.items()}


def _fill(
    arrays: dict[str, tuple[Output, Any]], dims: dict[str, Dim], output: Output, values: dict[Any, float]
) -> None:
    """Write values, by model index, into the output's array; rooms that share an output fill it together."""
    _, array = arrays.setdefault(output.name, (output, np.zeros([len(dims[d].keys) for d in output.dims])))
    position = [dims[d].position() for d in output.dims]
    for index, value in values.items():
        key = index if isinstance(index, tuple) else (index,)
        array[tuple(where[part] for where, part in zip(position, key, strict=True))] = value


def put(data: xr.Dataset, dims: dict[str, Dim], output: Output, array: Any) -> None:
    """Put an array into the dataset with its dims, coordinates, units and long name."""
    put_all(data, dims, [(output, array)])


def put_all(data: xr.Dataset, dims: dict[str, Dim], arrays: Iterable[tuple[Output, Any]]) -> None:
    """Put arrays into the dataset at once: xarray aligns all it holds at every single assignment."""
    variables: dict[str, Any] = {}
    coords: dict[str, Any] = {}
    for output, array in arrays:
        variables[output.name] = (output.dims, array, {"units": output.unit, "long_name": output.meaning})
        for d in output.dims:
            if d not in data.coords and d not in coords:
                coords[d] = (d, dims[d].labels)
                for name, values in dims[d].coords.items():
                    coords[name] = (d, np.array(values, dtype=object) if _is_text(values) else np.asarray(values))
    data.update(xr.Dataset(variables, coords))


def _is_text(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(v, str) for v in values)


LEDGER = Output("ledger_musd", "", ("line",), "M$", "nominal amount of a line of the ledger")
DISCOUNTED = Output("ledger_discounted_musd", "", ("line",), "M$", "what the line counts in the objective")
CAPEX = Output("capex", "", ("category", "site", "period"), "M$", "capital cash by due date")
OPEX = Output("opex", "", ("opex_part", "site", "period"), "M$", "running cash by due date")
CASH = Output("cash", "", ("category", "fiscal_year"), "M$", "capital cash due in the fiscal year")


def _line_dim(lines: Sequence[Line], case: Case) -> Dim:
    coords = {
        "line_kind": [line.kind for line in lines],
        "line_part": [line.part for line in lines],
        "line_where": [line.where for line in lines],
        "line_date": [case.calendar.label(line.month) for line in lines],
    }
    return Dim(np.arange(len(lines)), tuple(range(len(lines))), coords)


def _ledger(lines: Sequence[tuple[Line, float]], case: Case) -> Iterator[tuple[Output, Any]]:
    yield LEDGER, np.array([amount for _, amount in lines])
    yield DISCOUNTED, np.array([weight(line, case) * amount for line, amount in lines])


def _cash(dims: dict[str, Dim], lines: Sequence[tuple[Line, float]], case: Case) -> Iterator[tuple[Output, Any]]:
    """Capex and opex by part, site and period, and capex by part and fiscal year: cash due in the horizon."""
    tables = {output.name: np.zeros([len(dims[d].keys) for d in output.dims]) for output in (CAPEX, OPEX, CASH)}
    part = {"capex": dims["category"].position(), "opex": dims["opex_part"].position()}
    years, places = dims["fiscal_year"].position(), dims["site"].position()
    for line, amount in lines:
        t = case.calendar.period_at(line.month)
        if t is None or line.kind not in part:
            continue
        tables[line.kind][part[line.kind][line.part], places[line.where], t] += amount
        if line.kind == "capex":
            tables["cash"][part["capex"][line.part], years[case.calendar.fiscal_year(line.month)]] += amount
    for output in (CAPEX, OPEX, CASH):
        yield output, tables[output.name]
