"""Studies of capacity alone - accelerators, power, streams, budgets, no runs - for the comparison of `handoff`.

They are cut from the generated studies of `generate`: the same sites, types, sources, experiments and money, without
runs, halls, fabrics and supply. The decisions left make an LP (integrality apart) that has every term of its equations:
windows and leads of orders, lives that end inside the horizon, a fleet that retires, prices and payments by date, worth
at the end, steps of demand, floors at a price, budgets carried over, a tail of whole years.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.bench.generate import ASSUMPTION, Size
from tests.bench.study_capacity import capacity_tables
from tests.bench.study_demand import Demand, Tables, demand_tables

GROWTH = (2.0, 2.4)
SIZES = {  # by the nonzeros of the LP
    "warm": Size(60, 3, 4, 20, 3, 3, GROWTH),  # to have run everything once
    "40k": Size(60, 13, 6, 20, 3, 3, GROWTH),
    "150k": Size(60, 15, 10, 40, 3, 3, GROWTH),
    "900k": Size(60, 75, 14, 40, 3, 3, GROWTH),
}
KEPT = (
    "teams",
    "accelerators",
    "sites",
    "fleet",
    "power_sources",
    "streams",
    "stream_demand",
    "stream_segments",
    "mfu",
)
UNSERVED_USD = 2000.0  # per PFLOP/s and month: about what a month of it is worth in the first year
RUNNING_SHARE = 0.03  # of the price a year, for spares and hands
OPEX_SHARE, OVERRUN = 0.05, 3.0  # of the budget of all capex; M$ for each M$ beyond


def document(size: str, seed: int = 0) -> dict[str, Any]:
    """A study of a size of `SIZES`, as `planner.load` takes it; the same size and seed give the same study."""
    shape, draw = SIZES[size], Random(f"handoff {size} {seed}")
    demand = Demand(shape, draw)
    made = {**demand_tables(demand), **capacity_tables(demand)}
    tables: Tables = {name: made[name] for name in KEPT}
    types = {row["accelerator"] for row in tables["accelerators"]}
    tables |= {name: [row for row in made[name] if row["item"] in types] for name in ("prices", "cash_profiles")}
    tables["streams"] = [row | {"unserved_usd_per_pflops_month": UNSERVED_USD} for row in tables["streams"]]
    tables["stream_demand"] = [
        row | {"floor_pflops": round(draw.uniform(0.1, 0.3) * row["ceiling_pflops"], 1)}
        for row in tables["stream_demand"]
    ]
    tables["opex"] = [
        {"item": row["accelerator"], "usd_per_year": round(RUNNING_SHARE * row["price_usd"])}
        for row in tables["accelerators"]
    ]
    tables["budgets"] = made["budgets"] + [
        row
        | {"category": "opex", "budget_musd": round(OPEX_SHARE * row["budget_musd"], 1), "overrun_price_musd": OVERRUN}
        for row in made["budgets"]
    ]
    return {
        "format": 1,
        "name": f"capacity-{size}-{seed}",
        "title": f"Capacity alone, {size} nonzeros, seed {seed}: {shape.sites} sites, {shape.types} types",
        "calendar": {"start": "2026-01", "periods": f"{shape.quarters}x3", "slot_months": 3, "tail_months": 24},
        "finance": {"discount_rate": 0.09, "terminal_value": "decay", "average_draw": 0.66,
                    "decay_compute": 0.72, "decay_power": 0.95},
        "power": {"basis": "online", "fabric_draw_share": 0.26},
        "solve": {"gap": 0.02, "time_limit_s": 300},
        "tables": {name: [row | {"assumption": ASSUMPTION} for row in rows] for name, rows in tables.items()},
    }  # fmt: skip
