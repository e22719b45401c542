"""The figures of a study of `handoff_study` as arrays, derived from its document without the planner.

What the two other statements of the LP are given: the mathematics of the rooms' docstrings up to where a model begins,
for the features these studies have. Axes: g type, s site, k kind of source (every site has one of each), v arrival and
t period (the same periods), i stream, j segment, y fiscal year. Money M$, power MW, energy MWh, time months.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOURS = 730.5  # of a month
Array = NDArray[Any]
Row = dict[str, Any]


@dataclass
class Figures:
    """A study in arrays; `doc` is its document."""

    doc: dict[str, Any]
    labels: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        calendar, tables = self.doc["calendar"], self.doc["tables"]
        quarters = int(calendar["periods"].removesuffix("x3"))
        self.months = np.array([3] * quarters + [12] * (calendar["tail_months"] // 12))
        self.start = np.cumsum(self.months) - self.months
        self.end, self.reported = int(self.months.sum()), 3 * quarters
        self.first = _month(calendar["start"])
        self.labels = {
            "g": [row["accelerator"] for row in tables["accelerators"]],
            "s": [row["site"] for row in tables["sites"]],
            "k": list(dict.fromkeys(row["power_source"] for row in tables["power_sources"])),
            "i": [row["stream"] for row in tables["streams"]],
            "t": list(range(len(self.months))),
            "v": list(range(len(self.months))),
            "y": sorted({self.year(m) for m in range(self.end)}),
            "b": ["all", "opex"],
        }
        self.labels["j"] = list(range(len(tables["stream_segments"]) // len(self.labels["i"])))

    def rows(self, table: str, **where: Any) -> list[Row]:
        """The rows of a table with these cells, in order."""
        return [row for row in self.doc["tables"][table] if all(row[key] == value for key, value in where.items())]

    def setting(self, name: str) -> float:
        """A figure of the finance settings."""
        return float(self.doc["finance"][name])

    def column(self, table: str, name: str) -> Array:
        """A column of a table as it stands."""
        return np.array([row[name] for row in self.doc["tables"][table]])

    def month(self, date: str) -> int:
        """Month of a date, counted from the horizon's start."""
        return _month(date) - self.first

    def year(self, month: int) -> int:
        """Fiscal year, which is the calendar's, of a month of the horizon."""
        return (self.first + month) // 12

    def factor(self, month: Array | int) -> Array:
        """Discount factor of a month."""
        return np.asarray((1 + self.setting("discount_rate")) ** (-np.asarray(month) / 12))

    @cached_property
    def hours(self) -> Array:
        """[t] hours of a period."""
        return self.months * HOURS

    @cached_property
    def of_year(self) -> Array:
        """[t, y] whether a period lies in a year."""
        return np.array([[self.year(m) == y for y in self.labels["y"]] for m in self.start.tolist()])

    # --- accelerators

    @cached_property
    def type_dates(self) -> tuple[Array, Array, Array]:
        """[g, v] whether an order may arrive, its order month, its delivery month."""
        may, order, delivery = [], [], []
        for row in self.doc["tables"]["accelerators"]:
            at = self.start - row["lead_time_months"] - row["bring_up_months"]
            window = (at >= self.month(row["orderable_from"])) & (at <= self.month(row["orderable_until"]))
            may.append((at >= 0) & window & row["orderable"])
            order.append(at)
            delivery.append(self.start - row["bring_up_months"])
        return np.array(may), np.array(order), np.array(delivery)

    def _half_inside(self, arrival: Array | int, end: Array | float) -> Array:
        """Whether at least half of each period (last axis) lies in [arrival, end)."""
        inside = np.minimum(self.start + self.months, end) - np.maximum(self.start, arrival)
        return np.asarray(2 * inside >= self.months)

    @cached_property
    def serves(self) -> Array:
        """[g, v, t] accelerators in service for each lot that arrives at v."""
        life = self.column("accelerators", "life_months")[:, None, None]
        begun = self.start[None, :, None]
        there = self._half_inside(begun, begun + life) & self.type_dates[0][:, :, None]
        return there * self.column("accelerators", "lot_size")[:, None, None].astype(float)

    @cached_property
    def units(self) -> Array:
        """[g, s, t] existing and committed accelerators in service."""
        found = np.zeros(tuple(len(self.labels[x]) for x in "gst"))
        for row in self.doc["tables"]["fleet"]:
            g, s = self.labels["g"].index(row["accelerator"]), self.labels["s"].index(row["site"])
            found[g, s] += row["count"] * self._half_inside(
                self.month(row["in_service_from"]), self.month(row["retires"])
            )
        return found

    @cached_property
    def stock(self) -> Array:
        """[g, s, t] whether anything can be in service."""
        return (self.units > 0) | self.serves.any(axis=1)[:, None, :]

    @cached_property
    def price(self) -> Array:
        """[g, v] price of a lot at its order date."""
        _, order, _ = self.type_dates
        found = np.repeat(self.column("accelerators", "price_usd")[:, None], order.shape[1], axis=1)
        for row in sorted(self.doc["tables"]["prices"], key=lambda row: row["date"]):
            g = self.labels["g"].index(row["item"])
            found[g, order[g] >= self.month(row["date"])] = row["price"]
        return found * self.column("accelerators", "lot_size")[:, None] / 1e6

    @cached_property
    def lot_cash(self) -> tuple[Array, Array]:
        """[g, v] discounted cash of a lot less its worth at the end; [g, v, y] what is due in each year."""
        may, order, delivery = self.type_dates
        worth = np.zeros(may.shape)
        due = np.zeros((*may.shape, len(self.labels["y"])))
        for g, row in enumerate(self.doc["tables"]["accelerators"]):
            for part in self.rows("cash_profiles", item=row["accelerator"]):
                event = order[g] if part["event"] == "order" else delivery[g]
                month = np.maximum(order[g], event + part["offset_months"])
                cash = part["share"] * self.price[g]
                worth[g] += cash * self.factor(month)
                for v in np.flatnonzero(may[g]).tolist():
                    due[g, v, self.labels["y"].index(self.year(int(month[v])))] += cash[v]
            alive = self.start + row["life_months"] > self.end
            left = self.price[g] * self.setting("decay_compute") ** ((self.end - self.start) / 12)
            worth[g] -= alive * left * self.factor(self.end)
        return worth * may, due

    @cached_property
    def running(self) -> Array:
        """[g, t] running cost of an accelerator in service, M$."""
        yearly = {row["item"]: row["usd_per_year"] for row in self.doc["tables"]["opex"]}
        return np.array([yearly[g] for g in self.labels["g"]])[:, None] / 1e6 / 12 * self.months

    @cached_property
    def draw(self) -> Array:
        """[g] MW of IT of an online accelerator, its share of the fabric included."""
        share = 1 + self.doc["power"]["fabric_draw_share"]
        return np.asarray(self.column("accelerators", "provisioned_kw") * share / 1000)

    # --- power

    def source(self, name: str) -> Array:
        """[s, k] a column of the sources."""
        at = {(row["site"], row["power_source"]): row[name] for row in self.doc["tables"]["power_sources"]}
        return np.array([[at[s, k] for k in self.labels["k"]] for s in self.labels["s"]], dtype=float)

    @cached_property
    def module_may(self) -> Array:
        """[s, k, v] whether a module may arrive."""
        grows = (self.source("module_mw") > 0) & (self.source("max_mw") > self.source("existing_mw"))
        return grows[:, :, None] & (self.start - self.source("lead_time_months")[:, :, None] >= 0)

    @cached_property
    def stands(self) -> Array:
        """[v, t] whether what arrives at v stands in t."""
        return self.start[:, None] <= self.start

    @cached_property
    def module_cash(self) -> tuple[Array, Array]:
        """[s, k, v] discounted cash of a module less its worth at the end; [s, k, v, y] what is due in each year."""
        price = (self.source("module_mw") * self.source("price_musd_per_mw"))[:, :, None]
        order = self.start - self.source("lead_time_months")[:, :, None]
        left = price * self.setting("decay_power") ** ((self.end - self.start) / 12) * self.factor(self.end)
        year = (self.first + order) // 12
        due = price[..., None] * (year[..., None] == np.array(self.labels["y"]))
        return (price * self.factor(order) - left) * self.module_may, due * self.module_may[..., None]

    # --- streams and budgets

    @cached_property
    def speed(self) -> Array:
        """[i, g] PFLOP/s of an accelerator for a stream."""
        mfu = {(r["accelerator"], r["number_format"]): r["mfu"] for r in self.rows("mfu", gang_size=None)}
        return np.array(
            [
                [
                    r["fp8_dense_tflops"] / 1000 * mfu[r["accelerator"], "fp8"]
                    for r in self.doc["tables"]["accelerators"]
                ]
                for _ in self.labels["i"]
            ]
        )

    def demand(self, name: str) -> Array:
        """[i, t] a column of the demand by date: the mean over the months of each period."""
        found = np.zeros((len(self.labels["i"]), self.end))
        for i, stream in enumerate(self.labels["i"]):
            for row in sorted(self.rows("stream_demand", stream=stream), key=lambda row: row["from"]):
                found[i, max(0, self.month(row["from"])) :] = row[name]
        return np.add.reduceat(found, self.start, axis=1) / self.months

    @cached_property
    def segments(self) -> tuple[Array, Array]:
        """[i, j] width of a segment, PFLOP/s; its worth a month."""
        rows = [
            sorted(self.rows("stream_segments", stream=i), key=lambda row: row["up_to_pflops"])
            for i in self.labels["i"]
        ]
        upto = np.array([[row["up_to_pflops"] for row in mine] for mine in rows])
        return np.diff(upto, axis=1, prepend=0), np.array([[row["musd_per_pflops_month"] for row in m] for m in rows])

    @cached_property
    def unserved_price(self) -> Array:
        """[i] M$ per PFLOP/s and month of floor that is not served."""
        return self.column("streams", "unserved_usd_per_pflops_month") / 1e6

    def budget(self, name: str) -> Array:
        """[b, y] a column of the budgets by category and year; behind the last row that row's, for whole years."""
        found = [
            {row["fiscal_year"]: row.get(name) or 0.0 for row in self.rows("budgets", category=b)}
            for b in self.labels["b"]
        ]
        return np.array([[mine[min(y, max(mine))] for y in self.labels["y"]] for mine in found], dtype=float)


def _month(date: str) -> int:
    return int(date[:4]) * 12 + int(date[5:]) - 1
