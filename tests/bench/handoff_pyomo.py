"""The LP of `handoff` in ordinary Pyomo: sets, rules over named indices, `quicksum`, a persistent HiGHS interface.

Written as Pyomo's documentation teaches; sums that stand in several rows are named Expressions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pyomo.environ as pyo

from tests.bench.handoff_data import Figures

Table = dict[Any, float]


class Data:
    """The figures as dictionaries by name, and the index sets as lists."""

    def __init__(self, doc: dict[str, Any]) -> None:
        f = self.figures = Figures(doc)
        self.labels = f.labels
        may, stock = f.type_dates[0], f.stock
        self.orders = [key for key, there in self.items("gv", may) if there]
        self.stock = [key for key, there in self.items("gst", stock) if there]
        self.builds = [key for key, there in self.items("skv", f.module_may) if there]
        self.serving: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
        for (g, v, t), units in self.items("gvt", f.serves):
            if units:
                self.serving[g, t].append((v, units))
        self.due: dict[int, list[tuple[str, int, float]]] = defaultdict(list)
        for (g, v, y), amount in self.items("gvy", f.lot_cash[1]):
            if amount:
                self.due[y].append((g, v, amount))
        self.module_due: dict[int, list[tuple[tuple[str, str, int], float]]] = defaultdict(list)
        for (s, k, v, y), amount in self.items("skvy", f.module_cash[1]):
            if amount:
                self.module_due[y].append(((s, k, v), amount))
        self.units, self.running = self.table("gst", f.units), self.table("gt", f.running)
        self.lot_cost, self.module_cost = self.table("gv", f.lot_cash[0]), self.table("skv", f.module_cash[0])
        self.speed, self.draw = self.table("ig", f.speed), self.table("g", f.draw)
        self.healthy = self.table("g", f.column("accelerators", "availability"))
        self.pue = self.table("s", f.column("sites", "pue"))
        self.module, self.existing, self.most, self.mwh = (
            self.table("sk", f.source(name)) for name in ("module_mw", "existing_mw", "max_mw", "energy_usd_per_mwh")
        )
        self.width, self.worth = self.table("ij", f.segments[0]), self.table("ij", f.segments[1])
        self.ceiling = self.table("it", f.demand("ceiling_pflops"))
        self.floor = self.table("it", f.demand("floor_pflops"))
        self.unserved = self.table("i", f.unserved_price)
        self.cap = self.table("by", f.budget("budget_musd"))
        self.carry = self.table("by", f.budget("carry_over_share"))
        self.overrun = self.table("by", f.budget("overrun_price_musd"))
        self.hours, self.months = f.hours.tolist(), f.months.tolist()
        self.factor = f.factor(f.start).tolist()
        self.year = [f.year(month) for month in f.start.tolist()]

    def items(self, axes: str, values: Any) -> Iterator[tuple[Any, Any]]:
        """The cells of an array by their names."""
        keys: Any = product(*(self.labels[axis] for axis in axes)) if len(axes) > 1 else self.labels[axes]
        return zip(keys, np.asarray(values).ravel().tolist(), strict=True)

    def table(self, axes: str, values: Any) -> Table:
        """An array as a dictionary by names."""
        return dict(self.items(axes, values))


def build(d: Data) -> Any:
    """The concrete model."""
    m = pyo.ConcreteModel()
    for axis in "gskitjyb":
        m.add_component(axis.upper(), pyo.Set(initialize=d.labels[axis], ordered=True))
    m.ORDER = pyo.Set(initialize=[(g, s, v) for g, v in d.orders for s in d.labels["s"]], dimen=3, ordered=True)
    m.STOCK = pyo.Set(initialize=d.stock, dimen=3, ordered=True)
    m.BUILD = pyo.Set(initialize=d.builds, dimen=3, ordered=True)
    m.order = pyo.Var(m.ORDER, domain=pyo.NonNegativeReals)
    m.online = pyo.Var(m.STOCK, domain=pyo.NonNegativeReals)
    m.build = pyo.Var(m.BUILD, domain=pyo.NonNegativeReals)
    m.energy = pyo.Var(m.S, m.K, m.T, domain=pyo.NonNegativeReals)
    m.use = pyo.Var(m.I, m.STOCK, domain=pyo.NonNegativeReals)
    m.unserved = pyo.Var(m.I, m.T, domain=pyo.NonNegativeReals)
    m.segment = pyo.Var(m.I, m.J, m.T, domain=pyo.NonNegativeReals)
    m.left = pyo.Var(m.B, m.Y, domain=pyo.NonNegativeReals)
    m.overrun = pyo.Var([key for key, price in d.overrun.items() if price], domain=pyo.NonNegativeReals)

    @m.Expression(m.STOCK)
    def in_service(m: Any, g: str, s: str, t: int) -> Any:
        return d.units[g, s, t] + pyo.quicksum(n * m.order[g, s, v] for v, n in d.serving[g, t])

    @m.Constraint(m.STOCK)
    def F1(m: Any, g: str, s: str, t: int) -> Any:
        return m.online[g, s, t] <= m.in_service[g, s, t]

    @m.Constraint(m.STOCK)
    def D2(m: Any, g: str, s: str, t: int) -> Any:
        return pyo.quicksum(m.use[i, g, s, t] for i in m.I) <= d.healthy[g] * m.online[g, s, t]

    _power(m, d)
    _streams(m, d)
    _money(m, d)
    return m


def _power(m: Any, d: Data) -> None:
    types: dict[tuple[str, int], list[str]] = defaultdict(list)
    for g, s, t in d.stock:
        types[s, t].append(g)
    arrivals: dict[tuple[str, str], list[int]] = defaultdict(list)
    for s, k, v in d.builds:
        arrivals[s, k].append(v)

    @m.Expression(m.S, m.T)
    def draw(m: Any, s: str, t: int) -> Any:
        return pyo.quicksum(d.draw[g] * m.online[g, s, t] for g in types[s, t])

    @m.Expression(m.S, m.K, m.T)
    def source_mw(m: Any, s: str, k: str, t: int) -> Any:
        built = pyo.quicksum(m.build[s, k, v] for v in arrivals[s, k] if v <= t)
        return d.existing[s, k] + d.module[s, k] * built

    @m.Constraint(m.S, m.T)
    def P2(m: Any, s: str, t: int) -> Any:
        return d.pue[s] * m.draw[s, t] <= pyo.quicksum(m.source_mw[s, k, t] for k in m.K)

    @m.Constraint(m.S, m.T)
    def P3(m: Any, s: str, t: int) -> Any:
        drawn = d.pue[s] * d.figures.setting("average_draw") * d.hours[t] * m.draw[s, t]
        return pyo.quicksum(m.energy[s, k, t] for k in m.K) == drawn

    @m.Constraint(m.S, m.K, m.T)
    def P4(m: Any, s: str, k: str, t: int) -> Any:
        return m.energy[s, k, t] <= d.hours[t] * m.source_mw[s, k, t]

    @m.Constraint(list(dict.fromkeys((s, k) for s, k, _ in d.builds)))
    def P6(m: Any, s: str, k: str) -> Any:
        return m.source_mw[s, k, arrivals[s, k][-1]] <= d.most[s, k]


def _streams(m: Any, d: Data) -> None:
    there: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for g, s, t in d.stock:
        there[t].append((g, s))

    @m.Expression(m.I, m.T)
    def served(m: Any, i: str, t: int) -> Any:
        return pyo.quicksum(d.speed[i, g] * m.use[i, g, s, t] for g, s in there[t])

    @m.Constraint(m.I, m.T)
    def D5(m: Any, i: str, t: int) -> Any:
        return m.served[i, t] <= d.ceiling[i, t]

    @m.Constraint(m.I, m.T)
    def D6(m: Any, i: str, t: int) -> Any:
        return m.served[i, t] + m.unserved[i, t] >= d.floor[i, t]

    @m.Constraint(m.I, m.T)
    def D7(m: Any, i: str, t: int) -> Any:
        return pyo.quicksum(m.segment[i, j, t] for j in m.J) <= m.served[i, t]

    @m.Constraint(m.I, m.J, m.T)
    def D8(m: Any, i: str, j: int, t: int) -> Any:
        return m.segment[i, j, t] <= d.width[i, j]


def _money(m: Any, d: Data) -> None:
    @m.Expression(m.T)
    def run_and_drawn(m: Any, t: int) -> Any:
        """Opex of a period: what is in service, what is drawn."""
        running = pyo.quicksum(
            d.running[g, t] * m.in_service[g, s, t] for g, s in product(m.G, m.S) if (g, s, t) in m.STOCK
        )
        return running + pyo.quicksum(d.mwh[s, k] / 1e6 * m.energy[s, k, t] for s in m.S for k in m.K)

    @m.Expression(m.B, m.Y)
    def spend(m: Any, b: str, y: int) -> Any:
        if b == "opex":
            return pyo.quicksum(m.run_and_drawn[t] for t in m.T if d.year[t] == y)
        lots = pyo.quicksum(amount * m.order[g, s, v] for g, v, amount in d.due[y] for s in m.S)
        return lots + pyo.quicksum(amount * m.build[key] for key, amount in d.module_due[y])

    @m.Constraint(m.B, m.Y)
    def B1(m: Any, b: str, y: int) -> Any:
        carried = d.carry[b, y - 1] * m.left[b, y - 1] if (b, y - 1) in d.carry else 0
        beyond = m.overrun[b, y] if d.overrun[b, y] else 0
        return m.spend[b, y] + m.left[b, y] - carried - beyond == d.cap[b, y]

    first = d.labels["y"][0]
    value = pyo.quicksum(
        d.worth[i, j] * d.months[t] * d.factor[t] * m.segment[i, j, t] for i in m.I for j in m.J for t in m.T
    )
    unserved = pyo.quicksum(d.unserved[i] * d.months[t] * d.factor[t] * m.unserved[i, t] for i in m.I for t in m.T)
    lots = pyo.quicksum(d.lot_cost[g, v] * m.order[g, s, v] for g, s, v in m.ORDER)
    modules = pyo.quicksum(d.module_cost[key] * m.build[key] for key in m.BUILD)
    opex = pyo.quicksum(d.factor[t] * m.run_and_drawn[t] for t in m.T)
    overruns = pyo.quicksum(
        d.overrun[b, y] * float(d.figures.factor(12 * (y - first))) * m.overrun[b, y] for b, y in m.overrun
    )
    m.net_value = pyo.Objective(expr=value - unserved - lots - modules - opex - overruns, sense=pyo.maximize)
