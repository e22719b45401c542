"""What is read off a plan's dataset before it is told: purchases, the ledger, who has what. Tables are made of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import xarray as xr

from planner.export.facts.allotments import Allotments
from planner.export.facts.ledger import read_ledger
from planner.export.facts.purchases import Purchase, read_purchases
from planner.export.facts.reading import Reading


class Facts:
    """What the tables of a plan are made of, each worked out on first use from its dataset."""

    def __init__(self, data: xr.Dataset) -> None:
        self.reading = Reading(data)

    @cached_property
    def purchases(self) -> list[Purchase]:
        """What the plan buys, and what stands or was on order."""
        return read_purchases(self.reading)

    @cached_property
    def allotments(self) -> Allotments:
        """Who has which accelerators, month by month."""
        return Allotments(self.reading)

    @cached_property
    def ledger(self) -> list[dict[str, Any]]:
        """Every line of money, as the table `ledger` has it."""
        return read_ledger(self.reading)
