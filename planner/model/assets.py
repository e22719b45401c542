"""What is paid for a thing that is ordered, and what it is worth at the horizon's end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.core.units import MONTHS_PER_YEAR
from planner.data.derive import Arrival, Case
from planner.model.workspace import Line, Workspace

DECAY = {"compute": "decay_compute", "network": "decay_network", "hall": "decay_power", "power": "decay_power"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One unit of a decision variable as something owned: its part of capex, place, price (M$) and dates."""

    part: str
    site: str
    price: float
    arrival: Arrival
    end_of_life: int | None = None


def terminal_worth(price: float, decay: float, age_months: float, paid: float) -> float:
    """Worth, M$, of an asset at the horizon's end: price * decay^years, never more than was paid for it."""
    return float(min(price * decay ** (age_months / MONTHS_PER_YEAR), paid))


def charge(m: Workspace, d: Case, asset: Asset, payments: list[tuple[int, float]], variable: Any) -> None:
    """Write the cash of one ordered unit, and its terminal value, into the ledger.

    `payments` are (month, share of the price). Nothing is worth anything after its life.
    """
    end = d.calendar.end
    for month, share in payments:
        m.ledger.add(Line("capex", asset.part, asset.site, month), asset.price * share, variable)
    alive = asset.end_of_life is None or asset.end_of_life > end
    if d.inputs.setting("finance", "terminal_value") == "decay" and alive:
        paid = asset.price * sum(share for month, share in payments if month <= end)
        decay = d.inputs.setting("finance", DECAY[asset.part])
        worth = terminal_worth(asset.price, decay, end - asset.arrival.start, paid)
        m.ledger.add(Line("terminal", asset.part, asset.site, end), worth, variable)
