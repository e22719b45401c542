"""Plans put together by hand for the tests of the check: decisions chosen, results by plain arithmetic.

`tiny_plan` is the three-period example; the plan with every room in it is in `full_plan_by_hand`. Nothing
here uses the model or the check.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from planner.core.settings import SETTINGS
from planner.model.rooms import TABLES

Line = tuple[str, str, str, int, float]
SIGN = {"value": 1, "resale": 1, "terminal": 1, "capex": -1, "opex": -1, "fee": -1, "penalty": -1}
HOURS = 730.5


def document(
    name: str, settings: Mapping[str, Mapping[str, Any]], tables: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    """Resolved inputs: every declared column present, defaults filled in."""
    blocks = {t.name: {c.name: settings.get(t.name, {}).get(c.name, c.default) for c in t.columns} for t in SETTINGS}
    declared = {t.name: t for t in TABLES}
    filled = {
        table: [
            {c.name: row.get(c.name, None if c.required else c.default) for c in declared[table].columns}
            | {"source": None, "assumption": "made up"}
            for row in rows
        ]
        for table, rows in tables.items()
    }
    for table, rows in tables.items():
        assert all(set(row) <= {c.name for c in declared[table].columns} for row in rows), table
    head = {"format": 1, "name": name, "title": name, "changes": [], "catalogue_rows": [], "provenance": {}}
    return {**head, **blocks, "tables": filled}


def dated(start: str, month: int) -> str:
    """The date so many months after `start`."""
    count = int(start[:4]) * 12 + int(start[5:]) - 1 + month
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


class Maker:
    """Fills a dataset from labels and sparse values."""

    def __init__(self, inputs: dict[str, Any], months: list[int], tail: int, labels: dict[str, list[Any]]) -> None:
        self.inputs, self.months = inputs, months
        self.start = inputs["calendar"]["start"]
        self.begins = [sum(months[:t]) for t in range(len(months))]
        dates = np.array([dated(self.start, m) for m in self.begins], dtype="datetime64[M]").astype("datetime64[ns]")
        self.labels = {"period": dates, **labels}
        years = [int(dated(self.start, m)[:4]) for m in self.begins]
        coords: dict[str, Any] = {
            "months": ("period", months),
            "year": ("period", years),
            "in_tail": ("period", [t >= len(months) - tail for t in range(len(months))]),
        }
        self.data = xr.Dataset(coords={**{d: (d, v) for d, v in self.labels.items()}, **coords})

    def put(self, name: str, dims: Sequence[str], values: Mapping[Any, Sequence[float]]) -> None:
        """A variable whose last dim is given whole and the others by label; what is not given is zero."""
        array = np.zeros([len(self.labels[d]) for d in dims])
        for key, row in values.items():
            key = key if isinstance(key, tuple) else (key,)
            at = tuple(list(self.labels[d]).index(k) for d, k in zip(dims[:-1], key, strict=True))
            array[at] = row
        self.data[name] = (tuple(dims), array)

    def candidates(self, rows: Sequence[tuple[str, str, str, int, int, int, float, int]]) -> None:
        """(run, accelerator, site, start, months, n, value, chosen)."""
        run, accelerator, site, start, months, n, value, chosen = zip(*rows, strict=True)
        coords = {
            "run": list(run),
            "accelerator": list(accelerator),
            "site": list(site),
            "start": [dated(self.start, m) for m in start],
            "months": list(months),
            "n": list(n),
            "finish": [dated(self.start, m + d) for m, d in zip(start, months, strict=True)],
            "value_musd": list(value),
        }
        self.data = self.data.assign_coords(
            candidate=np.arange(len(rows)), **{f"candidate_{k}": ("candidate", v) for k, v in coords.items()}
        )
        self.data["start"] = ("candidate", np.array(chosen, dtype=float))

    def runs(self, rows: Mapping[str, tuple[str, str, str, str, str, int, int, float]]) -> None:
        """By run: status, start, finish, site, accelerator, n, months late, value."""
        names = ("status", "start", "finish", "site", "accelerator", "n", "months_late", "value_musd")
        self.data = self.data.assign_coords(run=list(rows))
        for name, values in zip(names, zip(*rows.values(), strict=True), strict=True):
            self.data[f"run_{name}"] = ("run", list(values))

    def money(self, lines: Sequence[Line], places: Sequence[str], bound_above: float) -> xr.Dataset:
        """Ledger, tables and attributes made of the lines."""
        rate = self.inputs["finance"]["discount_rate"]
        worth = [SIGN[kind] * amount * (1 + rate) ** (-month / 12) for kind, _, _, month, amount in lines]
        coords = {
            "kind": [line[0] for line in lines],
            "part": [line[1] for line in lines],
            "where": [line[2] for line in lines],
            "date": [dated(self.start, line[3]) for line in lines],
        }
        self.data = self.data.assign_coords(
            line=np.arange(len(lines)), **{f"line_{k}": ("line", v) for k, v in coords.items()}
        )
        self.data["ledger_musd"] = ("line", [line[4] for line in lines])
        self.data["ledger_discounted_musd"] = ("line", worth)
        self._tables(lines, places)
        objective = sum(worth)
        scale = sum(w for w, line in zip(worth, lines, strict=True) if line[0] == "value")
        text = canonical(self.inputs)
        self.data.attrs = {
            "study": self.inputs["name"],
            "status": "gap_reached",
            "objective_musd": objective,
            "bound_musd": objective + bound_above,
            "gap_musd": bound_above,
            "scale_musd": scale,
            "gap": bound_above / scale,
            "inputs": text,
            "inputs_hash": hashlib.sha256(text.encode()).hexdigest(),
        }
        return self.data

    def _tables(self, lines: Sequence[Line], places: Sequence[str]) -> None:
        years = list(self.labels["fiscal_year"])
        tables = {
            "capex": (("category", "site", "period"), ["compute", "hall", "power", "network"]),
            "opex": (("opex_part", "site", "period"), ["energy", "running", "lease", "rent", "placement", "traffic"]),
        }
        for kind, (dims, parts) in tables.items():
            self.data = self.data.assign_coords({dims[0]: parts})
            array = np.zeros((len(parts), len(places), len(self.months)))
            cash = np.zeros((len(parts), len(years)))
            for line_kind, part, where, month, amount in lines:
                if line_kind == kind and month < sum(self.months):
                    t = max(t for t, begins in enumerate(self.begins) if begins <= month)
                    array[parts.index(part), places.index(where), t] += amount
                    cash[parts.index(part), years.index(int(dated(self.start, month)[:4]))] += amount
            self.data[kind] = (dims, array)
            if kind == "capex":
                self.data["cash"] = (("category", "fiscal_year"), cash)


def tiny_inputs() -> dict[str, Any]:
    """One site, one type, two runs, three periods; the budget is spent to the last dollar."""
    settings = {
        "calendar": {"start": "2026-01", "periods": [6, 6, 12], "slot_months": 6, "tail_months": 0},
        "finance": {"discount_rate": 0.1, "terminal_value": "none", "average_draw": 0.8},
        "power": {"fabric_draw_share": 0.0},
    }
    run = {"mfu": 0.4, "goodput": 1.0, "durations_months": [6], "eligible": ["x1"], "sites": ["alpha"]}
    run |= {"earliest": "2026-07", "due": "2027-01", "latest": "2027-01", "value_loss_per_month": 0.08}
    x1 = {"accelerator": "x1", "bf16_dense_tflops": 1000.0, "provisioned_kw": 1.0, "cooling": "air", "lot_size": 1000}
    x1 |= {"lead_time_months": 6, "life_months": 60, "price_usd": 30000.0}
    hall = {"site": "alpha", "hall": "hall_a", "cooling": "air", "module_mw": 1.0, "max_modules": 10}
    grid = {"site": "alpha", "power_source": "grid", "existing_mw": 4.0, "max_mw": 4.0, "energy_usd_per_mwh": 50.0}
    clos = {"site": "alpha", "fabric": "clos2", "max_gang": 16384, "block_endpoints": 1000}
    return document(
        "tiny_by_hand",
        settings,
        {
            "accelerators": [x1],
            "sites": [{"site": "alpha", "pue": 1.25}],
            "halls": [hall | {"lead_time_months": 6, "price_musd_per_mw": 10.0}],
            "power_sources": [grid],
            "fabrics": [clos | {"lead_time_months": 6, "price_usd_per_endpoint": 2000.0}],
            "fleet": [],
            "runs": [
                run | {"run": "a", "flop_zflop": 6307.2, "value_musd": 200.0},
                run | {"run": "b", "flop_zflop": 12614.4, "value_musd": 150.0},
            ],
            "budgets": [
                {"fiscal_year": 2026, "category": "all", "budget_musd": 84.0},
                {"fiscal_year": 2027, "category": "all", "budget_musd": 84.0},
            ],
        },
    )


def tiny_plan() -> xr.Dataset:
    """Two lots arrive in July 2026; a runs at once on half of them, b half a year later on all."""
    labels = {"site": ["alpha"], "accelerator": ["x1"], "hall": ["alpha.hall_a"], "power_source": ["alpha.grid"]}
    labels |= {"fabric": ["alpha.clos2"], "fiscal_year": [2026, 2027], "budget_category": ["all"]}
    m = Maker(tiny_inputs(), [6, 6, 12], 0, labels)
    gsp, energy = ("accelerator", "site", "period"), [0.0, 6 * HOURS, 12 * 2 * HOURS]
    m.put("order", gsp, {("x1", "alpha"): [0, 2, 0]})
    m.put("delivered", gsp, {("x1", "alpha"): [0, 2000, 0]})
    m.put("in_service", gsp, {("x1", "alpha"): [0, 2000, 2000]})
    m.put("online", gsp, {("x1", "alpha"): [0, 1000, 2000]})
    m.put("stranded_accelerators", gsp, {("x1", "alpha"): [0, 1000, 0]})
    m.put("utilisation", gsp, {("x1", "alpha"): [0, 0.5, 0.5]})
    m.put("taken", gsp, {("x1", "alpha"): [0, 1000, 1000]})
    m.put("hall_build", ("hall", "period"), {"alpha.hall_a": [0, 2, 0]})
    m.put("hall_mw", ("hall", "period"), {"alpha.hall_a": [0, 2, 2]})
    m.put("power_source_mw", ("power_source", "period"), {"alpha.grid": [4, 4, 4]})
    m.put("draw_mw", ("site", "period"), {"alpha": [0, 1, 2]})
    m.put("stranded_mw", ("site", "period"), {"alpha": [0, 1, 0]})
    m.put("energy_mwh", ("power_source", "period"), {"alpha.grid": energy})
    m.put("endpoint_order", ("fabric", "period"), {"alpha.clos2": [0, 2, 0]})
    m.put("instance_order", ("fabric", "period"), {"alpha.clos2": [0, 1, 0]})
    m.put("endpoints", ("fabric", "period"), {"alpha.clos2": [0, 2000, 2000]})
    m.put("instances", ("fabric", "period"), {"alpha.clos2": [0, 1, 1]})
    for name, values in {"budget": [84, 84], "budget_spend": [84, 0], "budget_left": [0, 84]}.items():
        m.put(name, ("budget_category", "fiscal_year"), {"all": values})
    late = 150 * 0.92**6
    m.candidates(
        [
            ("a", "x1", "alpha", 6, 6, 1000, 200.0, 1),
            ("a", "x1", "alpha", 12, 6, 1000, 200 * 0.92**6, 0),
            ("b", "x1", "alpha", 6, 6, 2000, 150.0, 0),
            ("b", "x1", "alpha", 12, 6, 2000, late, 1),
        ]
    )
    m.runs(
        {
            "a": ("started", "2026-07", "2027-01", "alpha", "x1", 1000, 0, 200.0),
            "b": ("late", "2027-01", "2027-07", "alpha", "x1", 2000, 6, late),
        }
    )
    lines: list[Line] = [
        ("capex", "compute", "alpha", 0, 60.0),
        ("capex", "hall", "alpha", 0, 20.0),
        ("capex", "network", "alpha", 0, 4.0),
        ("opex", "energy", "alpha", 6, 50 * energy[1] / 1e6),
        ("opex", "energy", "alpha", 12, 50 * energy[2] / 1e6),
        ("value", "run", "a", 12, 200.0),
        ("value", "run", "b", 18, late),
    ]
    return m.money(lines, ["alpha"], 0.0)


def changed(plan: xr.Dataset, name: str, at: Mapping[str, Any], value: float) -> xr.Dataset:
    """A copy of a plan with one value set, by labels (dates as YYYY-MM)."""
    plan = plan.copy(deep=True)
    index = []
    for dim in plan[name].dims:
        coordinate = plan.coords[dim] if dim in plan.coords and plan.coords[dim].ndim == 1 else None
        labels = range(plan.sizes[dim]) if coordinate is None else coordinate.values.tolist()
        if coordinate is not None and np.issubdtype(coordinate.dtype, np.datetime64):
            labels = [str(date)[:7] for date in coordinate.values.astype("datetime64[M]")]
        index.append(list(labels).index(at[str(dim)]))
    plan[name].values[tuple(index)] = value
    return plan


def with_inputs(plan: xr.Dataset, change: Callable[[dict[str, Any]], object]) -> xr.Dataset:
    """A copy of a plan whose embedded inputs were changed, hash included."""
    plan = plan.copy(deep=True)
    inputs = json.loads(plan.attrs["inputs"])
    change(inputs)
    plan.attrs["inputs"] = canonical(inputs)
    plan.attrs["inputs_hash"] = hashlib.sha256(plan.attrs["inputs"].encode()).hexdigest()
    return plan


def canonical(inputs: dict[str, Any]) -> str:
    """The JSON text a plan carries."""
    return json.dumps(inputs, sort_keys=True, allow_nan=False, separators=(",", ":"))


def row_of(inputs: dict[str, Any], table: str, **key: Any) -> dict[str, Any]:
    """The one row of a table with these cells."""
    (found,) = [row for row in inputs["tables"][table] if all(row[k] == v for k, v in key.items())]
    row: dict[str, Any] = found
    return row
