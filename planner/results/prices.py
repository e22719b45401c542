"""What one more unit of a limit is worth, as arrays of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from planner.core.declare import Output
from planner.results.dims import Dim
from planner.results.extract import put_all

NOTE = (
    "Prices: M$ of today for one more unit, with starts, sites and tiers kept and orders and modules continuous; "
    "a finite step of one lot, module or M$ is the reference."
)
PRICES = {
    "B1": Output("price_budget", "", ("budget_category", "fiscal_year"), "M$/M$", "worth of one more M$ of budget"),
    "P2": Output("price_mw", "", ("site", "period"), "M$/MW", "worth of one more MW at the meter in the period"),
    "F1": Output(
        "price_accelerator",
        "",
        ("accelerator", "site", "period"),
        "M$",
        "worth of one more accelerator in service in the period",
    ),
}


def add_prices(data: xr.Dataset, dims: dict[str, Dim], worth: Mapping[Any, float]) -> None:
    """Add price arrays for the limits that have one; `worth` is keyed by row name (equation, index)."""
    arrays = []
    for equation, output in PRICES.items():
        if not all(len(dims[d].keys) for d in output.dims):
            continue
        array = np.zeros([len(dims[d].keys) for d in output.dims])
        position = [dims[d].position() for d in output.dims]
        for row, price in worth.items():
            if row.equation == equation:
                array[tuple(where[part] for where, part in zip(position, row.index, strict=True))] += price
        arrays.append((output, array))
    put_all(data, dims, arrays)
    data.attrs["prices_note"] = NOTE
