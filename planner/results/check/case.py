"""The plan under check: its inputs, its labels, its values by label, and where findings go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from planner.core.inputs import Inputs
from planner.results.check.calendar import read_calendar
from planner.results.check.foreign import CAPEX_PARTS, OPEX_PARTS, unknown_parts
from planner.results.check.money import Money
from planner.results.check.report import Array, Dims, Recorder
from planner.results.check.spans import read_spans


def _dotted(rows: Sequence[dict[str, Any]], *key: str) -> list[str]:
    return [".".join(row[part] for part in key) for row in rows]


def _ordered(row: dict[str, Any]) -> str:
    return ".".join(str(row[part]) for part in ("what", "site", "part_of", "item", "arrives") if row[part] is not None)


class Case:
    """Inputs and decisions of one plan.

    Labels come from the inputs, in their order; values are read from the dataset by label, so that the
    order of its coordinates does not matter.
    """

    def __init__(self, data: xr.Dataset) -> None:
        self.data = data
        self.inputs = Inputs.from_json(str(data.attrs["inputs"]))
        self.calendar = read_calendar(self.inputs)
        self.found = Recorder()
        self.money = Money(self.inputs, self.calendar)
        self.accelerators = self.inputs.by_id("accelerators", "accelerator")
        self.own = [row["site"] for row in self.inputs.rows("sites")]
        self.leases = self.inputs.by_id("leases", "lease")
        self.spans = read_spans(self.inputs)
        self.labels: dict[str, list[str]] = {
            "period": self.calendar.periods,
            "signature": self.calendar.periods,
            "site": [*self.own, *self.leases],
            "accelerator": list(self.accelerators),
            "lease": list(self.leases),
            "stream": [row["stream"] for row in self.inputs.rows("streams")],
            "segment": [str(j) for j in range(self._most_segments())],
            "fiscal_year": [str(year) for year in self.calendar.fiscal_years],
            "budget_category": list(dict.fromkeys(row["category"] for row in self.inputs.rows("budgets"))),
            "category": [*CAPEX_PARTS, *unknown_parts(data, "capex")],
            "opex_part": [*OPEX_PARTS, *unknown_parts(data, "opex")],
            "hall": _dotted(self.inputs.rows("halls"), "site", "hall"),
            "power_source": _dotted(self.inputs.rows("power_sources"), "site", "power_source"),
            "fabric": _dotted(self.inputs.rows("fabrics"), "site", "fabric"),
            "phase": _dotted(self.inputs.rows("power_phases"), "site", "power_source", "phase"),
            "retrofit": _dotted(self.inputs.rows("retrofits"), "site", "from_hall", "to_hall"),
            "cohort": [str(f) for f in range(len(self.inputs.rows("fleet")))],
            "link": _dotted(self.inputs.rows("links"), "link"),
            "module": _dotted(self.inputs.rows("link_modules"), "link", "module"),
            "direction": ["ab", "ba"],
            "source": self.own,
            "destination": self.own,
            "programme": [row["programme"] for row in self.inputs.rows("programmes")],
            "option": _dotted(self.inputs.rows("programme_options"), "programme", "option"),
            "level": [f"{row['programme']}.{row['level']}" for row in self.inputs.rows("efficiency")],
            "running": [row["running"] for row in self.inputs.rows("running")],
            "previous_order": [_ordered(row) for row in self.inputs.rows("previous_orders")],
            "run": [row["run"] for row in self.inputs.rows("runs")],
            "slot": self.calendar.slots,
            "team": [row["team"] for row in self.inputs.rows("teams")],
        }
        self.labels["ordered_item"] = [
            *(f"accelerator.{site}.{name}" for name in self.accelerators for site in self.own),
            *(f"{dim}.{name}" for dim in ("hall", "power_source", "fabric", "lease") for name in self.labels[dim]),
            *(f"power_phase.{name}" for name in self.labels["phase"]),
            *(f"link_module.{name}" for name in self.labels["module"]),
            *(f"retrofit.{name}" for name in self.labels["retrofit"]),
        ]
        self.places = self.labels["site"]
        self._positions: dict[str, dict[str, int]] = {}
        self._both: dict[str, tuple[list[int], list[int]]] = {}

    def dims(self, *names: str) -> Dims:
        """The named dims with their labels."""
        return [(name, self.labels[name]) for name in names]

    def own_dims(self, *names: str) -> Dims:
        """Like `dims`, with `site` holding own sites only."""
        return [(name, self.own if name == "site" else self.labels[name]) for name in names]

    def setting(self, block: str, key: str) -> Any:
        """A value of the settings."""
        return self.inputs.setting(block, key)

    def position(self, dim: str, label: str) -> int:
        """Position of a label in the inputs' order; -1 if there is none."""
        if dim not in self._positions:
            self._positions[dim] = {name: i for i, name in enumerate(self.labels[dim])}
        return self._positions[dim].get(label, -1)

    def months_of(self, column: str, row: dict[str, Any], otherwise: int) -> int:
        """The month of a date cell, or `otherwise` if it is empty."""
        return otherwise if row[column] is None else self.calendar.month(row[column])

    def read(self, name: str, *dims: str) -> Array:
        """Values of a variable by the inputs' labels; zero where the plan has none."""
        values = np.zeros(tuple(len(self.labels[dim]) for dim in dims))
        if name not in self.data.variables:
            return values
        variable = self.data.variables[name]
        if set(variable.dims) != set(dims):
            self.found.add(f"output:{name}", "", len(variable.dims), "dims", f"has dims {variable.dims}, not {dims}")
            return values
        stated = np.asarray(variable.transpose(*dims).values, dtype=float)
        bad = ~np.isfinite(stated)
        if bad.any():
            self.found.add(f"output:{name}", "", int(bad.sum()), "values", "holds values that are no numbers")
            stated = np.where(bad, 0.0, stated)
        here, there = zip(*(self._matched(dim) for dim in dims), strict=True)
        values[np.ix_(*here)] = stated[np.ix_(*there)]
        return values

    def _matched(self, dim: str) -> tuple[list[int], list[int]]:
        """Positions of a dim's labels in the inputs' order, and in the dataset's."""
        if dim not in self._both:
            pairs = [(self.position(dim, label), i) for i, label in enumerate(self.stated_labels(dim))]
            self._both[dim] = ([p for p, _ in pairs if p >= 0], [i for p, i in pairs if p >= 0])
        return self._both[dim]

    def stated_labels(self, dim: str) -> list[str]:
        """The labels of a dim of the dataset as text; dates as YYYY-MM."""
        coordinate = self.data.variables.get(dim)
        if coordinate is None or coordinate.ndim != 1:
            return [str(i) for i in range(self.data.sizes[dim])]
        values = np.asarray(coordinate.values)
        if np.issubdtype(values.dtype, np.datetime64):
            return [str(date) for date in values.astype("datetime64[M]")]
        return [str(value) for value in values.tolist()]

    def texts(self, name: str) -> list[str]:
        """A coordinate or variable of text, as a list."""
        return [str(value) for value in np.asarray(self.data.variables[name].values).tolist()]

    def compare(self, name: str, derived: Array, *dims: str, unit: str) -> None:
        """A published result against what was derived; its absence is a finding."""
        if not derived.size:
            return
        if name not in self.data.variables:
            if derived.size == 0:  # nothing to say along a dim without labels
                return
            self.found.add(f"output:{name}", "", float(derived.size), "values", "is missing from the plan")
            return
        stated = self.read(name, *dims)
        self.found.same(name, stated, derived, self.dims(*dims), unit)

    def same_cell(self, name: str, where: str, stated: object, derived: str | float) -> None:
        """One cell of a published result against what was derived; unknown (NaN) is the same as unknown."""
        self.found.rows[f"output:{name}"] += 1
        if isinstance(derived, str):
            same, miss = str(stated) == derived, 1.0
        else:
            value = float(str(stated))
            miss = abs(value - derived)
            same = miss <= 1e-6 * abs(derived) + 1e-9 or (value != value and derived != derived)
        if not same:
            self.found.add(f"output:{name}", where, miss, "-", f"stated {stated}, derived {derived}")

    def check_labels(self) -> None:
        """Every dim of the plan has exactly the labels that follow from the inputs."""
        for dim, labels in self.labels.items():
            if dim not in self.data.sizes:
                continue
            self.found.rows["labels"] += 1
            stated = self.stated_labels(dim)
            wrong = sorted(set(stated) ^ set(labels)) or (["(repeated)"] if len(stated) != len(labels) else [])
            if wrong:
                message = f"labels that are not in both plan and inputs: {', '.join(wrong[:5])}"
                self.found.add("labels", f"dim={dim}", len(wrong), "labels", message)
        self._check_periods()

    def _check_periods(self) -> None:
        calendar = self.calendar
        derived: dict[str, Sequence[int]] = {
            "months": calendar.months.tolist(),
            "year": [calendar.fiscal_year(start) for start in calendar.starts],
            "in_tail": [int(start >= calendar.report_end) for start in calendar.starts],
        }
        for name, values in derived.items():
            if name in self.data.variables:
                self.compare(name, np.array(values, dtype=float), "period", unit=name)

    def _most_segments(self) -> int:
        counts: dict[str, int] = {}
        for row in self.inputs.rows("stream_segments"):
            counts[row["stream"]] = counts.get(row["stream"], 0) + 1
        return max(counts.values(), default=0)
