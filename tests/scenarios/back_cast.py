"""What a plan of `meta-compute` orders, in the figures that are published of real build-outs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import xarray as xr

from planner.data.derive import Case

RANGES = {  # figure of `back_cast`: least and most that is published; the scenario's README says by whom
    "busd_per_gw": (24, 60),
    "accelerators_per_mw": (213, 575),
    "kw_per_accelerator": (1.74, 4.70),
    "server_network_share": (0.60, 0.86),
    "hall_musd_per_mw_it": (8, 20),
}


def beside(data: xr.Dataset, case: Case) -> pd.DataFrame:
    """The figures of the plan beside the ranges."""
    found = back_cast(data, case)
    rows = {name: (low, high, round(found[name], 3)) for name, (low, high) in RANGES.items()}
    return pd.DataFrame(rows, index=["low", "high", "plan"]).T


def back_cast(data: xr.Dataset, case: Case) -> dict[str, float]:
    """Cost and number of all that is ordered to arrive in the months reported.

    Returns
    -------
    musd: compute, network, hall, power at the price of their order date; mw: what the accelerators take at the
    meter, network and headroom included; busd_per_gw, accelerators_per_mw, kw_per_accelerator, server_network_share,
    hall_musd_per_mw_it (without leased halls).
    """
    musd = dict.fromkeys(("compute", "network", "hall", "power"), 0.0)
    reported = [t for t, period in enumerate(case.calendar.periods) if not period.in_tail]
    draw = 1.0 + case.inputs.setting("power", "fabric_draw_share")
    number = mw = 0.0
    for (g, site), arrivals in case.orders.items():
        row = case.accelerators[g]
        for a in (a for a in arrivals if a.period in reported):
            lots = float(data["order"].sel(accelerator=g, site=site)[a.period])
            number += lots * row["lot_size"]
            kw = row["provisioned_kw"] * draw * case.sites[site]["pue"]
            mw += lots * row["lot_size"] * kw / 1000
            musd["compute"] += lots * row["lot_size"] * case.prices.at(g, None, row["price_usd"], a.order) / 1e6
    built = owned = 0.0
    for variable, dim, part, each, price in (
        ("hall_build", "hall", "hall", "module_mw", "price_musd_per_mw"),
        ("power_source_build", "power_source", "power", "module_mw", "price_musd_per_mw"),
        ("endpoint_order", "fabric", "network", "block_endpoints", "price_usd_per_endpoint"),
    ):
        for row in case.inputs.rows(f"{dim}s"):
            for a in _arrivals(case, row, reported):
                units = float(data[variable].sel({dim: f"{row['site']}.{row[dim]}"})[a.period]) * row[each]
                cost = units * case.prices.at(row[dim], row["site"], row[price], a.order)
                musd[part] += cost / (1e6 if part == "network" else 1.0)
                if part == "hall" and row["kind"] != "leased":
                    built, owned = built + units, owned + cost
    for row in case.inputs.rows("power_phases"):
        name = f"{row['site']}.{row['power_source']}.{row['phase']}"
        musd["power"] += row["price_musd"] * sum(float(data["phase_build"].sel(phase=name)[t]) for t in reported)
    total = sum(musd.values())
    return {
        **{f"{part}_musd": amount for part, amount in musd.items()},
        "mw": mw,
        "accelerators": number,
        "busd_per_gw": total / mw,
        "accelerators_per_mw": number / mw,
        "kw_per_accelerator": mw / number * 1000,
        "server_network_share": (musd["compute"] + musd["network"]) / total,
        "hall_musd_per_mw_it": owned / built,
    }


def _arrivals(case: Case, row: dict[str, Any], reported: list[int]) -> list[Any]:
    grows = row.get("max_modules") or row.get("block_endpoints") or (row.get("module_mw") and "max_mw" in row)
    return [a for a in case.module_arrivals(row) if a.period in reported] if grows else []
