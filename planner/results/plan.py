"""A plan: its dataset, what it says of itself, and how it is kept in a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import xarray as xr

from planner.core.errors import InputError, Problem
from planner.core.files import replacing
from planner.core.inputs import Inputs
from planner.core.methods import with_noted_methods
from planner.results.compare import Comparison, compare

# HDF5 holds no attribute above 64 KiB: in the file these, and any other that is long, stand as scalar variables.
_LONG = ("inputs", "options", "versions", "timings", "sizes", "equations")
_AS_VARIABLE = "attr_"
LONGEST_ATTRIBUTE = 32_000  # bytes


@with_noted_methods
class Plan:
    """The result of a solve: decisions, money and provenance in `data`; never without its gap.

    `data` is an `xarray.Dataset` whose dims and variables are those of scenario format 1.
    """

    # noted in planner/__init__.py: export lies above results
    to_excel: Callable[[str | Path], Path]
    to_csv: Callable[[str | Path], list[Path]]
    summary: Callable[[], str]

    def __init__(self, data: xr.Dataset) -> None:
        self.data = data

    def __reduce__(self) -> tuple[Any, ...]:
        return Plan, (self.data,)

    @cached_property
    def inputs(self) -> Inputs:
        """The resolved inputs the plan was made from."""
        return Inputs.from_json(self.data.attrs["inputs"])

    @property
    def status(self) -> str:
        """optimal, gap_reached, time_limit, work_limit or interrupted; running while the search still goes on."""
        return str(self.data.attrs["status"])

    @property
    def objective_musd(self) -> float:
        """Net discounted value of the plan, M$."""
        return float(self.data.attrs["objective_musd"])

    @property
    def bound_musd(self) -> float:
        """No plan is worth more than this, M$."""
        return float(self.data.attrs["bound_musd"])

    @property
    def gap(self) -> float:
        """(bound - objective) / gross discounted value."""
        return float(self.data.attrs["gap"])

    @property
    def checked(self) -> bool:
        """Whether the independent check passed."""
        return bool(self.data.attrs["checked"])

    @property
    def capex(self) -> xr.DataArray:
        """Capital cash by category, site and period, M$."""
        return self.data["capex"]

    @property
    def cash(self) -> xr.DataArray:
        """Capital cash by category and fiscal year, M$."""
        return self.data["cash"]

    def compare(self, base: Plan) -> Comparison:
        """What moved from `base` to this plan: net value as an interval, cash, orders, MW, runs."""
        return compare(self.data, base.data)

    def to_netcdf(self, path: str | Path) -> Path:
        """Write the plan as netCDF, whole or not at all.

        Returns
        -------
        The path written.
        """
        target = Path(path)
        data = self.data.copy()
        for name, value in list(data.attrs.items()):
            if name in _LONG or (isinstance(value, str) and len(value.encode()) > LONGEST_ATTRIBUTE):
                data[f"{_AS_VARIABLE}{name}"] = ((), data.attrs.pop(name))
        # arrays of text without elements would be read as numbers
        empty = {
            name: item.astype("U1") for name, item in data.variables.items() if item.dtype == object and not item.size
        }
        data = data.assign_coords(empty)
        for name in ("period", "signature"):
            if name in data.coords:
                data[name].encoding = {
                    "units": "days since 1970-01-01",
                    "dtype": "int64",
                    "calendar": "proleptic_gregorian",
                }
        with replacing(target) as part:
            data.to_netcdf(part, engine="h5netcdf")
        return target

    def __repr__(self) -> str:
        a = self.data.attrs
        return f"<Plan {a['study']}: {self.status}, net value {self.objective_musd:,.1f} M$, gap {self.gap:.2%}>"


def open_plan(path: str | Path) -> Plan:
    """Read a plan from netCDF.

    Raises
    ------
    InputError
        There is no such file, or it holds no plan.
    """
    source = Path(path)
    if not source.is_file():
        raise InputError([Problem("file_missing", "there is no such plan file", file=str(source))])
    try:
        _read_through(source)
        with xr.open_dataset(source, engine="h5netcdf") as opened:
            data = opened.load()
    except (OSError, ValueError, KeyError, RuntimeError) as error:  # h5py's, of a file that is damaged inside
        raise InputError([Problem("not_a_plan", f"is no readable netCDF file ({error})", file=str(source))]) from error
    return Plan(_as_written(data, source))


def _read_through(source: Path) -> None:
    """Read a file to its end by h5py alone: on a damaged one h5netcdf leaves a half-made object that complains."""

    def visit(_: str, item: h5py.Group | h5py.Dataset) -> None:
        dict(item.attrs)
        if isinstance(item, h5py.Dataset):
            item[()]

    with h5py.File(source, "r") as file:
        dict(file.attrs)
        file.visititems(visit)


def _as_written(data: xr.Dataset, source: Path) -> xr.Dataset:
    """A dataset read from a file as it was before: long attributes, kinds of values, text as objects."""
    for name in [str(name) for name in data.variables if str(name).startswith(_AS_VARIABLE)]:
        data.attrs[name.removeprefix(_AS_VARIABLE)] = str(data[name].item())
        data = data.drop_vars(name)
    data.attrs = {name: value.item() if hasattr(value, "item") else value for name, value in data.attrs.items()}
    texts = {name: item.astype(object) for name, item in data.variables.items() if item.dtype.kind in "UT"}
    data = data.assign_coords({name: texts[name] for name in texts if name in data.coords})
    data = data.assign({name: texts[name] for name in texts if name not in data.coords})
    if missing := [name for name in ("inputs", "status", "objective_musd") if name not in data.attrs]:
        raise InputError([Problem("not_a_plan", f"holds no plan: {', '.join(missing)} missing", file=str(source))])
    return data
