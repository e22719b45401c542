"""A plan's dataset beside the inputs it was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from planner.core.inputs import Inputs
from planner.data.calendar import Period
from planner.data.candidates import gang_step
from planner.data.derive import Case
from planner.data.teams import teams_of_runs

LEAST = 1e-9  # decisions below this are none


@dataclass(frozen=True, slots=True)
class Gang:
    """The part of a run that a place holds over months [start, finish); a run over several sites has several."""

    run: str
    team: str | None
    site: str
    accelerator: str
    n: int
    start: int
    finish: int

    def months_in(self, period: Period) -> int:
        """The months of a period in which it is present."""
        return max(0, min(period.end, self.finish) - max(period.start, self.start))


class Reading:
    """A plan's dataset with its resolved inputs and what follows from them (calendar, prices, payments)."""

    def __init__(self, data: xr.Dataset) -> None:
        self.data = data

    @cached_property
    def inputs(self) -> Inputs:
        """The resolved inputs embedded in the plan."""
        return Inputs.from_json(self.data.attrs["inputs"])

    @cached_property
    def document(self) -> dict[str, Any]:
        """The inputs as one JSON document."""
        return self.inputs.document

    @cached_property
    def case(self) -> Case:
        """What follows from the inputs before any decision."""
        return Case(self.inputs)

    @cached_property
    def gap_is_of(self) -> str:
        """What the gap is a share of: gross cost where the plan seeks the least cost or nothing in it can earn."""
        least_cost = self.inputs.setting("finance", "objective") == "least_cost"
        earns = any(self.inputs.rows(table) for table in ("runs", "stream_segments", "programmes", "cancellable"))
        return "gross value" if earns and not least_cost else "gross cost"

    @cached_property
    def teams(self) -> dict[str, str]:
        """The team of each run and run in progress, by itself or by the programmes that it is an option of."""
        return teams_of_runs(self.inputs)

    @cached_property
    def spared(self) -> dict[str, str]:
        """Refused runs that nobody misses, and what is done instead.

        They are worth nothing of their own, and other options fulfil all their programmes, or only such runs wait for
        them.
        """
        fate, status = self.array("programme_option"), self.array("run_status")
        if fate is None or status is None:
            return {}
        taken = {p: f"{p} is fulfilled by {option}" for p, option in zip(self.labels("programme"), fate, strict=True)}
        served = {p for p, option in zip(self.labels("programme"), fate, strict=True) if option}
        asking: dict[str, list[str]] = defaultdict(list)
        for option in self.inputs.rows("programme_options"):
            asking[option["run"]].append(option["programme"])
        for row in self.inputs.rows("precedence"):
            asking[row["after"]].append(row["run"])
        idle = [r for r, how in zip(self.labels("run"), status, strict=True) if how == "refused"]
        idle = [r for r in idle if asking[r] and not self.case.runs[r]["value_musd"]]
        found: dict[str, str] = {}
        while more := [r for r in idle if r not in found and served.union(found).issuperset(asking[r])]:
            found |= {r: taken.get(asking[r][0], "") for r in more}
        return found

    @cached_property
    def policy(self) -> str:
        """By which policy compute is shared out; empty where most value is all that is sought."""
        policy = str(self.inputs.setting("sharing", "policy"))
        return "" if policy == "utilitarian" else policy

    @property
    def nobody(self) -> str:
        """Of which plans the bound holds: all, or those that keep what the policy reached."""
        return f"by policy {self.policy} no plan" if self.policy else "no plan"

    @cached_property
    def gangs(self) -> list[Gang]:
        """What holds accelerators as a gang: the runs that start, site by site, and those in progress at the start."""
        month, found = self.case.calendar.month, []
        names = ("run_status", "run_site", "run_accelerator", "run_n", "run_start", "run_finish")
        fates = [self.array(name) for name in names]
        for i, run in enumerate(self.labels("run")):
            status, site, accelerator, n, start, finish = (fate[i] for fate in fates if fate is not None)
            if status == "refused":
                continue
            parts, span = [(str(site), int(n))], self.case.spans.get(str(site))
            if span is not None:
                parts = span.parts(int(n), gang_step(self.case.accelerators[accelerator]))
            team, dates = self.teams.get(run), (month(start), month(finish))
            found += [Gang(run, team, place, str(accelerator), size, *dates) for place, size in parts]
        ends = self.array("running_end")
        for i, row in enumerate(self.inputs.rows("running")):
            until = min(month(row["until"] if ends is None else str(ends[i])), self.case.calendar.end)
            found.append(
                Gang(
                    row["running"], self.teams.get(row["running"]), row["site"], row["accelerator"], row["n"], 0, until
                )
            )
        return found

    def array(self, name: str) -> np.ndarray[Any, np.dtype[Any]] | None:
        """A variable's values, None if the plan has no such variable."""
        return self.data[name].to_numpy() if name in self.data else None

    def labels(self, dim: str) -> list[Any]:
        """Labels of a dim (positions for periods), none if the plan lacks it."""
        if dim not in self.data.coords:
            return []
        if dim in ("period", "signature"):
            return list(range(self.data.sizes[dim]))
        return list(self.data[dim].to_numpy().tolist())

    def entries(self, name: str, least: float = LEAST) -> Iterator[tuple[tuple[Any, ...], float]]:
        """Labels and value of every entry of a variable that is not zero; periods by position."""
        if name not in self.data:
            return
        values = self.data[name].to_numpy()
        labels = [self.labels(str(dim)) for dim in self.data[name].dims]
        for at in np.argwhere(np.abs(values) > least):
            yield tuple(label[i] for label, i in zip(labels, at, strict=True)), float(values[tuple(at)])

    def by_period(self, name: str, *dims: str) -> dict[tuple[Any, ...], np.ndarray[Any, np.dtype[Any]]]:
        """A variable as series over the periods, by the labels of some dims (its others summed up); none if absent."""
        if name not in self.data:
            return {}
        found = self.data[name]
        found = found.sum([dim for dim in found.dims if dim not in (*dims, "period")]).transpose(*dims, "period")
        values, labels = found.to_numpy(), [self.labels(dim) for dim in dims]
        return {
            tuple(label[i] for label, i in zip(labels, at, strict=True)): values[at]
            for at in np.ndindex(*values.shape[:-1])
        }

    def month(self, month: int | None) -> str | None:
        """The date, as YYYY-MM, of a month of the horizon; None if there is none."""
        return None if month is None else self.case.calendar.label(month)

    def in_tail(self, month: int) -> bool:
        """Whether a month lies behind the reported horizon."""
        return month >= self.case.calendar.reported_end

    def when(self, t: int) -> dict[str, Any]:
        """The cells that say which period a row is about."""
        period = self.case.calendar.periods[t]
        return {
            "period": self.month(period.start), "months": period.months, "fiscal_year": period.fiscal_year,
            "in_tail": period.in_tail,
        }  # fmt: skip


def whole(value: float) -> int | float:
    """A count as an integer where it is one."""
    near = round(value)
    return int(near) if abs(value - near) <= 1e-6 * max(1.0, abs(value)) else float(value)
