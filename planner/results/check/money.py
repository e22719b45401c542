"""The check's own ledger: prices by order date, cash by profile, terminal value, one amount per line."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from planner.core.inputs import Inputs
from planner.results.check.calendar import Calendar

MUSD = 1e-6
SIGN = {"value": 1.0, "resale": 1.0, "terminal": 1.0, "capex": -1.0, "opex": -1.0, "fee": -1.0, "penalty": -1.0}
Key = tuple[str, str, str, int]


@dataclass(frozen=True, slots=True)
class Item:
    """Something priced: its names in the money tables (the dotted one first) and its own price cell."""

    names: tuple[str, ...]
    price: float | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is ordered, delivered and in service in which months, for `amount` M$ in all.

    `decay` is the share of the price left after a year; `lasts` whether the asset's life goes beyond the
    horizon's end.
    """

    part: str
    where: str
    item: Item
    amount: float
    ordered: int
    delivered: int
    arrived: int
    decay: float
    lasts: bool = True


class Money:
    """Prices and payment terms of the inputs, and the ledger lines that decisions make of them."""

    def __init__(self, inputs: Inputs, calendar: Calendar) -> None:
        self.calendar = calendar
        self.lines: dict[Key, float] = defaultdict(float)
        self.decay_on = inputs.setting("finance", "terminal_value") == "decay"
        self.rate = float(inputs.setting("finance", "discount_rate"))
        self._prices: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row in inputs.rows("prices"):
            self._prices[row["item"]].append((calendar.month(row["date"]), float(row["price"])))
        self._terms: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
        for row in inputs.rows("cash_profiles"):
            self._terms[row["item"]].append((row["event"], int(row["offset_months"]), float(row["share"])))
        self._running = {row["item"]: float(row["usd_per_year"]) for row in inputs.rows("opex")}

    def factor(self, month: float) -> float:
        """Discount factor from the horizon's start."""
        return float((1.0 + self.rate) ** (-month / 12.0))

    def price(self, item: Item, month: int) -> float:
        """The last dated price by `month`, the dotted name's before the plain one's; else the item's own cell."""
        for name in item.names:
            dated = [(date, price) for date, price in self._prices.get(name, ()) if date <= month]
            if dated:
                return max(dated)[1]
        return 0.0 if item.price is None else float(item.price)

    def running(self, names: tuple[str, ...]) -> float:
        """Running cost in USD a year of one unit."""
        return next((self._running[name] for name in names if name in self._running), 0.0)

    def line(self, kind: str, part: str, where: str, month: int, amount: float) -> None:
        """Add an amount in M$ to a line of the ledger."""
        if amount != 0.0:
            self.lines[kind, part, where, int(month)] += float(amount)

    def payments(self, item: Item, ordered: int, delivered: int) -> list[tuple[int, float]]:
        """(month, share of the price) by which an order is paid: never before it is made."""
        for name in item.names:
            if name in self._terms:
                base = {"order": ordered, "delivery": delivered}
                return [(max(ordered, base[event] + offset), share) for event, offset, share in self._terms[name]]
        return [(ordered, 1.0)]

    def buy(self, bought: Purchase) -> None:
        """Pay for a purchase by its item's terms, and count what it is worth at the horizon's end."""
        end, paid = self.calendar.end, 0.0
        for month, share in self.payments(bought.item, bought.ordered, bought.delivered):
            self.line("capex", bought.part, bought.where, month, share * bought.amount)
            paid += share * bought.amount if month <= end else 0.0
        if self.decay_on and bought.lasts:
            left = bought.amount * bought.decay ** ((end - bought.arrived) / 12.0)
            self.line("terminal", bought.part, bought.where, end, min(left, paid))

    def gross(self) -> float:
        """What all lines move, discounted."""
        return sum(abs(amount) * self.factor(month) for (_, _, _, month), amount in self.lines.items())

    def total(self, kinds: tuple[str, ...], discounted: bool = True) -> float:
        """Sum of the lines of some kinds, without sign."""
        return sum(
            amount * (self.factor(month) if discounted else 1.0)
            for (kind, _, _, month), amount in self.lines.items()
            if kind in kinds
        )
