"""Things built in modules, second opinion: when they may arrive, how long they stand, what they cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.core.units import KW_PER_MW
from planner.results.check.case import Case
from planner.results.check.money import MUSD, Item, Purchase
from planner.results.check.report import Array, Dims, Flags


@dataclass(frozen=True, slots=True)
class Built:
    """Halls, or sources: their rows; by (item, period) modules that arrive and that stand, and MW there."""

    table: str
    rows: list[dict[str, Any]]
    names: list[str]
    modules: Array
    standing: Array
    mw: Array

    @property
    def dim(self) -> str:
        """The name of one of them, which is also the column that holds its own name."""
        return self.table.removesuffix("s")

    @property
    def own_mw(self) -> Array:
        """MW that exist and of the modules that stand, without what phases and retrofits add or take."""
        size = np.array([row["module_mw"] or 0.0 for row in self.rows])[:, None]
        return np.array([row["existing_mw"] for row in self.rows])[:, None] + size * self.standing

    def with_further(self, mw: Array) -> Built:
        """The same with MW added (or taken) by item and period."""
        return replace(self, mw=self.mw + mw)

    def at_site(self, site: str, classes: tuple[str, ...] = ()) -> Array:
        """MW at a site by period: of all, or of the halls of some cooling classes."""
        rows = [q for q, r in enumerate(self.rows) if r["site"] == site and (not classes or r["cooling"] in classes)]
        total: Array = self.mw[rows].sum(axis=0)
        return total


def read_built(case: Case, table: str, grows: str) -> Built:
    """The modules of a table as decided: whole, and only where and when they may arrive."""
    rows, dim = case.inputs.rows(table), table.removesuffix("s")
    dims = case.dims(dim, "period")
    modules = case.read(f"{dim}_build", dim, "period")
    case.found.decision(f"{dim}_build", modules, dims, "modules", whole=True)
    allowed = np.array([bool(row[grows]) & arrivals(case, row) for row in rows], dtype=bool).reshape(modules.shape)
    case.found.never("eligibility", modules, dims, ~allowed, "modules", f"{dim} modules that cannot arrive then")
    standing = np.array([count @ _lives(case, row) for count, row in zip(modules, rows, strict=True)])
    built = Built(table, rows, case.labels[dim], modules, standing.reshape(modules.shape), np.zeros(modules.shape))
    return built.with_further(built.own_mw) if rows else built


def arrivals(case: Case, row: dict[str, Any]) -> Flags:
    """The periods at whose start what a row orders inside the horizon can arrive."""
    starts = case.calendar.starts
    ordered = starts - int(row["lead_time_months"] or 0)
    allowed: Flags = (ordered >= 0) & (starts >= case.months_of("available_from", row, 0))
    return allowed


def _lives(case: Case, row: dict[str, Any]) -> Array:
    """(arrival, period): 1 where a module that arrived then stands - from its arrival, for its life if it has one."""
    calendar, life = case.calendar, row.get("life_months")
    if life is None:
        return np.triu(np.ones((len(calendar.starts),) * 2))
    return np.array([calendar.in_service(v, v + life) for v in calendar.starts.tolist()], dtype=float)


def pay(case: Case, built: Built, part: str) -> None:
    """Cash and worth at the end of the modules, running cost of all MW, rent of what exists and is built."""
    calendar, money = case.calendar, case.money
    decay = float(case.setting("finance", "decay_power"))
    for q, v in np.argwhere(built.modules != 0):
        row = built.rows[q]
        item = Item((built.names[q], row[built.dim]), row["price_musd_per_mw"])
        arrived = int(calendar.starts[v])
        ordered = arrived - int(row["lead_time_months"] or 0)
        amount = float(built.modules[q, v]) * (row["module_mw"] or 0.0) * money.price(item, ordered)
        lasts = row.get("life_months") is None or arrived + row["life_months"] > calendar.end
        money.buy(Purchase(part, row["site"], item, amount, ordered, arrived, arrived, decay, lasts))
    for q, row in enumerate(built.rows):
        yearly = money.running((built.names[q], row[built.dim])) * MUSD / 12.0
        rent = row.get("rent_usd_per_kw_month", 0.0) * KW_PER_MW * MUSD
        for opex, rate, mw in (("running", yearly, built.mw[q]), ("rent", rent, built.own_mw[q])):
            for t, start in enumerate(calendar.starts.tolist()):
                money.line("opex", opex, row["site"], start, rate * float(calendar.months[t] * mw[t]))


def read_excess(case: Case, limit: str, variable: str, equation: str) -> Array:
    """MW beyond a priced limit, with its penalty; where the limit has no price there may be none."""
    calendar = case.calendar
    prices = {row["limit"]: row["price_usd"] for row in case.inputs.rows("priced_limits")}
    excess = case.read(variable, "site", "period")[: len(case.own)]
    dims: Dims = case.own_dims("site", "period")
    case.found.decision(variable, excess, dims, "MW")
    if limit not in prices:
        case.found.never(equation, excess, dims, True, "MW", f"excess over the limit `{limit}`, which has no price")
        return np.zeros_like(excess)
    for s, t in np.argwhere(excess > 0):
        amount = prices[limit] * MUSD * float(excess[s, t] * calendar.months[t])
        case.money.line("penalty", limit, case.own[s], int(calendar.starts[t]), amount)
    return excess
