"""What things cost at a date, and when an order is paid."""

from __future__ import annotations

from collections import defaultdict

from planner.core.inputs import Inputs
from planner.data.calendar import Calendar


class PriceBook:
    """Prices by order date: the last dated price holds, before it the item's own."""

    def __init__(self, inputs: Inputs, calendar: Calendar) -> None:
        self._steps: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row in inputs.rows("prices"):
            self._steps[row["item"]].append((calendar.month(row["date"]), row["price"]))
        for steps in self._steps.values():
            steps.sort()

    def at(self, item: str, site: str | None, base: float, month: int) -> float:
        """Price of an item ordered in a month, in the unit of its own price column.

        The row of `site.item` wins over the row of `item`; `base` is the item's own price.
        """
        for name in ([f"{site}.{item}"] if site else []) + [item]:
            past = [price for date, price in self._steps.get(name, []) if date <= month]
            if past:
                return past[-1]
        return base


class CashProfiles:
    """The months in which shares of an order's price fall due."""

    def __init__(self, inputs: Inputs) -> None:
        self._rows: dict[str, list[tuple[str, int, float]]] = defaultdict(list)
        for row in inputs.rows("cash_profiles"):
            self._rows[row["item"]].append((row["event"], row["offset_months"], row["share"]))

    def payments(self, item: str, site: str | None, order: int, delivery: int) -> list[tuple[int, float]]:
        """(month, share of the price) of an order, by default all at the order; never before it."""
        rows = self._rows.get(f"{site}.{item}") or self._rows.get(item) or [("order", 0, 1.0)]
        due: dict[int, float] = defaultdict(float)
        for event, offset, share in rows:
            due[max(order, (order if event == "order" else delivery) + offset)] += share
        return sorted(due.items())
