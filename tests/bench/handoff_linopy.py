"""The LP of `handoff` in linopy: labelled arrays, whole variables and constraints at once, handed over directly.

The coefficients of what is counted over time (cash, running cost) are summed up as arrays before they meet a variable,
as linopy's users do; nothing else is precomputed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import linopy
import pandas as pd
import xarray as xr

from tests.bench.handoff_data import Figures

linopy.options["semantics"] = "v1"
NAMES = {
    "g": "type", "s": "site", "k": "source", "v": "arrival", "t": "period",
    "i": "stream", "j": "segment", "y": "year", "b": "budget",
}  # fmt: skip


@dataclass
class Data:
    """The figures as labelled arrays: `of(values, "gv")` names the axes."""

    figures: Figures

    def __post_init__(self) -> None:
        self.index = {axis: pd.Index(self.figures.labels[axis], name=name) for axis, name in NAMES.items()}

    def of(self, values: Any, axes: str) -> xr.DataArray:
        """An array with its coordinates."""
        return xr.DataArray(values, coords=[self.index[axis] for axis in axes])

    def coords(self, axes: str) -> list[pd.Index[Any]]:
        """The coordinates of a variable."""
        return [self.index[axis] for axis in axes]


def data(doc: dict[str, Any]) -> Data:
    """What the model is built from; all figures are derived here."""
    f = Figures(doc)
    for name in ("serves", "units", "stock", "lot_cash", "module_cash", "speed", "segments"):
        getattr(f, name)
    return Data(f)


def build(d: Data, *, sparse: bool = False) -> tuple[linopy.Model, float]:
    """The model, and the constant of its objective (linopy has none)."""
    f = d.figures
    m = linopy.Model(sparse=sparse)
    may, stock = d.of(f.type_dates[0], "gv"), d.of(f.stock, "gst")
    everywhere = xr.ones_like(d.of(f.labels["s"], "s"), dtype=bool)
    order = m.add_variables(lower=0, coords=d.coords("gsv"), mask=may & everywhere, name="order")
    online = m.add_variables(lower=0, coords=d.coords("gst"), mask=stock, name="online")
    modules = m.add_variables(lower=0, coords=d.coords("skv"), mask=d.of(f.module_may, "skv"), name="modules")
    energy = m.add_variables(lower=0, coords=d.coords("skt"), name="energy")
    use = m.add_variables(
        lower=0, coords=d.coords("igst"), mask=stock & xr.ones_like(d.of(f.labels["i"], "i"), dtype=bool), name="use"
    )
    units = d.of(f.units, "gst")
    m.add_constraints(online - (d.of(f.serves, "gvt") * order).sum("arrival") <= units, name="F1")
    healthy = d.of(f.column("accelerators", "availability"), "g")
    m.add_constraints(use.sum("stream") - healthy * online <= 0, name="D2")
    _power(m, d, online, modules, energy)
    streams = _streams(m, d, use)
    running = d.of(f.running, "gt")
    of_year = d.of(f.of_year.astype(float), "ty")
    yearly = xr.dot(d.of(f.serves, "gvt"), running, of_year, dim="period")
    mwh = d.of(f.source("energy_usd_per_mwh") / 1e6, "sk")
    spend = {
        "all": (d.of(f.lot_cash[1], "gvy") * order).sum(["type", "site", "arrival"])
        + (d.of(f.module_cash[1], "skvy") * modules).sum(["site", "source", "arrival"]),
        "opex": (yearly * order).sum(["type", "site", "arrival"])
        + ((mwh * of_year) * energy).sum(["site", "source", "period"]),
    }
    given = {
        "all": 0.0 * of_year.sum("period"),
        "opex": xr.dot(running, units, of_year, dim=["type", "site", "period"]),
    }
    overrun = _budgets(m, d, spend, given)
    paid = d.of(f.lot_cash[0], "gv") + xr.dot(d.of(f.serves, "gvt"), running * _factor(d), dim="period")
    m.add_objective(
        streams
        - (paid * order).sum()
        - (d.of(f.module_cash[0], "skv") * modules).sum()
        - ((mwh * _factor(d)) * energy).sum()
        - (overrun[1] * overrun[0]).sum(),
        sense="max",
    )
    return m, -float((running * _factor(d) * units).sum())


def _factor(d: Data) -> xr.DataArray:
    return d.of(d.figures.factor(d.figures.start), "t")


def _power(m: linopy.Model, d: Data, online: Any, modules: Any, energy: Any) -> None:
    f = d.figures
    hours, pue = d.of(f.hours, "t"), d.of(f.column("sites", "pue"), "s")
    draw = (d.of(f.draw, "g") * online).sum("type")
    module, existing = d.of(f.source("module_mw"), "sk"), d.of(f.source("existing_mw"), "sk")
    built = (module * d.of(f.stands.astype(float), "vt") * modules).sum("arrival")
    m.add_constraints(pue * draw - built.sum("source") <= existing.sum("source"), name="P2")
    m.add_constraints(energy.sum("source") - (pue * hours * f.setting("average_draw")) * draw == 0, name="P3")
    m.add_constraints(energy - hours * built <= hours * existing, name="P4")
    grows = d.of(f.module_may.any(axis=2), "sk")
    room = d.of(f.source("max_mw"), "sk") - existing
    m.add_constraints((module * modules).sum("arrival") <= room, mask=grows, name="P6")


def _streams(m: linopy.Model, d: Data, use: Any) -> Any:
    """The rows of the streams; what they are worth, less what is not served."""
    f = d.figures
    unserved = m.add_variables(lower=0, coords=d.coords("it"), name="unserved")
    segment = m.add_variables(lower=0, coords=d.coords("ijt"), name="segment")
    served = (d.of(f.speed, "ig") * use).sum(["type", "site"])
    m.add_constraints(served <= d.of(f.demand("ceiling_pflops"), "it"), name="D5")
    m.add_constraints(served + unserved >= d.of(f.demand("floor_pflops"), "it"), name="D6")
    m.add_constraints(segment.sum("segment") - served <= 0, name="D7")
    m.add_constraints(1 * segment <= d.of(f.segments[0], "ij"), name="D8")
    months = d.of(f.months, "t") * _factor(d)
    worth, price = d.of(f.segments[1], "ij"), d.of(f.unserved_price, "i")
    return ((worth * months) * segment).sum() - ((price * months) * unserved).sum()


def _budgets(m: linopy.Model, d: Data, spend: dict[str, Any], given: dict[str, Any]) -> tuple[Any, Any]:
    """The rows of the budgets; overruns, and what each M$ of them costs."""
    f = d.figures
    cap, carry = d.of(f.budget("budget_musd"), "by"), d.of(f.budget("carry_over_share"), "by")
    price = d.of(f.budget("overrun_price_musd"), "by")
    left = m.add_variables(lower=0, coords=d.coords("by"), name="left")
    overrun = m.add_variables(lower=0, coords=d.coords("by"), mask=price > 0, name="overrun")
    carried = (carry * left).shift(year=1).fillna(0)
    for b, amount in spend.items():
        kept = left.sel(budget=b) - carried.sel(budget=b)
        beyond = (1 * overrun.sel(budget=b)).fillna(0)
        m.add_constraints(amount + kept - beyond == cap.sel(budget=b) - given[b], name=f"B1 {b}")
    january = xr.DataArray(
        f.factor(12 * (pd.Index(f.labels["y"]) - f.labels["y"][0]).to_numpy()), coords=[d.index["y"]]
    )
    return overrun, price * january
